"""Pictures of what opens over a page: run menu, why, help, palette, dialogs, toasts, progress."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.pictures import MIDDLE, SMALL, before
from tests.support.dashboards import SilentDatabase, app_of, dashboard, press
from tests.support.shop import Shop

SIZES = [SMALL, MIDDLE]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_run_menu(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(dashboard(lalezar), terminal_size=size, run_before=before("t"))


def test_run_menu_on_a_flow_that_can_not_run(lalezar: SilentDatabase, snap_compare: Any) -> None:
    keys = before("t", "G", "k", "k", "k", "k", "tab")
    assert snap_compare(dashboard(lalezar), terminal_size=MIDDLE, run_before=keys)


def test_run_menu_before_the_first_run(empty_shop: SilentDatabase, snap_compare: Any) -> None:
    with empty_shop.write() as connection:
        Shop(empty_shop).channel(connection)
    app = dashboard(empty_shop, engine_here=lambda: False)
    assert snap_compare(app, terminal_size=SMALL, run_before=before("t"))


@pytest.mark.parametrize("environment", ["sandbox", "production"])
def test_question_before_a_run(
    lalezar: SilentDatabase, snap_compare: Any, environment: str
) -> None:
    app = dashboard(lalezar, environment=environment)
    assert snap_compare(app, terminal_size=SMALL, run_before=before("t", "j", "enter"))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_why(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    async def ask(pilot: Pilot[Any]) -> None:
        app_of(pilot).open_why("LZR-20418-İND")
        await pilot.pause()

    assert snap_compare(dashboard(lalezar), terminal_size=size, run_before=before(then=ask))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_help(lalezar: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(dashboard(lalezar), terminal_size=size, run_before=before("question_mark"))


def test_help_with_the_keys_of_every_page(lalezar: SilentDatabase, snap_compare: Any) -> None:
    keys = before("question_mark", "question_mark")
    assert snap_compare(dashboard(lalezar), terminal_size=MIDDLE, run_before=keys)


def test_palette(lalezar: SilentDatabase, snap_compare: Any) -> None:
    keys = before("colon", "h", "i", "s", "t")
    assert snap_compare(dashboard(lalezar), terminal_size=SMALL, run_before=keys)


def test_toasts(lalezar: SilentDatabase, snap_compare: Any) -> None:
    async def speak(pilot: Pilot[Any]) -> None:
        app = app_of(pilot)
        app.say("Bolu / Merkez mapped. 8 orders go in the next run, 14:36.")
        app.say("Label of [/x] not saved: /srv/labels is full (0 B free).", "error")
        await pilot.pause()

    assert snap_compare(dashboard(lalezar), terminal_size=SMALL, run_before=before(then=speak))


def test_messages(lalezar: SilentDatabase, snap_compare: Any) -> None:
    async def speak(pilot: Pilot[Any]) -> None:
        app = app_of(pilot)
        app.say("Stock: done, 206 ok")
        app.say("long " * 40, "error")
        app.act_messages()
        await pilot.pause()

    assert snap_compare(dashboard(lalezar), terminal_size=SMALL, run_before=before(then=speak))


def test_nothing_said_yet_to_why(lalezar: SilentDatabase, snap_compare: Any) -> None:
    """Without a key under the cursor, why asks for one."""

    async def ask(pilot: Pilot[Any]) -> None:
        await press(pilot, "shift+tab", "w")

    assert snap_compare(dashboard(lalezar), terminal_size=SMALL, run_before=before(then=ask))
