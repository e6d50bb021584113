"""The frame: live, stale, history, focus, quitting; nothing is sent when nothing changes."""

from __future__ import annotations

import os
import signal
from datetime import timedelta

import pytest
from textual.widget import Widget

from hbdash.store.database import Database
from screens.face import EngineTrouble
from screens.pages import PAGES, ROOT
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

SIZE = (120, 40)


async def test_another_process_commit_shows_by_itself(lalezar: SilentDatabase) -> None:
    other = Database(str(lalezar.url))
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await shown(pilot)
        assert "58 open failures" in screen_text(pilot)
        with other.write() as connection:
            shop.Shop(other).failure(
                connection, "stock", "productstock", "X-1", "stock.missing", {},
                first=shop.today(14, 30),
            )  # fmt: skip
        await until(pilot, lambda: "59 open failures" in screen_text(pilot), "the 59th failure")
    other.close()


async def test_the_minute_moves_the_clock_and_the_deadlines(lalezar: SilentDatabase) -> None:
    clock = shop.clock()
    async with dashboard(lalezar, clock=clock).run_test(size=SIZE) as pilot:
        await shown(pilot)
        clock.move(timedelta(minutes=1))
        await until(pilot, lambda: "live 14:33" in screen_text(pilot), "the next minute")
        assert "in 1 h 11 min" in screen_text(pilot)


async def test_nothing_is_drawn_when_nothing_changes(
    lalezar: SilentDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit that changes nothing on the screen sends no cell."""
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await shown(pilot)
        app = app_of(pilot)
        page = app.page
        assert page is not None
        before = page.snapshot
        refreshed: list[tuple[object, ...]] = []
        refresh = Widget.refresh

        def counted(self: Widget, *regions: object, **options: bool) -> Widget:
            refreshed.append((self, regions))
            return refresh(self, *regions, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(Widget, "refresh", counted)
        app.read_again()
        await until(pilot, lambda: page.snapshot is not before, "a new snapshot")
        assert refreshed == []


async def test_moving_the_cursor_draws_two_rows(
    lalezar: SilentDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await shown(pilot)
        cells: list[int] = []
        refresh = Widget.refresh

        def counted(self: Widget, *regions: object, **options: bool) -> Widget:
            size = self.size
            cells.append(
                sum(r.area for r in regions) if regions else size.area  # type: ignore[attr-defined]
            )
            return refresh(self, *regions, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(Widget, "refresh", counted)
        await press(pilot, "j")
        assert 0 < sum(cells) <= 2 * 60


async def test_a_silent_database_is_said_and_forgiven(lalezar: SilentDatabase) -> None:
    clock = shop.clock()
    async with dashboard(lalezar, clock=clock).run_test(size=SIZE) as pilot:
        await shown(pilot)
        app = app_of(pilot)
        lalezar.silent = True
        clock.move(timedelta(minutes=13))
        app.read_again()
        await until(pilot, lambda: app.page is not None and app.page.stale, "stale")
        text = screen_text(pilot)
        assert "stale since 14:32" in text
        assert "Figures as of 14:32" in text
        assert "next try at" in text
        lalezar.silent = False
        await press(pilot, "r")
        await until(pilot, lambda: app.page is not None and not app.page.stale, "live again")
        assert "live 14:45" in screen_text(pilot)


async def test_a_database_that_was_never_there(empty_shop: SilentDatabase) -> None:
    empty_shop.silent = True
    async with dashboard(empty_shop).run_test(size=SIZE) as pilot:
        app = app_of(pilot)
        await until(pilot, lambda: app.page is not None and app.page.stale, "stale")
        assert "not connected" in screen_text(pilot)
        assert "Nothing read yet." in screen_text(pilot)


async def test_history_goes_back_and_forth(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await shown(pilot)
        app = app_of(pilot)

        def page_id() -> str:
            return app.page.page_id if app.page is not None else ""

        await press(pilot, "3", "4")
        assert page_id() == "refunds"
        await press(pilot, "less_than_sign")
        assert page_id() == "alarms"
        await press(pilot, "greater_than_sign")
        assert page_id() == "refunds"
        await press(pilot, "q", "q")
        assert page_id() == ROOT


async def test_q_quits_at_the_root_and_escape_never_does(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await shown(pilot)
        app = app_of(pilot)
        await press(pilot, "escape", "escape")
        assert app.is_running
        assert app._exit is False
        await press(pilot, "q")
        assert app._exit


async def test_the_reader_ends_with_the_app(lalezar: SilentDatabase) -> None:
    app = dashboard(lalezar)
    async with app.run_test(size=SIZE) as pilot:
        await shown(pilot)
        thread = app.reader._thread
        assert thread.is_alive()
    assert not thread.is_alive()


async def test_tab_goes_through_the_parts_in_reading_order(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await shown(pilot)
        app = app_of(pilot)
        seen = []
        for _ in range(5):
            assert app.focused is not None
            seen.append(app.focused.id)
            await press(pilot, "tab")
        assert seen == ["deadlines", "alarms", "figures", "flows", "causes"]


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.id)
async def test_every_tab_has_its_page(lalezar: SilentDatabase, spec: object) -> None:
    async with dashboard(lalezar).run_test(size=(80, 24)) as pilot:
        await shown(pilot)
        await press(pilot, str(spec.digit))  # type: ignore[attr-defined]
        page = app_of(pilot).page
        assert page is not None
        assert page.page_id == spec.id  # type: ignore[attr-defined]
        await shown(pilot)


async def test_a_part_that_fails_leaves_the_rest_alive(
    lalezar: SilentDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await shown(pilot)
        app = app_of(pilot)
        assert app.page is not None

        def broken(snapshot: object) -> None:
            raise KeyError("[/x]")

        monkeypatch.setattr(app.page, "show", broken)
        app.read_again()
        await until(pilot, lambda: app.said, "what went wrong")
        assert "[/x]" in app.said[-1].text
        assert app.is_running


@pytest.mark.parametrize("width", [80, 120])
async def test_an_engine_that_does_not_start_is_a_state_with_its_remedy(
    empty_shop: SilentDatabase, width: int
) -> None:
    trouble: list[EngineTrouble | None] = [EngineTrouble("database is locked", shop.ahead())]
    app = dashboard(empty_shop, engine_here=lambda: False, engine_trouble=lambda: trouble[0])
    async with app.run_test(size=(width, 40)) as pilot:
        await shown(pilot)
        assert "engine failed" in screen_text(pilot)
        assert "The engine does not start here: database is locked." in screen_text(pilot)
        assert "Next try at 14:32:05." in screen_text(pilot)
        trouble[0] = None
        app.read_again()
        await until(pilot, lambda: "does not start" not in screen_text(pilot), "it has started")


async def test_errors_stay_until_a_key_and_good_news_goes(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await shown(pilot)
        app = app_of(pilot)
        app.say("it went wrong", "error")
        await pilot.pause()
        assert "it went wrong" in screen_text(pilot)
        await press(pilot, "r")
        assert "it went wrong" not in screen_text(pilot)
        assert app.said[-1].text == "it went wrong"


async def test_signals_leave_cleanly(lalezar: SilentDatabase) -> None:
    """SIGTERM and SIGHUP end the app as q does; on the terminal itself: test_wire.py."""
    async with dashboard(lalezar).run_test(size=SIZE) as pilot:
        await shown(pilot)
        app = app_of(pilot)
        os.kill(os.getpid(), signal.SIGHUP)
        await until(pilot, lambda: app._exit, "the end")
