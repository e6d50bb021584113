"""The log by keys: filters, tail, pages, errors, story, detail, hostile text."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input

from hbdash.store.log import reader
from hbdash.store.log.reader import LogFilter, LogPage
from screens.monitoring import logpages
from screens.monitoring.lineview import LineView
from screens.monitoring.log import LogPart
from screens.monitoring.page import MonitoringPage
from screens.monitoring.segment import MOST, PAGE
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
from tests.support.loglines import HOSTILE, a_line, add_lines, bytes_sent, many_lines

SMALL, MIDDLE = (80, 24), (120, 40)


def page_of(pilot: Pilot[Any]) -> MonitoringPage:
    page = app_of(pilot).page
    assert isinstance(page, MonitoringPage)
    return page


def log_of(pilot: Pilot[Any]) -> LogPart:
    return page_of(pilot).log_part


def said(pilot: Pilot[Any]) -> str:
    messages = app_of(pilot).said
    return messages[-1].text if messages else ""


async def on_log(pilot: Pilot[Any]) -> LogPart:
    """Go there, and wait for its first page."""
    await shown(pilot)
    await press(pilot, "2")
    await read(pilot)
    return log_of(pilot)


async def read(pilot: Pilot[Any]) -> None:
    """Wait until the log answers what is asked now."""
    log = log_of(pilot)
    await until(
        pilot,
        lambda: log.view is not None and log.view.asked.serial == log._serial and not log._fresh,
        "the answer",
    )


async def ask(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, and wait for the answer."""
    await press(pilot, *keys)
    await read(pilot)


async def leaf(pilot: Pilot[Any], windows: int) -> None:
    """So many windows down (or up), as pagedown does it, and wait for what is read on."""
    log = log_of(pilot)
    for _n in range(abs(windows)):
        log.rows.action_page(1 if windows > 0 else -1)
        await until(pilot, lambda: not log.searching, "read on")


def keys_listed(pilot: Pilot[Any]) -> list[str]:
    return [row.key for row in log_of(pilot).rows.segment.rows]


def found(db: SilentDatabase, **parts: Any) -> int:
    """How many lines of today fit, as the reader counts them."""
    with db.read() as connection:
        wanted = LogFilter(shop.CHANNEL, since=shop.today(0), **parts)
        return reader.count(connection, wanted, 10_000).n


# What stands there -----------------------------------------------------------------------------


