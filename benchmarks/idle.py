"""Bytes and processor time of a dashboard in which nothing changes, for a minute."""

from __future__ import annotations

import sys
import time

from benchmarks.installation import environment, installed
from benchmarks.keys import has
from benchmarks.tables import Result
from benchmarks.terminal import Terminal

SECONDS = 60.0


def measure() -> Result:
    """Activity off and the engine elsewhere: only the clock moves."""
    result = Result(
        "Idle for 60 s at 120×40",
        "at most 1 kB, 0.5 % of a processor",
        ("", "bytes", "processor %"),
    )
    with installed(activity=0) as shop:
        shop.dashboard(120, 40).close()
        terminal = shop.dashboard(120, 40, "--no-engine")
        try:
            terminal.wait(has("18 flows"), 60)
            result.rows.append(("dashboard", *_quiet(terminal)))
        finally:
            terminal.close()
    command = [sys.executable, "-m", "benchmarks.yardstick", "lines"]
    bare = Terminal(command, 120, 40, environment())
    try:
        result.rows.append(("bare Textual app", *_quiet(bare)))
    finally:
        bare.close()
    return result


def _quiet(terminal: Terminal) -> tuple[str, str]:
    time.sleep(5)
    terminal.catch_up()
    sent, used = terminal.sent, terminal.processor_seconds()
    time.sleep(SECONDS)
    share = (terminal.processor_seconds() - used) / SECONDS
    return str(terminal.sent - sent), f"{share * 100:.2f}"
