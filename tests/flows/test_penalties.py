"""Penalties (R3): Omnitron's rows count, ours where it has none; lifted here, there, by a cure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hbdash.actions.actor import Actor, Role
from hbdash.actions.lists import read_file
from hbdash.actions.penalties import plan_lift, request_lift
from hbdash.actions.product_trigger import trigger_products
from hbdash.actions.products_touch import plan_touch, request_touch
from hbdash.domain.states import RunState
from hbdash.sandbox.omnitron import backoffice, penalties
from hbdash.sandbox.seed.catalogue import Kind, SeedProduct
from hbdash.store.queries.levers import row_results
from hbdash.store.queries.penalties import PenaltyFilter, count_penalties
from hbdash.store.queries.penalties import penalties as listed
from hbdash.store.tables import Audit, EngineRequest, Failure, Penalty
from tests.flows.products import INCOMPLETE, execute, of_kind, quick, settled
from tests.support.flows import FlowBench

pytestmark = pytest.mark.requirement("R3.7", "R3.8", "R3.9", "R3.13", "R8.4", "R8.6", "R7.5.2")

HOUR = 3600
WHO = Actor("ayse", Role.OPERATOR, "cli")


def there(bench: FlowBench) -> list[dict[str, Any]]:
    """Omnitron's own rows."""
    rows: list[dict[str, Any]] = bench.call(
        lambda world: [dict(row) for row in world.db.execute("SELECT * FROM om_penalty")]
    )
    return rows


def one(bench: FlowBench, key: str, content_type: str = "productprice") -> dict[str, Any]:
    (row,) = bench.rows(Penalty, key=key, content_type=content_type)
    return row


def lock(bench: FlowBench, product: SeedProduct) -> None:
    """A price above the bound: refused now, and again at each try."""
    bench.call(backoffice.set_price, product.sku, product.price_max * 3)
    bench.run_until("price", lambda: bool(bench.rows(Penalty, key=product.sku)), most=4)


def do_lift(bench: FlowBench, **what: Any) -> Any:
    """Plan, ask, and let the engine do it."""
    with bench.db.read() as connection:
        plan = plan_lift(connection, bench.channel_id, bench.now(), **what)
    number = request_lift(bench.db, bench.kit.clock, WHO, bench.channel_id, plan)
    (asked,) = bench.rows(EngineRequest, id=number)
    assert (asked["kind"], asked["flow"]) == ("run", "lift_penalty")
    return plan, bench.run("lift_penalty", keys=asked["payload"]["keys"])


def test_omnitrons_row_is_mirrored_and_counts(bench: FlowBench) -> None:
    product = bench.healthy()
    lock(bench, product)
    (remote,) = there(bench)
    ours = one(bench, product.sku)
    assert (ours["remote_pk"], ours["owner"], ours["tries"]) == (remote["pk"], "omnitron", 1)
    assert ours["next_at"] - ours["last_failed_at"] == timedelta(hours=8)
    # Somebody edits the row in Omnitron: its numbers are shown here at the next look.
    bench.call(
        lambda world: world.db.execute("UPDATE om_penalty SET retry_count = 3, max_retry_count = 2")
    )
    bench.run("penalty_mirror")
    ours = one(bench, product.sku)
    assert (ours["tries"], ours["ended"], ours["next_at"]) == (3, True, None)
    (failure,) = bench.rows(Failure, key=product.sku)
    assert (failure["state"], failure["tries"], failure["max_tries"]) == ("ended", 3, 3)
    with bench.db.read() as connection:
        page = listed(connection, bench.channel_id, bench.now(), PenaltyFilter(state="ended"))
    (line,) = page.rows
    assert (line.key, line.state, line.tries_left, line.code) == (
        product.sku, "ended", 0, "price.locked",
    )  # fmt: skip


