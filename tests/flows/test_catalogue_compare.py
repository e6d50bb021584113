"""Compare Attributes: what Hepsiburada changed where our products stand (R5.18)."""

from __future__ import annotations

from collections import Counter

import pytest

from hbdash.domain.states import RunState
from hbdash.sandbox.omnitron.shelves import put_in_category
from hbdash.sandbox.seed.catalogue import Kind
from hbdash.store.tables import CategoryAttribute, CategoryValue, Failure
from tests.flows.catalogue import (
    COLOUR,
    KILIM,
    MATERIAL,
    SIZE,
    forget,
    hepsiburada,
    history,
    omnitron,
    open_of,
    state,
    writes,
)
from tests.flows.products import of_kind, quick, run_asked
from tests.support.flows import FlowBench

pytestmark = pytest.mark.requirement("R5.18")


@pytest.fixture
def kept(bench: FlowBench) -> FlowBench:
    """A bench on which the tree and the category of most products were read once."""
    for flow in ("mirror", "category_node"):
        bench.run(flow)
    bench.run("compare_attributes", keys=[str(used(bench)[0])])
    bench.asked.clear()
    forget(bench)
    return bench


def used(bench: FlowBench) -> tuple[int, list[str]]:
    """The category that holds most products, and their SKUs."""
    per_category: Counter[int] = Counter()
    skus: dict[int, list[str]] = {}
    rows = omnitron(
        bench,
        "SELECT p.sku, a.remote_id FROM om_product_category c JOIN om_product p"
        " ON p.pk = c.product AND p.in_catalog = 1 AND p.product_type = 0"
        " JOIN om_action a ON a.content_type = 13 AND a.object_id = c.category",
    )
    for row in rows:
        per_category[int(row["remote_id"])] += 1
        skus.setdefault(int(row["remote_id"]), []).append(row["sku"])
    ((category, _),) = per_category.most_common(1)
    return category, skus[category]


def required(bench: FlowBench, category: int) -> dict[str, int]:
    rows = omnitron(
        bench,
        "SELECT c.remote_id, c.is_required FROM om_attribute_config c JOIN om_attribute_set s"
        " ON s.pk = c.attribute_set WHERE s.remote_id = ?",
        str(category),
    )
    return {row["remote_id"]: row["is_required"] for row in rows}


def test_what_changed_is_written_listed_and_told(kept: FlowBench) -> None:
    category, skus = used(kept)
    hepsiburada(kept, "add_attribute", category, "00000NEW", "Hasır Tipi", True, "string")
    hepsiburada(kept, "set_attribute", category, MATERIAL, mandatory=True)
    hepsiburada(kept, "remove_attribute", category, SIZE)
    hepsiburada(kept, "drop_value", category, COLOUR, "Hardal")
    hepsiburada(kept, "add_values", category, COLOUR, ["Fıstık"])
    forget(kept)
    dry = kept.run("compare_attributes", keys=[str(category)], dry_run=True)
    assert (dry.skipped, dry.ok, writes(kept), history(kept, category)) == (1, 0, {}, [])
    result = kept.run("compare_attributes", keys=[str(category)])
    assert (result.state, result.failed) == (RunState.DONE, 0)
    assert history(kept, category) == [
        ("added", "00000NEW"),
        ("mandatory", MATERIAL),
        ("removed", SIZE),
        ("values_added", COLOUR),
        ("values_lost", COLOUR),
    ]
    now = required(kept, category)
    assert (now["00000NEW"], now[MATERIAL]) == (1, 1)
    assert now[SIZE] == 0, "nothing is deleted, and nothing stops a product for it"
    assert omnitron(kept, "SELECT 1 FROM om_attribute_value WHERE label = 'Hardal'"), "nor here"
    (gone,) = kept.rows(CategoryAttribute, category_id=str(category), attribute_id=SIZE)
    assert gone["gone_at"] is not None
    lost = [row["label"] for row in kept.rows(CategoryValue) if row["gone_at"] is not None]
    assert lost == ["Hardal"]
    todo = {row["key"]: row["params"] for row in open_of(kept, "attribute.now_mandatory")}
    assert set(todo) == {f"{category}/00000NEW", f"{category}/{MATERIAL}"}
    assert todo[f"{category}/{MATERIAL}"]["products"] == str(len(skus))
    forget(kept)
    kept.run("compare_attributes", keys=[skus[0]])
    assert writes(kept) == {}
    assert len(history(kept, category)) == 5, "said once"
    hepsiburada(kept, "set_attribute", category, MATERIAL, mandatory=False)
    kept.run("compare_attributes", keys=[skus[0]])
    assert required(kept, category)[MATERIAL] == 0
    assert [row["key"] for row in open_of(kept, "attribute.now_mandatory")] == [
        f"{category}/00000NEW"
    ]


def test_a_change_wakes_the_watched_causes_of_its_products(kept: FlowBench) -> None:
    quick(kept)
    product = of_kind(kept, Kind.UNMAPPED)
    kept.run("compare_attributes", keys=[product.sku])
    kept.run("product_create")
    (failure,) = kept.rows(Failure, key=product.sku, code="mapping.refused")
    assert failure["watch_at"] > kept.now()
    kept.run("compare_attributes", keys=[product.sku])
    assert kept.rows(Failure, id=failure["id"])[0]["watch_at"] == failure["watch_at"]
    hepsiburada(kept, "add_values", product.category.id, COLOUR, ["Fıstık"])
    kept.run("compare_attributes", keys=[product.sku])
    assert kept.rows(Failure, id=failure["id"])[0]["watch_at"] <= kept.now()


@pytest.mark.requirement("R4.8")
def test_a_closed_category_fails_its_products_until_they_move_or_it_opens(
    kept: FlowBench,
) -> None:
    category, skus = used(kept)
    hepsiburada(kept, "set_category", category, available=False)
    kept.run("category_node")
    assert ("compare_attributes", (str(category),), "category_node") in kept.asked
    run_asked(kept)
    failures = open_of(kept, "product.category_closed")
    assert sorted(row["key"] for row in failures) == sorted(sku.upper() for sku in skus)
    assert {row["flow"] for row in failures} == {"category_attributes"}
    assert all(row["object_pk"] for row in failures)
    # Staff move one product: its cause is gone.
    elsewhere = KILIM if category != KILIM else KILIM + 1
    kept.call(put_in_category, skus[0], elsewhere)
    kept.move(61)
    kept.run("cause_watch")
    left = [row["key"] for row in open_of(kept, "product.category_closed")]
    assert sorted(left) == sorted(sku.upper() for sku in skus[1:])
    kept.asked.clear()
    # Hepsiburada opens it again: all are cured, and each asks for a run that knows SKUs.
    hepsiburada(kept, "set_category", category, available=True)
    kept.move(61)
    kept.run("cause_watch")
    assert open_of(kept, "product.category_closed") == []
    run_asked(kept)
    assert state(kept, category) == "leaf"
    assert [kind for kind, _ in history(kept, category)] == ["closed", "opened"]


def test_products_that_left_a_closed_category_are_cured_without_a_watch(kept: FlowBench) -> None:
    category, skus = used(kept)
    hepsiburada(kept, "remove_category", category)
    kept.run("compare_attributes")
    assert state(kept, category) == "gone"
    assert len(open_of(kept, "product.category_closed")) == len(skus)
    elsewhere = KILIM if category != KILIM else KILIM + 1
    for sku in skus:
        kept.call(put_in_category, sku, elsewhere)
    kept.move(2 * 3600)
    kept.run("compare_attributes")
    assert open_of(kept, "product.category_closed") == []
