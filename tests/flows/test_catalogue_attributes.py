"""Category Attributes and Default Attributes: what Hepsiburada asks for, into Omnitron."""

from __future__ import annotations

import pytest

from hbdash.domain.states import RunState
from hbdash.sandbox.hepsiburada.mpop.attributes import BASE
from hbdash.store.tables import Category, CategoryAttribute
from tests.flows.catalogue import (
    COLOUR,
    KILIM,
    MATERIAL,
    MATS,
    RUGS,
    SIZE,
    forget,
    hepsiburada,
    node_of,
    omnitron,
    open_of,
    writes,
)
from tests.flows.products import new, quick, settled
from tests.support.flows import FlowBench

pytestmark = pytest.mark.requirement("R5.2", "R4.5", "R8.7")
NEW = 18021990


def configs(bench: FlowBench, category: int) -> dict[str, dict[str, object]]:
    """What Omnitron's set of a category asks for, by Hepsiburada's id."""
    rows = omnitron(
        bench,
        "SELECT c.* FROM om_attribute_config c JOIN om_attribute_set s ON s.pk = c.attribute_set"
        " WHERE s.remote_id = ?",
        str(category),
    )
    return {row["remote_id"]: row for row in rows}


def test_the_first_reading_writes_what_is_missing_and_the_second_nothing(bench: FlowBench) -> None:
    bench.run("category_node")
    forget(bench)
    result = bench.run("category_attributes")
    assert (result.state, result.ok) == (RunState.DONE, 16)
    # 10 colours and 15 materials that Omnitron did not have, each with its action.
    assert writes(bench)["POST attribute_values/"] == 25
    assert writes(bench)["POST integration_actions/"] == 25
    assert "POST attributes/" not in writes(bench)
    assert "POST attribute_configs/" not in writes(bench)
    labels = omnitron(bench, "SELECT label FROM om_attribute_value WHERE attribute = 309")
    assert len(labels) == 15
    own = omnitron(
        bench,
        "SELECT v.label FROM om_attribute_value_config c"
        " JOIN om_attribute_set s ON s.pk = c.attribute_set AND s.remote_id = ?"
        " JOIN om_attribute_value v ON v.pk = c.attribute_value",
        str(KILIM),
    )
    assert sorted(row["label"] for row in own) == ["120×180 cm", "160×230 cm", "80×150 cm"]
    touched = node_of(bench, KILIM)
    assert touched["version_date"] == touched["modified"]
    forget(bench)
    assert bench.run("category_attributes").state is RunState.NOTHING_DUE
    assert bench.run("category_attributes", keys=[str(KILIM), str(MATS)]).ok == 2
    assert writes(bench) == {}
    bench.move(8 * 86_400)
    assert bench.run("category_attributes").ok == 16, "each is read again in its turn"
    assert writes(bench) == {}


@pytest.mark.requirement("R4.6")
def test_a_new_leaf_is_read_at_once_and_whole(bench: FlowBench) -> None:
    for flow in ("category_node", "category_attributes"):
        bench.run(flow)
    hepsiburada(bench, "new_category", NEW, "Hasır", RUGS)
    # Brands, where Hepsiburada gives them as values of an attribute (issue 4, item 1).
    hepsiburada(bench, "add_attribute", NEW, "marka_liste", "Marka Adı", True, "enum",
                ["Lalezar", "Nar", "Ege"])  # fmt: skip
    hepsiburada(bench, "add_attribute", NEW, COLOUR, "Renk", True, "enum", ["Krem", "Hasır"],
                variant=True)  # fmt: skip
    hepsiburada(bench, "add_attribute", NEW, "00000PIC", "Doku Görseli", type="media")
    bench.asked.clear()
    bench.run("category_node")
    assert bench.asked == [("category_attributes", (), "category_node")]
    forget(bench)
    assert bench.run("category_attributes").ok == 1
    found = configs(bench, NEW)
    flags = ("is_required", "is_variant", "is_custom", "is_image_attribute")
    assert {key: tuple(row[flag] for flag in flags) for key, row in found.items()} == {
        "marka_liste": (1, 0, 0, 0),
        COLOUR: (1, 1, 0, 0),
        "00000PIC": (0, 0, 1, 1),
    }
    assert found[COLOUR]["attribute"] == 307, "one name on a channel is one attribute"
    (tied,) = omnitron(
        bench,
        "SELECT c.object_id FROM om_attribute_set_config c JOIN om_attribute_set s"
        " ON s.pk = c.attribute_set WHERE s.remote_id = ?",
        str(NEW),
    )
    assert tied["object_id"] == node_of(bench, NEW)["pk"]
    brands = omnitron(
        bench,
        "SELECT v.label, v.value, a.remote_id FROM om_attribute_value v JOIN om_action a"
        " ON a.content_type = 18 AND a.object_id = v.pk WHERE v.attribute = ?",
        found["marka_liste"]["attribute"],
    )
    assert sorted(row["label"] for row in brands) == ["Ege", "Lalezar", "Nar"]
    assert all(row["value"] == row["remote_id"] for row in brands)
    names = [row["name"] for row in omnitron(bench, "SELECT name FROM om_attribute_schema")]
    assert "137 Marka Adı Schema" in names
    forget(bench)
    bench.run("category_attributes", keys=[str(NEW)])
    assert writes(bench) == {}


def test_two_attributes_of_one_name_are_named_and_the_mandatory_one_is_kept(
    bench: FlowBench,
) -> None:
    bench.run("category_node")
    hepsiburada(bench, "add_attribute", KILIM, "00000ZZ", "Materyal", True, "string")
    result = bench.run("category_attributes", keys=[str(KILIM)])
    assert (result.state, result.ok) == (RunState.DONE, 1)
    (failure,) = open_of(bench, "attribute.same_name")
    assert failure["key"] == f"{KILIM}/{MATERIAL}"
    assert (failure["params"]["attribute"], failure["params"]["category"]) == ("Materyal", "Kilim")
    hepsiburada(bench, "remove_attribute", KILIM, "00000ZZ")
    bench.run("category_attributes", keys=[str(KILIM)])
    assert open_of(bench, "attribute.same_name") == []


