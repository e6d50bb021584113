"""A proposed match waits for a person, and a review is followed without end (R5.4)."""

from __future__ import annotations

import pytest

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.products import decide_prematch
from hbdash.domain.states import RunState
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.seed.catalogue import SeedProduct
from hbdash.store.queries.prematches import Prematch, count_prematches, prematches
from hbdash.store.tables import EngineRequest, Intent, MarketProduct
from tests.flows.products import (
    action,
    execute,
    imports,
    lines,
    listing,
    more,
    new,
    open_failures,
    quick,
)
from tests.support.flows import FlowBench

pytestmark = pytest.mark.requirement("R5.4")

PERSON = Actor("ayla", Role.OPERATOR, "cli")
BARCODE, OTHER_BARCODE = "7541828790114", "7541828790155"


def proposed(bench: FlowBench) -> SeedProduct:
    """A new product for which Hepsiburada proposes one of its own."""
    quick(bench)
    product = new(bench)[0]
    execute(bench, "UPDATE om_product SET barcode = ? WHERE sku = ?", BARCODE, product.sku)
    bench.run("product_create")
    return product


def waiting(bench: FlowBench) -> tuple[Prematch, ...]:
    with bench.db.read() as connection:
        return prematches(connection, bench.channel_id)


def decide(bench: FlowBench, sku: str, approve: bool) -> int:
    return decide_prematch(bench.db, bench.kit.clock, PERSON, bench.channel_id, sku, approve)


def sent(bench: FlowBench, sku: str) -> list[str]:
    effects = bench.running.world.books.effects("hepsiburada.prematch", sku)
    return [effect.detail["status"] for effect in effects]


@pytest.mark.parametrize(("approve", "status"), [(True, "MATCHED"), (False, "REJECTED")])
def test_a_word_is_carried_out_once(bench: FlowBench, approve: bool, status: str) -> None:
    product = proposed(bench)
    (one,) = waiting(bench)
    (proposal,) = one.proposals
    assert (one.sku_key, proposal.hb_sku) == (product.sku, "HBV00000K7A11")
    assert proposal.name
    # Nobody has said anything: whatever runs, nothing is sent.
    bench.move(3600)
    bench.run("product_create")
    assert sent(bench, product.sku) == []
    request = decide(bench, f" {product.sku.lower()} ", approve)
    (asked,) = bench.rows(EngineRequest, id=request)
    assert (asked["kind"], asked["flow"], asked["requested_by"]) == ("run", "prematch", "ayla")
    with pytest.raises(Refused, match=r"prematch\.decided"):
        decide(bench, product.sku, not approve)
    assert bench.run("prematch", dry_run=True).skipped == 1
    assert bench.run("prematch", keys=[product.sku]).ok == 1
    assert bench.run("prematch").state is RunState.NOTHING_DUE
    assert sent(bench, product.sku) == [status]
    assert not waiting(bench)
    assert "product.pre_matched" not in open_failures(bench, product.sku)
    assert (listing(bench, product.sku) is not None) is approve
    (row,) = bench.rows(MarketProduct, sku_key=product.sku)
    assert row["status"] == status
    with pytest.raises(Refused, match=r"prematch\.none"):
        decide(bench, product.sku, approve)


def test_a_lost_answer_is_asked_for_and_a_lost_word_sent_after_two_looks(
    bench: FlowBench,
) -> None:
    product = proposed(bench)
    call = {"service": "mpop", "method": "POST", "path": "approve-prematch"}
    decide(bench, product.sku, True)
    bench.call(lambda world: world.faults.add(kind="drop", count=1, **call))
    assert bench.run("prematch").state is RunState.FAILED
    for seconds in (0, 61, 0):
        bench.move(seconds)
        bench.run("prematch")
        assert sent(bench, product.sku) == []
    bench.move(61)
    # Still proposed at two looks that are a minute apart: it is sent again, and arrives unheard.
    bench.call(lambda world: world.faults.add(kind="lost_answer", count=1, **call))
    assert bench.run("prematch").state is RunState.FAILED
    bench.move(61)
    bench.run("prematch")
    assert sent(bench, product.sku) == ["MATCHED"]
    assert [row["state"] for row in bench.rows(Intent, kind="prematch")] == ["done"]


