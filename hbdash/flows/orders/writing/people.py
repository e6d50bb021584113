"""The customer and the two addresses of an order (design rule 2, "Identity of a customer")."""

from __future__ import annotations

from dataclasses import dataclass, field

from hbdash.domain.orders import address_lines, customer_email, person_names
from hbdash.flows.orders.packages.faults import OrderFault
from hbdash.flows.orders.packages.parcel import Destination, Parcel, plain
from hbdash.flows.orders.writing.places import PlaceBook
from hbdash.omnitron.models.address import Customer, NewAddress, NewCustomer
from hbdash.runs.context import RunContext
from hbdash.transport.errors import Refused

#: The same on all our addresses, so that an equal one is found again by its hash.
TITLE = "Hepsiburada"
_LONGEST_NAME = 255


@dataclass
class Registry:
    """Finds or makes customers and addresses; one per run."""

    ctx: RunContext
    places: PlaceBook
    _customers: dict[str, tuple[int, tuple[str, str]]] = field(default_factory=dict)

    def customer(self, parcel: Parcel) -> int:
        """The customer of ``customerId``; only names are ever changed on one that was found."""
        email = email_of(parcel)
        names = names_of(parcel.customer_name or parcel.shipping.name)
        known = self._customers.get(email)
        if known is not None and known[1] == names:
            return known[0]
        pk = self._customer(email, names, parcel.customer_id)
        self._customers[email] = (pk, names)
        return pk

    def _customer(self, email: str, names: tuple[str, str], customer_id: str) -> int:
        found = self._find(email)
        if found is None:
            new = NewCustomer(email, *names, channel_code=customer_id.strip())
            self.ctx.before_write()
            try:
                return self.ctx.omnitron.create_customer(new).pk
            except Refused:
                # Made meanwhile: by a call whose answer was lost, or by another program.
                found = self._find(email)
                if found is None:
                    raise
        if (found.first_name, found.last_name) != names:
            self.ctx.before_write()
            self.ctx.omnitron.patch_customer(found.pk, first_name=names[0], last_name=names[1])
        return found.pk

    def _find(self, email: str) -> Customer | None:
        rows = [row for row in self.ctx.omnitron.customers(email) if row.email.lower() == email]
        return min(rows, key=lambda row: row.pk) if rows else None

    def addresses(self, parcel: Parcel, customer: int) -> tuple[int, int]:
        """Shipping and billing address; ``OrderFault`` order.address before either is made."""
        shipping, billing = self.drafts(parcel, customer)
        self.ctx.before_write()
        first = self.ctx.omnitron.create_address(shipping).pk
        if billing == shipping:
            return first, first
        return first, self.ctx.omnitron.create_address(billing).pk

    def drafts(self, parcel: Parcel, customer: int) -> tuple[NewAddress, NewAddress]:
        """Both addresses with their places, not made yet."""
        email = email_of(parcel)
        shipping = self._address(parcel.shipping, parcel.shipping.name, email, customer)
        if billed_like_shipping(self.ctx, parcel):
            return shipping, shipping
        buyer, billing = parcel.buyer, parcel.billing
        if buyer.tax_no:
            # A firm: its name is the company's, the person is who ordered.
            return shipping, self._address(
                billing, parcel.customer_name or parcel.shipping.name, email, customer,
                company_name=buyer.company, tax_office=buyer.tax_office, tax_no=buyer.tax_no,
            )  # fmt: skip
        person = buyer.company or billing.name or parcel.shipping.name
        return shipping, self._address(
            billing, person, email, customer, identity_number=buyer.identity_no
        )

    def _address(
        self, to: Destination, person: str, email: str, customer: int, **more: str
    ) -> NewAddress:
        place = self.places.resolve(to, with_district=self.ctx.settings.use_neighborhood)
        first, last = names_of(person)
        line, notes = address_lines(plain(to.text))
        return NewAddress(
            email=email,
            phone_number=plain(to.phone).strip(),
            first_name=first,
            last_name=last,
            customer=customer,
            country=place.country,
            city=place.city,
            township=place.township,
            district=place.district,
            title=TITLE,
            line=line or "-",
            postcode=plain(to.postcode).strip(),
            notes=notes,
            **{name: plain(value).strip() for name, value in more.items()},
        )


def email_of(parcel: Parcel) -> str:
    """The customer's key; ``OrderFault`` for a package without a customer id."""
    try:
        return customer_email(parcel.customer_id)
    except ValueError as missing:
        raise OrderFault(
            "remote.shape",
            {
                "side": "hepsiburada",
                "service": "oms",
                "endpoint": "packages",
                "field": "customerId",
            },
        ) from missing


def billed_like_shipping(ctx: RunContext, parcel: Parcel) -> bool:
    """R2.34: for micro-export orders, where it is switched on."""
    return ctx.settings.billing_address_same_as_shipping and parcel.is_micro_export


def names_of(full: str) -> tuple[str, str]:
    """First and last name, as long as Omnitron takes them."""
    first, last = person_names(plain(full))
    return first[:_LONGEST_NAME], last[:_LONGEST_NAME]
