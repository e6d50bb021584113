"""Apps for tests: a dashboard on Lalezar's database, with the clock standing still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from textual.pilot import Pilot

from hbdash.actions.actor import Actor, Role
from hbdash.app import ChannelFace, Face, HbdashApp
from hbdash.store.database import Database
from screens.widgets.line import Line
from tests.support import shop

SECONDS = 15.0
"""After so long a condition is not going to come true."""


class SilentDatabase(Database):
    """A database that can stop answering."""

    silent = False

    @contextmanager
    def read(self) -> Iterator[Connection]:
        if self.silent:
            raise OperationalError("SELECT 1", {}, Exception("disk I/O error"))
        with super().read() as connection:
            yield connection


def dashboard(db: Database, **options: Any) -> HbdashApp:
    """An app on ``db``. Options: those of :class:`Face`, ``role`` and ``environment``."""
    role = options.pop("role", Role.OPERATOR)
    environment = options.pop("environment", "sandbox")
    read_only = options.pop("read_only", False)
    values: dict[str, Any] = {
        "clock": shop.clock(),
        "channels": (
            ChannelFace(
                shop.CHANNEL, "Lalezar", "Hepsiburada", shop.ISTANBUL, environment
            ),
        ),
        "actor": Actor("ayse", role, "dashboard", read_only),
        "engine_here": lambda: True,
        "colours": "full",
        "refresh": 0.05,
        **options,
    }  # fmt: skip
    return HbdashApp(Face(db=db, **values))


async def until(pilot: Pilot[Any], condition: Callable[[], object], what: str = "") -> None:
    """Let the app work until ``condition`` holds; else fails with ``what`` and the screen."""
    loop = asyncio.get_running_loop()
    end = loop.time() + SECONDS
    while not condition():
        if loop.time() > end:
            raise AssertionError(f"never came true: {what or condition}\n{screen_text(pilot)}")
        await pilot.pause(0.005)
    await pilot.pause(0)


def app_of(pilot: Pilot[Any]) -> HbdashApp:
    """The app, typed."""
    app = pilot.app
    assert isinstance(app, HbdashApp)
    return app


async def shown(pilot: Pilot[Any]) -> None:
    """Wait for the first snapshot of the page."""
    app = app_of(pilot)
    await until(pilot, lambda: app.page is not None and app.page.snapshot is not None, "snapshot")


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, one after the other, each with its effects."""
    for key in keys:
        await pilot.press(key)


def screen_text(pilot: Pilot[Any]) -> str:
    """What stands on the screen, as text."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


def texts(lines: list[Line]) -> list[str]:
    """The bare text of lines."""
    return [one.text for one in lines]
