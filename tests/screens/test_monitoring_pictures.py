"""Pictures of Monitoring: each part normal, empty, with an error in full, with hostile text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import update
from textual.pilot import Pilot

from hbdash.store.bulk import table_of
from hbdash.store.tables import Failure
from screens.monitoring.lineview import LineView
from tests.screens.pictures import HUGE, LARGE, MIDDLE, SMALL
from tests.screens.test_monitoring_log import on_log, read
from tests.screens.test_monitoring_reports import off_sale, on_reports
from tests.support import shop
from tests.support.dashboards import SilentDatabase, app_of, dashboard, press, shown, until
from tests.support.loglines import HOSTILE, a_line, add_lines

BOTH = pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=str)
ALL = pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE, HUGE, (80, 60), (200, 24)], ids=str)
Before = Callable[[Pilot[Any]], Awaitable[None]]


def on_the_log(*keys: str, bodies: bool = True) -> Before:
    """On the log, after these keys, its detail read."""

    async def run(pilot: Pilot[Any]) -> None:
        log = await on_log(pilot)
        await press(pilot, *keys)
        await read(pilot)
        await until(pilot, lambda: not log.searching, "read on")
        if bodies:
            await until(pilot, lambda: log._found is not None, "the bodies")
        await until(
            pilot, lambda: log.view is not None and log.view.asked.bars == log._bars, "bars"
        )

    return run


def on_the_failures(*keys: str) -> Before:
    """On the failures, after these keys."""

    async def run(pilot: Pilot[Any]) -> None:
        await shown(pilot)
        app_of(pilot).go("monitoring", part="failures")
        await pilot.pause()
        page: Any = app_of(pilot).page
        part = page.failures_part
        await until(pilot, lambda: part.view is not None, "the causes")
        await press(pilot, *keys)

        def there() -> bool:
            here = part.causes.selected
            return here is None or here.key == part.view.of

        await until(pilot, there, "the records")

    return run


def on_the_reports(report: str, *keys: str) -> Before:
    """On a report, after these keys."""

    async def run(pilot: Pilot[Any]) -> None:
        await on_reports(pilot, report)
        await press(pilot, *keys)

    return run


def hostile(db: SilentDatabase) -> None:
    add_lines(
        db,
        a_line(1, key="K" * 90, message="ş" * 10_000, level="warning", status="skipped"),
        a_line(2, key=HOSTILE[:60], message=HOSTILE, level="error", status="failed",
               code="remote.refused", params={"endpoint": HOSTILE, "text": HOSTILE},
               request=HOSTILE, response="{" + HOSTILE),
    )  # fmt: skip


# Log -------------------------------------------------------------------------------------------


@ALL
def test_log(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(
        dashboard(lalezar, watch=False), terminal_size=size, run_before=on_the_log()
    )


@BOTH
def test_log_in_turkish(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    app = dashboard(lalezar, language="tr", watch=False)
    assert snap_compare(app, terminal_size=size, run_before=on_the_log("down"))


@pytest.mark.parametrize("options", [{"theme": "light"}, {"colours": "16"}, {"colours": "none"}])
def test_log_in_other_colours(
    lalezar: SilentDatabase, snap_compare: Any, options: dict[str, Any]
) -> None:
    app = dashboard(lalezar, watch=False, **options)
    assert snap_compare(app, terminal_size=SMALL, run_before=on_the_log("e"))


@BOTH
def test_log_empty(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    keys = ("slash", *"flow:unpacked level:error !ok", "enter")
    before = on_the_log(*keys, bodies=False)
    assert snap_compare(dashboard(lalezar, watch=False), terminal_size=size, run_before=before)


@BOTH
def test_log_without_a_line(
    empty_shop: SilentDatabase, snap_compare: Any, size: tuple[int, int]
) -> None:
    with empty_shop.write() as connection:
        shop.Shop(empty_shop).channel(connection)
    before = on_the_log("c", bodies=False)
    assert snap_compare(dashboard(empty_shop, watch=False), terminal_size=size, run_before=before)


@BOTH
def test_log_with_hostile_text(
    lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]
) -> None:
    hostile(lalezar)
    app = dashboard(lalezar, watch=False)
    assert snap_compare(app, terminal_size=size, run_before=on_the_log())


@BOTH
def test_a_line_in_full(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await on_the_log()(pilot)
        await press(pilot, "enter")
        view = pilot.app.screen
        assert isinstance(view, LineView)
        await until(pilot, lambda: view.found is not None, "the bodies")

    assert snap_compare(dashboard(lalezar, watch=False), terminal_size=size, run_before=run)


def test_filter_line(lalezar: SilentDatabase, snap_compare: Any) -> None:
    app = dashboard(lalezar, watch=False)
    before = on_the_log("slash", *"flow:price 14:00-")
    assert snap_compare(app, terminal_size=SMALL, run_before=before)


def test_paused_with_lines_that_wait(lalezar: SilentDatabase, snap_compare: Any) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await on_the_log("p")(pilot)
        add_lines(lalezar, a_line(1), a_line(2))
        await press(pilot, "r")
        page: Any = app_of(pilot).page
        await until(pilot, lambda: page.log_part.view.waiting.n == 2, "what waits")

    assert snap_compare(dashboard(lalezar, watch=False), terminal_size=SMALL, run_before=run)


# Failures --------------------------------------------------------------------------------------


@ALL
def test_failures(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    table = table_of(Failure)
    with lalezar.write() as connection:
        connection.execute(
            update(table).where(table.c.code == "attribute.value_unknown").values(
                state="cured", closed_at=shop.today(12), close_reason="cause_gone",
            )
        )  # fmt: skip
    app = dashboard(lalezar, watch=False)
    assert snap_compare(app, terminal_size=size, run_before=on_the_failures("down", "down"))


def test_failures_in_turkish(lalezar: SilentDatabase, snap_compare: Any) -> None:
    app = dashboard(lalezar, language="tr", watch=False)
    assert snap_compare(app, terminal_size=SMALL, run_before=on_the_failures("down", "enter"))


@BOTH
def test_no_failures(empty_shop: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    shop.Shop(empty_shop).calm()
    app = dashboard(empty_shop, watch=False)
    assert snap_compare(app, terminal_size=size, run_before=on_the_failures())


@BOTH
def test_failures_with_hostile_text(
    lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]
) -> None:
    with lalezar.write() as connection:
        for n in range(20):
            shop.Shop(lalezar).failure(
                connection, "product_create", "product", f"{HOSTILE[:70]}{n}", "product.refused",
                {"attribute": HOSTILE, "text": HOSTILE}, first=shop.today(9),
                remote_text=HOSTILE * 20, needs_person=True,
            )  # fmt: skip
    app = dashboard(lalezar, watch=False)
    assert snap_compare(app, terminal_size=size, run_before=on_the_failures("down"))


@pytest.mark.parametrize("environment", ["sandbox", "production"])
def test_question_before_a_retry(
    lalezar: SilentDatabase, snap_compare: Any, environment: str
) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await on_the_failures("R")(pilot)
        await until(pilot, lambda: len(app_of(pilot).screen_stack) > 2, "the question")

    app = dashboard(lalezar, environment=environment, watch=False)
    assert snap_compare(app, terminal_size=SMALL, run_before=run)


# Reports ---------------------------------------------------------------------------------------


@ALL
def test_not_on_sale(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    off_sale(lalezar)
    app = dashboard(lalezar, watch=False)
    assert snap_compare(app, terminal_size=size, run_before=on_the_reports("not-on-sale", "down"))


@BOTH
def test_stock_differs(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    off_sale(lalezar)
    app = dashboard(lalezar, watch=False)
    assert snap_compare(app, terminal_size=size, run_before=on_the_reports("stock"))


@BOTH
def test_no_price_differs(
    lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]
) -> None:
    app = dashboard(lalezar, watch=False)
    assert snap_compare(app, terminal_size=size, run_before=on_the_reports("price"))