def test_a_word_that_is_refused_keeps_no_product_from_going_out(bench: FlowBench) -> None:
    product = proposed(bench)
    call = {"service": "mpop", "method": "POST", "path": "approve-prematch"}
    decide(bench, product.sku, True)
    rule = bench.call(lambda world: world.faults.add(kind="status", status=400, **call))
    (fresh,) = more(bench, 1)
    bench.move(301)
    for _ in range(2):
        bench.run("product_create")
    assert imports(bench, fresh.sku) == 1
    assert rule.met == 1, "it is not said again by itself"
    (row,) = bench.rows(MarketProduct, sku_key=product.sku)
    assert row["decision_state"] == "refused"
    assert [row["state"] for row in bench.rows(Intent, kind="prematch")] == ["failed"]


def test_another_proposal_than_the_one_decided_on_is_never_approved(bench: FlowBench) -> None:
    product = proposed(bench)
    decide(bench, product.sku, True)
    execute(bench, "UPDATE hb_product SET matched = replace(matched, 'HBV00000K7A11', 'HBV-OTHER')")
    assert bench.run("prematch").skipped == 1
    assert sent(bench, product.sku) == []
    (one,) = waiting(bench)
    assert one.proposals[0].hb_sku == "HBV-OTHER"
    with bench.db.read() as connection:
        assert count_prematches(connection, bench.channel_id) == 1
    decide(bench, product.sku, False)
    bench.run("prematch")
    assert sent(bench, product.sku) == ["REJECTED"]


def test_a_review_is_followed_long_after_the_hours_of_the_result(bench: FlowBench) -> None:
    quick(bench, review_start=20 * 86_400.0, review=86_400.0)
    product, other = new(bench)[:2]
    bench.run("product_create")
    assert action(bench, product.sku)["status"] == "success"
    for days in (1, 5, 9):
        bench.move(days * 86_400)
        bench.run("product_create")
    assert not open_failures(bench, product.sku)
    bench.call(marketplace.settle_product, product.sku, "MISSING_INFO")
    bench.move(86_400)
    bench.run("product_create")
    failure = open_failures(bench, product.sku)["product.missing_info"]
    assert (failure["needs_person"], failure["penalty_id"]) == (True, None)
    # Somebody mends it in the portal.
    bench.call(marketplace.settle_product, product.sku, "CREATED")
    bench.move(86_400)
    bench.run("product_create")
    assert not open_failures(bench, product.sku)
    (row,) = bench.rows(MarketProduct, sku_key=product.sku)
    assert (row["status"], row["ask_at"]) == ("CREATED", None)
    found = listing(bench, product.sku)
    assert found is not None
    assert row["hb_sku"] == found["hb_sku"]
    assert found["hb_sku"] in str(action(bench, product.sku)["state"])
    assert imports(bench, product.sku) == 1
    bench.move(20 * 86_400)
    bench.run("product_create")
    bench.move(2 * 86_400)
    bench.run("product_create")
    assert any("at Hepsiburada" in line for line in lines(bench, other.sku))
    (row,) = bench.rows(MarketProduct, sku_key=other.sku)
    assert row["status"] in ("CREATED", "MATCHED")


def test_a_listing_opened_in_the_panel_is_adopted(bench: FlowBench) -> None:
    quick(bench)
    product, model = new(bench)[0], bench.healthy()
    columns = bench.call(
        lambda world: [
            row["name"]
            for row in world.db.execute("PRAGMA table_info(hb_listing)")
            if row["name"] != "n"
        ]
    )
    given = {"listing_id": "'x'", "hb_sku": "'HBPANEL'", "merchant_sku": "?1", "sku_key": "?1"}
    values = ", ".join(given.get(name, name) for name in columns)
    execute(
        bench,
        f"INSERT INTO hb_listing ({', '.join(columns)}) SELECT {values} FROM hb_listing"
        " WHERE sku_key = ?2",
        product.sku,
        model.sku,
    )
    bench.run("product_create")
    assert imports(bench, product.sku) == 0
    assert action(bench, product.sku)["status"] == "success"
