"""Orders and packages (H§10, H§11)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.hepsiburada.models.packages import Package
from hbdash.hepsiburada.paging import FeedPage, M
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.transport.errors import NotFound
from tests.hepsiburada.conftest import Fault
from tests.sandbox.conftest import SandboxUnderTest


def rows(pages: Iterable[FeedPage[M]]) -> list[M]:
    found: list[M] = []
    for page in pages:
        assert not page.faulty
        found.extend(page.rows)
    return found


def window() -> tuple[datetime, datetime]:
    now = datetime.now(UTC)
    return now - timedelta(hours=2), now + timedelta(hours=2)


def order_and_pack(sandbox: SandboxUnderTest, count: int) -> list[str]:
    sandbox.call(marketplace.set_pace, pack=0.0)
    return [sandbox.call(marketplace.place_order) for _ in range(count)]


def packages(client: HepsiburadaClient) -> list[Package]:
    return rows(client.packages(*window()))


def test_all_packages_of_a_window_come_once(
    client: HepsiburadaClient, sandbox: SandboxUnderTest
) -> None:
    orders = order_and_pack(sandbox, 23)
    found = packages(client)
    assert len(found) == 23
    assert sorted(item.order_number for one in found for item in one.items[:1]) == sorted(orders)


def test_a_full_last_page_is_followed_by_an_empty_one(
    client: HepsiburadaClient, sandbox: SandboxUnderTest
) -> None:
    order_and_pack(sandbox, 20)
    assert [page.seen for page in client.packages(*window())][:3] == [10, 10, 0]


def test_a_package_that_comes_while_the_list_is_read_is_not_missed(
    client: HepsiburadaClient, sandbox: SandboxUnderTest
) -> None:
    order_and_pack(sandbox, 12)
    pages = client.packages(*window())
    first = next(pages)
    order_and_pack(sandbox, 1)
    numbers = [one.package_number for one in (*first.rows, *rows(pages))]
    assert len(numbers) == len(set(numbers)) == 13


def test_repeated_rows_are_taken_once(
    client: HepsiburadaClient, sandbox: SandboxUnderTest, fault: Fault
) -> None:
    order_and_pack(sandbox, 11)
    fault("duplicate", "oms", path="packages")
    numbers = [one.package_number for one in packages(client)]
    assert len(numbers) == len(set(numbers)) == 11


def test_amounts_times_and_odd_texts_survive(
    client: HepsiburadaClient, sandbox: SandboxUnderTest
) -> None:
    sku = next(row for row in client.listings().rows if row.is_salable and row.available_stock > 3)
    sandbox.call(marketplace.set_pace, pack=0.0)
    line = {"sku": sku.merchant_sku, "quantity": 3, "unit_price": "28.99833"}
    sandbox.call(marketplace.place_order, lines=[line], business=True)
    package = packages(client)[0]
    item = package.items[0]
    assert (item.quantity, item.price.amount) == (3, Decimal("28.99833"))
    assert item.total_price.amount == Decimal("86.99499")
    assert item.total_price.currency == "TRY"
    assert item.merchant_sku == sku.merchant_sku
    assert package.tax_number
    assert package.identity_no == ""
    assert package.order_date.tzinfo is UTC
    assert abs(datetime.now(UTC) - package.order_date) < timedelta(minutes=5)


def test_an_order_is_read_after_packing_too(
    client: HepsiburadaClient, sandbox: SandboxUnderTest
) -> None:
    number = order_and_pack(sandbox, 1)[0]
    package = packages(client)[0]
    order = client.order(number)
    assert order.order_number == number
    assert {line.package_number for line in order.items} == {package.package_number}
    assert {line.id for line in order.items} == {item.line_item_id for item in package.items}
    assert order.customer is not None
    assert order.customer.customer_id == package.customer_id


def test_a_package_tells_where_it_is_and_the_feeds_follow_it(
    client: HepsiburadaClient, sandbox: SandboxUnderTest
) -> None:
    order_and_pack(sandbox, 3)
    first, second, third = (one.package_number for one in packages(client))
    sandbox.call(marketplace.ship, first)
    for number in (second, third):
        sandbox.call(marketplace.ship, number)
    sandbox.call(marketplace.deliver, second)
    sandbox.call(marketplace.undeliver, third)
    assert client.package(first).status == "InTransit"
    shipped = {one.package_number: one for one in rows(client.shipped())}
    assert shipped[first].happened_at is not None
    assert shipped[first].orders
    assert [one.package_number for one in rows(client.delivered())] == [second]
    assert [one.package_number for one in rows(client.undelivered())] == [third]


def test_a_broken_up_package_shows_in_its_feed_and_its_lines_in_the_orders(
    client: HepsiburadaClient, sandbox: SandboxUnderTest
) -> None:
    number = order_and_pack(sandbox, 1)[0]
    package = packages(client)[0]
    sandbox.call(marketplace.unpack, package.package_number)
    assert [one.package_number for one in rows(client.unpacked(*window()))] == [
        package.package_number
    ]
    lines = rows(client.paid_orders())
    assert {line.order_number for line in lines} == {number}
    assert {line.status for line in lines} == {"Unpacked"}


def test_open_unpaid_and_cancelled_lines(
    client: HepsiburadaClient, sandbox: SandboxUnderTest
) -> None:
    unpaid = sandbox.call(marketplace.place_order, paid=False)
    paid = sandbox.call(marketplace.place_order, packed=False)
    assert {line.order_number for line in rows(client.awaiting_payment())} == {unpaid}
    lines = rows(client.paid_orders())
    assert {line.order_number for line in lines} == {paid}
    sandbox.call(marketplace.cancel_line, lines[0].id)
    cancelled = rows(client.cancelled())
    assert [(one.line_item_id, one.order_number) for one in cancelled] == [(lines[0].id, paid)]
    assert cancelled[0].cancel_date is not None


def test_unknown_numbers_are_not_found(client: HepsiburadaClient) -> None:
    with pytest.raises(NotFound, match="999"):
        client.package("999")
    with pytest.raises(NotFound):
        client.order("999")


def test_a_key_can_not_leave_its_place_in_the_path(
    client: HepsiburadaClient, sandbox: SandboxUnderTest
) -> None:
    with pytest.raises(NotFound):
        client.order("../../claims/number/1/accept?x=")
    assert "/orders/merchantid/" in sandbox.control.get("/requests").text
