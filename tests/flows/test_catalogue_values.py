"""Long lists of values: read whole, kept in tables, never held in memory (R5.2)."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from hbdash.domain.states import RunState
from hbdash.sandbox.seed.attributes import value_id
from hbdash.sandbox.world import World
from hbdash.store.database import Database
from hbdash.store.tables import CategoryAttribute, CategoryValue
from tests.flows.catalogue import (
    COLOUR,
    KILIM,
    forget,
    hepsiburada,
    omnitron,
    open_of,
    writes,
)
from tests.sandbox.conftest import SandboxUnderTest
from tests.support.flows import FlowBench, make_bench

pytestmark = pytest.mark.requirement("R5.2")
LONG = "00000LNG"
FEW, MANY = 2_000, 20_000
#: Beside its page the run holds a statement of a thousand rows; twice that is leeway.
MOST_MEMORY = 12_000_000


def in_both(world: World, count: int) -> None:
    """An attribute whose values Omnitron has already, as another program wrote them."""
    db = world.db
    rows = db.execute(
        "SELECT value FROM hb_attribute_value WHERE category = ? AND attribute = ?", (KILIM, LONG)
    ).fetchall()
    assert len(rows) == count
    db.execute("INSERT OR IGNORE INTO om_attribute VALUES (900, 'Model', 1, 1)")
    db.executemany(
        "INSERT OR IGNORE INTO om_attribute_value (attribute, label, value, created, modified)"
        " VALUES (900, ?, ?, 1, 1)",
        [(row["value"], value_id(LONG, row["value"])) for row in rows],
    )
    db.execute(
        "INSERT INTO om_action (content_type, object_id, remote_id, status, once_succeeded,"
        " created, modified) SELECT 18, pk, value, 'success', 1, 1, 1 FROM om_attribute_value v"
        " WHERE attribute = 900 AND NOT EXISTS"
        " (SELECT 1 FROM om_action a WHERE a.content_type = 18 AND a.object_id = v.pk)"
    )


def read(bench: FlowBench) -> int:
    """Read the category; the most memory that took, the sandbox's own pages included."""
    tracemalloc.start()
    try:
        result = bench.run("category_attributes", keys=[str(KILIM)])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result.state is RunState.DONE
    return peak


@pytest.fixture
def long_bench(sqlite_database: Database, sandbox: SandboxUnderTest) -> Iterator[FlowBench]:
    """On SQLite alone: memory does not depend on the database."""
    made = make_bench(sqlite_database, sandbox.running)
    yield made
    made.kit.link.close()  # type: ignore[attr-defined]


def test_20000_values_take_no_more_memory_than_2000(
    long_bench: FlowBench,
) -> None:
    long_bench.run("category_node")
    long_bench.run("category_attributes", keys=[str(KILIM)])
    hepsiburada(long_bench, "add_attribute", KILIM, LONG, "Model", type="enum", count=FEW)
    long_bench.call(in_both, FEW)
    small = read(long_bench)
    hepsiburada(long_bench, "add_values", KILIM, LONG, count=MANY - FEW)
    long_bench.call(in_both, MANY)
    large = read(long_bench)
    assert large < small * 1.3, (small, large)
    assert large < MOST_MEMORY
    kept = long_bench.rows(CategoryValue, category_id=str(KILIM), attribute_id=LONG)
    assert len(kept) == len({row["label"] for row in kept}) == MANY
    (row,) = long_bench.rows(CategoryAttribute, category_id=str(KILIM), attribute_id=LONG)
    assert (row["value_count"], len(row["value_hash"])) == (MANY, 32)
    # Nothing changed: it is read once, by its hash, and nothing is written on either side.
    forget(long_bench)
    long_bench.run("category_attributes", keys=[str(KILIM)])
    assert writes(long_bench) == {}


def test_a_list_that_lost_half_at_once_is_not_believed(bench: FlowBench) -> None:
    bench.run("category_node")
    bench.run("category_attributes", keys=[str(KILIM)])
    colours = omnitron(
        bench, "SELECT value FROM hb_attribute_value WHERE category = ? AND attribute = ?",
        KILIM, COLOUR,
    )  # fmt: skip
    for row in colours[:12]:
        hepsiburada(bench, "drop_value", KILIM, COLOUR, row["value"])
    bench.move(24 * 3600)
    bench.run("category_attributes")
    (failure,) = open_of(bench, "catalogue.shrunk")
    assert (failure["params"]["n"], failure["params"]["before"]) == ("12", "24")
    assert not [row for row in bench.rows(CategoryValue) if row["gone_at"] is not None]
    # A person looked and says that it is so.
    assert bench.run("category_attributes", keys=[str(KILIM)]).state is RunState.DONE
    assert len([row for row in bench.rows(CategoryValue) if row["gone_at"] is not None]) == 12
    assert open_of(bench, "catalogue.shrunk") == []


def test_a_short_page_is_no_end_and_a_repeated_one_is(bench: FlowBench) -> None:
    """The page size asked for is not kept to (H§3.2)."""
    bench.run("category_node")
    bench.call(lambda world: world.limits.change({"attribute_values_page": 7}))
    bench.run("category_attributes", keys=[str(KILIM)])
    (row,) = bench.rows(CategoryAttribute, category_id=str(KILIM), attribute_id=COLOUR)
    assert row["value_count"] == 24
