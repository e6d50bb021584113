"""Category trees and nodes: made, renamed, moved (O§7.1, O§7.2)."""

from __future__ import annotations

import pytest

from tests.sandbox.omnitron.conftest import Office

pytestmark = pytest.mark.requirement("R5.1")
ROOT = 1


def node(office: Office, name: str, parent: int = ROOT) -> dict[str, object]:
    found: dict[str, object] = office.post("category_nodes/", {"node": parent, "name": name})
    return found


def test_a_node_is_made_below_its_parent(office: Office) -> None:
    before = office.get(f"category_nodes/{ROOT}/")
    made = node(office, "Oyuncak")
    after = office.get(f"category_nodes/{ROOT}/detailed/")
    assert (made["name"], made["depth"], made["numchild"]) == ("Oyuncak", 2, 0)
    assert str(made["path"]).startswith(before["path"])
    assert len(str(made["path"])) == 8
    assert after["numchild"] == before["numchild"] + 1
    assert {"pk": made["pk"], "name": "Oyuncak"} in after["children"]
    assert office.world.books.count("omnitron.category_node", str(made["pk"])) == 1


def test_a_sibling_of_the_same_name_is_refused(office: Office) -> None:
    first, other = node(office, "Oyuncak"), node(office, "Kitap")
    again = office.send("POST", "category_nodes/", {"node": ROOT, "name": "Oyuncak"})
    renamed = office.send("PATCH", f"category_nodes/{other['pk']}/", {"name": "Oyuncak"})
    assert (again.status_code, renamed.status_code) == (406, 406)
    assert isinstance(again.json()["non_field_errors"], str)
    below = node(office, "Oyuncak", int(str(first["pk"])))
    assert below["depth"] == 3


def test_a_patch_renames_and_moves_the_date(office: Office) -> None:
    made = node(office, "Oyuncak")
    touched = office.patch(f"category_nodes/{made['pk']}/", {"name": "Oyuncak"})
    renamed = office.patch(f"category_nodes/{made['pk']}/", {"name": "Oyuncaklar"})
    assert str(made["modified_date"]) < touched["modified_date"] < renamed["modified_date"]
    assert renamed["name"] == "Oyuncaklar"
    assert office.world.books.count("omnitron.category_renamed", str(made["pk"])) == 1


def test_a_move_takes_all_below_along(office: Office) -> None:
    toys, books = node(office, "Oyuncak"), node(office, "Kitap")
    cars = node(office, "Araba", int(str(toys["pk"])))
    red = node(office, "Kırmızı", int(str(cars["pk"])))
    body = {"node": cars["pk"], "target": books["pk"], "pos": "last-child"}
    moved = office.post("category_nodes/move/", body)
    assert moved["path"].startswith(str(books["path"]))
    below = office.get(f"category_nodes/{red['pk']}/")
    assert below["path"].startswith(moved["path"])
    assert office.get(f"category_nodes/{toys['pk']}/")["numchild"] == 0
    assert office.get(f"category_nodes/{books['pk']}/")["numchild"] == 1
    into_itself = {"node": cars["pk"], "target": red["pk"], "pos": "last-child"}
    assert office.send("POST", "category_nodes/move/", into_itself).status_code == 406
    nowhere = {"node": cars["pk"], "target": toys["pk"], "pos": "upwards"}
    assert office.send("POST", "category_nodes/move/", nowhere).status_code == 400


def test_a_channel_without_a_tree_gets_one(office: Office) -> None:
    tree = office.post("category_trees/", {"name": "Sales Channel Tree X"})
    root = tree["category_root"]
    assert (root["depth"], len(root["path"])) == (1, 4)
    assert [row["pk"] for row in office.rows("category_trees/", name="Sales Channel Tree X")] == [
        tree["pk"]
    ]
    path = f"/channels/{office.world.channel_id}/"
    answer = office.sandbox.omnitron.patch(path, json={"category_tree": tree["pk"]})
    assert answer.json()["category_tree"] == tree["pk"]
    unknown = office.send("POST", "category_nodes/", {"node": 99999, "name": "x"})
    assert unknown.status_code == 400
