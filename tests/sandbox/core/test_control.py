"""The control endpoint: clock, effects, limits, actions and their refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hbdash.sandbox.seed.catalogue import Kind, products
from tests.sandbox.conftest import SEED, SKUS, SandboxUnderTest

SHOP = list(products(SEED, SKUS))


def one(kind: Kind) -> str:
    return next(p.sku for p in SHOP if p.kind is kind)


def clock_of(answer: Any) -> datetime:
    return datetime.fromisoformat(answer.json()["now"])


def test_the_clock_moves_both_ways(sandbox: SandboxUnderTest) -> None:
    before = clock_of(sandbox.control.get("/clock"))
    assert abs(before - datetime.now(UTC)) < timedelta(seconds=5)
    moved = sandbox.control.post("/clock", json={"move_seconds": 86_400})
    assert timedelta(days=1) <= clock_of(moved) - before < timedelta(days=1, seconds=5)
    back = sandbox.control.post("/clock", json={"move_seconds": -86_400})
    assert back.json()["offset_seconds"] == 0


@pytest.mark.parametrize("body", [{}, {"move_seconds": "day"}, {"move_seconds": True}, [1], "x"])
def test_a_wrong_move_is_refused(sandbox: SandboxUnderTest, body: Any) -> None:
    answer = sandbox.control.post("/clock", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_no_move_leads_out_of_the_calendar(sandbox: SandboxUnderTest) -> None:
    assert sandbox.control.post("/clock", json={"move_seconds": 1e12}).status_code == 400
    assert sandbox.control.get("/clock").json()["offset_seconds"] == 0


def test_effects_keep_their_order_and_count(sandbox: SandboxUnderTest) -> None:
    def enter(world: Any) -> None:
        for number in (1, 2, 3):
            world.books.effect("test.stock", "A", {"value": number})
        world.books.effect("test.stock", "B")
        world.books.effect("test.price", "A")

    sandbox.call(enter)
    answer = sandbox.control.get("/effects", params={"kind": "test.stock", "key": "A"}).json()
    assert answer["count"] == 3
    assert [row["detail"]["value"] for row in answer["effects"]] == [1, 2, 3]
    kinds = sandbox.control.get("/effects", params={"kind": "test.stock"}).json()["kinds"]
    assert kinds == {"test.stock": {"effects": 4, "objects": 2, "most": 3}}
    later = {"kind": "test.stock", "after": answer["effects"][1]["number"], "limit": 1}
    rows = sandbox.control.get("/effects", params=later).json()["effects"]
    assert [row["detail"]["value"] for row in rows] == [3]


def test_effects_of_a_failed_act_are_undone(sandbox: SandboxUnderTest) -> None:
    def fail(world: Any) -> None:
        world.books.effect("test.stock", "A")
        raise LookupError("no")

    with pytest.raises(LookupError):
        sandbox.call(fail)
    assert sandbox.call(lambda world: world.books.count("test.stock", "A")) == 0


def test_limits_can_be_changed_and_hold(sandbox: SandboxUnderTest) -> None:
    sandbox.control.post("/limits", json={"oms_per_second": 1}).raise_for_status()
    path = f"/orders/merchantid/{sandbox.world.merchant_id}"
    answers = [sandbox.oms.get(path, params={"offset": 0, "limit": 10}) for _ in range(6)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].headers["X-RateLimit-Limit"] == "1"
    assert refused[0].headers["X-RateLimit-Remaining"] == "0"
    assert sandbox.control.post("/limits", json={"oms": 1}).status_code == 400
    assert sandbox.control.post("/limits", json={"oms_per_second": 0}).status_code == 400


def test_actions_change_both_sides(sandbox: SandboxUnderTest) -> None:
    sku = one(Kind.LISTED)

    def do(action: str, **arguments: Any) -> Any:
        answer = sandbox.control.post(f"/do/{action}", json=arguments)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    do("set_stock", sku=sku, stock=33)
    do("set_price", sku=sku, price="123.45")
    do("drift_stock", sku=sku, stock=3)
    do("drift_price", sku=sku, price=99.9)
    both = sandbox.control.get(f"/listings/{sku}").json()
    assert both["omnitron"]["stocks"][0]["stock"] == 33
    assert both["omnitron"]["prices"][0]["price"] == "123.45"
    assert both["hepsiburada"]["stock"] == 3
    assert both["hepsiburada"]["price"] == 9990
    assert both["stock"]["wanted"] == 33 - both["stock"]["buffer"]


def test_an_order_and_a_claim_can_be_looked_at(sandbox: SandboxUnderTest) -> None:
    number = sandbox.control.post("/do/place_order", json={}).json()["result"]
    sandbox.move(60)
    order = sandbox.control.get(f"/orders/{number}").json()
    assert order["hepsiburada"]["lines"]
    assert order["omnitron"] == []
    asked = {"claim_type": "Return", "reason": "SizeTooLarge", "deadline": {"in_seconds": 1800}}
    claim = sandbox.control.post("/do/open_claim", json=asked).json()["result"]
    found = sandbox.control.get(f"/claims/{claim}").json()
    assert found["hepsiburada"]["reason"] == "SizeTooLarge"
    now = clock_of(sandbox.control.get("/clock"))
    left = datetime.fromisoformat(found["hepsiburada"]["deadline"]) - now
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    assert found["decisions"] == []
    assert sandbox.control.get(f"/photos/{claim}").json() == {"photos": []}


@pytest.mark.parametrize(
    ("action", "body", "status", "words"),
    [
        ("dance", {}, 404, "no such action; known: "),
        ("set_stock", {"sku": "A"}, 400, "missing a required argument: 'stock'"),
        ("set_stock", {"sku": "A", "stock": 1, "colour": "red"}, 400, "unexpected keyword"),
        ("set_price", {"sku": "A", "price": "dear"}, 400, "price: 'dear' does not fit"),
        ("set_stock", {"sku": "NOT-THERE", "stock": 1}, 409, "NOT-THERE"),
    ],
)
def test_actions_refuse_in_words(
    sandbox: SandboxUnderTest, action: str, body: dict[str, Any], status: int, words: str
) -> None:
    answer = sandbox.control.post(f"/do/{action}", json=body)
    assert (answer.status_code, words in answer.json()["error"]) == (status, True), answer.text


@pytest.mark.parametrize("path", ["/claims/1", "/orders/1", "/listings/X", "/photos/1/1"])
def test_what_is_not_there_is_404(sandbox: SandboxUnderTest, path: str) -> None:
    assert sandbox.control.get(path).status_code == 404


def test_actions_are_listed(sandbox: SandboxUnderTest) -> None:
    named = sandbox.control.get("/do").json()
    wanted = {
        "set_stock", "set_price", "add_price", "add_stock", "add_category", "add_image",
        "map_township", "set_conf", "set_active", "decide_request", "new_product", "place_order",
        "open_claim", "settle_claim", "cancel_line", "drift_price", "drift_stock", "set_lock",
    }  # fmt: skip
    assert wanted <= set(named)
    assert not {"tick", "snapshot"} & set(named)


def test_the_figures_follow_from_the_seed(sandbox: SandboxUnderTest) -> None:
    figures = sandbox.control.get("/state").json()["figures"]
    counted = [p for p in SHOP if p.is_active and p.is_simple]
    assert figures["total_skus"] == len(counted)
    on_sale = [p for p in counted if p.listed and p.hb_stock > 0 and not p.locked]
    assert figures["on_sale"] == len(on_sale)
    # a SKU that is offered lies in the warehouse with the channel's buffer on top
    here = {p.sku: p.stock + figures["buffer"] if p.stock else 0 for p in counted if p.has_stock}
    assert figures["stock_total"] == sum(here.values())
    assert figures["stock_on_sale"] == sum(p.hb_stock for p in on_sale)
    assert figures["price_differences"] == sum(p.listed and p.hb_price != p.price for p in counted)
    saleable = [
        p for p in counted
        if p.has_price and p.has_stock and p.stock > 0 and p.has_category and p.has_image
    ]  # fmt: skip
    assert figures["sku_difference"] == sum(p not in on_sale for p in saleable)
    assert figures["stock_not_on_sale"] == sum(
        here[p.sku] for p in counted if p.has_stock and p not in on_sale
    )
    assert figures["stock_differences"] == sum(p.listed and p.hb_stock != p.stock for p in counted)


def test_an_order_holds_units_until_omnitron_has_it(sandbox: SandboxUnderTest) -> None:
    assert sandbox.control.get("/figures").json()["held_units"] == 0
    number = sandbox.control.post("/do/place_order", json={}).json()["result"]
    lines = sandbox.control.get(f"/orders/{number}").json()["hepsiburada"]["lines"]
    held = sandbox.control.get("/figures").json()["held_units"]
    assert held == sum(line["quantity"] for line in lines)


def test_two_sandboxes_with_one_seed_are_the_same(
    start_sandbox: Callable[..., SandboxUnderTest],
) -> None:
    first, second = start_sandbox(), start_sandbox()
    assert first.world.merchant_id == second.world.merchant_id
    assert first.url != second.url
    assert first.control.get("/figures").json() == second.control.get("/figures").json()
