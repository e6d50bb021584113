from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.gates import (
    GATES,
    GateFacts,
    GateState,
    first_stop,
    missing_conditions,
    walk_gates,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GOOD = GateFacts(
    channel_active=True, paused_until=None, flag="stock", flag_on=True, simple=True, active=True,
    in_catalogue=True, categories=1, category="Banyo", missing_attributes=(), price=Decimal(299),
    stock=10, wanted_stock=7, sale_stopped=False, images=4, penalty_until=None,
    pending_upload=None, lock_reasons=(), listed=True, suspended=False, frozen=False, salable=True,
)  # fmt: skip

STOPS: list[tuple[str, str, dict[str, Any]]] = [
    ("channel", "inactive", {"channel_active": False}),
    ("channel", "paused", {"paused_until": NOW}),
    ("flag", "off", {"flag_on": False}),
    ("catalogue", "not_in_catalogue", {"in_catalogue": False}),
    ("catalogue", "not_simple", {"simple": False}),
    ("catalogue", "not_active", {"active": False}),
    ("category", "no_category", {"categories": 0}),
    ("category", "many_categories", {"categories": 2}),
    ("mapping", "attributes", {"missing_attributes": ("Renk",)}),
    ("price", "no_price", {"price": None}),
    ("price", "no_price", {"price": Decimal(0)}),
    ("stock", "no_record", {"stock": None}),
    ("stock", "no_stock", {"stock": 0}),
    ("stock", "stop_of_sale", {"sale_stopped": True}),
    ("stock", "kept_back", {"wanted_stock": 0}),
    ("image", "no_image", {"images": 0}),
    ("penalty", "waiting", {"penalty_until": NOW}),
    ("penalty", "ended", {"penalty_ended": True}),
    ("pending_upload", "pending", {"pending_upload": NOW}),
    ("lock", "locked", {"lock_reasons": ("PriceIsLessThanThreshold",)}),
    ("marketplace_state", "status", {"listed": False, "marketplace_status": "waiting"}),
    ("marketplace_state", "suspended", {"suspended": True}),
    ("marketplace_state", "frozen", {"frozen": True}),
    ("marketplace_state", "no_listing", {"listed": False}),
    ("marketplace_state", "not_salable", {"salable": False}),
]


def test_a_good_record_passes_every_gate_in_order() -> None:
    results = walk_gates(GOOD)
    assert [result.gate for result in results] == list(GATES)
    assert {result.state for result in results} == {GateState.PASSED}
    assert first_stop(GOOD) is None
    assert missing_conditions(GOOD) == []


def test_what_was_not_looked_up_is_told_and_stops_nothing() -> None:
    assert [result.gate for result in walk_gates(GateFacts())] == list(GATES)
    assert {result.state for result in walk_gates(GateFacts())} == {GateState.NOT_LOOKED}
    assert missing_conditions(GateFacts()) == []


@pytest.mark.requirement("R4.8", "R7.1.3")
@pytest.mark.parametrize(("gate", "reason", "change"), STOPS)
def test_each_gate_stops_and_says_why(gate: str, reason: str, change: dict[str, Any]) -> None:
    stop = first_stop(replace(GOOD, **change))
    assert stop is not None
    assert (stop.gate, stop.params["reason"]) == (gate, reason)


@given(st.lists(st.sampled_from(STOPS), min_size=1, max_size=6))
def test_the_walk_ends_at_the_first_gate_that_stops(stops: list[tuple[str, str, Any]]) -> None:
    facts = GOOD
    for _, _, change in stops:
        facts = replace(facts, **change)
    results = walk_gates(facts)
    assert [result.gate for result in results] == list(GATES)[: len(results)]
    assert results[-1].stopped
    assert not any(result.stopped for result in results[:-1])
    assert results[-1].gate == min((gate for gate, _, _ in stops), key=GATES.index)


@pytest.mark.requirement("R7.1.3", "R7.2.4")
@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"price": None}, ["no_price"]),
        ({"price": Decimal(0), "stock": 0}, ["no_price", "no_stock"]),
        ({"stock": None, "categories": 0, "images": 0}, ["no_stock", "no_category", "no_image"]),
        ({"in_catalogue": False}, ["not_in_catalogue"]),
        ({"simple": False, "active": False}, ["not_simple", "not_active"]),
        # What Omnitron deems saleable sees neither buffer nor the marketplace (R7.1.3).
        ({"wanted_stock": 0, "salable": False, "categories": 2, "penalty_ended": True}, []),
    ],
)
def test_missing_conditions(change: dict[str, Any], missing: list[str]) -> None:
    assert missing_conditions(replace(GOOD, **change)) == missing
