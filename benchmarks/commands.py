"""``hbdash status`` against an empty Python, and the first screen: whole processes."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

from benchmarks.installation import environment, installed
from benchmarks.keys import has
from benchmarks.tables import Result, ms

RUNS = 15


def measure() -> Result:
    """Medians of 15 runs in turn; the first screen of 5 warm starts."""
    result = Result(
        "Starting up",
        "status at most 3 × an empty Python",
        ("", "median ms", "× empty Python"),
    )
    with installed() as shop:
        terminal = shop.dashboard(120, 40)
        terminal.wait(has("SKUs on sale"), 60)
        terminal.close()
        empty, status = [], []
        for _ in range(RUNS):
            empty.append(_time([sys.executable, "-c", "pass"]))
            begun = time.perf_counter()
            shop.ask("status")
            status.append(time.perf_counter() - begun)
        screens = []
        for _ in range(5):
            terminal = shop.dashboard(120, 40, "--no-engine")
            screens.append(terminal.wait(has("SKUs on sale"), 60) - terminal.started)
            terminal.close()
    base = median(empty)
    for name, times in (("empty Python", empty), ("status", status), ("first screen", screens)):
        result.rows.append((name, ms(median(times)), f"{median(times) / base:.1f}"))
    return result


def _time(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, env=environment(), check=False)
    return time.perf_counter() - begun
