"""``hbdash catalogue``: categories with their state, and what one asks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hbdash.store.database import Database
from tests.cli.conftest import Installation
from tests.cli.test_documents import complaints
from tests.flows.catalogue import COLOUR, KILIM, MATERIAL, MATS, RUGS, hepsiburada
from tests.sandbox.conftest import SandboxUnderTest, sandbox, start_sandbox
from tests.support.commands import write_config
from tests.support.databases import url_of
from tests.support.flows import make_bench

__all__ = ["sandbox", "start_sandbox"]
pytestmark = pytest.mark.requirement("R4.4", "R5.18")


@pytest.fixture
def changed(
    database: Database, sandbox: SandboxUnderTest, tmp_path: Path
) -> Iterator[Installation]:
    """A shop whose category Hepsiburada changed, beside one that is gone."""
    bench = make_bench(database, sandbox.running)
    bench.run("mirror")
    bench.run("category_node")
    bench.run("compare_attributes", keys=[str(KILIM)])
    hepsiburada(bench, "add_attribute", KILIM, "00000ZZ", "Materyal", False, "string")
    hepsiburada(bench, "drop_value", KILIM, COLOUR, "Hardal")
    hepsiburada(bench, "remove_attribute", KILIM, "000009D")
    hepsiburada(bench, "rename_category", RUGS, "Halılar")
    hepsiburada(bench, "remove_category", MATS)
    bench.run("category_node")
    bench.run("compare_attributes", keys=[str(KILIM)])
    yield Installation(write_config(tmp_path / "config.toml", url_of(database)), database)
    bench.kit.link.close()  # type: ignore[attr-defined]


def test_the_tree_and_the_attributes_as_promised(changed: Installation) -> None:
    tree = changed.run("catalogue", "tree", "--json")
    assert not complaints("catalogue tree", tree.json)
    rows = {row["id"]: row for row in tree.json["categories"]}
    assert tree.json["count"] == len(rows) == 24
    assert (rows[str(KILIM)]["state"], rows[str(MATS)]["state"]) == ("leaf", "gone")
    assert rows[str(KILIM)]["path"] == ["Ev Tekstili", "Halılar", "Kilim"]
    assert tree.code == int(rows[str(MATS)]["products"] > 0)
    one = changed.run("catalogue", "attributes", KILIM, "--json").json
    every = changed.run("catalogue", "attributes", "--json").json
    assert not complaints("catalogue attributes", one)
    attributes = {row["id"]: row for row in one["attributes"]}
    assert attributes["000009D"]["gone_at"] is not None
    assert attributes[COLOUR]["values"] == 23
    assert attributes[MATERIAL]["same_name_as"] or attributes["00000ZZ"]["same_name_as"]
    assert {row["kind"] for row in one["changes"]} == {"added", "values_lost", "removed"}
    assert every["count"] == len(every["changes"]) == 5


def test_tables_for_people(changed: Installation) -> None:
    tree = changed.run("catalogue", "tree", "halı").out
    assert "Halılar" in tree
    assert "Havlu" not in tree
    assert "gone" in changed.run("catalogue", "tree", "--shut").out
    shown = changed.run("catalogue", "attributes", KILIM).out
    assert "Ev Tekstili › Halılar › Kilim" in shown
    assert "Renk: 1 value gone: Hardal" in shown
    assert "renamed, was “Halı & Kilim”" in changed.run("catalogue", "attributes").out
    unknown = changed.run("catalogue", "attributes", "4242")
    assert (unknown.code, "4242" in unknown.err) == (1, True)
