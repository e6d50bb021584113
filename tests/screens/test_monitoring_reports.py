"""Reports by keys: what is not on sale and why, where the two sides differ."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len
from sqlalchemy import insert, select, update
from textual.pilot import Pilot

from hbdash.explain.settings import buffer_stock
from hbdash.reports.differences import differences
from hbdash.reports.not_on_sale import count_by_condition, not_on_sale
from hbdash.store.bulk import table_of
from hbdash.store.tables import CatalogueItem, Difference, FlowSchedule, Listing
from screens.monitoring.page import MonitoringPage
from screens.monitoring.reports import ReportsPart
from screens.why import WhyOverlay
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
item_t, listing_t = table_of(CatalogueItem), table_of(Listing)


def off_sale(db: SilentDatabase) -> None:
    """Fourteen SKUs off sale: six without a price, two without an image, six for other reasons.

    Two stocks differ after both sides were asked again, and the mirror has a schedule.
    """
    with db.write() as connection:
        connection.execute(
            update(listing_t)
            .where(listing_t.c.listing_id.in_([f"l-{n}" for n in range(14)]))
            .values(is_salable=False)
        )
        connection.execute(update(item_t).where(item_t.c.product_pk < 5_006).values(price=None))
        connection.execute(
            update(item_t).where(item_t.c.product_pk.in_((5_007, 5_008))).values(has_image=False)
        )
        for n in (20, 21):
            key = connection.scalar(
                select(item_t.c.sku_key).where(item_t.c.product_pk == 5_000 + n)
            )
            connection.execute(
                update(listing_t).where(listing_t.c.sku_key == key).values(stock=90 + n)
            )
            connection.execute(
                insert(table_of(Difference)).values(
                    channel_id=shop.CHANNEL, sku_key=key, kind="stock", ours=1, theirs=90 + n,
                    found_at=shop.today(13, n), asked_at=shop.today(13, n),
                )
            )  # fmt: skip
        connection.execute(
            insert(table_of(FlowSchedule)).values(
                channel_id=shop.CHANNEL, flow="mirror", last_started=shop.today(14, 27),
                last_success=shop.today(14, 28), next_due=shop.today(14, 33), failures_in_row=0,
            )
        )  # fmt: skip


@pytest.fixture
def db(lalezar: SilentDatabase) -> SilentDatabase:
    off_sale(lalezar)
    return lalezar


def part_of(pilot: Pilot[Any]) -> ReportsPart:
    page = app_of(pilot).page
    assert isinstance(page, MonitoringPage)
    return page.reports_part


async def on_reports(pilot: Pilot[Any], report: str = "not-on-sale", **target: Any) -> ReportsPart:
    """Go to a list, and wait for it."""
    await shown(pilot)
    app_of(pilot).go("monitoring", part="reports", report=report, **target)
    await pilot.pause()
    await read(pilot)
    return part_of(pilot)


async def read(pilot: Pilot[Any]) -> None:
    """Wait for the list that is shown."""
    part = part_of(pilot)
    await until(
        pilot, lambda: part.view is not None and part.view.report.kind == part.kind, "the list"
    )


@pytest.mark.requirement("R7.2.4")
async def test_the_list_is_the_report_with_conditions_on_top(db: SilentDatabase) -> None:
    with db.read() as connection:
        rows = not_on_sale(connection, shop.CHANNEL)
        saleable = not_on_sale(connection, shop.CHANNEL, saleable_only=True)
    counts = count_by_condition(rows)
    async with dashboard(db).run_test(size=SMALL) as pilot:
        part = await on_reports(pilot)
        assert [row.sku_key for row in part.rows.rows] == [row.sku_key for row in rows]
        text = screen_text(pilot)
        assert f"{counts['no_price']} no price" in text
        assert f"{counts['no_image']} no image" in text
        assert f"{len(saleable)} saleable in Omnitron" in text
        assert "14 of 14" in text
        assert "14 SKUs" in text
        assert "true at 14:28, next 14:33" in text


async def test_most_money_at_stake_comes_first_and_s_sorts_otherwise(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SMALL) as pilot:
        part = await on_reports(pilot)
        stakes = [row.at_stake for row in part.rows.rows]  # type: ignore[union-attr]
        assert stakes == sorted(stakes, reverse=True)
        await press(pilot, "s")
        stocks = [row.stock for row in part.rows.rows]  # type: ignore[union-attr]
        assert stocks == sorted(stocks, reverse=True)


async def test_filter_by_this_condition_and_back(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SMALL) as pilot:
        part = await on_reports(pilot)
        await press(pilot, "G", "f")
        assert len(part.rows.rows) == 6
        text = screen_text(pilot)
        assert "6 of 14" in text
        assert " no price × " in text
        await press(pilot, "escape")
        assert len(part.rows.rows) == 14


async def test_enter_on_a_condition_filters_by_it(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=MIDDLE) as pilot:
        part = await on_reports(pilot)
        part.conditions.focus()
        await until(pilot, lambda: part.conditions.move_to("no_image"), "the condition")
        await press(pilot, "enter")
        assert len(part.rows.rows) == 2
        await press(pilot, "enter")
        assert len(part.rows.rows) == 14


async def test_a_word_finds_skus_and_names_by_turkish_rules(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SMALL) as pilot:
        part = await on_reports(pilot)
        await press(pilot, "slash", *"ıNDıGO sal", "enter")
        assert part.rows.rows == []
        assert "without the filter there are 14" in screen_text(pilot)
        await press(pilot, "c", "slash", *"indigo", "enter")
        assert {row.name.split()[-2] for row in part.rows.rows} == {"İndigo"}


@pytest.mark.requirement("R7.2.5")
async def test_left_and_right_go_through_the_three_lists(db: SilentDatabase) -> None:
    with db.read() as connection:
        buffer = buffer_stock(connection, shop.CHANNEL)
        stock = differences(connection, shop.CHANNEL, "stock", buffer_stock=buffer)
    assert len(stock) == 2
    async with dashboard(db).run_test(size=SMALL) as pilot:
        part = await on_reports(pilot)
        await press(pilot, "left")
        await read(pilot)
        assert part.kind == "stock"
        assert [row.sku_key for row in part.rows.rows] == [
            row.sku_key for row in sorted(stock, key=lambda row: row.found_at)
        ]
        text = screen_text(pilot)
        assert "Stock differs 2" in text
        assert "+" in text
        assert "2 of 2; both sides were asked again" in text
        await press(pilot, "left")
        await read(pilot)
        assert part.kind == "price"
        assert "No price differs." in screen_text(pilot)


@pytest.mark.requirement("R7.1.3", "R7.2.4")
@pytest.mark.parametrize(
    ("figure", "kind", "condition"),
    [("sku_not_on_sale", "not-on-sale", "saleable"), ("price_differs", "price", ""),
     ("stock_differs", "stock", ""), ("stock_not_on_sale", "not-on-sale", "")],
)  # fmt: skip
async def test_a_figure_of_the_dashboard_opens_the_list_behind_it(
    db: SilentDatabase, figure: str, kind: str, condition: str
) -> None:
    async with dashboard(db).run_test(size=MIDDLE) as pilot:
        await shown(pilot)
        page: Any = app_of(pilot).page
        page.figures.focus()
        names = [cell.name for cell in page.figures._items]
        page.figures._move(names.index(figure))
        await press(pilot, "enter")
        await pilot.pause()
        await read(pilot)
        part = part_of(pilot)
        assert (part.kind, part.condition) == (kind, condition)
        if condition:
            with db.read() as connection:
                rows = not_on_sale(connection, shop.CHANNEL, saleable_only=True)
            assert len(part.rows.rows) == len(rows)


async def test_why_and_story_lead_on_from_a_sku(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SMALL) as pilot:
        part = await on_reports(pilot)
        row = part.rows.selected
        assert row is not None
        await press(pilot, "w")
        overlay = pilot.app.screen
        assert isinstance(overlay, WhyOverlay)
        assert overlay.key == row.sku_key
        await press(pilot, "escape", "h")
        page: Any = app_of(pilot).page
        assert page.part() == "log"
        assert page.log_part.query_now.of("key") == (row.sku_key,)
        await press(pilot, "escape")
        assert page.part() == "reports"


async def test_a_cured_sku_leaves_the_list_by_itself(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SMALL) as pilot:
        part = await on_reports(pilot)
        with db.write() as connection:
            connection.execute(update(listing_t).values(is_salable=True))
            connection.execute(
                update(table_of(FlowSchedule))
                .where(table_of(FlowSchedule).c.flow == "mirror")
                .values(last_success=shop.today(14, 31))
            )
        await until(pilot, lambda: not part.rows.rows, "all on sale")
        assert "✓ Everything in the catalogue is on sale." in screen_text(pilot)
        assert "true at 14:31" in screen_text(pilot)


async def test_before_the_first_reading_it_says_so(empty_shop: SilentDatabase) -> None:
    with empty_shop.write() as connection:
        shop.Shop(empty_shop).channel(connection)
    async with dashboard(empty_shop).run_test(size=SMALL) as pilot:
        await on_reports(pilot)
        assert "Both sides have not been read yet." in screen_text(pilot)


@pytest.mark.parametrize("size", [SMALL, MIDDLE, (160, 45), HUGE], ids=str)
async def test_text_from_outside_can_not_hurt(db: SilentDatabase, size: tuple[int, int]) -> None:
    with db.write() as connection:
        connection.execute(
            update(item_t).where(item_t.c.product_pk == 5_013).values(name=HOSTILE * 100)
        )
        connection.execute(
            update(listing_t).where(listing_t.c.listing_id == "l-13").values(
                reasons=[HOSTILE], is_locked=True
            )
        )  # fmt: skip
    async with dashboard(db).run_test(size=size) as pilot:
        await on_reports(pilot)
        text = screen_text(pilot)
        assert not any(ord(letter) < 32 and letter != "\n" for letter in text)
        assert "\u202e" not in text
        assert all(cell_len(one) <= size[0] for one in text.split("\n"))
        await press(pilot, "y", "f", "s")
        assert part_of(pilot).rows.rows
