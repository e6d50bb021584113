"""Short words for what these tests do again and again on Omnitron's side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from hbdash.sandbox.seed.catalogue import Kind, SeedProduct, products
from hbdash.sandbox.world import World
from tests.sandbox.conftest import SandboxUnderTest

JSON = dict[str, Any]


@dataclass
class Office:
    """The channel's resources of a sandbox, by their path under channel/{c}/."""

    sandbox: SandboxUnderTest

    @property
    def world(self) -> World:
        return self.sandbox.world

    def path(self, resource: str) -> str:
        return f"/channel/{self.world.channel_id}/{resource}"

    def send(self, method: str, resource: str, body: Any = None, **query: Any) -> httpx.Response:
        settings: JSON = {"params": query} if query else {}
        if body is not None:
            settings["json"] = body
        return self.sandbox.omnitron.request(method, self.path(resource), **settings)

    def get(self, resource: str, **query: Any) -> Any:
        """The JSON of a GET that must succeed."""
        return self.send("GET", resource, **query).raise_for_status().json()

    def rows(self, resource: str, **query: Any) -> list[JSON]:
        """The results of one page of up to 1000."""
        found: list[JSON] = self.get(resource, **{"limit": 1000, **query})["results"]
        return found

    def post(self, resource: str, body: Any) -> Any:
        answer = self.send("POST", resource, body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json() if answer.content else None

    def patch(self, resource: str, body: Any) -> Any:
        answer = self.send("PATCH", resource, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    # batches

    def batch(self) -> JSON:
        found: JSON = self.post("batch_requests/", {"channel": self.world.channel_id})
        return found

    def step(self, batch: JSON, status: str, objects: Any = None, **more: Any) -> httpx.Response:
        body = {"channel": self.world.channel_id, "status": status, "objects": objects, **more}
        return self.send("PATCH", f"batch_requests/{batch['pk']}/", body)

    def move(self, batch: JSON, status: str, objects: Any = None, **more: Any) -> JSON:
        answer = self.step(batch, status, objects, **more)
        assert answer.status_code == 200, answer.text
        found: JSON = answer.json()
        return found

    def committed(self, model: str, rows: list[JSON]) -> JSON:
        """A new batch that holds the rows as they were read."""
        objects = [as_object(row, model) for row in rows]
        return self.move(self.batch(), "commit", objects, content_type=model)

    def sent(self, model: str, rows: list[JSON]) -> JSON:
        return self.move(self.committed(model, rows), "sent_to_remote", remote_batch_id="upload-1")

    def fail(self, model: str, row: JSON, reason: str = "remote") -> JSON:
        """Commit one row, send it and close it as failed; the batch."""
        batch = self.sent(model, [row])
        return self.move(batch, "done", [{**as_object(row, model), "failed_reason_type": reason}])

    def due(self, queue: str, **query: Any) -> set[int]:
        """The numbers that a queue offers now."""
        return {row["pk"] for row in self.rows(queue, **query)}

    def action(self, model: str, pk: int) -> JSON:
        (found,) = self.rows("integration_actions/", content_type_name=model, object_id=pk)
        return found

    # the shop

    def seeded(self, *kinds: Kind) -> list[SeedProduct]:
        world = self.world
        return [p for p in products(world.seed, world.skus) if p.kind in kinds]

    def listed(self, at: int = 0) -> SeedProduct:
        """A product that is in step on both sides."""
        return self.seeded(Kind.LISTED)[at]

    def stock_of(self, product: SeedProduct) -> JSON:
        (row,) = self.rows("product_stocks/", product__pk__in=product.pk)
        return row

    def price_of(self, product: SeedProduct) -> JSON:
        (row,) = self.rows("product_prices/", product__pk__in=product.pk)
        return row

    # orders

    def customer(self, email: str = "c1@hepsiburada.invalid") -> JSON:
        body = {
            "email": email,
            "first_name": "Ayşe",
            "last_name": "Yılmaz",
            "channel": self.world.channel_id,
            "channel_code": "c1",
            "is_active": True,
            "phone_number": None,
        }
        found: JSON = self.post("customers/", body)
        return found

    def address_body(self, customer: int, /, **changes: Any) -> JSON:
        city = self.rows("cities/", name__iexact="İstanbul")[0]
        town = self.rows("townships/", name__iexact="KADIKÖY", city=city["pk"])[0]
        return {
            "email": "c1@hepsiburada.invalid",
            "phone_number": "05550000000",
            "first_name": "Ayşe",
            "last_name": "Yılmaz",
            "customer": customer,
            "country": city["country"],
            "city": city["pk"],
            "township": town["pk"],
            "district": None,
            "title": "Hepsiburada",
            "line": "Örnek Cd. No:1",
            "postcode": "34710",
            "extra_field": {},
        } | changes

    def order_body(self, number: str = "HB-1-9", units: int = 2) -> JSON:
        """An order over `units` units of one product, customer and address made for it."""
        known = self.rows("customers/", email="c1@hepsiburada.invalid")
        customer = (known or [self.customer()])[0]["pk"]
        address = self.rows("addresses/", customer=customer)
        place = (address or [self.post("addresses/", self.address_body(customer))])[0]["pk"]
        order = {
            "number": number,
            "status": "400",
            "channel": self.world.channel_id,
            "customer": customer,
            "shipping_address": place,
            "billing_address": place,
            "cargo_company": 3,
            "currency": "try",
            "amount": "500.00",
            "shipping_amount": "0.00",
            "date_placed": "2026-02-01 10:30:00",
            "extra_field": {"id": number.rpartition("-")[2]},
        }
        items = [
            {
                "product": self.listed().pk,
                "status": "400",
                "price": "250.00",
                "price_currency": "try",
                "tax_rate": "20.00",
                "extra_field": {"id": f"line-{number}-{n}"},
            }
            for n in range(1, units + 1)
        ]
        return {"order": order, "order_item": items}

    def order(self, number: str = "HB-1-9", units: int = 2) -> tuple[JSON, list[JSON]]:
        """A written order and its items."""
        made = self.post("create_orders/", self.order_body(number, units))
        return made, self.rows("order_items/", order=made["pk"], sort="id")

    def request_body(self, item: JSON, **changes: Any) -> JSON:
        return {
            "order_item": item["pk"],
            "reason": 7,
            "remote_id": "041987654-1",
            "description": "[041987654] kalitesiz",
            "cancellation_type": "refund",
        } | changes


def as_object(row: JSON, model: str) -> JSON:
    """A row as it stands in a batch's objects."""
    return {"pk": row["pk"], "version_date": row["modified_date"], "content_type": model}


@pytest.fixture
def office(sandbox: SandboxUnderTest) -> Office:
    return Office(sandbox)
