"""Product Update end to end: as new, imported again, or a ticket of what changed (R5.5)."""

from __future__ import annotations

from typing import Any

import pytest

from hbdash.domain.states import RunState
from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.hepsiburada.models.products import ProductRow
from hbdash.runs.context import RunContext
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.seed.catalogue import Kind, SeedProduct
from hbdash.store.tables import BatchRequest, Intent, Penalty, Upload, UploadRow
from tests.flows.products import (
    action,
    execute,
    imports,
    lines,
    listing,
    new,
    of_kind,
    open_failures,
    quick,
    run_asked,
    settled,
)
from tests.flows.test_product_doubt import Killed
from tests.support.flows import FlowBench

pytestmark = pytest.mark.requirement("R5.5", "R6.7")

FLOW = "product_update"
TICKET = {"service": "mpop", "method": "POST", "path": "integrator/import"}


def tickets(bench: FlowBench, sku: str) -> list[dict[str, Any]]:
    """The fields of each ticket that the entry team has looked at."""
    effects = bench.running.world.books.effects("hepsiburada.ticket", sku)
    return [effect.detail["fields"] for effect in effects]


def rename(bench: FlowBench, product: SeedProduct, name: str) -> None:
    bench.call(backoffice.change_product, product.sku, name=name)


def until_settled(bench: FlowBench) -> None:
    bench.run_until(FLOW, lambda: settled(bench))


def ready(bench: FlowBench, **pace: float) -> SeedProduct:
    """A product that is on sale, and of which a first ticket has told all."""
    quick(bench, **{"ticket": 0.0, **pace})
    bench.run("mirror")
    return bench.healthy()


def test_the_first_ticket_tells_all_and_the_next_what_changed(bench: FlowBench) -> None:
    product = ready(bench)
    rename(bench, product, "Lalezar Yeni Ad")
    assert bench.run(FLOW).ok == 1
    until_settled(bench)
    (first,) = tickets(bench, product.sku)
    assert first["productName"] == "Lalezar Yeni Ad"
    for field in ("productDescription", "image1", "kdv", "desi", "barcode", "warrantyPeriod"):
        assert first[field]
    assert not {"price", "stock", "merchantSku"} & set(first)
    assert "" not in first.values()
    found = listing(bench, product.sku)
    assert found is not None
    assert found["name"] == "Lalezar Yeni Ad"
    done = action(bench, product.sku)
    assert (done["status"], done["remote_id"]) == ("success", product.sku)
    rename(bench, product, "Lalezar Noch Einmal")
    bench.run(FLOW)
    until_settled(bench)
    # The shop's texts begin with the name.
    assert set(tickets(bench, product.sku)[1]) == {"productName", "productDescription"}
    # Nothing of it differs: nothing is sent, and Omnitron hears that it is done.
    rename(bench, product, "Lalezar Noch Einmal")
    assert bench.run(FLOW).ok == 1
    assert len(tickets(bench, product.sku)) == 2
    assert any("nothing of it differs" in line for line in lines(bench, product.sku))
    assert bench.run(FLOW).state is RunState.NOTHING_DUE
    # By hand a person wants all of it sent.
    bench.run(FLOW, keys=[product.sku.lower()])
    until_settled(bench)
    assert set(tickets(bench, product.sku)[2]) == set(first)


def test_a_form_of_the_remote_id_that_is_there_is_kept(bench: FlowBench) -> None:
    quick(bench, ticket=0.0)
    (product, *_) = bench.seeded(lambda p: p.listed and p.n % 17 == 3 and p.kind is Kind.LISTED)
    assert action(bench, product.sku)["remote_id"] == product.hb_sku
    rename(bench, product, "Umbenannt")
    bench.run(FLOW)
    until_settled(bench)
    done = action(bench, product.sku)
    assert (done["status"], done["remote_id"]) == ("success", product.hb_sku)


