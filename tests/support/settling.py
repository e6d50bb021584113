"""Keys typed by a test take effect at once, and nothing waits longer than the app works.

Textual's pilot waits after each key until the *process* uses hardly any processor time, at least
60 ms, and up to seconds when a reader thread, an engine or a sandbox is at work in it. Here a key
has settled when no message waits and nothing is read; a pause ends when besides no worker runs and
no short timer is pending.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen

#: What is not over by then goes on by itself: a test waits for it by a condition.
AT_MOST_S = 1.0
#: Timers up to this long are part of what a key does; a message that fades is not.
SHORT_TIMER_S = 0.3


async def settled(app: App[Any], *, wholly: bool = False) -> None:
    """Return when what was set in motion is done, after :data:`AT_MOST_S` at the latest.

    ``wholly``: with its threads and short timers.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + AT_MOST_S
    pilot: Pilot[Any] = Pilot(app)
    while loop.time() < end:
        await pilot._wait_for_screen()
        if app._exit or not app.screen_stack:
            return
        if _waiting(app):
            await asyncio.sleep(0)
        elif _undrawn(app.screen):
            app.screen._on_timer_update()  # what it does up to 60 times a second
        elif _reading(app) or (wholly and _working(app)):
            await asyncio.sleep(0.002)
        else:
            return


def _pumps(app: App[Any]) -> Iterator[MessagePump]:
    yield app
    for screen in app.screen_stack:
        yield from screen.walk_children(with_self=True)


def _waiting(app: App[Any]) -> bool:
    """Whether a message waits for anybody."""
    return any(
        pump._message_queue is not None and not pump._message_queue.empty() for pump in _pumps(app)
    )


def _undrawn(screen: Screen[Any]) -> bool:
    """Whether something has changed that is not laid out or painted yet."""
    return screen.is_current and bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._dirty_widgets
        or screen._callbacks
    )


def _reading(app: App[Any]) -> bool:
    """Whether the reader thread has something to do."""
    reader = getattr(app, "reader", None)
    return reader is not None and not reader.idle


def _working(app: App[Any]) -> bool:
    """Whether another thread works for the app, or a short timer is about to go off."""
    if any(not worker.is_finished for worker in app.workers):
        return True
    return any(
        timer._repeat == 0 and timer._interval <= SHORT_TIMER_S and not _over(timer)
        for pump in _pumps(app)
        for timer in list(pump._timers)
    )


def _over(timer: Any) -> bool:
    return timer._task is None or timer._task.done()


async def _press_keys(app: App[Any], keys: Iterable[str]) -> None:
    driver = app._driver
    assert driver is not None
    for key in keys:
        if len(key) == 1 and not key.isalnum():
            key = _character_to_key(key)
        original = REPLACED_KEYS.get(key, key)
        character: str | None
        try:
            character = unicodedata.lookup(_get_unicode_name_from_key(original))
        except KeyError:
            character = key if len(key) == 1 else None
        event = events.Key(key, character)
        event.set_sender(app)
        driver.send_message(event)
        # Through the driver's queue it comes to the app at the next turn of the loop.
        await asyncio.sleep(0)
        await settled(app)


async def _pause(pilot: Pilot[Any], delay: float | None = None) -> None:
    if delay is not None:
        await asyncio.sleep(delay)
    await settled(pilot.app, wholly=delay is None)
    pilot.app.screen._on_timer_update()


@contextmanager
def quick_pilot() -> Iterator[None]:
    """Within this, pilots wait for the app and not for an idle process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(App, "_press_keys", _press_keys)
        patch.setattr(Pilot, "pause", _pause)
        yield