def test_what_is_lifted_in_omnitron_is_lifted_here(bench: FlowBench) -> None:
    product = bench.healthy()
    lock(bench, product)
    ours = one(bench, product.sku)
    bench.call(penalties.lift, "productprice", ours["object_pk"])
    bench.run("penalty_mirror")
    assert not bench.rows(Penalty, key=product.sku)
    (failure,) = bench.rows(Failure, key=product.sku)
    assert (failure["state"], failure["penalty_id"]) == ("retrying", None)


def test_a_penalty_that_another_program_left_is_shown_and_can_be_lifted(bench: FlowBench) -> None:
    bench.run("mirror")
    product = bench.healthy()
    lock(bench, product)
    with bench.db.write() as connection:
        connection.exec_driver_sql("DELETE FROM penalty")
    bench.run("penalty_mirror")
    ours = one(bench, product.sku)
    assert (ours["remote_pk"], ours["tries"]) == (there(bench)[0]["pk"], 1)
    do_lift(bench, ids=[ours["id"]])
    assert not there(bench)


@pytest.mark.requirement("R3.13")
def test_where_omnitron_lists_none_ours_count(bench: FlowBench) -> None:
    product = bench.healthy()
    bench.running.world.faults.add(
        service="omnitron", path=r"failed_integrations/$", kind="status", status=404, count=1000
    )
    lock(bench, product)
    ours = one(bench, product.sku)
    assert (ours["remote_pk"], ours["tries"]) == (None, 1)
    assert ours["next_at"] - ours["last_failed_at"] == timedelta(hours=8)
    assert bench.run("penalty_mirror").state is not RunState.FAILED
    assert one(bench, product.sku)["next_at"] == ours["next_at"]


def test_a_lift_by_file_says_what_it_will_do_and_what_it_did(bench: FlowBench) -> None:
    product = bench.healthy()
    lock(bench, product)
    data = f"\ufeffStok Kodu;Not\r\n{product.sku.lower()};x\r\nYOK-1;y\r\n;z\r\n"
    plan, result = do_lift(bench, file=read_file(data.encode("utf-16")))
    assert (plan.total, plan.waiting, plan.counts) == (1, 1, {"productprice": 1})
    assert [(bad.line, bad.text, bad.reason) for bad in plan.unusable] == [
        (3, "YOK-1", "not_penalised"), (4, ";z", "empty_cell"),
    ]  # fmt: skip
    assert (result.state, result.ok) == (RunState.DONE, 1)
    assert not there(bench)
    assert not bench.rows(Penalty)
    with bench.db.read() as connection:
        (row,) = row_results(connection, result.run_id).rows
    assert (row.key, row.status, row.code) == (product.sku, "ok", "penalty.lifted")
    assert [row["who"] for row in bench.rows(Audit, action="penalty.lift")] == ["ayse"]
    # Harmless twice: the row is gone.
    again = bench.run("lift_penalty", keys=[str(plan.ids[0])])
    assert (again.ok, again.skipped) == (0, 1)
    # Lifted, it goes in the next run, right by now.
    bench.call(backoffice.set_price, product.sku, product.price + 1)
    bench.run_until("price", lambda: not bench.rows(Failure, key=product.sku, state="retrying"))


def test_all_that_match_are_lifted_and_no_other(bench: FlowBench) -> None:
    quick(bench)
    priced = of_kind(bench, Kind.NO_PRICE)
    bench.run_until("product_create", lambda: len(bench.rows(Penalty)) >= len(INCOMPLETE))
    with bench.db.read() as connection:
        before = count_penalties(connection, bench.channel_id, bench.now())
    plan, _ = do_lift(bench, wanted=PenaltyFilter(code="price.missing"))
    assert plan.total >= 1
    assert set(plan.counts) == {"productprice"}
    assert not bench.rows(Penalty, key=priced.sku)
    with bench.db.read() as connection:
        after = count_penalties(connection, bench.channel_id, bench.now())
    assert before.total - after.total == plan.total
    # A product without a price is punished as a product there: that row is gone too.
    assert priced.pk not in {row["object_id"] for row in there(bench)}


