"""Calls about places, customers and addresses (O§4)."""

from __future__ import annotations

from hbdash.omnitron.calls import Calls
from hbdash.omnitron.errors import DuplicateAddress, address_refusal
from hbdash.omnitron.models.address import (
    Address,
    City,
    Country,
    Customer,
    District,
    NewAddress,
    NewCustomer,
    PlaceLevel,
    ReportLevel,
    Township,
)
from hbdash.transport.errors import RemoteError
from hbdash.transport.wire import parse_one

Place = Country | City | Township | District
_MODELS: dict[PlaceLevel, type[Place]] = {
    PlaceLevel.COUNTRY: Country,
    PlaceLevel.CITY: City,
    PlaceLevel.TOWNSHIP: Township,
    PlaceLevel.DISTRICT: District,
}
# O§4.5: what is longer is refused.
_LENGTHS = {
    "email": 254,
    "phone_number": 128,
    "first_name": 255,
    "last_name": 255,
    "title": 128,
    "line": 255,
    "postcode": 64,
    "notes": 512,
    "company_name": 255,
    "tax_office": 64,
    "tax_no": 20,
    "identity_number": 64,
}


class AddressCalls(Calls):
    """Places are listed whole and matched by us (flows §6), as `iexact` there is not Turkish."""

    def countries(self) -> tuple[Country, ...]:
        """All active countries."""
        return self._all(self._path("countries"), Country, {"is_active": True})

    def cities(self, country: int | None = None) -> tuple[City, ...]:
        """All active cities (il), of one country if given."""
        return self._all(self._path("cities"), City, {"country": country, "is_active": True})

    def townships(self, city: int | None = None) -> tuple[Township, ...]:
        """All active townships (ilçe), of one city if given."""
        return self._all(self._path("townships"), Township, {"city": city, "is_active": True})

    def districts(self, township: int) -> tuple[District, ...]:
        """All active districts (mahalle) of a township."""
        params = {"township": township, "is_active": True}
        return self._all(self._path("districts"), District, params)

    def mapped_place(
        self,
        level: PlaceLevel,
        code: str,
        *,
        city: int | None = None,
        township: int | None = None,
    ) -> Place | None:
        """The place somebody mapped `code` to (O§4.2); None unless there is exactly one."""
        params: dict[str, object] = {
            "mapping__code__exact": code,
            "mapping__integration_type": "sales_channel",
        }
        if level in (PlaceLevel.TOWNSHIP, PlaceLevel.DISTRICT):
            params |= {"city": city, "is_active": True}
        if level is PlaceLevel.DISTRICT:
            params["township"] = township
        found: tuple[Place, ...] = self._all(self._path(level.value), _MODELS[level], params)
        return found[0] if len(found) == 1 else None

    def address_report(
        self,
        level: ReportLevel,
        *,
        remote_code: str,
        name: str,
        err_desc: str,
        country_id: int | None = None,
        country_code: str = "",
        city_id: int | None = None,
        township_id: int | None = None,
    ) -> None:
        """Put an unmapped place on Omnitron's mapping list (O§4.4)."""
        body = {
            "type": level.value,
            "remote_code": remote_code[:255],
            "country_id": country_id,
            "city_id": city_id,
            "township_id": township_id,
            "country_code": country_code,
            "name": name,
            "integration_type": "sales_channel",
            "err_code": level.err_code,
            "err_desc": err_desc,
        }
        # The same place reported twice is one line of the list.
        path = self._path("error_reports", level.value)
        self.remote.request("POST", path, json=body, repeatable=True)

    def customers(self, email: str) -> tuple[Customer, ...]:
        """Customers of this channel with that e-mail address."""
        params = {"email": email, "channel": self.channel_id}
        return self._all(self._path("customers"), Customer, params)

    def create_customer(self, new: NewCustomer) -> Customer:
        """A new customer of this channel."""
        body = {
            "email": new.email[:254],
            "first_name": new.first_name[:255],
            "last_name": new.last_name[:255],
            "channel": self.channel_id,
            "channel_code": new.channel_code[:64],
            "is_active": True,
            "phone_number": new.phone_number,
        }
        reply = self.remote.request("POST", self._path("customers"), json=body)
        return parse_one(Customer, reply.json(), reply)

    def patch_customer(self, pk: int, *, first_name: str, last_name: str) -> Customer:
        """Only names are ever changed on a customer that was found (flows §6)."""
        body = {
            "first_name": first_name[:255],
            "last_name": last_name[:255],
            "channel": self.channel_id,
        }
        path = self._path("customers", pk)
        reply = self.remote.request("PATCH", path, json=body, repeatable=True)
        return parse_one(Customer, reply.json(), reply)

    def addresses(self, hash_data: str) -> tuple[Address, ...]:
        """The addresses of that fingerprint: one or none."""
        return self._all(self._path("addresses"), Address, {"hash_data": hash_data})

    def create_address(self, new: NewAddress) -> Address:
        """The address, made or, where one of the same content exists, found (O§4.5).

        Raises `DuplicateAddress` only when Omnitron refuses it as known and does not find it.
        """
        path = self._path("addresses")
        try:
            reply = self.remote.request("POST", path, json=_address_body(new))
        except RemoteError as error:
            refusal = address_refusal(error)
            if not isinstance(refusal, DuplicateAddress):
                raise
            known = self.addresses(refusal.hash_data)
            if len(known) != 1:
                raise refusal from None
            return known[0]
        return parse_one(Address, reply.json(), reply)


def _address_body(new: NewAddress) -> dict[str, object]:
    body: dict[str, object] = {
        "customer": new.customer,
        "country": new.country,
        "city": new.city,
        "township": new.township,
        "district": new.district,
        "e_bill_taxpayer": new.e_bill_taxpayer,
        "extra_field": dict(new.extra_field),
    }
    if new.remote_id:
        body["remote_id"] = new.remote_id
    return body | {name: getattr(new, name)[:length] for name, length in _LENGTHS.items()}
