"""Product Delete end to end: what left the catalogue goes off sale, and comes back (R5.6, A3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.products import held_removals, keep_removals, release_removals
from hbdash.domain.states import RunState
from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.runs import offers
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice, conf
from hbdash.sandbox.seed.catalogue import SeedProduct
from hbdash.store.tables import Failure, Listing, Offer, Removal, Upload
from tests.flows.products import (
    action,
    execute,
    lines,
    listing,
    open_failures,
    quick,
    run_asked,
    settled,
    with_engine,
)
from tests.flows.test_offer_limits import pause, used
from tests.flows.test_product_doubt import Killed
from tests.support.flows import FlowBench

pytestmark = pytest.mark.requirement("R5.6", "R6.6")

PERSON = Actor("ayla", Role.OPERATOR, "cli")
FLOW = "product_delete"


def several(bench: FlowBench, count: int) -> list[SeedProduct]:
    """Complete products that are on sale."""
    return [bench.healthy(n) for n in range(count)]


def leave(bench: FlowBench, *products: SeedProduct) -> None:
    for product in products:
        bench.call(backoffice.remove_product, product.sku)


def states(bench: FlowBench) -> dict[str, str]:
    return {row["sku_key"]: row["state"] for row in bench.rows(Removal)}


def is_off_sale(bench: FlowBench, sku: str) -> bool:
    found = listing(bench, sku)
    return found is not None and (found["stock"], found["salable"], found["deactivated"]) == (
        0, 0, 1,
    )  # fmt: skip


def actions_left(bench: FlowBench, product: SeedProduct) -> int:
    def count(world: Any) -> int:
        pks = (product.pk, 2_000_000 + product.pk, 4_000_000 + product.pk)
        found = world.db.execute(
            "SELECT count(*) FROM om_action WHERE object_id IN (?, ?, ?)", pks
        ).fetchone()
        return int(found[0])

    return int(bench.call(count))


def until_removed(bench: FlowBench, *products: SeedProduct) -> None:
    wanted = {product.sku for product in products}
    bench.run_until(
        FLOW, lambda: {k for k, state in states(bench).items() if state == "removed"} >= wanted
    )


def test_what_left_the_catalogue_is_taken_off_sale_and_let_go_of(bench: FlowBench) -> None:
    quick(bench)
    bench.run("mirror")
    gone, other = several(bench, 2)
    before = listing(bench, other.sku)
    leave(bench, gone)
    until_removed(bench, gone)
    assert is_off_sale(bench, gone.sku)
    assert actions_left(bench, gone) == 0
    books = bench.running.world.books
    assert books.count("hepsiburada.deactivate", gone.sku) == 1
    assert listing(bench, other.sku) == before
    assert any("off sale at Hepsiburada" in line for line in lines(bench, gone.sku))
    assert bench.run(FLOW).state is RunState.NOTHING_DUE
    # Nothing brings the stock back: neither the flow by hand, nor a correction.
    for flow in ("mirror", "stock_correction"):
        bench.run(flow)
    bench.run("stock", keys=[gone.sku])
    assert is_off_sale(bench, gone.sku)
    # Nor does a value that was read before it left, and is wanted after.
    late = offers.Wanted(gone.sku, 7, None, bench.now(), 2)
    with bench.db.write() as connection:
        offers.want(connection, bench.channel_id, "stock", [late])
    (offer,) = bench.rows(Offer, sku_key=gone.sku, kind="stock")
    assert offer["wanted"] == 0


def test_a_product_without_a_listing_is_let_go_of_at_once(bench: FlowBench) -> None:
    quick(bench)
    bench.run("mirror")
    (gone,) = several(bench, 1)
    # The whole listing is another merchant's by now.
    execute(bench, "UPDATE hb_listing SET merchant_sku='X', sku_key='X' WHERE hb_sku=?",
            gone.hb_sku)  # fmt: skip
    execute(bench, "UPDATE hb_listing SET hb_sku='HBX' WHERE hb_sku=?", gone.hb_sku)
    leave(bench, gone)
    assert bench.run(FLOW).ok == 1
    assert actions_left(bench, gone) == 0
    assert not states(bench)
    assert not bench.running.world.books.counts("hepsiburada.deactivate")


def test_many_at_once_are_held_until_a_person_lets_exactly_these_go(bench: FlowBench) -> None:
    quick(bench)
    bench.run("mirror")
    gone = several(bench, 8)
    leave(bench, *gone[:7])
    assert bench.run(FLOW, dry_run=True).skipped == 7
    assert bench.run(FLOW).skipped == 7
    (failure,) = bench.rows(Failure, code="offer.held", state="open")
    assert (failure["params"]["count"], failure["needs_person"]) == ("7", True)
    assert all(listing(bench, product.sku)["salable"] for product in gone)  # type: ignore[index]
    # What follows while some are held is held as well, and a run changes nothing by itself.
    leave(bench, gone[7])
    bench.run(FLOW)
    held = held_removals(bench.db, bench.channel_id)
    assert len(held) == 8
    common = (bench.db, bench.kit.clock, PERSON, bench.channel_id)
    assert keep_removals(*common, [gone[0].sku.lower()]) == 1
    assert release_removals(*common, held) == 7
    with pytest.raises(Refused, match=r"removal\.none_held"):
        release_removals(*common, held)
    until_removed(bench, *gone[1:])
    assert not bench.rows(Failure, code="offer.held", state="open")
    kept = listing(bench, gone[0].sku)
    assert kept is not None
    assert kept["salable"] == 1
    # By hand, by name, also what was thrown away goes.
    bench.run(FLOW, keys=[gone[0].sku])
    until_removed(bench, gone[0])
    assert is_off_sale(bench, gone[0].sku)


def test_before_anything_is_known_of_the_listings_many_are_held_too(bench: FlowBench) -> None:
    quick(bench)
    gone = several(bench, 6)
    leave(bench, *gone)
    assert bench.run(FLOW).skipped == 6
    assert set(states(bench).values()) == {"held"}
    # A catalogue that was emptied by mistake and is put right again leaves nothing behind.
    for product in gone:
        bench.call(backoffice.return_product, product.sku)
    bench.run(FLOW)
    assert not states(bench)
    assert not bench.rows(Failure, code="offer.held", state="open")
    assert all(listing(bench, product.sku)["salable"] for product in gone)  # type: ignore[index]


def test_a_product_that_returns_is_activated_once_price_and_stock_are_there(
    bench: FlowBench,
) -> None:
    quick(bench)
    bench.run("mirror")
    (gone,) = several(bench, 1)
    leave(bench, gone)
    until_removed(bench, gone)
    bench.call(backoffice.return_product, gone.sku)
    bench.run("product_create")
    assert action(bench, gone.sku)["status"] == "success"
    assert states(bench) == {gone.sku: "returning"}
    assert is_off_sale(bench, gone.sku)
    assert bench.run(FLOW).ok == 0, "not before its stock is confirmed"
    run_asked(bench)
    bench.run_until(
        "stock", lambda: bool(bench.rows(Offer, sku_key=gone.sku, kind="stock", state="confirmed"))
    )
    bench.run_until(FLOW, lambda: not states(bench))
    found = listing(bench, gone.sku)
    assert found is not None
    assert (found["stock"], found["salable"]) == (gone.stock, 1)
    assert bench.running.world.books.count("hepsiburada.activate", gone.sku) == 1


def test_one_that_comes_back_in_the_middle_keeps_its_actions(bench: FlowBench) -> None:
    quick(bench, upload=600.0)
    bench.run("mirror")
    (gone,) = several(bench, 1)
    leave(bench, gone)
    bench.run(FLOW)
    assert states(bench) == {gone.sku: "zero_sent"}
    bench.call(backoffice.return_product, gone.sku)
    bench.run(FLOW)
    assert states(bench) == {gone.sku: "returning"}
    assert actions_left(bench, gone) == 3
    bench.move(601)
    bench.call(marketplace.set_pace, upload=0.0)
    bench.run(FLOW)
    run_asked(bench)
    bench.run_until(FLOW, lambda: not states(bench))
    found = listing(bench, gone.sku)
    assert found is not None
    assert (found["stock"], found["salable"]) == (gone.stock, 1)


def test_lost_answers_and_refusals_end_off_sale_all_the_same(bench: FlowBench) -> None:
    quick(bench)
    bench.run("mirror")
    first, frozen = several(bench, 2)
    leave(bench, first, frozen)
    bench.call(marketplace.set_flags, frozen.sku, frozen=True)
    add = bench.running.world.faults.add
    bench.call(lambda world: add(kind="lost_answer", count=1, service="listing", method="POST",
                                 path="stock-uploads"))  # fmt: skip
    assert bench.run(FLOW).state is RunState.FAILED
    bench.call(lambda world: add(kind="lost_answer", count=1, service="listing", method="POST",
                                 path="deactivate"))  # fmt: skip
    until_removed(bench, first)
    assert is_off_sale(bench, first.sku)
    bench.run_until(FLOW, lambda: "upload.row" in open_failures(bench, frozen.sku, FLOW))
    failure = open_failures(bench, frozen.sku, FLOW)["upload.row"]
    assert failure["params"]["name"] == "ListingFrozen"
    assert failure["next_at"] is not None
    bench.call(marketplace.set_flags, frozen.sku, frozen=False)
    bench.move(8 * 3600 + 1)
    until_removed(bench, frozen)
    assert is_off_sale(bench, frozen.sku)
    assert not open_failures(bench, frozen.sku, FLOW)
    assert not [row for row in bench.rows(Upload) if row["state"] in ("sent", "preparing")]


def test_a_sku_that_another_product_has_now_stays_on_sale(bench: FlowBench) -> None:
    quick(bench)
    bench.run("mirror")
    gone, heir = several(bench, 2)
    leave(bench, gone)
    execute(bench, "UPDATE om_product SET sku = 'OLD' WHERE pk = ?", gone.pk)
    execute(bench, "UPDATE om_product SET sku = ? WHERE pk = ?", gone.sku, heir.pk)
    assert bench.run(FLOW).skipped == 1
    found = listing(bench, gone.sku)
    assert found is not None
    assert found["salable"] == 1
    assert not states(bench)


@pytest.mark.parametrize("how", ["flag", "pause"])
def test_its_uploads_are_settled_while_it_may_not_run(bench: FlowBench, how: str) -> None:
    """Else they would take the room of stock and price for ever (H§4)."""
    quick(bench, upload=900.0)
    bench.run("mirror")
    (gone,) = several(bench, 1)
    leave(bench, gone)
    bench.run(FLOW)
    (upload,) = bench.rows(Upload, kind="removal")
    assert upload["state"] == "sent"
    if how == "flag":
        flags = bench.call(lambda world: conf.stored_conf(world.db)["feature_flags"])
        bench.call(backoffice.set_conf, feature_flags={**flags, "delete_product": False})
    else:
        pause(bench, FLOW)
    bench.move(1000)
    assert bench.run(FLOW).reason_id in ("flag.off", "run.paused")
    bench.run("cause_watch")
    (upload,) = bench.rows(Upload, kind="removal")
    assert upload["state"] == "done"
    (offer,) = bench.rows(Offer, sku_key=gone.sku, kind="stock")
    assert offer["upload_id"] is None


def test_what_it_was_about_to_send_when_it_died_is_lost_after_an_hour(
    bench: FlowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(bench)
    bench.run("mirror")
    (gone,) = several(bench, 1)
    leave(bench, gone)

    def dies(*_: object) -> str:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(HepsiburadaClient, "upload_stock", dies)
        with pytest.raises(Killed):
            bench.run(FLOW)
    pause(bench, FLOW)
    for minutes, state in ((30, "preparing"), (31, "lost")):
        bench.move(60 * minutes)
        bench.run("cause_watch")
        assert [row["state"] for row in bench.rows(Upload, kind="removal")] == [state]


def test_zeros_keep_the_gap_and_the_quota_of_all_uploads(bench: FlowBench) -> None:
    quick(bench)
    bench.run("mirror")
    bench.run_until("stock", lambda: settled(bench))
    gone, other = several(bench, 2)
    with_engine(bench, upload_gap_s=10)
    leave(bench, gone)
    quota = 10 * len(bench.rows(Listing, gone=False))
    used(bench, quota)
    bench.run(FLOW)
    assert states(bench) == {gone.sku: "waiting"}
    assert not bench.rows(Upload, kind="removal")
    bench.move(86_400)
    bench.call(backoffice.set_price, other.sku, other.price + 1)
    bench.run("price")
    until_removed(bench, gone)
    sent = [row["sent_at"] for row in bench.rows(Upload) if row["sent_at"]]
    (zero,) = bench.rows(Upload, kind="removal")
    assert zero["sent_at"] - max(at for at in sent if at < zero["sent_at"]) >= timedelta(seconds=10)