@pytest.mark.requirement("R4.12", "R7.5.1")
def test_touched_products_are_due_as_updates(bench: FlowBench) -> None:
    bench.run("mirror")
    product, new = bench.healthy(), of_kind(bench, Kind.NEW)

    def updates() -> set[int]:
        due: set[int] = bench.call(
            lambda world: {
                row["object_id"]
                for row in world.db.execute(
                    "SELECT object_id FROM om_due WHERE content_type = 1 AND kind = 'update'"
                )
            }
        )
        return due

    assert product.pk not in updates()
    with bench.db.read() as connection:
        plan = plan_touch(connection, bench.channel_id, keys=[product.sku, new.sku, "YOK-1"])
    assert (plan.total, plan.unlisted) == (2, 1)
    assert [bad.reason for bad in plan.unusable] == ["unknown_sku"]
    number = request_touch(bench.db, bench.kit.clock, WHO, bench.channel_id, plan)
    (asked,) = bench.rows(EngineRequest, id=number)
    result = bench.run("touch_version", keys=asked["payload"]["keys"])
    assert (result.ok, result.skipped) == (1, 1)
    assert product.pk in updates()
    assert new.pk not in updates()
    with bench.db.read() as connection:
        said = {row.key: row.message for row in row_results(connection, result.run_id).rows}
    assert "never sent" in said[new.sku]


@pytest.mark.requirement("R4.12", "R7.5.1")
def test_a_touched_product_is_sent_although_nothing_of_it_differs(bench: FlowBench) -> None:
    quick(bench, ticket=0.0)
    bench.run("mirror")
    product = bench.healthy()

    def tickets() -> int:
        return len(bench.running.world.books.effects("hepsiburada.ticket", product.sku))

    bench.call(backoffice.change_product, product.sku, name="Lalezar Yeni Ad")
    for count in (1, 2):
        bench.run_until("product_update", lambda: tickets() > 0 and settled(bench))
        assert tickets() == count
        bench.move(60)
        assert bench.run("touch_version", keys=[product.sku.lower()], dry_run=True).ok == 1
        bench.run("product_update")
        assert tickets() == count
        assert bench.run("touch_version", keys=[product.sku.lower()]).ok == 1
    bench.run_until("product_update", lambda: tickets() == 3)


@pytest.mark.requirement("R4.12")
def test_a_product_is_touched_in_the_spelling_that_was_given(bench: FlowBench) -> None:
    """The mirror does not know it yet, and Omnitron has it in lower case."""
    sku = bench.healthy().sku
    execute(bench, "UPDATE om_product SET sku = ? WHERE sku = ?", sku.lower(), sku)
    assert bench.run("touch_version", keys=[sku.lower()]).ok == 1


@pytest.mark.requirement("R7.1.9", "R8.8")
def test_the_trigger_refuses_word_for_word_and_tells_the_true_reason(bench: FlowBench) -> None:
    quick(bench)
    sold, faulty = bench.healthy(), of_kind(bench, Kind.NO_IMAGE)
    bench.run_until("product_create", lambda: bool(bench.rows(Penalty, key=faulty.sku)))
    number = trigger_products(
        bench.db, bench.kit.clock, WHO, bench.channel_id, [sold.sku, faulty.sku]
    )
    (asked,) = bench.rows(EngineRequest, id=number)
    result = bench.run("product_create", keys=asked["payload"]["keys"])
    with bench.db.read() as connection:
        said = {row.key: row.message for row in row_results(connection, result.run_id).rows}
    refusal = (
        "The relevant record is not in queue. the item may have been penalized or check product "
        "is saleable"
    )
    assert said[sold.sku] == f"{refusal}: it was sent before, so it now counts as an update"
    assert said[faulty.sku].startswith(f"{refusal}: it failed and waits until ")