@pytest.mark.requirement("R7.2.1", "R7.2.2")
async def test_the_log_shows_its_size_and_the_newest_line_first(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        text = screen_text(pilot)
        assert "241 lines" in text
        assert "live 14:31:40" in text
        assert log.rows.selected is not None
        assert log.rows.selected.key == "4102938847"
        ids = [row.id for row in log.rows.segment.rows]
        assert ids == sorted(ids, reverse=True)


@pytest.mark.requirement("R7.2.3", "R8.1")
async def test_the_detail_says_what_it_means_and_what_to_do(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=MIDDLE) as pilot:
        log = await on_log(pilot)
        await until(pilot, lambda: log._found is not None, "the bodies")
        text = screen_text(pilot)
        assert "What it means" in text
        assert "township" in text
        assert "Map it in Omnitron" in text
        assert '"township": "137_Merkez"' in text
        assert "1 of 241" in text
        assert "try 1 of 3" in text


async def test_enter_opens_the_line_with_its_bodies(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await on_log(pilot)
        await press(pilot, "enter")
        view = pilot.app.screen
        assert isinstance(view, LineView)
        await until(pilot, lambda: view.found is not None, "the bodies")
        await press(pilot, "G")
        assert "non_field_errors" in screen_text(pilot) or "Story" in screen_text(pilot)
        await press(pilot, "escape")
        assert page_of(pilot) is pilot.app.screen


# Filters ---------------------------------------------------------------------------------------


async def test_errors_only_and_back(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        await ask(pilot, "exclamation_mark")
        errors = found(lalezar, levels=("error",))
        assert {row.level for row in log.rows.segment.rows} == {"error"}
        assert f"{errors} of 241" in screen_text(pilot)
        await ask(pilot, "exclamation_mark")
        assert "241 lines" in screen_text(pilot)


async def test_filter_by_this_cell_adds_up_and_comes_off_one_by_one(
    lalezar: SilentDatabase,
) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        await press(pilot, "e", "left")
        assert log.rows.column_id == "flow"
        await ask(pilot, "f")
        assert {row.flow for row in log.rows.segment.rows} == {"price"}
        await press(pilot, "right")
        key = log.rows.selected.key if log.rows.selected else ""
        await ask(pilot, "f")
        assert set(keys_listed(pilot)) == {key}
        assert f"key {key}" in screen_text(pilot)
        await ask(pilot, "backspace")
        assert {row.flow for row in log.rows.segment.rows} == {"price"}
        await ask(pilot, "c")
        assert "none: everything that is kept" in screen_text(pilot)
        await press(pilot, "c")
        assert said(pilot) == "No filter is on."


@pytest.mark.requirement("R7.2.1", "R7.2.2")
async def test_the_filter_line_reads_words_flows_levels_and_times(
    lalezar: SilentDatabase,
) -> None:
    add_lines(lalezar, a_line(key="LZR-1", message="Kadıköy eşlenmemiş", at=shop.today(13, 10)))
    async with dashboard(lalezar).run_test(size=MIDDLE) as pilot:
        log = await on_log(pilot)
        await press(pilot, "slash", *"KADIKOY")
        await ask(pilot, "enter")
        assert keys_listed(pilot) == ["LZR-1"]
        assert log.rows.has_focus
        await ask(pilot, "backspace")
        await press(pilot, "slash", *"flow:price 14:00-14:10 level:hata")
        await ask(pilot, "enter")
        rows = log.rows.segment.rows
        assert rows
        assert {(row.flow, row.level) for row in rows} == {("price", "error")}
        assert all(shop.today(14) <= row.at < shop.today(14, 10) for row in rows)
        assert len(rows) == found(lalezar, flows=("price",), levels=("error",)) - sum(
            1 for row in _all(lalezar, "price") if not shop.today(14) <= row.at < shop.today(14, 10)
        )


def _all(db: SilentDatabase, flow: str) -> tuple[reader.LogRow, ...]:
    with db.read() as connection:
        wanted = LogFilter(shop.CHANNEL, flows=(flow,), levels=("error",), since=shop.today(0))
        return reader.page(connection, wanted, limit=1_000).rows


async def test_words_and_flows_can_be_left_out(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        await press(pilot, "slash", *"!stock !unavailable")
        await ask(pilot, "enter")
        assert {row.key for row in log.rows.segment.rows} == {"4102938847"}
        assert "!stock" in screen_text(pilot)


async def test_a_word_that_can_not_be_read_is_named_and_the_line_stays(
    lalezar: SilentDatabase,
) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        await press(pilot, "slash", *"flow:nosuch", "enter")
        assert "No flow is called “nosuch”" in said(pilot)
        assert pilot.app.focused is log.query_one(Input)
        await press(pilot, "escape")
        assert log.rows.has_focus
        assert not log.query_one(Input).display
        assert page_of(pilot).is_current


async def test_an_empty_log_says_what_each_filter_hides(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await on_log(pilot)
        await press(pilot, "slash", *"flow:unpacked level:error kırık")
        await ask(pilot, "enter")
        await until(pilot, lambda: "Nothing matches" in screen_text(pilot), "the reason")
        text = screen_text(pilot)
        assert "these 4 filters" in text
        assert "0 of 241" in text
        assert "paused by mehmet until 15:00" in text
        await press(pilot, "backspace")
        await until(pilot, lambda: "without Unpacked Orders" in screen_text(pilot), "the flow")
        errors = found(lalezar, levels=("error",))
        assert f"{errors} lines" in screen_text(pilot)


async def test_a_log_without_a_line_says_when_the_first_comes(empty_shop: SilentDatabase) -> None:
    with empty_shop.write() as connection:
        shop.Shop(empty_shop).channel(connection)
    async with dashboard(empty_shop).run_test(size=SMALL) as pilot:
        await on_log(pilot)
        await ask(pilot, "c")
        assert "No line yet." in screen_text(pilot)
        add_lines(empty_shop, a_line(1))
        await until(pilot, lambda: keys_listed(pilot) == ["NEW-1"], "the first line")


# Tail ------------------------------------------------------------------------------------------


async def test_new_lines_come_while_the_cursor_is_on_top(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        add_lines(lalezar, a_line(1), a_line(2))
        await until(pilot, lambda: keys_listed(pilot)[:2] == ["NEW-2", "NEW-1"], "the new lines")
        assert log.rows.selected is not None
        assert log.rows.selected.key == "NEW-2"
        await until(pilot, lambda: "243 lines" in screen_text(pilot), "the count")


async def test_new_lines_wait_while_the_cursor_reads_below(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        await press(pilot, "down", "down")
        under = log.rows.selected
        add_lines(lalezar, a_line(1), a_line(2))
        await until(pilot, lambda: "2 new" in screen_text(pilot), "what waits")
        assert log.rows.selected == under
        assert "NEW-1" not in keys_listed(pilot)
        await press(pilot, "up", "up")
        await until(pilot, lambda: keys_listed(pilot)[:2] == ["NEW-2", "NEW-1"], "the new lines")
        assert "2 new" not in screen_text(pilot)


async def test_pause_holds_the_tail_and_counts_on(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await on_log(pilot)
        await press(pilot, "p")
        assert "paused" in screen_text(pilot)
        add_lines(lalezar, a_line(1))
        await until(pilot, lambda: "1 new" in screen_text(pilot), "what waits")
        assert "NEW-1" not in keys_listed(pilot)
        await ask(pilot, "g")
        await until(pilot, lambda: keys_listed(pilot)[0] == "NEW-1", "taken by g")
        assert "paused" in screen_text(pilot)
        add_lines(lalezar, a_line(2))
        await press(pilot, "p")
        await until(pilot, lambda: keys_listed(pilot)[0] == "NEW-2", "taken by going on")


async def test_a_line_that_does_not_fit_the_filter_does_not_come(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await on_log(pilot)
        await ask(pilot, "exclamation_mark")
        add_lines(lalezar, a_line(1), a_line(2, level="error", status="failed"))
        await until(pilot, lambda: keys_listed(pilot)[0] == "NEW-2", "the error")
        assert "NEW-1" not in keys_listed(pilot)


async def test_more_new_lines_than_a_page_begin_the_list_anew_without_a_gap(
    lalezar: SilentDatabase,
) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        add_lines(lalezar, *(a_line(n) for n in range(1, 1_200)))
        await until(pilot, lambda: keys_listed(pilot)[0] == "NEW-1199", "the newest")
        await leaf(pilot, 40)
        await until(pilot, lambda: len(log.rows.segment.rows) > PAGE, "the next page")
        numbers = [int(key[4:]) for key in keys_listed(pilot) if key.startswith("NEW-")]
        assert numbers == list(range(numbers[0], numbers[-1] - 1, -1))


@pytest.mark.parametrize("size", [SMALL, MIDDLE, (200, 60)], ids=str)
async def test_the_tail_costs_at_most_ten_kilobytes_a_second(
    lalezar: SilentDatabase, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At any rate: here 300 lines arrive twenty times a second."""
    seconds = 6.0
    async with dashboard(lalezar, refresh=0.5).run_test(size=size) as pilot:
        await on_log(pilot)
        loop = asyncio.get_running_loop()
        with bytes_sent(app_of(pilot), monkeypatch) as sizes:
            begin, n = loop.time(), 0
            while loop.time() - begin < seconds:
                n += 1
                lines = [a_line(n * 1_000 + k, message=f"{n} {k} × “satır”") for k in range(300)]
                await asyncio.to_thread(add_lines, lalezar, *lines)
                await pilot.pause(0.05)
            spent = loop.time() - begin
        assert n > 20
        assert len(sizes) > 2
        assert sum(sizes) / spent <= 10_000


# Pages -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def long_file(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 200,000 lines, written once, only read."""
    import shutil

    path = tmp_path_factory.mktemp("long") / "long.db"
    shutil.copy(migrated_sqlite_file, path)
    db = SilentDatabase(f"sqlite:///{path}")
    many_lines(db, 200_000)
    db.close()
    return path


@pytest.fixture
def long_log(long_file: Path) -> Iterator[SilentDatabase]:
    db = SilentDatabase(f"sqlite:///{long_file}")
    yield db
    db.close()


async def test_a_long_log_is_read_through_in_order_and_little_of_it_is_kept(
    long_log: SilentDatabase,
) -> None:
    async with dashboard(long_log).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        assert "200,000 lines" in screen_text(pilot)
        seen: list[int] = []
        for _n in range(60):
            before = log.rows.segment.rows[-1].id
            await leaf(pilot, 12)
            seen.extend(row.id for row in log.rows.segment.rows if row.id < before)
            if len(seen) > 3 * MOST:
                break
        assert len(seen) > 3 * MOST
        assert seen == sorted(set(seen), reverse=True)
        with long_log.read() as connection:
            wanted = LogFilter(shop.CHANNEL)
            there = reader.page(connection, wanted, before=seen[0] + 1, limit=len(seen)).rows
        assert [row.id for row in there] == seen
        assert len(log.rows.segment.rows) <= MOST
        top = log.rows.segment.newest_id
        assert not log.rows.segment.at_head
        await leaf(pilot, -MOST // log.rows.room)
        await until(pilot, lambda: log.rows.segment.newest_id > top, "back up")
        await ask(pilot, "g")
        await until(pilot, lambda: log.rows.on_top, "the top")
        assert log.rows.number == 1


async def test_the_ends_are_one_key_away(long_log: SilentDatabase) -> None:
    async with dashboard(long_log).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        await press(pilot, "G")
        oldest = "the very first, İLKSATIR"
        await until(pilot, lambda: getattr(log.rows.selected, "message", "") == oldest, "the end")
        await leaf(pilot, -30)
        await until(pilot, lambda: len(log.rows.segment.rows) > PAGE, "newer ones above it")
        ids = [row.id for row in log.rows.segment.rows]
        assert ids == sorted(set(ids), reverse=True)
        await ask(pilot, "g")
        await until(pilot, lambda: log.rows.on_top, "the newest")


async def test_the_next_error_is_found_however_far_it_is(long_log: SilentDatabase) -> None:
    async with dashboard(long_log).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        with long_log.read() as connection:
            wanted = LogFilter(shop.CHANNEL, levels=("error",))
            errors = [row.id for row in reader.page(connection, wanted, limit=3).rows]

        def under() -> int:
            return log.rows.selected.id if log.rows.selected is not None else 0

        for log_id in errors:
            await press(pilot, "e")
            await until(pilot, lambda log_id=log_id: under() == log_id, "an older error")
        await press(pilot, "E")
        await until(pilot, lambda: under() == errors[1], "a newer error")
        await press(pilot, "E")
        await until(pilot, lambda: under() == errors[0], "the newest error")
        await press(pilot, "E")
        await until(pilot, lambda: "No newer error" in said(pilot), "the end")


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """A search for words takes a step for each release, as if the log were a hundred times longer.

    The first step is that of the page itself and is free.
    """
    gate = threading.Semaphore(0)
    real = logpages.pages

    def gated(*args: Any) -> Iterator[LogPage]:
        for page in real(*args):
            assert gate.acquire(timeout=30)
            yield page

    monkeypatch.setattr(reader, "TEXT_STEP", 5_000)
    monkeypatch.setattr(logpages, "pages", gated)
    monkeypatch.setattr(logpages, "_STEP_S", 0)
    return gate


async def test_a_search_for_words_goes_back_by_itself_and_says_how_far(
    long_log: SilentDatabase, steps: threading.Semaphore
) -> None:
    async with dashboard(long_log).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        await press(pilot, "slash", *"ilksatır")
        await ask(pilot, "enter")
        await until(pilot, lambda: "searched back to 14:11" in screen_text(pilot), "one step")
        assert "Searching … back to" in screen_text(pilot)
        steps.release(3)
        await until(pilot, lambda: "searched back to 13:0" in screen_text(pilot), "four steps")
        assert "esc stops" in screen_text(pilot)
        steps.release(100)
        await until(pilot, lambda: keys_listed(pilot) == ["LZR-0"], "the oldest line")
        await until(pilot, lambda: not log.searching, "the end")
        assert "1 of 200,000" in screen_text(pilot)


async def test_a_search_is_stopped_by_esc_and_keeps_what_it_found(
    long_log: SilentDatabase, steps: threading.Semaphore
) -> None:
    async with dashboard(long_log).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        await press(pilot, "slash", *"ilksatır")
        await ask(pilot, "enter")
        steps.release(2)
        await until(pilot, lambda: "searched back to 13:" in screen_text(pilot), "three steps")
        await press(pilot, "escape")
        assert not log.searching
        assert page_of(pilot).is_current
        back = log.searched_to
        steps.release(100)
        await pilot.pause()
        assert (log.searched_to, keys_listed(pilot)) == (back, [])
        assert "searched back to" in screen_text(pilot)
        assert log.query_now.of("word") == ("ilksatır",)
        await press(pilot, "down")
        await until(pilot, lambda: keys_listed(pilot) == ["LZR-0"], "down goes on")


async def test_a_long_log_pages_as_fast_as_a_short_one(
    long_log: SilentDatabase, empty_shop: SilentDatabase
) -> None:
    """Opening and paging cost about the same with 200,000 lines as with 10,000: a ratio."""
    many_lines(empty_shop, 10_000)

    async def seconds(db: SilentDatabase) -> float:
        async with dashboard(db).run_test(size=SMALL) as pilot:
            await shown(pilot)
            # Of the processor: others at work on this machine make nothing of it slower.
            begin = time.process_time()
            log = await on_log(pilot)
            for _n in range(5):
                await leaf(pilot, 20)
            assert len(log.rows.segment.rows) >= 5 * PAGE
            return time.process_time() - begin

    await seconds(empty_shop)
    pairs = [(await seconds(empty_shop), await seconds(long_log)) for _n in range(3)]
    assert min(long for _, long in pairs) / min(short for short, _ in pairs) < 1.6


# From line to line -----------------------------------------------------------------------------


async def test_the_story_of_a_key_goes_through_all_flows_and_esc_comes_back(
    lalezar: SilentDatabase,
) -> None:
    key = "LZR-33024-EKR"
    add_lines(
        lalezar,
        a_line(key=key, flow="product_create", at=shop.ago(days=3), message="created"),
        a_line(key=key, flow="stock", at=shop.ago(minutes=5), message="4 sent"),
    )
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        await press(pilot, "slash", *f"key:{key}")
        await ask(pilot, "enter")
        await ask(pilot, "h")
        rows = log.rows.segment.rows
        assert {row.key for row in rows} == {key}
        assert {row.flow for row in rows} == {"product_create", "stock", "price"}
        assert "22.11" in screen_text(pilot) or "20.11" in screen_text(pilot)
        await ask(pilot, "escape")
        assert "today" in screen_text(pilot)


async def test_copy_and_ticket_go_to_the_clipboard(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await on_log(pilot)
        await press(pilot, "y")
        assert pilot.app.clipboard.startswith("2026-11-23 14:31:40 order_create 4102938847")
        await press(pilot, "m")
        await until(pilot, lambda: "text of a ticket" in said(pilot), "the ticket")
        text = pilot.app.clipboard
        assert "Lalezar · Hepsiburada: 4102938847" in text
        assert "order.address" in text
        assert "137_Merkez" in text


@pytest.mark.requirement("R7.2.3")
async def test_cure_leads_on_or_says_where(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await on_log(pilot)
        await press(pilot, "o")
        assert "Map it in Omnitron" in said(pilot)


@pytest.mark.parametrize(
    ("target", "chips"),
    [
        ({"part": "log", "key": "4102938847"}, {"key": ("4102938847",)}),
        ({"part": "log", "flow": "price"}, {"flow": ("price",)}),
        ({"part": "log", "run": 1_008}, {"run": ("1008",)}),
        ({"part": "log", "level": "error"}, {"level": ("error",)}),
    ],
)
async def test_other_pages_point_at_the_right_filter(
    lalezar: SilentDatabase, target: dict[str, Any], chips: dict[str, tuple[str, ...]]
) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await shown(pilot)
        app_of(pilot).go("monitoring", **target)
        await pilot.pause()
        await read(pilot)
        log = log_of(pilot)
        assert {kind: log.query_now.of(kind) for kind in chips} == chips
        assert log.rows.segment.rows
        await press(pilot, "escape")
        await until(pilot, lambda: app_of(pilot).page is not page_of, "back")
        assert app_of(pilot).page is not None
        assert app_of(pilot).page.page_id == "dashboard"


# Hostile ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SMALL, MIDDLE, (160, 45), (200, 60)], ids=str)
async def test_text_from_outside_can_not_hurt(
    lalezar: SilentDatabase, size: tuple[int, int]
) -> None:
    body = '{"x": "' + HOSTILE.replace("\n", "\\n").replace("\x1b", "\\u001b") + '"}'
    add_lines(
        lalezar,
        a_line(1, key=HOSTILE[:60], message=HOSTILE, level="error", status="failed",
               code="[/]", kind="[b]", request=HOSTILE * 50, response=body),
        a_line(2, key="K" * 300, message="ş" * 10_000 + HOSTILE, level="warning",
               code="remote.refused", params={"endpoint": HOSTILE, "text": HOSTILE}),
    )  # fmt: skip
    async with dashboard(lalezar).run_test(size=size) as pilot:
        log = await on_log(pilot)
        for _n in range(2):
            await until(pilot, lambda: log._found is not None, "the bodies")
            text = screen_text(pilot)
            assert not any(ord(letter) < 32 and letter != "\n" for letter in text)
            assert "\u202e" not in text
            assert all(cell_len(one) <= size[0] for one in text.split("\n"))
            await press(pilot, "enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, LineView), "open")
            await press(pilot, "G", "g", "escape")
            await press(pilot, "y", "m", "f")
            await read(pilot)
            await ask(pilot, "backspace")
            await press(pilot, "down")
        assert "[red]kırmızı[/red]" in text or "ş" * 20 in text


async def test_a_silent_database_leaves_what_was_read(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        lalezar.silent = True
        await press(pilot, "r")
        await until(pilot, lambda: page_of(pilot).trouble is not None, "the trouble")
        await press(pilot, "down", "down", "e")
        assert len(log.rows.segment.rows) == PAGE
        lalezar.silent = False
        await press(pilot, "r")
        await until(pilot, lambda: page_of(pilot).trouble is None, "well again")


async def test_a_line_that_retention_took_is_said_so(lalezar: SilentDatabase) -> None:
    from sqlalchemy import delete

    from hbdash.store.bulk import table_of
    from hbdash.store.log.tables import LogBody

    async with dashboard(lalezar).run_test(size=MIDDLE) as pilot:
        log = await on_log(pilot)
        with lalezar.write() as connection:
            connection.execute(delete(table_of(LogBody)))
        await press(pilot, "down", "up")
        await until(pilot, lambda: log._found is not None, "the detail")
        await until(pilot, lambda: "no longer kept" in screen_text(pilot), "what is missing")


async def test_what_has_rested_moves_on_at_midnight(lalezar: SilentDatabase) -> None:
    clock = shop.clock()
    async with dashboard(lalezar, clock=clock).run_test(size=SMALL) as pilot:
        log = await on_log(pilot)
        clock.move(timedelta(hours=12))
        await ask(pilot, "exclamation_mark")
        await ask(pilot, "exclamation_mark")
        assert log.rows.segment.rows == []
        assert "of all days" in screen_text(pilot)
