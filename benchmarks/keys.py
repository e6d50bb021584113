"""Key to screen on a pty, while all flows run: from the press to the bytes that show its effect."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Hashable
from contextlib import suppress

import pyte

from benchmarks.installation import environment, installed
from benchmarks.tables import Result, ms, percentile
from benchmarks.terminal import NotInTime, Terminal

SIZES = ((120, 40), (80, 24))
DOWN, UP = b"\x1b[B", b"\x1b[A"
#: A word that only this page has, by the digit that opens it.
PAGES = {b"1": "18 flows", b"2": "Log", b"3": "Rules", b"4": "To decide"}
_PACE = random.Random(7)


def measure(*, keys: int = 60) -> Result:
    """``keys`` of each kind at each size."""
    result = Result(
        "Key to screen, all flows running every 2 s, activity every second",
        "p95 at most 25 ms",
        ("", "keys", "p50 ms", "p95 ms", "max ms", "bare p50", "bare p95", "p95 / bare"),
    )
    for columns, rows in SIZES:
        bare = _bare(columns, rows, keys)
        with installed(activity=1, often_s=2) as shop:
            terminal = shop.dashboard(columns, rows)
            try:
                found = _dashboard(terminal, keys)
            finally:
                terminal.close()
        for name, times in found.items():
            against = bare["page"] if name.startswith("page") else bare["cursor"]
            result.rows.append(_row(f"{columns}×{rows} {name}", times, against))
        all_of = [t for times in found.values() for t in times]
        all_bare = [t for times in bare.values() for t in times]
        result.rows.append(_row(f"{columns}×{rows} all", all_of, all_bare))
    return result


def _row(name: str, times: list[float], bare: list[float]) -> tuple[str, ...]:
    p95, against = percentile(times, 0.95), percentile(bare, 0.95)
    return (
        name, str(len(times)), ms(percentile(times, 0.5)), ms(p95), ms(max(times)),
        ms(percentile(bare, 0.5)), ms(against), f"{p95 / against:.1f}",
    )  # fmt: skip


def _dashboard(terminal: Terminal, keys: int) -> dict[str, list[float]]:
    terminal.wait(has("SKUs on sale"), 60)
    _watch(terminal, 8)
    for digit, word in PAGES.items():
        terminal.press(digit)
        terminal.wait(has(word), 30)
        _watch(terminal, 1)
    found: dict[str, list[float]] = {}
    terminal.press(b"1")
    terminal.wait(has(PAGES[b"1"]))
    found["cursor, dashboard"] = _moves(terminal, keys)
    terminal.press(b"3")
    terminal.wait(has("Claim deadline"), 60)
    terminal.press(b"\t")  # to the rules, of which there are many
    found["cursor, alarms"] = _moves(terminal, keys)
    terminal.press(b"2")
    terminal.wait(has(PAGES[b"2"]))
    # Paused, so that a line that comes does not move the cursor before the key does.
    terminal.press(b"p")
    _watch(terminal, 1)
    found["cursor, log"] = _moves(terminal, keys)
    found["page"] = _pages(terminal, keys)
    return found


def _bare(columns: int, rows: int, keys: int) -> dict[str, list[float]]:
    command = [sys.executable, "-m", "benchmarks.yardstick", "lines"]
    terminal = Terminal(command, columns, rows, environment())
    try:
        terminal.wait(has("Page 1"))
        words = {digit: f"Page {digit.decode()}" for digit in PAGES}
        for digit, word in words.items():
            terminal.press(digit)
            terminal.wait(has(word))
        return {"cursor": _moves(terminal, keys), "page": _pages(terminal, keys, words)}
    finally:
        terminal.close()


def _moves(terminal: Terminal, keys: int) -> list[float]:
    """Down and up again. Where a list that grew has moved the cursor to its end, the other way."""
    times: list[float] = []
    step = DOWN
    for _ in range(keys + keys // 20):
        if len(times) == keys:
            break
        _watch(terminal, _PACE.uniform(0.03, 0.11))
        with suppress(NotInTime):
            times.append(terminal.changes(step, cursor, seconds=2))
        step = UP if step == DOWN else DOWN
    if len(times) < keys:
        raise NotInTime(f"{keys - len(times)} keys showed nothing:\n{terminal.text}")
    return times


def _pages(terminal: Terminal, keys: int, words: dict[bytes, str] | None = None) -> list[float]:
    order = list((words or PAGES).items())
    times = []
    for n in range(keys):
        digit, word = order[n % len(order)]
        _watch(terminal, _PACE.uniform(0.1, 0.3))
        pressed = terminal.press(digit)
        times.append(terminal.wait(has(word), 10) - pressed)
    return times


def _watch(terminal: Terminal, seconds: float) -> None:
    """Let time pass, taking in what comes."""
    deadline = time.perf_counter() + seconds
    while (left := deadline - time.perf_counter()) > 0:
        time.sleep(min(left, 0.05))
        terminal.catch_up()


def has(word: str) -> Callable[[pyte.Screen], bool]:
    """Whether the word stands on the screen."""
    return lambda screen: any(word in line for line in screen.display)


def cursor(screen: pyte.Screen) -> Hashable:
    """Where the cursor's marks stand."""
    return tuple(
        (y, x) for y, line in enumerate(screen.display) for x in _places(line) if "▌" in line
    )


def _places(line: str) -> list[int]:
    return [x for x, letter in enumerate(line) if letter == "▌"]
