"""The marketplace seen by its merchant: requests over the socket, acts behind the scenes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any

import httpx
import pytest

from hbdash.sandbox.hepsiburada import marketplace
from tests.sandbox.conftest import SandboxUnderTest

TURKEY = timezone(timedelta(hours=3))


@dataclass
class Shop:
    """One sandbox with the paths of its merchant; nothing takes time unless a test says so."""

    sandbox: SandboxUnderTest

    @property
    def merchant(self) -> str:
        return self.sandbox.world.merchant_id

    @property
    def listings_path(self) -> str:
        return f"/listings/merchantid/{self.merchant}"

    @property
    def orders_path(self) -> str:
        return f"/orders/merchantid/{self.merchant}"

    @property
    def packages_path(self) -> str:
        return f"/packages/merchantid/{self.merchant}"

    @property
    def claims_path(self) -> str:
        return f"/claims/merchantId/{self.merchant}"

    @property
    def lines_path(self) -> str:
        return f"/lineitems/merchantid/{self.merchant}"

    def act(self, name: str, *arguments: Any, **named: Any) -> Any:
        """Something that customers or Hepsiburada do."""
        return self.sandbox.call(getattr(marketplace, name), *arguments, **named)

    def pace(self, **seconds: float) -> None:
        self.act("set_pace", **seconds)

    def listings(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.sandbox.listing.get(
            self.listings_path, params={"offset": 0, "limit": 1000} | query
        )
        found: list[dict[str, Any]] = answer.raise_for_status().json()["listings"]
        return found

    def listing(self, sku: str) -> dict[str, Any]:
        (found,) = self.listings(merchantSkuList=sku)
        return found

    def on_sale(self, stock: int = 5) -> list[dict[str, Any]]:
        """Salable listings with at least so many pieces."""
        found = self.listings(**{"salable-listings": "true"})
        return [listing for listing in found if listing["availableStock"] >= stock]

    def send(self, kind: str, rows: Any) -> httpx.Response:
        """Start an upload."""
        return self.sandbox.listing.post(f"{self.listings_path}/{kind}", json=rows)

    def result(self, kind: str, upload_id: str) -> dict[str, Any]:
        answer = self.sandbox.listing.get(f"{self.listings_path}/{kind}/id/{upload_id}")
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def upload(self, kind: str, *rows: dict[str, Any]) -> dict[str, Any]:
        """An upload and what became of it."""
        return self.result(kind, self.send(kind, list(rows)).raise_for_status().json()["id"])

    def packages(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.sandbox.oms.get(self.packages_path, params={"limit": 10, "Offset": 0} | query)
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found

    def package_of(self, order_number: str) -> dict[str, Any]:
        """The only open package of an order."""
        (found,) = self.packages_of(order_number)
        return found

    def packages_of(self, order_number: str) -> list[dict[str, Any]]:
        return [
            package
            for package in self.packages()
            if package["status"] == "Open"
            and order_number in {item["orderNumber"] for item in package["items"]}
        ]

    def package_path(self, number: str, step: str = "") -> str:
        return f"{self.packages_path}/packagenumber/{number}{step}"

    def step(self, number: str, step: str, body: Any = None) -> httpx.Response:
        """POST a step of a package: split, unpack, intransit, deliver, undeliver."""
        return self.sandbox.oms.post(self.package_path(number, f"/{step}"), json=body)

    def pack(self, *lines: tuple[str, int], **more: Any) -> httpx.Response:
        """POST a package of (line id, quantity)."""
        body = {
            "parcelQuantity": 1,
            "deci": 2,
            "lineItemRequests": [{"id": i, "quantity": q, "serialNumbers": []} for i, q in lines],
        }
        return self.sandbox.oms.post(self.packages_path, json=body | more)

    def feed(self, name: str, **query: Any) -> list[dict[str, Any]]:
        """The rows of a package feed: shipped, delivered, undelivered, status/unpacked, …"""
        answer = self.sandbox.oms.get(f"{self.packages_path}/{name}", params=query)
        found: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
        return found

    def open_lines(self, order_number: str | None = None) -> list[dict[str, Any]]:
        answer = self.sandbox.oms.get(self.orders_path, params={"limit": 100, "offset": 0})
        lines = answer.raise_for_status().json()["items"]
        return [line for line in lines if order_number in (None, line["orderNumber"])]

    def claims(self, status: str) -> list[dict[str, Any]]:
        answer = self.sandbox.oms.get(f"{self.claims_path}/status/{status}", params={"limit": 100})
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found

    def claim(self, number: str, status: str) -> dict[str, Any]:
        (found,) = [claim for claim in self.claims(status) if claim["number"] == number]
        return found

    def now_text(self, **shift: float) -> str:
        """A query time: Turkey local, to the minute."""
        at = self.sandbox.world.clock.now() + timedelta(**shift)
        return at.astimezone(TURKEY).strftime("%Y-%m-%d %H:%M")

    def effects(self, kind: str, key: str) -> int:
        return int(self.sandbox.call(lambda world: world.books.count(kind, key)))


@pytest.fixture
def shop(sandbox: SandboxUnderTest) -> Shop:
    """A shop where uploads, packing and imports end at once."""
    found = Shop(sandbox)
    found.pace(upload=0, pack=0, import_visible=0, import_read=0, review_start=0, review=0)
    return found


@pytest.fixture
def claim(shop: Shop) -> str:
    """A return that awaits the merchant's action."""
    shop.act("place_order")
    number: str = shop.act("open_claim", reason="SizeTooLarge", explanation="Büyük geldi.")
    return number


@pytest.fixture
def slow(shop: Shop) -> Shop:
    """A shop where reviews do not end by themselves."""
    shop.pace(review_start=10**6, review=10**6)
    return shop
