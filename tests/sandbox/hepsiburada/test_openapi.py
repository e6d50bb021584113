"""The OMS answers against the facts of its OpenAPI description (paths, methods, fields)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.hepsiburada.conftest import Shop

FACTS: dict[str, Any] = json.loads(Path(__file__).with_name("oms_facts.json").read_text("utf-8"))
ANSWERED = {call: facts["answer"] for call, facts in FACTS.items() if "answer" in facts}
# in older copies of the description these are missing (H§11.1, H§11.2)
LATER = {"totalDeci", "deci", "Deci"}


@pytest.fixture
def values(shop: Shop) -> dict[str, str]:
    """A state in which every feed has a row, and the numbers for the paths."""
    shop.pace(pay=86_400, ship=10**9)
    sku = shop.on_sale()[0]["merchantSku"]
    orders = [shop.act("place_order", lines=[(sku, 1)], cargo="HepsiJet") for _ in range(6)]
    shop.act("place_order", lines=[(sku, 1)], paid=False)
    unpacked = shop.act("place_order", lines=[(sku, 1)], packed=False)
    numbers = [shop.package_of(order)["packageNumber"] for order in orders]
    for number in numbers[:3]:
        shop.act("ship", number)
    shop.act("deliver", numbers[1])
    shop.act("undeliver", numbers[2])
    shop.act("unpack", numbers[3])
    shop.act("cancel_line", order_number=orders[4])
    (line,) = shop.open_lines(unpacked)
    _second_line_for_the_same_buyer(shop, unpacked)
    return {
        "merchantId": shop.merchant,
        "orderNumber": orders[0],
        "packageNumber": numbers[5],
        "packagenumber": numbers[5],
        "lineItemId": line["id"],
        "orderLineId": line["id"],
        "lineId": line["id"],
        "id": line["id"],
    }


def _second_line_for_the_same_buyer(shop: Shop, order_number: str) -> None:
    """Copy the line under a new id, so that something is packageable with it."""
    shop.sandbox.call(
        lambda world: world.db.execute(
            "INSERT INTO hb_line (line_id, order_number, ordinal, listing, hb_sku, merchant_sku,"
            " quantity, open_quantity, unit_price, hb_discount, merchant_discount, vat_rate,"
            " commission_rate, due, updated) SELECT 'ffffffff' || substr(line_id, 9), order_number,"
            " 1, listing, hb_sku, merchant_sku, 1, 1, unit_price, 0, 0, vat_rate, commission_rate,"
            " due, updated FROM hb_line WHERE order_number = ?",
            (order_number,),
        )
    )


def ask(shop: Shop, call: str, values: dict[str, str]) -> Any:
    method, template = call.split(" ")
    path = re.sub(r"\{(\w+)\}", lambda found: values[found.group(1)], template)
    query = {"limit": "10", "offset": "0", "Offset": "0", "format": "png"}
    wanted = {name: query[name] for name in FACTS[call]["query"] if name in query}
    return shop.sandbox.oms.request(method, path, params=wanted)


@pytest.mark.parametrize("call", FACTS)
def test_every_documented_call_is_served(shop: Shop, values: dict[str, str], call: str) -> None:
    assert ask(shop, call, values).status_code not in (404, 405, 500)


@pytest.mark.parametrize("call", [call for call in ANSWERED if call.startswith("GET")])
def test_answers_have_the_documented_fields(shop: Shop, values: dict[str, str], call: str) -> None:
    answer = ask(shop, call, values)
    assert answer.status_code == FACTS[call]["ok"], answer.text
    body = answer.json()
    facts = ANSWERED[call]
    # two arrays of the description are single objects on the wire, or the other way round
    # (H§19.2: unpacked feed, changable cargo companies)
    row = body[0] if isinstance(body, list) else body

    assert set(facts["fields"]) <= set(row) <= set(facts["fields"]) | LATER
    if "items" in facts:
        items = row.get("items") or row["lineItems"]
        assert items
        for item in items:
            assert set(facts["items"]) <= set(item) <= set(facts["items"]) | LATER
