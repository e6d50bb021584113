"""The run menu by its keys; what it asks for is read from the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from textual.pilot import Pilot
from textual.widgets import Input

from hbdash.actions.actor import Role
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import Audit, EngineRequest, FlowRun, Pause
from screens.runmenu.how import keys_of, window_of
from screens.runmenu.menu import RunMenu
from screens.runmenu.pausing import until_of
from screens.widgets.dialog import Choice, ConfirmDialog
from tests.support.dashboards import (
    SilentDatabase,
    app_of,
    dashboard,
    press,
    screen_text,
    shown,
    until,
)
from tests.support.shop import ISTANBUL, NOW, today

SIZE = (120, 40)


def requests(db: Database) -> list[Any]:
    with db.read() as connection:
        return list(connection.execute(select(table_of(EngineRequest))))


async def opened(pilot: Pilot[Any], flow: str) -> RunMenu:
    """The menu with its cursor on ``flow``, filled."""
    await shown(pilot)
    app_of(pilot).act_flow_menu(flow)
    await until(pilot, lambda: isinstance(app_of(pilot).screen, RunMenu), "the menu")
    menu = app_of(pilot).screen
    assert isinstance(menu, RunMenu)
    await until(pilot, lambda: menu._data is not None and menu._data.flow == flow, "its data")
    return menu


async def test_enter_asks_and_the_deed_hands_the_run_to_the_engine(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await opened(pilot, "price")
        await press(pilot, "enter")
        assert isinstance(app_of(pilot).screen, ConfirmDialog)
        assert "31 values wait to be sent." in screen_text(pilot)
        assert "SANDBOX" in screen_text(pilot)
        assert requests(lalezar) == []
        await press(pilot, "R")
        (request,) = requests(lalezar)
        assert (request.kind, request.flow, request.requested_by) == ("run", "price", "ayse")
        assert request.payload == {"keys": [], "dry_run": False}
        with lalezar.read() as connection:
            audit = connection.execute(select(table_of(Audit))).one()
        assert (audit.action, audit.outcome) == ("flow.run", "accepted")


async def test_cancel_is_the_default(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await opened(pilot, "price")
        await press(pilot, "enter", "enter")
        assert isinstance(app_of(pilot).screen, RunMenu)
        await press(pilot, "enter", "escape")
        assert requests(lalezar) == []


async def test_the_buttons_are_reached_by_tab(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await opened(pilot, "price")
        await press(pilot, "enter", "tab", "enter")
        assert len(requests(lalezar)) == 1


async def test_given_keys_dry(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        menu = await opened(pilot, "stock")
        await press(pilot, "tab", "j", "enter")
        app_of(pilot).screen.query_one(Input).value = "LZR-20418-İND, LZR-1  LZR-1"
        await press(pilot, "enter")
        assert menu._how.how.keys == ("LZR-20418-İND", "LZR-1")
        await press(pilot, "j", "space", "shift+tab", "enter", "R")
        (request,) = requests(lalezar)
        assert request.payload == {"keys": ["LZR-20418-İND", "LZR-1"], "dry_run": True}


async def test_a_past_window(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await opened(pilot, "order_create")
        await press(pilot, "tab", "j", "j", "enter")
        field = app_of(pilot).screen.query_one(Input)
        field.value = "16:00 - 18:00"
        await press(pilot, "enter")
        assert "Not a past window" in screen_text(pilot)
        field.value = "10:00 - 12:00"
        await press(pilot, "enter", "shift+tab", "enter", "R")
        (request,) = requests(lalezar)
        assert request.payload["window"] == [today(10).isoformat(), today(12).isoformat()]


async def test_many_keys_need_the_number_typed(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await opened(pilot, "stock")
        await press(pilot, "tab", "j", "enter")
        app_of(pilot).screen.query_one(Input).value = " ".join(f"K{n}" for n in range(501))
        await press(pilot, "enter", "shift+tab", "enter")
        dialog = app_of(pilot).screen
        assert isinstance(dialog, ConfirmDialog)
        await press(pilot, *"500", "enter")
        assert requests(lalezar) == []
        assert not dialog.query_one(Choice).ready
        await press(pilot, "backspace", "1", "enter")
        assert len(requests(lalezar)) == 1


@pytest.mark.requirement("R4.11")
async def test_a_flow_that_can_not_run_says_why_and_asks_nothing(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await opened(pilot, "unpacked_orders")
        assert "Can’t run now" in screen_text(pilot)
        await press(pilot, "enter")
        assert isinstance(app_of(pilot).screen, RunMenu)
        assert "can’t run now" in app_of(pilot).said[-1].text
        assert requests(lalezar) == []


async def test_a_viewer_is_refused_in_words(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar, role=Role.VIEWER).run_test(size=SIZE) as pilot:
        await opened(pilot, "price")
        await press(pilot, "enter", "R")
        assert requests(lalezar) == []
        assert "operator" in app_of(pilot).said[-1].text


async def test_the_run_is_followed_to_its_end(lalezar: SilentDatabase) -> None:
    run, request = table_of(FlowRun), table_of(EngineRequest)
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await opened(pilot, "price")
        await press(pilot, "enter", "R")
        await until(pilot, lambda: "handed to the engine" in screen_text(pilot), "the request")
        (asked,) = requests(lalezar)
        with lalezar.write() as connection:
            values = {
                "channel_id": 1, "flow": "price", "state": "running", "started_by": "ayse",
                "request_id": asked.id, "keys": [], "holder": "x", "started_at": NOW,
                "heartbeat_at": NOW, "total": 200, "ok": 90, "failed": 10, "skipped": 0,
                "dry_run": False, "epoch": 1, "reason_params": {}, "note": {},
            }  # fmt: skip
            run_id = connection.execute(run.insert().values(values)).inserted_primary_key[0]
            connection.execute(request.update().values(state="taken", run_id=run_id))
        await until(pilot, lambda: "50 %" in screen_text(pilot), "half of it")
        assert "90 ok" in screen_text(pilot)
        with lalezar.write() as connection:
            connection.execute(
                run.update().where(run.c.id == run_id).values(state="done", ok=190, ended_at=NOW)
            )
        await until(pilot, lambda: app_of(pilot).said, "the outcome")
        assert app_of(pilot).said[-1].text == "Price: done, 190 ok, 10 failed"
        assert "50 %" not in screen_text(pilot)


async def test_escape_asks_to_stop_the_run_that_is_followed(lalezar: SilentDatabase) -> None:
    run = table_of(FlowRun)
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await shown(pilot)
        with lalezar.write() as connection:
            connection.execute(run.update().where(run.c.flow == "stock").values(request_id=77))
            connection.execute(
                table_of(EngineRequest).insert().values(
                    id=77, channel_id=1, kind="run", flow="stock", payload={}, state="taken",
                    requested_by="ayse", requested_at=NOW, answer={},
                )
            )  # fmt: skip
        app_of(pilot).progress(77)
        await until(pilot, lambda: app_of(pilot).followed is not None, "the run")
        await press(pilot, "escape")
        await press(pilot, "S")
        await until(pilot, lambda: len(requests(lalezar)) == 2, "the request to stop")
        assert requests(lalezar)[-1].kind == "cancel_run"


async def test_a_flow_is_paused_with_end_and_reason_and_resumed(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await opened(pilot, "price")
        await press(pilot, "P")
        field = app_of(pilot).screen.query_one(Input)
        field.value = "17:00"
        await press(pilot, "enter")
        assert "Say why" in screen_text(pilot)
        field.value = "17:00 fiyat listesi yenileniyor"
        await press(pilot, "enter")
        with lalezar.read() as connection:
            pause = table_of(Pause)
            row = connection.execute(select(pause).where(pause.c.name == "price")).one()
        assert (row.until, row.why, row.by) == (today(17), "fiyat listesi yenileniyor", "ayse")
        menu = app_of(pilot).screen
        assert isinstance(menu, RunMenu)
        await until(pilot, lambda: menu._paused, "the pause in the menu")
        await press(pilot, "P", "P")
        with lalezar.read() as connection:
            row = connection.execute(select(pause).where(pause.c.name == "price")).one()
        assert row.ended_by == "ayse"


@pytest.mark.parametrize(
    ("text", "keys"),
    [("a b", ("a", "b")), ("a,b;c\nd", ("a", "b", "c", "d")), (" a  a ", ("a",)), ("", ())],
)
def test_keys_are_taken_as_they_are_pasted(text: str, keys: tuple[str, ...]) -> None:
    assert keys_of(text) == keys


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("10:00 - 12:00", (today(10), today(12))),
        ("10:00–12:00", (today(10), today(12))),
        ("6h", (datetime(2026, 11, 23, 5, 32, 5, tzinfo=UTC), NOW)),
        ("2026-11-22 22:00 - 23:00", None),
        ("15:00 - 16:00", None),
        ("12:00 - 10:00", None),
        ("25:00 - 26:00", None),
        ("yesterday", None),
    ],
)
def test_windows(text: str, window: tuple[datetime, datetime] | None) -> None:
    found = window_of(text, NOW, ISTANBUL)
    if text.startswith("2026-11-22"):
        assert found is not None
        assert [moment.astimezone(ISTANBUL).strftime("%d %H:%M") for moment in found] == [
            "22 22:00", "22 23:00",
        ]  # fmt: skip
    else:
        assert found == window


@pytest.mark.parametrize(
    ("text", "until_and_why"),
    [
        ("17:00 kargo", (today(17), "kargo")),
        ("2h kargo", (datetime(2026, 11, 23, 13, 32, 5, tzinfo=UTC), "kargo")),
        ("45 dk kargo", (datetime(2026, 11, 23, 12, 17, 5, tzinfo=UTC), "kargo")),
        ("09:00 gece", (datetime(2026, 11, 24, 6, 0, tzinfo=UTC), "gece")),
        ("kargo", None),
        ("25:00 x", None),
    ],
)
def test_ends_of_pauses(text: str, until_and_why: tuple[datetime, str] | None) -> None:
    assert until_of(text, NOW, ISTANBUL) == until_and_why
