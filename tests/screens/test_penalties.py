"""Penalties by keys: states, filters, marks, lists from files, and what is asked of the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from textual.pilot import Pilot

from hbdash.actions.actor import Role
from hbdash.store.bulk import table_of
from hbdash.store.queries.penalties import count_penalties, penalties
from hbdash.store.tables import CatalogueItem, EngineRequest, Penalty
from screens.monitoring.page import MonitoringPage
from screens.monitoring.penalties import PenaltiesPart
from screens.widgets.dialog import AskDialog, ConfirmDialog
from tests.screens.pictures import HUGE, MIDDLE, SMALL
from tests.support import shop
from tests.support.dashboards import (
    SilentDatabase,
    app_of,
    dashboard,
    press,
    screen_text,
    shown,
    until,
)

pytestmark = pytest.mark.requirement("R3.8", "R3.9", "R8.6", "R7.5.1", "R7.5.2", "R7.1.9")

request_t, item_t = table_of(EngineRequest), table_of(CatalogueItem)


async def on_penalties(pilot: Pilot[Any], **target: Any) -> PenaltiesPart:
    """Go to the part, and wait for what it shows."""
    await shown(pilot)
    app_of(pilot).go("monitoring", part="penalties", **target)
    await pilot.pause()
    page = app_of(pilot).page
    assert isinstance(page, MonitoringPage)
    part = page.penalties_part
    await until(pilot, lambda: part.view is not None and part.view.asked == part.asked, "the list")
    return part


def asked(db: SilentDatabase, flow: str) -> list[list[str]]:
    """Keys of the requests for a flow."""
    with db.read() as connection:
        rows = connection.execute(select(request_t.c.payload).where(request_t.c.flow == flow))
        return [row.payload["keys"] for row in rows]


async def dialog(pilot: Pilot[Any], kind: type) -> Any:
    """Wait for a dialog of this kind."""
    await until(pilot, lambda: isinstance(app_of(pilot).screen, kind), kind.__name__)
    return app_of(pilot).screen


async def type_in(pilot: Pilot[Any], text: str) -> None:
    """Type a line into the dialog and send it."""
    box = await dialog(pilot, AskDialog)
    box.query_one("#typed").value = text
    await press(pilot, "enter")


async def test_states_are_gone_through_and_counted(lalezar: SilentDatabase) -> None:
    with lalezar.read() as connection:
        counts = count_penalties(connection, shop.CHANNEL, shop.clock().now())
    assert counts.ended
    assert counts.waiting
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        part = await on_penalties(pilot)
        assert len(part.rows.rows) == counts.total
        assert f"Tries used up {counts.ended}" in screen_text(pilot)
        await press(pilot, "right")
        await until(pilot, lambda: {one.state for one in part.rows.rows} == {"ended"}, "ended")
        await press(pilot, "right", "right")
        await until(pilot, lambda: {one.state for one in part.rows.rows} == {"waiting"}, "waiting")
        await press(pilot, "c")
        await until(pilot, lambda: len(part.rows.rows) == counts.total, "all again")


async def test_one_is_lifted_only_after_a_yes(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        part = await on_penalties(pilot)
        first = part.rows.rows[0]
        await press(pilot, "L")
        await dialog(pilot, ConfirmDialog)
        assert "Lift 1 penalty" in screen_text(pilot)
        await press(pilot, "enter")  # Cancel comes first
        assert asked(lalezar, "lift_penalty") == []
        await press(pilot, "L")
        await dialog(pilot, ConfirmDialog)
        await press(pilot, "L")
        await until(pilot, lambda: asked(lalezar, "lift_penalty"), "the request")
        assert asked(lalezar, "lift_penalty") == [[str(first.id)]]


async def test_all_that_match_are_lifted_and_no_other(lalezar: SilentDatabase) -> None:
    with lalezar.read() as connection:
        now = shop.clock().now()
        code = next(
            one.code for one in penalties(connection, shop.CHANNEL, now).rows if one.code
        )  # fmt: skip
    async with dashboard(lalezar).run_test(size=MIDDLE) as pilot:
        part = await on_penalties(pilot, code=code)
        ids = sorted(str(one.id) for one in part.rows.rows)
        await press(pilot, "asterisk", "L")
        await dialog(pilot, ConfirmDialog)
        await press(pilot, "L")
        await until(pilot, lambda: asked(lalezar, "lift_penalty"), "the request")
        (keys,) = asked(lalezar, "lift_penalty")
        assert sorted(keys) == ids


async def test_a_file_is_shown_before_anything_is_done(
    lalezar: SilentDatabase, tmp_path: Path
) -> None:
    with lalezar.read() as connection:
        known = penalties(connection, shop.CHANNEL, shop.clock().now()).rows[0].key
    file = tmp_path / "kaldır.csv"
    file.write_bytes(f"Stok Kodu;Not\r\n{known};a\r\nYOK-1;\r\n;boş\r\n".encode("cp1254"))
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await on_penalties(pilot)
        await press(pilot, "B")
        await type_in(pilot, str(file))
        await dialog(pilot, ConfirmDialog)
        text = screen_text(pilot)
        assert "2 lines can’t be used" in text
        assert "line 3: YOK-1: no penalty stands for it" in text
        assert asked(lalezar, "lift_penalty") == []
        await press(pilot, "L")
        await until(pilot, lambda: asked(lalezar, "lift_penalty"), "the request")


async def test_a_path_that_leads_nowhere_is_said_in_the_dialog(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await on_penalties(pilot)
        await press(pilot, "B")
        await type_in(pilot, "/nowhere/list.csv")
        assert "There is no such file here." in screen_text(pilot)
        await type_in(pilot, "NOBODY-1 NOBODY-2")
        page = app_of(pilot)
        await until(pilot, lambda: "Nothing can be done" in screen_text(pilot), "the refusal")
        assert page.page is not None
        assert asked(lalezar, "lift_penalty") == []


async def test_products_are_touched_and_triggered_from_the_dashboard(
    lalezar: SilentDatabase,
) -> None:
    with lalezar.read() as connection:
        sku = connection.scalar(select(item_t.c.sku_key).where(item_t.c.is_listed.is_(True)))
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await shown(pilot)
        await press(pilot, "P")
        await type_in(pilot, "NEU-1, NEU-2")
        await until(pilot, lambda: asked(lalezar, "product_create"), "the request")
        assert asked(lalezar, "product_create") == [["NEU-1", "NEU-2"]]
        await press(pilot, "U")
        await type_in(pilot, f"{sku} NOBODY")
        await dialog(pilot, ConfirmDialog)
        assert "Touch the version of 1 product" in screen_text(pilot)
        await press(pilot, "U")
        await until(pilot, lambda: asked(lalezar, "touch_version"), "the request")
        assert asked(lalezar, "touch_version") == [[sku]]


async def test_a_viewer_lifts_nothing(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar, role=Role.VIEWER).run_test(size=SMALL) as pilot:
        await on_penalties(pilot)
        await press(pilot, "L", "B")
        assert not isinstance(app_of(pilot).screen, (ConfirmDialog, AskDialog))
        assert asked(lalezar, "lift_penalty") == []


async def test_no_penalty_is_good_news_and_an_empty_filter_is_named(
    lalezar: SilentDatabase,
) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await on_penalties(pilot, key="NOBODY")
        assert "Nothing matches" in screen_text(pilot)
    with lalezar.write() as connection:
        connection.execute(table_of(Penalty).delete())
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await on_penalties(pilot)
        assert "No record serves a penalty." in screen_text(pilot)


@pytest.mark.parametrize("size", [SMALL, MIDDLE, HUGE], ids=str)
def test_penalties(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await on_penalties(pilot)
        await press(pilot, "down", "space")

    assert snap_compare(dashboard(lalezar), terminal_size=size, run_before=run)
