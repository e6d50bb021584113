"""Pictures of the dashboard in each of its states, sizes, themes and languages."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from hbdash.actions.actor import Role
from hbdash.store.bulk import table_of
from hbdash.store.tables import Channel, Failure, Lease
from tests.screens.pictures import HUGE, LARGE, MIDDLE, SMALL, before
from tests.support.dashboards import SilentDatabase, app_of, dashboard, until
from tests.support.shop import CHANNEL, Shop, today

SIZES = [SMALL, MIDDLE, LARGE, HUGE, (80, 60), (200, 24)]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_an_afternoon(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(dashboard(lalezar), terminal_size=size, run_before=before())


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=str)
def test_turkish(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    app = dashboard(lalezar, language="tr")
    assert snap_compare(app, terminal_size=size, run_before=before())


@pytest.mark.parametrize("theme", ["light", "high-contrast", "colour-blind"])
def test_themes(lalezar: SilentDatabase, snap_compare: Any, theme: str) -> None:
    app = dashboard(lalezar, theme=theme)
    assert snap_compare(app, terminal_size=SMALL, run_before=before())


@pytest.mark.parametrize("colours", ["16", "none"])
def test_few_colours_and_none(lalezar: SilentDatabase, snap_compare: Any, colours: str) -> None:
    app = dashboard(lalezar, colours=colours)
    assert snap_compare(app, terminal_size=SMALL, run_before=before())


def test_plain_signs(lalezar: SilentDatabase, snap_compare: Any) -> None:
    """For terminals and fonts without the signs: each has its ASCII twin."""
    app = dashboard(lalezar, signs="ascii")
    assert snap_compare(app, terminal_size=SMALL, run_before=before())


def test_production(lalezar: SilentDatabase, snap_compare: Any) -> None:
    app = dashboard(lalezar, environment="production")
    assert snap_compare(app, terminal_size=MIDDLE, run_before=before())


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=str)
def test_first_run(empty_shop: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    app = dashboard(empty_shop, engine_here=lambda: False)
    assert snap_compare(app, terminal_size=size, run_before=before())


def test_waiting_for_the_first_reading(empty_shop: SilentDatabase, snap_compare: Any) -> None:
    with empty_shop.write() as connection:
        shop = Shop(empty_shop)
        shop.channel(connection)
        shop.engine(connection)
    assert snap_compare(dashboard(empty_shop), terminal_size=SMALL, run_before=before())


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=str)
def test_all_is_well(empty_shop: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    Shop(empty_shop).calm()
    assert snap_compare(dashboard(empty_shop), terminal_size=size, run_before=before())


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=str)
def test_viewer(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    app = dashboard(lalezar, role=Role.VIEWER, engine_here=lambda: False)
    assert snap_compare(app, terminal_size=size, run_before=before())


def test_an_engine_that_died(lalezar: SilentDatabase, snap_compare: Any) -> None:
    lease = table_of(Lease)
    with lalezar.write() as connection:
        connection.execute(
            lease.update().values(renewed_at=today(14, 19), expires_at=today(14, 19, 30))
        )
    app = dashboard(lalezar, engine_here=lambda: False)
    assert snap_compare(app, terminal_size=SMALL, run_before=before())


@pytest.mark.requirement("R2.4")
def test_an_inactive_channel(lalezar: SilentDatabase, snap_compare: Any) -> None:
    with lalezar.write() as connection:
        connection.execute(table_of(Channel).update().values(is_active=False))
    assert snap_compare(dashboard(lalezar), terminal_size=MIDDLE, run_before=before())


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=str)
def test_stale(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    app = dashboard(lalezar)

    async def fall_silent(pilot: Pilot[Any]) -> None:
        lalezar.silent = True
        app_of(pilot).read_again()
        await until(pilot, lambda: app.page is not None and app.page.stale, "stale")

    assert snap_compare(app, terminal_size=size, run_before=before(then=fall_silent))


@pytest.mark.parametrize("size", [(60, 20), (79, 24), (120, 20)], ids=str)
def test_too_small(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(dashboard(lalezar), terminal_size=size, run_before=before())


def test_hostile_text(lalezar: SilentDatabase, snap_compare: Any) -> None:
    """Everything that comes from outside says the worst it can; nothing breaks or vanishes."""
    failure, channel, lease = table_of(Failure), table_of(Channel), table_of(Lease)
    nasty = ["[/x] failed", "['a', 1] [red]", "\x1b[31mESC\x07", "x" * 10_000, "\u202egnirts 🚚"]
    with lalezar.write() as connection:
        connection.execute(failure.delete())
        for n, text in enumerate(nasty):
            Shop(lalezar).failure(
                connection, "order_create", "order", text, "order.address",
                {"level": "township", "name": text, "parent": text}, first=today(11, n),
            )  # fmt: skip
        connection.execute(channel.update().where(channel.c.id == CHANNEL).values(name=nasty[0]))
        connection.execute(lease.update().values(host=nasty[1], username=nasty[4]))
    app = dashboard(lalezar, engine_here=lambda: False)
    assert snap_compare(app, terminal_size=MIDDLE, run_before=before())
