"""Incomplete products: the guide's wording, the right next try, a cure, and nobody waits for them
(issue 3, done when 4 and 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from hbdash.domain.states import RunState
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.seed.catalogue import Kind, SeedProduct
from hbdash.store.tables import Failure, Penalty, UploadRow
from tests.flows.products import (
    INCOMPLETE,
    action,
    execute,
    imports,
    lines,
    more,
    new,
    of_kind,
    open_failures,
    quick,
    run_asked,
    settled,
    with_engine,
)
from tests.support.flows import FlowBench

Act = Callable[[FlowBench, SeedProduct], Any]

#: What somebody does about each.
MENDED: dict[Kind, Act] = {
    Kind.NO_PRICE: lambda b, p: b.call(backoffice.add_price, p.sku, p.price),
    Kind.NO_STOCK: lambda b, p: b.call(backoffice.add_stock, p.sku, 20),
    Kind.NO_CATEGORY: lambda b, p: b.call(backoffice.add_category, p.sku),
    Kind.NO_IMAGE: lambda b, p: b.call(backoffice.add_image, p.sku),
    Kind.UNMAPPED: lambda b, p: b.call(backoffice.map_product, p.sku),
}


def change_mapping(bench: FlowBench, product: SeedProduct, column: str, value: str) -> None:
    """The product says something else for an attribute."""
    execute(bench, f"UPDATE om_product SET {column} = ? WHERE sku = ?", value, product.sku)


@pytest.mark.requirement("R3.7", "R3.8", "R3.10", "R8.2", "R8.3", "R8.5")
def test_each_kind_of_incomplete_product_fails_alone_and_the_others_go(bench: FlowBench) -> None:
    quick(bench)
    result = bench.run("product_create")
    assert (result.state, result.failed) == (RunState.PARTLY_DONE, len(INCOMPLETE))
    for kind, (code, wording, content_type) in INCOMPLETE.items():
        sku = of_kind(bench, kind).sku
        (line,) = lines(bench, sku)
        assert line.startswith(wording)
        (found,) = open_failures(bench, sku).items()
        assert found[0] == code
        (penalty,) = bench.rows(Penalty, key=sku)
        assert (penalty["content_type"], penalty["owner"]) == (content_type, "omnitron")
        assert penalty["next_at"] - penalty["last_failed_at"] == timedelta(hours=8)
        assert found[1]["next_at"] == penalty["next_at"]
        assert action(bench, sku)["status"] == "error"
        assert imports(bench, sku) == 0
    for product in new(bench):
        assert imports(bench, product.sku) == 1
    assert settled(bench)
    assert bench.run("product_create").state is RunState.NOTHING_DUE


@pytest.mark.requirement("R2.21", "R3.2", "R3.4", "R3.9", "R3.12")
def test_they_are_tried_again_after_8_and_16_hours_and_then_no_more(bench: FlowBench) -> None:
    quick(bench)
    sku = of_kind(bench, Kind.NO_IMAGE).sku
    tries = []
    for hours in (0, 8, 8, 8, 8):
        bench.move(hours * 3600)
        bench.run("product_create")
        (penalty,) = bench.rows(Penalty, key=sku)
        tries.append((penalty["tries"], penalty["ended"]))
    assert tries == [(1, False), (2, False), (3, True), (3, True), (3, True)]
    assert open_failures(bench, sku)["product.no_image"]["state"] == "ended"
    bench.call(backoffice.add_image, sku)
    bench.run("cause_watch")
    run_asked(bench)
    assert imports(bench, sku) == 1, "also an ended one goes once its cause is gone"


def test_cured_causes_close_their_failures_and_the_products_go(bench: FlowBench) -> None:
    quick(bench)
    bench.run("product_create")
    for kind, mend in MENDED.items():
        mend(bench, of_kind(bench, kind))
    bench.move(61)
    bench.run("cause_watch")
    for kind in MENDED:
        assert not open_failures(bench, of_kind(bench, kind).sku), kind
    run_asked(bench)
    for kind in MENDED:
        sku = of_kind(bench, kind).sku
        assert imports(bench, sku) == 1, kind
        assert action(bench, sku)["status"] == "success"
        assert not bench.rows(Penalty, key=sku)
    (row,) = bench.rows(Failure, code="price.missing")
    assert (row["state"], row["close_reason"]) == ("cured", "cause_gone")


def test_a_product_that_lacks_much_says_all_of_it_at_once(bench: FlowBench) -> None:
    quick(bench)
    product = of_kind(bench, Kind.NO_PRICE)
    execute(bench, "DELETE FROM om_image WHERE product = ?", product.pk)
    execute(bench, "DELETE FROM om_stock WHERE product = ?", product.pk)
    bench.run("product_create")
    assert set(open_failures(bench, product.sku)) == {
        "price.missing", "stock.missing", "product.no_image",
    }  # fmt: skip
    bench.call(backoffice.add_price, product.sku, product.price)
    bench.move(61)
    bench.run("cause_watch")
    run_asked(bench)
    assert set(open_failures(bench, product.sku)) == {"stock.missing", "product.no_image"}


#: What goes wrong with a complete product, how it is mended, and the failure meanwhile.
GATES: tuple[tuple[str, Act, Act], ...] = (
    (
        "attribute.missing",
        lambda b, p: change_mapping(b, p, "barcode", ""),
        lambda b, p: change_mapping(b, p, "barcode", p.barcode),
    ),
    (
        "attribute.value_unknown",
        lambda b, p: change_mapping(b, p, "colour", "Gökkuşağı"),
        lambda b, p: change_mapping(b, p, "colour", p.colour),
    ),
    (
        "product.many_categories",
        lambda b, p: execute(
            b, "INSERT INTO om_product_category (product, category, modified) SELECT ?, pk, 0"
            " FROM om_category_node WHERE numchild = 0 AND path LIKE '0001%' AND pk NOT IN"
            " (SELECT category FROM om_product_category WHERE product = ?) LIMIT 1",
            p.pk, p.pk,
        ),
        lambda b, p: execute(
            b, "DELETE FROM om_product_category WHERE product = ? AND modified = 0", p.pk
        ),
    ),
    (
        "product.category_mismatch",
        lambda b, p: execute(
            b, "UPDATE om_product_category SET category = (SELECT pk FROM om_category_node"
            " WHERE numchild = 0 AND path LIKE '0001%' AND pk <> category LIMIT 1)"
            " WHERE product = ?", p.pk,
        ),
        lambda b, p: execute(
            b, "UPDATE om_product_category SET category = (SELECT s.node FROM om_attribute_set s"
            " JOIN om_product p ON p.attribute_set = s.pk WHERE p.pk = product)"
            " WHERE product = ?", p.pk,
        ),
    ),
    (
        "stock.zero_on_create",
        lambda b, p: b.call(backoffice.set_stock, p.sku, 3),
        lambda b, p: b.call(backoffice.set_stock, p.sku, 9),
    ),
    (
        "price.missing",
        lambda b, p: b.call(backoffice.set_price, p.sku, Decimal(0)),
        lambda b, p: b.call(backoffice.set_price, p.sku, p.price),
    ),
)  # fmt: skip


@pytest.mark.requirement("R4.7", "R4.8", "R8.7")
def test_each_gate_stops_its_product_and_opens_when_it_is_mended(bench: FlowBench) -> None:
    quick(bench)
    *products, other = more(bench, len(GATES) + 1)
    for product, (_, break_it, _) in zip(products, GATES, strict=True):
        break_it(bench, product)
    bench.run("product_create")
    for product, (code, _, _) in zip(products, GATES, strict=True):
        assert list(open_failures(bench, product.sku)) == [code]
        assert imports(bench, product.sku) == 0
    assert imports(bench, other.sku) == 1
    bench.move(61)
    bench.run("cause_watch")
    assert not bench.asked, "nothing was mended yet"
    for product, (_, _, mend_it) in zip(products, GATES, strict=True):
        mend_it(bench, product)
    bench.move(61)
    bench.run("cause_watch")
    run_asked(bench)
    for product, (code, _, _) in zip(products, GATES, strict=True):
        assert not open_failures(bench, product.sku), code
        assert imports(bench, product.sku) == 1, code


def test_two_products_of_one_sku_key_both_stay_here(bench: FlowBench) -> None:
    quick(bench)
    product, other = new(bench)[:2]
    twin = replace(product, n=7000, pk=97_000, sku=product.sku.lower().replace("-", "- "))
    bench.call(backoffice.new_product, twin)
    # One row a page: the first is locked and waits for its import when its twin is read.
    with_engine(bench, read_batch=1)
    bench.run("product_create")
    (failure,) = open_failures(bench, product.sku).values()
    assert failure["code"] == "product.sku_collision"
    assert set(failure["params"]["skus"].split(", ")) == {product.sku, twin.sku}
    assert (imports(bench, product.sku), imports(bench, other.sku)) == (0, 1)
    assert {action(bench, sku)["status"] for sku in (product.sku, twin.sku)} == {"error"}
    bench.move(8 * 3600)
    bench.run("product_create")
    assert imports(bench, product.sku) == 0, "neither goes when they are tried one by one"
    bench.call(backoffice.remove_product, twin.sku)
    bench.run("retry_failures", keys=[str(failure["id"])])
    run_asked(bench)
    assert imports(bench, product.sku) == 1
    assert not open_failures(bench, product.sku)


def test_hepsiburadas_own_refusals_are_kept_in_its_words(bench: FlowBench) -> None:
    quick(bench, import_read=30.0, review_start=10**6)
    blocked, rejected, other = new(bench)[:3]
    refused = {
        blocked.sku: ("product.blocked", "BLOCKED", "Marka yetkisi yok"),
        rejected.sku: ("product.refused", "REJECTED", "Uygun değil"),
    }
    bench.run("product_create")
    bench.move(31)
    for sku, (_, status, reason) in refused.items():
        bench.call(marketplace.settle_product, sku, status, reason)
    bench.run("product_create")
    for sku, (code, _, reason) in refused.items():
        failure = open_failures(bench, sku)[code]
        assert failure["params"]["text"] == failure["remote_text"] == reason
        assert action(bench, sku)["status"] == "error"
        (row,) = bench.rows(UploadRow, sku_key=sku)
        assert (row["state"], row["code"]) == ("failed", code)
    assert action(bench, other.sku)["status"] == "success"
    # Tried again, they are not imported: Hepsiburada would only refuse them anew.
    bench.move(8 * 3600)
    bench.run("product_create")
    assert [open_failures(bench, sku)[code]["tries"] for sku, (code, _, _) in refused.items()] == [
        2, 2,
    ]  # fmt: skip
    assert [imports(bench, sku) for sku in refused] == [1, 1]


def test_products_that_can_not_be_read_are_failed_and_keep_no_other(bench: FlowBench) -> None:
    """A whole page of them stands at the head of the queue (design rule 3)."""
    quick(bench)
    with_engine(bench, read_batch=2)
    bad, good = more(bench, 3), new(bench)[0]
    for product in bad:
        execute(bench, "UPDATE om_product SET attribute_set = 'viele' WHERE sku = ?", product.sku)
    bench.run("product_create")
    bench.run("product_create")
    assert imports(bench, good.sku) == 1
    for product in bad:
        assert "remote.shape" in open_failures(bench, product.sku)
        assert action(bench, product.sku)["status"] == "error"
