"""Parts of orders, packages and claims."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from hbdash.transport.wire import Amount, Text, WireModel


def _as_money(value: object) -> object:
    """Money as an object, or a bare number in lira (claims, older rows)."""
    if isinstance(value, Mapping):
        return value
    return {"currency": "TRY", "amount": value}


def _as_money_or_none(value: object) -> object:
    return None if value is None or value == "" else _as_money(value)


class MoneyAmount(WireModel):
    """An amount with its currency (H§3.4): up to 5 decimals, currency upper case (`TRY`)."""

    amount: Amount
    currency: Text = "TRY"


Money = Annotated[MoneyAmount, BeforeValidator(_as_money)]
OptionalMoney = Annotated[MoneyAmount | None, BeforeValidator(_as_money_or_none)]


def _unit_price(value: object) -> object:
    """`{unitPrice, totalPrice}`; absent is nothing."""
    return value if isinstance(value, Mapping) else None


class Discount(WireModel):
    """A discount per unit and for the line (H§10.1)."""

    unit_price: OptionalMoney = None
    total_price: OptionalMoney = None


OptionalDiscount = Annotated[Discount | None, BeforeValidator(_unit_price)]


class Address(WireModel):
    """An address of an order. Texts are as typed: double blanks, `\\r\\n`, any case (H§11.1)."""

    address_id: Text = ""
    address: Text = ""
    name: Text = ""
    email: Text = ""
    country_code: Text = ""
    phone_number: Text = ""
    alternate_phone_number: Text = ""
    district: Text = ""
    town: Text = ""
    city: Text = ""
    postal_code: Text = ""


def _object_or_empty(value: object) -> object:
    return value if isinstance(value, Mapping) else {}


SomeAddress = Annotated[Address, BeforeValidator(_object_or_empty)]


class Invoice(WireModel):
    """To whom a line is billed (H§10.1)."""

    turkish_identity_number: Text = ""
    tax_number: Text = ""
    tax_office: Text = ""
    address: SomeAddress = Address()


SomeInvoice = Annotated[Invoice, BeforeValidator(_object_or_empty)]


def _note(value: object) -> object:
    if isinstance(value, Mapping):
        value = next((one for name, one in value.items() if str(name).lower() == "value"), "")
    return "" if value is None else value


# A remark: a text, or an object with the text as its `value` (H§10.1).
Note = Annotated[str, BeforeValidator(_note)]


class CargoCompany(WireModel):
    """A carrier; short_name is what cargo changes want (H§17.7)."""

    id: Text = ""
    name: Text = ""
    short_name: Text = ""
    tracking_url: Text = ""


SomeCargoCompany = Annotated[CargoCompany, BeforeValidator(_object_or_empty)]


class Warehouse(WireModel):
    """Where the merchant ships from; lines of two warehouses are two packages (H§11.4)."""

    shipping_address_label: Text = ""
    shipping_model: Text = ""


SomeWarehouse = Annotated[Warehouse, BeforeValidator(_object_or_empty)]


def zero_if_none(money: MoneyAmount | None) -> Decimal:
    """The amount, 0 for none."""
    return Decimal(0) if money is None else money.amount
