"""The tree that a flat list makes, also where the list leaves parents out (H§6.1)."""

from __future__ import annotations

import pytest

from hbdash.flows.catalogue.market_tree import MarketNode, grow, subtree

pytestmark = pytest.mark.requirement("R5.1", "R2.13")


def node(node_id: str, parent: str | None, *path: str) -> MarketNode:
    return MarketNode(node_id, path[-1], parent, path, takes_products=True)


def test_only_what_is_below_a_configured_category_counts() -> None:
    rows = [node("1", None, "A"), node("2", "1", "A", "B"), node("3", "2", "A", "B", "C"),
            node("9", None, "Z")]  # fmt: skip
    tree = grow(rows, ["2"])
    assert set(tree.nodes) == {"2", "3"}
    assert [one.id for one in tree.in_depth()] == ["2", "3"]
    assert tree.names("3") == ["B", "C"]


def test_of_two_configured_ones_the_upper_holds_the_lower() -> None:
    rows = [node("1", None, "A"), node("2", "1", "A", "B"), node("3", "2", "A", "B", "C")]
    tree = grow(rows, ["2", "1"])
    assert set(tree.main_of.values()) == {"1"}
    assert tree.names("3") == ["A", "B", "C"]


def test_missing_parents_are_filled_from_the_paths() -> None:
    rows = [node("1", None, "A"), node("3", "2", "A", "B", "C"), node("4", "2", "A", "B", "D")]
    tree = grow(rows, ["1"])
    assert tree.nodes["2"].name == "B"
    assert tree.nodes["2"].parent == "1"
    assert not tree.nodes["2"].takes_products
    assert [one.id for one in tree.in_depth()] == ["1", "2", "3", "4"]
    # The configured one itself may be left out as well.
    alone = grow([node("3", "2", "A", "B", "C")], ["2"])
    assert (alone.names("3"), alone.nodes["2"].is_listed) == (["B", "C"], False)


def test_a_row_without_a_parent_id_is_placed_by_its_path() -> None:
    tree = grow([node("1", None, "A"), node("2", None, "A", "B")], ["1"])
    assert tree.main_of == {"1": "1", "2": "1"}


def test_a_circle_is_no_tree() -> None:
    rows = [node("1", "2", "A"), node("2", "1", "B"), node("3", None, "C")]
    assert set(grow(rows, ["3"]).nodes) == {"3"}
    assert set(grow(rows, ["7"]).nodes) == set()


def test_all_below_some_categories() -> None:
    rows = [node("1", None, "A"), node("2", "1", "A", "B"), node("3", "1", "A", "C")]
    tree = grow(rows, ["1"])
    assert subtree(tree, ["2", "8"]) == {"2"}
    assert subtree(tree, ["1"]) == {"1", "2", "3"}
