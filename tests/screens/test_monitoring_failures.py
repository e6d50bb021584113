"""Failures by keys: causes, records, retry and close over a frozen list, what is over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from rich.cells import cell_len
from sqlalchemy import func, insert, select, update
from textual.pilot import Pilot
from textual.widgets import Input

from hbdash.actions.actor import Role
from hbdash.domain.failures import fingerprint
from hbdash.store.bulk import table_of
from hbdash.store.queries.causes import OPEN, open_causes
from hbdash.store.queries.overview import frame_figures
from hbdash.store.tables import Audit, EngineRequest, Failure
from screens.monitoring.failures import FailuresPart
from screens.monitoring.page import MonitoringPage
from screens.widgets.dialog import AskDialog, ConfirmDialog
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
from tests.support.loglines import HOSTILE

SMALL, MIDDLE, HUGE = (80, 24), (120, 40), (200, 60)
failure_t = table_of(Failure)


def page_of(pilot: Pilot[Any]) -> MonitoringPage:
    page = app_of(pilot).page
    assert isinstance(page, MonitoringPage)
    return page


def part_of(pilot: Pilot[Any]) -> FailuresPart:
    return page_of(pilot).failures_part


def said(pilot: Pilot[Any]) -> str:
    messages = app_of(pilot).said
    return messages[-1].text if messages else ""


async def on_failures(pilot: Pilot[Any]) -> FailuresPart:
    """Go there, and wait for the causes and the records of the first one."""
    await shown(pilot)
    app_of(pilot).go("monitoring", part="failures")
    await pilot.pause()
    part = part_of(pilot)
    await until(pilot, lambda: part.view is not None, "the causes")
    await read(pilot)
    return part


async def read(pilot: Pilot[Any]) -> None:
    """Wait for the records of the cause under the cursor."""
    part = part_of(pilot)

    def there() -> bool:
        here = part.causes.selected
        return part.view is not None and (here is None or here.key == part.view.of)

    await until(pilot, there, "the records")


async def on_cause(pilot: Pilot[Any], code: str) -> None:
    """The cursor on the cause with this code."""
    part = part_of(pilot)
    for _n in range(len(part.causes.rows)):
        if part.causes.selected is not None and part.causes.selected.code == code:
            break
        await press(pilot, "down")
    await read(pilot)


def ids_of(db: SilentDatabase, code: str) -> list[int]:
    with db.read() as connection:
        found = connection.scalars(
            select(failure_t.c.id)
            .where(failure_t.c.code == code, failure_t.c.state.in_(OPEN))
            .order_by(failure_t.c.id)
        )
        return list(found)


def requests(db: SilentDatabase) -> list[dict[str, Any]]:
    with db.read() as connection:
        found = connection.execute(select(table_of(EngineRequest))).mappings()
        return [dict(row) for row in found if row["kind"] == "retry"]


def many(db: SilentDatabase, n: int) -> None:
    """So many open failures of one more cause."""
    params = {"kind": "stock"}
    row = {
        "channel_id": shop.CHANNEL, "flow": "stock", "kind": "productstock",
        "code": "offer.second_writer", "fingerprint": fingerprint("offer.second_writer", params),
        "params": params, "state": "open", "needs_person": True, "hopeless": False, "tries": 1,
        "first_at": shop.today(10), "last_at": shop.today(14), "remote_text": "", "watched": False,
    }  # fmt: skip
    with db.write() as connection:
        connection.execute(insert(failure_t), [{**row, "key": f"M-{k:05}"} for k in range(n)])


# What stands there -----------------------------------------------------------------------------


async def test_the_list_is_the_figure_of_the_frame(lalezar: SilentDatabase) -> None:
    with lalezar.read() as connection:
        frame = frame_figures(connection, shop.CHANNEL, shop.NOW)
        causes = open_causes(connection, shop.CHANNEL)
    async with dashboard(lalezar).run_test(size=MIDDLE) as pilot:
        part = await on_failures(pilot)
        assert [one.key for one in part.causes.rows] == [one.key for one in causes]
        assert sum(one.count for one in part.causes.rows) == frame.open_failures == 58
        text = screen_text(pilot)
        assert "58 in 5 causes, 27 need a person" in text
        assert "retrying 2/3" in text
        assert "Township “Merkez” not mapped" in text


async def test_records_stand_below_their_cause_most_urgent_first(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        part = await on_failures(pilot)
        await on_cause(pilot, "order.address")
        text = screen_text(pilot)
        assert "8 records, ₺11,340.40" in text
        assert "8 of 8" in text
        assert "2 h 28 min" in text
        assert "1 of 3" in text
        deadlines = [one.deadline for one in part.records.rows if one.deadline is not None]
        assert len(deadlines) == 8
        assert deadlines == sorted(deadlines)
        assert "Map it in Omnitron" in text


async def test_a_cause_of_many_says_how_many_it_lists(lalezar: SilentDatabase) -> None:
    many(lalezar, 3_000)
    async with dashboard(lalezar).run_test(size=MIDDLE) as pilot:
        part = await on_failures(pilot)
        assert part.causes.selected is not None
        assert part.causes.selected.count == 3_000
        assert "500 of 3,000; on the cause R and C take all" in screen_text(pilot)


async def test_sort_goes_through_the_columns(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=MIDDLE) as pilot:
        part = await on_failures(pilot)
        await press(pilot, "s")
        firsts = [one.first_at for one in part.causes.rows]
        assert firsts == sorted(firsts)
        assert "sorted by first seen" in screen_text(pilot)
        await press(pilot, "s", "s", "s")
        assert part.causes.rows[0].code == "order.address"
        assert "sorted by money" in screen_text(pilot)


async def test_a_filter_names_itself_and_what_it_hides(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        part = await on_failures(pilot)
        await press(pilot, "slash", *"PRİCE", "enter")
        assert {one.flow for one in part.causes.rows} == {"price", "product_create"}
        assert "filter “PRİCE”: 3 of 5" in screen_text(pilot)
        await press(pilot, "slash", *["backspace"] * 5, *"zzz", "enter")
        assert "No cause matches “zzz”; without it there are 5." in screen_text(pilot)
        await press(pilot, "escape")
        assert len(part.causes.rows) == 5


async def test_nothing_wrong_is_good_news(empty_shop: SilentDatabase) -> None:
    shop.Shop(empty_shop).calm()
    async with dashboard(empty_shop).run_test(size=SMALL) as pilot:
        await on_failures(pilot)
        assert "✓ Nothing is wrong now." in screen_text(pilot)
        await press(pilot, "R")
        assert said(pilot) == "There is no failure under the cursor."


async def test_what_was_cured_and_closed_today_stands_below(lalezar: SilentDatabase) -> None:
    cured = ids_of(lalezar, "price.missing")
    closed = ids_of(lalezar, "price.locked")
    with lalezar.write() as connection:
        connection.execute(
            update(failure_t).where(failure_t.c.id.in_(cured))
            .values(state="cured", closed_at=shop.today(13), close_reason="cause_gone")
        )  # fmt: skip
        connection.execute(
            update(failure_t).where(failure_t.c.id.in_(closed)).values(
                state="closed", closed_at=shop.today(10), closed_by="mehmet",
                close_reason="taken out of the season",
            )
        )  # fmt: skip
    async with dashboard(lalezar).run_test(size=MIDDLE) as pilot:
        await on_failures(pilot)
        text = screen_text(pilot)
        assert "14 cured, 14 of them without a person; 1 closed" in text
        assert "the cause is gone" in text
        assert "mehmet: “taken out of the season”" in text


async def test_attempts_stand_at_the_right_of_a_wide_window(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=HUGE) as pilot:
        part = await on_failures(pilot)
        await until(pilot, lambda: part.view is not None and len(part.view.tries) == 2, "tries")
        assert "Attempts  LZR-33017-EKR" in screen_text(pilot)


# Retry -----------------------------------------------------------------------------------------


async def test_retry_asks_in_numbers_and_cancel_is_first(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await on_failures(pilot)
        await press(pilot, "R")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "the question")
        text = screen_text(pilot)
        assert "Retry 31 records?" in text
        assert "31 records of 1 cause, frozen at 14:32; none is added." in text
        assert "SANDBOX" in text
        await press(pilot, "enter")
        assert requests(lalezar) == []


async def test_retry_hands_over_exactly_the_records_of_the_cause(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await on_failures(pilot)
        await on_cause(pilot, "order.address")
        await press(pilot, "R")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "the question")
        await press(pilot, "R")
        await until(pilot, lambda: requests(lalezar), "the request")
        assert requests(lalezar)[0]["payload"] == {"ids": ids_of(lalezar, "order.address")}
        await until(pilot, lambda: "8 records are tried again" in said(pilot), "said")


async def test_retry_of_marked_records_takes_no_other(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        part = await on_failures(pilot)
        await on_cause(pilot, "order.address")
        await press(pilot, "enter")
        assert part.records.has_focus
        wanted = sorted(one.id for one in part.records.rows[1:3])
        await press(pilot, "down", "space", "space")
        assert "2 marked" in screen_text(pilot)
        await press(pilot, "R")
        assert "Retry 2 records?" in screen_text(pilot)
        await press(pilot, "R")
        await until(pilot, lambda: requests(lalezar), "the request")
        assert requests(lalezar)[0]["payload"] == {"ids": wanted}
        assert part.records.marked == []


async def test_retry_of_all_marked_causes(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await on_failures(pilot)
        await press(pilot, "asterisk", "R")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "the question")
        assert "58 records of 5 causes" in screen_text(pilot)
        await press(pilot, "R")
        await until(pilot, lambda: requests(lalezar), "the request")
        assert len(requests(lalezar)[0]["payload"]["ids"]) == 58


async def test_over_500_the_number_must_be_typed(lalezar: SilentDatabase) -> None:
    many(lalezar, 2_000)
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await on_failures(pilot)
        await press(pilot, "R")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "the question")
        assert isinstance(pilot.app.focused, Input)
        await press(pilot, *"200", "enter")
        assert requests(lalezar) == []
        await press(pilot, *"0", "enter")
        await until(pilot, lambda: requests(lalezar), "the request")
        assert len(requests(lalezar)[0]["payload"]["ids"]) == 2_000


async def test_what_is_over_meanwhile_is_said(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar, watch=False).run_test(size=SMALL) as pilot:
        await on_failures(pilot)
        with lalezar.write() as connection:
            connection.execute(update(failure_t).values(state="cured", closed_at=shop.NOW))
        await press(pilot, "R")
        await until(pilot, lambda: "None of these is open any more." in said(pilot), "said")
        await until(pilot, lambda: "Nothing is wrong now." in screen_text(pilot), "read again")
        assert requests(lalezar) == []


# Close -----------------------------------------------------------------------------------------


async def test_close_wants_a_reason_and_keeps_it_with_the_name(lalezar: SilentDatabase) -> None:
    ids = ids_of(lalezar, "price.locked")
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        part = await on_failures(pilot)
        await on_cause(pilot, "price.locked")
        await press(pilot, "C")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskDialog), "the reason")
        await press(pilot, "enter")
        assert "A reason is needed." in screen_text(pilot)
        await press(pilot, *"sezon bitti", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "the question")
        assert "Reason: “sezon bitti”, by ayse" in screen_text(pilot)
        await press(pilot, "C")
        await until(pilot, lambda: "1 record closed." in said(pilot), "said")
        await until(pilot, lambda: len(part.causes.rows) == 4, "gone from the list")
    with lalezar.read() as connection:
        row = connection.execute(select(failure_t).where(failure_t.c.id == ids[0])).one()
        audits = connection.scalar(
            select(func.count()).select_from(table_of(Audit)).where(
                table_of(Audit).c.action == "failure.close"
            )
        )  # fmt: skip
    assert (row.state, row.closed_by, row.close_reason) == ("closed", "ayse", "sezon bitti")
    assert audits == 1


@pytest.mark.parametrize("options", [{"role": Role.VIEWER}, {"read_only": True}])
@pytest.mark.parametrize("key", ["R", "C"])
async def test_who_may_not_write_is_told_so(
    lalezar: SilentDatabase, options: dict[str, Any], key: str
) -> None:
    async with dashboard(lalezar, **options).run_test(size=SMALL) as pilot:
        await on_failures(pilot)
        assert "retry" not in screen_text(pilot).splitlines()[-1]
        await press(pilot, key)
        assert page_of(pilot).is_current
        assert said(pilot)
    assert requests(lalezar) == []


# Ways in and out -------------------------------------------------------------------------------


async def test_enter_on_a_cause_of_the_dashboard_opens_that_cause(
    lalezar: SilentDatabase,
) -> None:
    async with dashboard(lalezar).run_test(size=MIDDLE) as pilot:
        await shown(pilot)
        page: Any = app_of(pilot).page
        page.causes.focus()
        await press(pilot, "down", "down")
        wanted = page.causes.selected.key
        await press(pilot, "enter")
        await pilot.pause()
        await until(pilot, lambda: part_of(pilot).view is not None, "the causes")
        await read(pilot)
        here = part_of(pilot).causes.selected
        assert here is not None
        assert here.key == wanted


async def test_a_record_leads_into_the_log_and_esc_comes_back(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        part = await on_failures(pilot)
        await on_cause(pilot, "order.address")
        await press(pilot, "enter", "enter")
        log = page_of(pilot).log_part
        await until(pilot, lambda: log.query_now.of("key") == ("4102938847",), "its story")
        await until(pilot, lambda: len(log.rows.segment.rows) == 1, "its line")
        await press(pilot, "escape")
        assert page_of(pilot).part() == "failures"
        assert part.causes.selected is not None
        assert part.causes.selected.code == "order.address"
        assert "today" in [chip.span.kind for chip in log.query_now.chips if chip.span]


async def test_a_cause_that_goes_leaves_the_cursor_somewhere(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        part = await on_failures(pilot)
        await on_cause(pilot, "order.address")
        with lalezar.write() as connection:
            connection.execute(
                update(failure_t)
                .where(failure_t.c.code == "order.address")
                .values(state="cured", closed_at=shop.NOW, close_reason="cause_gone")
            )
        await until(pilot, lambda: len(part.causes.rows) == 4, "cured")
        await read(pilot)
        assert part.records.rows
        assert "50 in 4 causes" in screen_text(pilot)


async def test_the_digit_goes_through_the_parts(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await shown(pilot)
        await press(pilot, "2")
        seen = [page_of(pilot).part()]
        for _n in range(4):
            await press(pilot, "2")
            seen.append(page_of(pilot).part())
        assert seen == ["log", "failures", "reports", "penalties", "log"]


async def test_a_key_of_another_part_says_where_it_works(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=SMALL) as pilot:
        await shown(pilot)
        await press(pilot, "2", "R")
        assert said(pilot) == "That is done in the part Failures: 2."


@pytest.mark.parametrize("size", [SMALL, MIDDLE, (160, 45), HUGE], ids=str)
async def test_text_from_outside_can_not_hurt(
    lalezar: SilentDatabase, size: tuple[int, int]
) -> None:
    with lalezar.write() as connection:
        shop.Shop(lalezar).failure(
            connection, "product_create", "product", HOSTILE[:80], "product.refused",
            {"attribute": HOSTILE, "text": HOSTILE * 20}, first=shop.today(14),
            remote_text=HOSTILE * 100, amount=Decimal("1"), needs_person=True,
        )  # fmt: skip
    async with dashboard(lalezar).run_test(size=size) as pilot:
        await on_failures(pilot)
        await on_cause(pilot, "product.refused")
        text = screen_text(pilot)
        assert not any(ord(letter) < 32 and letter != "\n" for letter in text)
        assert "\u202e" not in text
        assert all(cell_len(one) <= size[0] for one in text.split("\n"))
        await press(pilot, "y", "m", "enter", "y", "R")
        await press(pilot, "escape")
        assert page_of(pilot).is_current
