"""Places, addresses and customers (O§4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from hbdash.omnitron.models.row import Row
from hbdash.transport.wire import Bag, Flag, OptionalKey, OptionalPk, Text


class Country(Row):
    """A country of Omnitron's own list; code e.g. `tr`."""

    name: Text
    code: Text = ""
    is_active: Flag = True


class City(Row):
    """An il."""

    name: Text
    country: OptionalPk = None
    is_active: Flag = True


class Township(Row):
    """An ilçe."""

    name: Text
    city: OptionalPk = None
    is_active: Flag = True


class District(Row):
    """A mahalle."""

    name: Text
    city: OptionalPk = None
    township: OptionalPk = None
    is_active: Flag = True


class PlaceLevel(StrEnum):
    """What a name on an address stands for; the value is the list it is looked up in."""

    COUNTRY = "countries"
    CITY = "cities"
    TOWNSHIP = "townships"
    DISTRICT = "districts"


class ReportLevel(StrEnum):
    """The levels whose failures Omnitron collects for mapping, with their codes (O§4.3)."""

    CITY = "city"
    TOWNSHIP = "township"
    DISTRICT = "district"

    @property
    def err_code(self) -> str:
        return {
            ReportLevel.TOWNSHIP: "integrations_200_10_1",
            ReportLevel.CITY: "integrations_200_10_2",
            ReportLevel.DISTRICT: "integrations_200_10_3",
        }[self]


class Customer(Row):
    """A customer of the channel (O§4.6)."""

    email: Text
    first_name: Text = ""
    last_name: Text = ""
    phone_number: OptionalKey = None
    channel_code: Text = ""
    is_active: Flag = True

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {"pk": ("id",)}


class Address(Row):
    """An address as stored; hash_data is Omnitron's own fingerprint of its content (O§4.5)."""

    hash_data: Text = ""
    title: Text = ""
    line: Text = ""
    customer: OptionalPk = None
    country: OptionalPk = None
    city: OptionalPk = None
    township: OptionalPk = None
    district: OptionalPk = None
    extra_field: Bag = {}


@dataclass(frozen=True)
class NewCustomer:
    """What a customer is made from. channel_code: Hepsiburada's customer id, at most 64 letters."""

    email: str
    first_name: str
    last_name: str
    channel_code: str
    phone_number: str | None = None


@dataclass(frozen=True)
class NewAddress:
    """What an address is made from; texts beyond Omnitron's lengths are cut by the client (O§4.5).

    country, city, township, district: Omnitron's numbers.
    """

    email: str
    phone_number: str
    first_name: str
    last_name: str
    customer: int
    country: int
    city: int
    title: str
    line: str
    township: int | None = None
    district: int | None = None
    postcode: str = ""
    notes: str = ""
    company_name: str = ""
    tax_office: str = ""
    tax_no: str = ""
    e_bill_taxpayer: bool = False
    identity_number: str = ""
    remote_id: str = ""
    extra_field: Mapping[str, Any] = field(default_factory=dict)
