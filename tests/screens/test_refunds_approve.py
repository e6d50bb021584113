"""Approving a claim by one key: asked first, written once, followed to its end."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from textual.pilot import Pilot

from hbdash.actions.actor import Role
from hbdash.store.bulk import table_of
from hbdash.store.tables import Audit, EngineRequest, SettingsSnapshot
from screens.widgets.dialog import ConfirmDialog
from tests.screens import claims_world as world
from tests.screens.claims_world import CLAIM, PORTAL, claim_t, decision_t, on_refunds
from tests.support import shop
from tests.support.dashboards import SilentDatabase, app_of, dashboard, press, screen_text, until

pytestmark = pytest.mark.requirement("R5.15", "R6.10")
SIZE = (80, 24)


@pytest.fixture
def db(lalezar: SilentDatabase) -> SilentDatabase:
    """The claims of the pictures, approvals switched on."""
    found = world.fill(lalezar)
    with found.write() as connection:
        connection.execute(
            update(table_of(SettingsSnapshot)).values(
                conf={"feature_flags": {"approve_refund": True, "Reject_refund": True}}
            )
        )
    return found


async def asked(pilot: Pilot[Any]) -> None:
    await press(pilot, "A")
    await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "question")


def said(pilot: Pilot[Any]) -> str:
    return " ".join(one.text for one in app_of(pilot).said)


async def test_it_asks_with_cancel_first_and_writes_one_decision(db: SilentDatabase) -> None:
    async with dashboard(db, environment="production").run_test(size=SIZE) as pilot:
        page = await on_refunds(pilot)
        await asked(pilot)
        text = " ".join(screen_text(pilot).split())
        assert f"Approve claim {CLAIM}?" in text
        assert "₺1,249.90 goes back to the customer" in text
        assert "PRODUCTION: goes to Hepsiburada at once, as ayse." in text
        await press(pilot, "enter")
        assert pilot.app.screen is page
        assert world.decisions(db) == []
        await asked(pilot)
        await press(pilot, "A")
        await until(pilot, lambda: world.decisions(db), "decision")
        (decision,) = world.decisions(db)
        assert (decision["verdict"], decision["decided_by"], decision["state"]) == (
            "accept", "ayse", "waiting",
        )  # fmt: skip
        (asked_for,) = world.rows(db, EngineRequest, kind="run", requested_by="ayse")
        assert (asked_for["flow"], asked_for["payload"]) == ("approve_refunds", {"keys": [CLAIM]})
        assert [one["action"] for one in world.rows(db, Audit)] == ["claim.approve"]
        with db.write() as connection:
            connection.execute(
                update(decision_t).values(state="done", there_at=shop.NOW, done_at=shop.NOW)
            )
        await until(pilot, lambda: "the customer is refunded" in said(pilot), "its outcome")


async def test_what_can_not_be_approved_says_why_and_asks_nothing(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await on_refunds(pilot)
        page.open(key=PORTAL)
        await until(pilot, lambda: page.claims.cursor_key == PORTAL, "portal claim")
        await until(pilot, lambda: page.shown_claim()[1] is not None, "read")
        await press(pilot, "A")
        assert "merchant portal" in said(pilot)
        with db.write() as connection:
            connection.execute(
                update(claim_t).where(claim_t.c.number == CLAIM).values(status="Cancelled")
            )
            connection.execute(
                update(table_of(SettingsSnapshot)).values(conf={"feature_flags": {}})
            )
        page.open(key="042003118")
        await until(pilot, lambda: page.claims.cursor_key == "042003118", "another claim")
        await until(pilot, lambda: page.shown_claim()[1] is not None, "read")
        await press(pilot, "A")
        await until(pilot, lambda: "Approvals are switched off" in said(pilot), "the flag")
        assert world.rows(db, Audit) == []


@pytest.mark.parametrize("options", [{"role": Role.VIEWER}, {"read_only": True}])
async def test_who_may_not_write_is_told_why(db: SilentDatabase, options: dict[str, Any]) -> None:
    async with dashboard(db, **options).run_test(size=SIZE) as pilot:
        await on_refunds(pilot)
        await press(pilot, "A")
        assert "needs the role operator" in said(pilot) or "read-only" in said(pilot)
        assert world.decisions(db) == []
