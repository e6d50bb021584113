"""`guide` and `refunds approve`: what is promised is printed, and how each ends."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from hbdash.store.bulk import table_of
from hbdash.store.tables import ClaimDecision, SettingsSnapshot
from tests.cli.conftest import Installation
from tests.cli.test_documents import complaints
from tests.support.commands import run

CLAIM = "042003118"


def switch_on(lalezar: Installation) -> None:
    """approve_refund, as the next reading of the channel's conf would bring it."""
    snapshots = table_of(SettingsSnapshot)
    with lalezar.db.write() as connection:
        for row in connection.execute(select(snapshots)).mappings().all():
            flags = {**row["conf"]["feature_flags"], "approve_refund": True}
            connection.execute(
                update(snapshots)
                .where(snapshots.c.id == row["id"])
                .values(conf={**row["conf"], "feature_flags": flags})
            )


@pytest.mark.requirement("R8.1", "R8.4")
def test_the_guide_prints_what_is_promised() -> None:
    assert not complaints("guide", run("guide", "--json").json)
    nothing = run("guide", "no such thing at all", "--json")
    assert (nothing.code, nothing.json) == (1, {"count": 0, "entries": []})


@pytest.mark.requirement("R5.15", "R6.10")
def test_an_approval_asks_first_and_prints_what_is_promised(lalezar: Installation) -> None:
    off = lalezar.run("refunds", "approve", CLAIM, "--yes")
    assert (off.code, off.out) == (1, "")
    assert "approve_refund" in off.err
    switch_on(lalezar)
    refused = lalezar.run("refunds", "approve", CLAIM, typed="no\n")
    assert refused.code == 1
    assert f"refund claim {CLAIM}, " in refused.err
    first = lalezar.run("refunds", "approve", CLAIM, "--json", typed=f"{CLAIM}\n")
    again = lalezar.run("refunds", "approve", CLAIM, "--yes", "--json")
    assert (first.code, again.code) == (0, 0), (first, again)
    assert not complaints("refunds approve", first.json, again.json)
    assert (first.json["already"], again.json["already"]) == (False, True)
    with lalezar.db.read() as connection:
        verdicts = connection.execute(
            select(table_of(ClaimDecision).c.verdict).where(
                table_of(ClaimDecision).c.claim_number == CLAIM
            )
        ).scalars()
        assert list(verdicts) == ["accept"]
    other = lalezar.run(
        "refunds", "reject", CLAIM, "--reason", "ProductNotWrong", "--explanation", "Doğru ürün.",
        "--yes",
    )  # fmt: skip
    assert other.code == 1, "it is approved"