def test_whatever_is_lost_on_the_way_nothing_is_there_twice(bench: FlowBench) -> None:
    bench.run("category_node")
    hepsiburada(bench, "new_category", NEW, "Hasır", RUGS)
    hepsiburada(bench, "add_attribute", NEW, "00000WV", "Dokuma", False, "enum", ["El", "Makine"])
    bench.run("category_node")
    faults = bench.running.world.faults
    for resource in (
        "attribute_sets", "attribute_set_configs", "attributes", "attribute_schemas",
        "attribute_configs", "attribute_values", "integration_actions",
    ):  # fmt: skip
        faults.add(
            kind="lost_answer", service="omnitron", method="POST", path=f"{resource}/$", count=1
        )
        assert bench.run("category_attributes", keys=[str(NEW)]).state is RunState.FAILED, resource
    assert bench.run("category_attributes", keys=[str(NEW)]).state is RunState.DONE
    config = configs(bench, NEW)["00000WV"]
    values = omnitron(
        bench,
        "SELECT v.label, count(a.pk) AS actions FROM om_attribute_value v LEFT JOIN om_action a"
        " ON a.content_type = 18 AND a.object_id = v.pk WHERE v.attribute = ? GROUP BY v.pk",
        config["attribute"],
    )
    assert sorted((row["label"], row["actions"]) for row in values) == [("El", 1), ("Makine", 1)]
    assert len(omnitron(bench, "SELECT 1 FROM om_attribute_set WHERE name = 'Hasır'")) == 1
    named = omnitron(
        bench, "SELECT 1 FROM om_action WHERE content_type = 16 AND remote_id = '00000WV'"
    )
    assert len(named) == 1


def test_a_value_that_omnitron_refuses_keeps_no_other_waiting(bench: FlowBench) -> None:
    bench.run("category_node")
    hepsiburada(bench, "add_attribute", KILIM, "00000WV", "Dokuma", False, "enum",
                ["El", "x" * 300, "Makine"])  # fmt: skip
    result = bench.run("category_attributes", keys=[str(KILIM), str(MATS)])
    assert (result.state, result.ok, result.failed) == (RunState.PARTLY_DONE, 1, 1)
    (failure,) = open_of(bench, "category.refused")
    assert failure["key"] == str(KILIM)
    assert "255" in failure["params"]["text"]
    attribute = configs(bench, KILIM)["00000WV"]["attribute"]
    labels = omnitron(bench, "SELECT label FROM om_attribute_value WHERE attribute = ?", attribute)
    assert sorted(row["label"] for row in labels) == ["El", "Makine"]
    hepsiburada(bench, "drop_value", KILIM, "00000WV", "x" * 300)
    assert bench.run("category_attributes", keys=[str(KILIM)]).state is RunState.DONE
    assert open_of(bench, "category.refused") == []


def test_without_a_tree_it_asks_for_one(bench: FlowBench) -> None:
    assert bench.run("category_attributes").state is RunState.NOTHING_DUE
    assert bench.asked == [("category_node", (), "category_attributes")]


@pytest.mark.requirement("R5.3")
def test_the_fixed_fields_become_attributes_of_the_whole_channel(bench: FlowBench) -> None:
    bench.run("category_node")
    result = bench.run("default_attributes")
    assert (result.state, result.ok) == (RunState.DONE, 1)
    rows = {
        row["remote_id"]: row
        for row in omnitron(
            bench,
            "SELECT c.* FROM om_attribute_config c JOIN om_attribute_set_config s"
            " ON s.attribute_set = c.attribute_set WHERE s.object_id IS NULL",
        )
    }
    assert set(rows) == {one.id for one in BASE}
    assert {key for key, row in rows.items() if row["is_required"]} == {
        "VaryantGroupID", "UrunAciklamasi", "Barcode", "Marka", "GarantiSuresi", "kg",
    }  # fmt: skip
    assert rows["kg"]["attribute"] == 306, "the attribute that is there already"
    assert len(bench.rows(CategoryAttribute, category_id="")) == 22
    forget(bench)
    bench.run("default_attributes")
    assert writes(bench) == {}
    # Hepsiburada makes the brand a list: its values follow.
    hepsiburada(bench, "set_attribute", KILIM, "Marka", type="enum")
    hepsiburada(bench, "add_values", KILIM, "Marka", ["Lalezar"], 3)
    bench.run("default_attributes")
    brands = omnitron(bench, "SELECT label FROM om_attribute_value WHERE attribute = 304")
    assert len(brands) == 4


def test_products_are_created_after_all_of_it_as_before(bench: FlowBench) -> None:
    quick(bench)
    for flow in ("category_node", "category_attributes", "default_attributes"):
        bench.run(flow)
    result = bench.run("product_create")
    assert result.ok == len(new(bench))
    assert settled(bench)


def test_a_leaf_that_closed_meanwhile_is_marked_and_left(bench: FlowBench) -> None:
    bench.run("category_node")
    hepsiburada(bench, "set_category", KILIM, status="INACTIVE")
    result = bench.run("category_attributes")
    assert (result.ok, result.skipped, result.failed) == (15, 1, 0)
    (row,) = bench.rows(Category, category_id=str(KILIM))
    assert (row["state"], row["attributes_at"]) == ("closed", None)
    assert configs(bench, KILIM)[SIZE]["is_required"] == 1
