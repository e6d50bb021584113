"""Category Node: Hepsiburada's tree into Omnitron's, differences only (R5.1)."""

from __future__ import annotations

import pytest

from hbdash.domain.states import RunState
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.tables import Category, FlowRun
from tests.flows.catalogue import (
    KILIM,
    KITCHEN,
    MATS,
    RUGS,
    TEXTILES,
    forget,
    hepsiburada,
    history,
    node_of,
    omnitron,
    open_of,
    state,
    writes,
)
from tests.support.flows import FlowBench

pytestmark = pytest.mark.requirement("R5.1", "R2.13", "R4.4")
NODES = 24


def test_a_tree_in_step_is_read_and_not_written(bench: FlowBench) -> None:
    forget(bench)
    result = bench.run("category_node")
    assert (result.state, result.ok, result.failed) == (RunState.DONE, NODES, 0)
    assert writes(bench) == {}
    rows = bench.rows(Category)
    assert {row["state"] for row in rows} == {"leaf", "branch"}
    assert all(row["node_pk"] for row in rows)
    assert {row["main_id"] for row in rows} == {str(TEXTILES), str(KITCHEN)}
    assert bench.asked == [("category_attributes", (), "category_node")]
    assert history(bench, KILIM) == []


def test_what_hepsiburada_changed_is_written_once(bench: FlowBench) -> None:
    bench.run("category_node")
    hepsiburada(bench, "new_category", 18021990, "Hasır", RUGS)
    hepsiburada(bench, "rename_category", RUGS, "Halılar")
    hepsiburada(bench, "move_category", MATS, KITCHEN)
    hepsiburada(bench, "new_category", 999001, "Kitap", None)
    forget(bench)
    result = bench.run("category_node")
    assert (result.state, result.ok) == (RunState.DONE, NODES + 1)
    assert writes(bench) == {
        "POST category_nodes/": 1,
        "POST integration_actions/": 1,
        "PATCH category_nodes/{pk}/": 1,
        "POST category_nodes/move/": 1,
    }
    assert node_of(bench, RUGS)["name"] == "Halılar"
    made, moved = node_of(bench, 18021990), node_of(bench, MATS)
    assert (made["parent_id"], moved["parent_id"]) == (str(RUGS), str(KITCHEN))
    assert not bench.rows(Category, category_id="999001"), "not below a configured category"
    (below,) = bench.rows(Category, category_id=str(KILIM))
    assert below["path"] == ["Ev Tekstili", "Halılar", "Kilim"]
    assert history(bench, RUGS) == [("renamed", "")]
    assert history(bench, MATS) == [("moved", "")]
    assert history(bench, 18021990) == [("new", "")]
    forget(bench)
    bench.run("category_node")
    assert writes(bench) == {}


def test_what_is_closed_or_gone_is_marked_and_nothing_is_deleted(bench: FlowBench) -> None:
    bench.run("category_node")
    before = omnitron(bench, "SELECT pk, name, path FROM om_category_node ORDER BY pk")
    hepsiburada(bench, "set_category", KILIM, available=False)
    hepsiburada(bench, "remove_category", MATS)
    forget(bench)
    result = bench.run("category_node")
    assert (result.state, result.ok) == (RunState.DONE, NODES - 2)
    assert (state(bench, KILIM), state(bench, MATS)) == ("closed", "gone")
    assert (history(bench, KILIM), history(bench, MATS)) == ([("closed", "")], [("gone", "")])
    assert writes(bench) == {}
    assert omnitron(bench, "SELECT pk, name, path FROM om_category_node ORDER BY pk") == before
    bench.run("category_node")
    assert history(bench, KILIM) == [("closed", "")], "said once"
    hepsiburada(bench, "set_category", KILIM, available=True)
    bench.run("category_node")
    assert state(bench, KILIM) == "leaf"
    assert history(bench, KILIM) == [("closed", ""), ("opened", "")]