def test_a_rejected_field_is_named_and_goes_again_when_it_is_mended(bench: FlowBench) -> None:
    product = ready(bench)
    rename(bench, product, "Erster Name")
    bench.run(FLOW)
    until_settled(bench)
    bench.call(marketplace.reject_field, product.sku, "NAME", "Marka adı geçemez")
    rename(bench, product, "Zweiter Name")
    bench.run(FLOW)
    until_settled(bench)
    failure = open_failures(bench, product.sku, FLOW)["ticket.rejected"]
    assert (failure["params"]["attribute"], failure["params"]["text"]) == (
        "NAME", "Marka adı geçemez",
    )  # fmt: skip
    (penalty,) = bench.rows(Penalty, key=product.sku)
    assert penalty["content_type"] == "product"
    assert action(bench, product.sku)["status"] == "error"
    bench.call(marketplace.reject_field, product.sku, "NAME", "")
    bench.move(8 * 3600)
    bench.run(FLOW)
    until_settled(bench)
    # The same value as before, but it was not taken.
    assert tickets(bench, product.sku)[-1] == {"productName": "Zweiter Name"}
    assert not open_failures(bench, product.sku, FLOW)
    assert not bench.rows(Penalty, key=product.sku)


def test_a_long_review_is_done_for_omnitron_and_followed_for_thirty_days(
    bench: FlowBench,
) -> None:
    product = ready(bench, ticket=40 * 86_400.0)
    rename(bench, product, "Lange Prüfung")
    bench.run(FLOW)
    bench.move(6 * 3600 - 600)
    bench.run(FLOW)
    assert settled(bench), "some minutes before Omnitron would give it up itself"
    assert action(bench, product.sku)["status"] == "success"
    assert {row["state"] for row in bench.rows(UploadRow, kind="ticket")} == {"in_review"}
    bench.call(marketplace.reject_field, product.sku, "NAME", "Uygunsuz")
    bench.move(86_400)
    bench.run(FLOW)
    assert not open_failures(bench, product.sku, FLOW)
    execute(bench, "UPDATE hb_ticket SET ready = 0")
    bench.move(86_400)
    bench.run(FLOW)
    failure = open_failures(bench, product.sku, FLOW)["ticket.rejected"]
    assert (failure["needs_person"], failure["penalty_id"]) == (True, None)
    assert action(bench, product.sku)["status"] == "success"
    assert [row["state"] for row in bench.rows(Upload, kind="ticket")] == ["done"]


def test_what_is_still_editable_is_imported_again(bench: FlowBench) -> None:
    quick(bench, review_start=10.0**6)
    product = new(bench)[0]
    bench.run("product_create")
    rename(bench, product, "Anderer Name")
    assert bench.run(FLOW).ok == 1
    until_settled(bench)
    assert imports(bench, product.sku) == 2
    assert not tickets(bench, product.sku)
    name = bench.call(
        lambda world: world.db.execute(
            "SELECT attributes FROM hb_product WHERE sku_key = ?", (product.sku,)
        ).fetchone()[0]
    )
    assert "Anderer Name" in name


def test_in_work_there_it_waits_and_goes_when_the_work_is_over(bench: FlowBench) -> None:
    quick(bench, review_start=0.0, review=3600.0, ticket=0.0)
    product = new(bench)[0]
    bench.run("product_create")
    bench.running.tick()
    rename(bench, product, "Später")
    assert bench.run(FLOW).failed == 1
    assert "product.in_progress" in open_failures(bench, product.sku, FLOW)
    bench.move(3601)
    bench.run("cause_watch")
    assert not open_failures(bench, product.sku, FLOW)
    run_asked(bench)
    until_settled(bench)
    assert [one["productName"] for one in tickets(bench, product.sku)] == ["Später"]


def test_a_product_refused_there_for_good_fails(bench: FlowBench) -> None:
    quick(bench, review_start=10.0**6)
    product = new(bench)[0]
    bench.run("product_create")
    bench.call(marketplace.settle_product, product.sku, "BLOCKED", "Yasaklı ürün")
    rename(bench, product, "Hilft nicht")
    bench.run(FLOW)
    assert "product.blocked" in open_failures(bench, product.sku, FLOW)
    assert imports(bench, product.sku) == 1


