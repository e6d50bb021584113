"""``hbdash products prematch|removals``: what is asked, what is written, who may (R5.4, R5.6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from hbdash.store.bulk import table_of
from hbdash.store.tables import Audit, EngineRequest, MarketProduct, Removal
from tests.cli.conftest import Installation
from tests.support import shop

pytestmark = pytest.mark.requirement("R5.4", "R5.6")

SKU = "LZR-9-NEW-1"


@pytest.fixture
def waiting(quick_lalezar: Installation) -> Installation:
    """A proposal that waits for a word, and two removals that a guard holds."""
    proposal = {
        "hb_sku": "HBV00000K7A11", "product_name": "Kırlent Kılıfı", "brand": "Ev",
        "images": [], "variants": [["Renk", "Mavi"]],
    }  # fmt: skip
    at = shop.NOW - timedelta(hours=3)
    with quick_lalezar.db.write() as connection:
        connection.execute(
            insert(table_of(MarketProduct)).values(
                channel_id=1, sku_key=SKU, product_pk=9, status="PRE_MATCHED", since=at,
                seen_at=at, remote_text="", matched=[proposal], fields={}, decision_hb_sku="",
            )
        )  # fmt: skip
        for number in (1, 2):
            connection.execute(
                insert(table_of(Removal)).values(
                    channel_id=1, sku_key=f"GONE-{number}", product_pk=number, action_pk=number,
                    remote_id=f"GONE-{number}", state="held", uploads=0, found_at=at,
                    changed_at=at,
                )
            )  # fmt: skip
    return quick_lalezar


def asked(on: Installation) -> list[tuple[str, str]]:
    table = table_of(EngineRequest)
    with on.db.read() as connection:
        rows = connection.execute(select(table.c.flow, table.c.state).order_by(table.c.id))
        return [(row.flow, row.state) for row in rows if row.flow in ("prematch", "product_delete")]


def test_a_proposal_is_shown_beside_ours_and_decided_once(waiting: Installation) -> None:
    document = waiting.run("products", "prematch", "list", "--json").json
    (one,) = document["prematches"]
    assert (one["sku_key"], one["proposals"][0]["hb_sku"]) == (SKU, "HBV00000K7A11")
    assert "Kırlent" in waiting.run("products", "prematch", "list").out
    declined = waiting.run("products", "prematch", "approve", SKU, typed="no\n")
    assert (declined.code, "HBV00000K7A11" in declined.err, asked(waiting)) == (1, True, [])
    done = waiting.run("products", "prematch", "approve", SKU.lower(), typed="yes\n")
    assert done.code == 0
    assert asked(waiting) == [("prematch", "waiting")]
    again = waiting.run("products", "prematch", "reject", SKU, "--yes")
    assert (again.code, "has decided" in again.err) == (1, True)
    assert waiting.run("products", "prematch", "approve", "NOBODY", "--yes").code == 1
    table = table_of(Audit)
    with waiting.db.read() as connection:
        trail = connection.execute(
            select(table.c.outcome).where(table.c.action == "product.prematch_approve")
        ).scalars()
        assert list(trail) == ["accepted", "refused"]


def test_held_removals_are_released_or_kept_by_name_or_all(waiting: Installation) -> None:
    assert waiting.run("products", "removals", "list", "--json").json["held"] == 2
    kept = waiting.run("products", "removals", "keep", "gone-1", "--yes", "--json").json
    assert kept["changed"] == 1
    released = waiting.run("products", "removals", "release", typed="yes\n")
    assert (released.code, "1 products" in released.err) == (0, True)
    assert waiting.run("products", "removals", "release", "--yes").code == 1
    rows = waiting.run("products", "removals", "list", "--json").json["removals"]
    assert {row["sku_key"]: row["state"] for row in rows} == {
        "GONE-1": "kept", "GONE-2": "waiting",
    }  # fmt: skip
    assert asked(waiting) == [("product_delete", "waiting")] * 2