def test_half_a_tree_fails_and_writes_nothing(bench: FlowBench) -> None:
    bench.run("category_node")
    rows = omnitron(bench, "SELECT id FROM hb_category WHERE leaf AND parent IS NOT NULL")
    for row in rows[:12]:
        hepsiburada(bench, "remove_category", row["id"])
    hepsiburada(bench, "rename_category", RUGS, "Halılar")
    forget(bench)
    bench.asked.clear()
    result = bench.run("category_node")
    assert (result.state, result.reason_id) == (RunState.FAILED, "catalogue.shrunk")
    assert writes(bench) == {}
    assert not [row for row in bench.rows(Category) if row["state"] == "gone"]
    assert bench.asked == [], "attributes follow a success only"
    (failure,) = open_of(bench, "catalogue.shrunk")
    assert (failure["params"]["n"], failure["params"]["before"]) == (str(NODES - 12), str(NODES))
    # A person who looked and asks for the category is believed.
    assert bench.run("category_node", keys=[str(TEXTILES)]).state is RunState.DONE
    assert node_of(bench, RUGS)["name"] == "Halılar"


def test_a_channel_without_a_tree_gets_one_whatever_is_lost_on_the_way(bench: FlowBench) -> None:
    omnitron(bench, "UPDATE om_channel SET category_tree = NULL")
    faults = bench.running.world.faults
    for path in (r"category_trees/$", r"category_nodes/$", r"integration_actions/$"):
        faults.add(kind="lost_answer", service="omnitron", method="POST", path=path, count=1)
        assert bench.run("category_node").state in (RunState.FAILED, RunState.PARTLY_DONE)
    result = bench.run("category_node")
    assert (result.state, result.ok) == (RunState.DONE, NODES)
    (tree,) = omnitron(
        bench,
        "SELECT t.*, n.path FROM om_channel c JOIN om_category_tree t ON t.pk = c.category_tree"
        " JOIN om_category_node n ON n.pk = t.root",
    )
    nodes = omnitron(
        bench,
        "SELECT n.pk, n.parent, n.name, count(a.pk) AS actions FROM om_category_node n"
        " LEFT JOIN om_action a ON a.content_type = 13 AND a.object_id = n.pk"
        " WHERE n.path LIKE ? || '_%' GROUP BY n.pk",
        tree["path"],
    )
    assert len(nodes) == NODES
    assert len({(node["parent"], node["name"]) for node in nodes}) == NODES, "none twice"
    assert {node["actions"] for node in nodes} == {1}
    assert len(omnitron(bench, "SELECT 1 FROM om_category_tree")) == 2, "the old one and this"
    forget(bench)
    bench.run("category_node")
    assert writes(bench) == {}


def test_a_faulty_category_keeps_no_other_waiting(bench: FlowBench) -> None:
    bench.call(backoffice.set_conf, category_ids=[TEXTILES, KITCHEN, 4242])
    hepsiburada(bench, "new_category", 18021991, "Kilim", RUGS)
    hepsiburada(bench, "new_category", 18021992, "Hasır", RUGS)
    result = bench.run("category_node")
    assert (result.state, result.ok, result.failed) == (RunState.PARTLY_DONE, NODES + 1, 2)
    assert [row["key"] for row in open_of(bench, "category.unknown")] == ["4242"]
    assert [row["key"] for row in open_of(bench, "category.same_name")] == ["18021991"]
    assert node_of(bench, 18021992)["parent_id"] == str(RUGS)
    assert bench.asked == [], "attributes follow a success only"
    # Mended on both sides, they are cured by the next run.
    bench.call(backoffice.set_conf, category_ids=[TEXTILES])
    hepsiburada(bench, "rename_category", 18021991, "Kilim II")
    assert bench.run("category_node").state is RunState.DONE
    assert open_of(bench, "category.same_name") + open_of(bench, "category.unknown") == []
    assert state(bench, KITCHEN) == "outside"


def test_a_dry_run_says_how_much_and_writes_nothing(bench: FlowBench) -> None:
    hepsiburada(bench, "new_category", 18021990, "Hasır", RUGS)
    forget(bench)
    result = bench.run("category_node", dry_run=True)
    assert (result.ok, result.skipped) == (0, 1)
    assert writes(bench) == {}
    assert bench.rows(Category) == []
    assert bench.rows(FlowRun, flow="category_node")[0]["dry_run"] is True
    assert bench.asked == []