@pytest.mark.parametrize("kind", ["lost_answer", "drop"])
def test_a_lost_answer_is_looked_for_and_never_doubles(bench: FlowBench, kind: str) -> None:
    product = ready(bench)
    rename(bench, product, "Verloren")
    bench.call(lambda world: world.faults.add(kind=kind, count=1, **TICKET))
    assert bench.run(FLOW).state is RunState.FAILED
    (intent,) = bench.rows(Intent, kind="ticket")
    assert intent["state"] == "unknown"
    bench.run(FLOW)
    for minutes in (1, 5, 5):
        bench.move(60 * minutes + 1)
        bench.run(FLOW)
    until_settled(bench)
    assert len(tickets(bench, product.sku)) == 1
    wanted = ["done"] if kind == "lost_answer" else ["lost", "done"]
    assert [row["state"] for row in bench.rows(Upload, kind="ticket")] == wanted


@pytest.mark.parametrize(
    "fault",
    [{"kind": "rate_limit"}, {"kind": "status", "status": 401}, {"kind": "wall"}],
    ids=["too often", "password", "wall"],
)
def test_a_change_that_never_left_goes_with_the_next_run(
    bench: FlowBench, fault: dict[str, Any]
) -> None:
    """What was to be sent is kept before the call: it is forgotten when the call was refused."""
    product = ready(bench)
    rename(bench, product, "Erster Name")
    bench.run(FLOW)
    until_settled(bench)
    rename(bench, product, "Zweiter Name")
    bench.call(lambda world: world.faults.add(count=8, **fault, **TICKET))
    bench.run(FLOW)
    assert len(tickets(bench, product.sku)) == 1
    bench.call(lambda world: world.faults.clear())
    bench.move(700)
    until_settled(bench)
    assert [one["productName"] for one in tickets(bench, product.sku)] == [
        "Erster Name", "Zweiter Name",
    ]  # fmt: skip


def test_a_change_goes_after_a_death_before_its_intent(
    bench: FlowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = ready(bench)
    rename(bench, product, "Nach dem Tod")

    def dies(*_: object) -> int:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(RunContext, "begin_intent", dies)
        with pytest.raises(Killed):
            bench.run(FLOW)
    assert [row["state"] for row in bench.rows(Upload, kind="ticket")] == ["preparing"]
    until_settled(bench)
    assert [one["productName"] for one in tickets(bench, product.sku)] == ["Nach dem Tod"]


def test_a_ticket_never_goes_to_another_products_sku(
    bench: FlowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for one SKU, Hepsiburada may name others beside it."""
    product = ready(bench)
    stranger = bench.healthy(1)
    ask = HepsiburadaClient.products_of_merchant

    def more(self: HepsiburadaClient, sku: str) -> tuple[ProductRow, ...]:
        return (*ask(self, stranger.sku), *ask(self, sku))

    monkeypatch.setattr(HepsiburadaClient, "products_of_merchant", more)
    # In the catalogue, and in no listing that is known here.
    monkeypatch.setattr("hbdash.flows.products.update.changes.listings_of", lambda *_: {})
    rename(bench, product, "Nur dieses")
    bench.run(FLOW)
    until_settled(bench)
    assert not tickets(bench, stranger.sku)
    assert [one["productName"] for one in tickets(bench, product.sku)] == ["Nur dieses"]


def test_faulty_changes_fail_alone_and_a_dry_run_sends_nothing(bench: FlowBench) -> None:
    quick(bench, ticket=0.0)
    bench.run("mirror")
    good, bad = bench.healthy(0), bench.healthy(1)
    rename(bench, good, "Gut")
    rename(bench, bad, "Schlecht")
    execute(bench, "UPDATE om_product SET barcode = '' WHERE sku = ?", bad.sku)
    result = bench.run(FLOW, dry_run=True)
    assert (result.ok, result.skipped) == (1, 1)
    assert any("would send the change of" in line for line in lines(bench, good.sku))
    assert not bench.rows(BatchRequest)
    result = bench.run(FLOW)
    assert (result.ok, result.failed) == (1, 1)
    until_settled(bench)
    assert len(tickets(bench, good.sku)) == 1
    assert "attribute.missing" in open_failures(bench, bad.sku, FLOW)
    assert not tickets(bench, bad.sku)


def test_by_hand_a_product_that_was_never_sent_is_no_update(bench: FlowBench) -> None:
    quick(bench)
    product = of_kind(bench, Kind.NO_PRICE)
    assert bench.run(FLOW, keys=[product.sku]).skipped == 1
    assert any("never sent as new" in line for line in lines(bench, product.sku))
