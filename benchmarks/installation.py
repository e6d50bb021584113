"""What is measured: hbdash on a sandbox of its own, in a folder that is thrown away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.terminal import Terminal

HBDASH = (sys.executable, "-m", "hbdash.cli.main")
ROOT = Path(__file__).parents[1]
#: Every flow that this version has, due all the time.
OFTEN = ("mirror", "stock", "price", "order_create", "order_refund", "product_create",
         "stock_correction", "price_correction")  # fmt: skip


@cache
def environment() -> dict[str, str]:
    """Nothing that leads to another configuration; byte code is kept, as in any installation."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HBDASH_", "PYTHONDONTWRITE", "TEXTUAL", "NO_COLOR", "COLUMNS"))
    }
    return kept | {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "hbdash-bench-pyc")}


@dataclass
class Installation:
    """A running sandbox and the configuration that leads to it."""

    folder: Path
    url: str
    config: Path

    def control(self, path: str, document: object | None = None) -> None:
        """Tell the sandbox something."""
        data = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(f"{self.url}/control{path}", data=data)
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()

    def dashboard(self, columns: int, rows: int, *arguments: str) -> Terminal:
        """The dashboard on a terminal, with its engine."""
        command = [*HBDASH, "dashboard", "--config", str(self.config), *arguments]
        return Terminal(command, columns, rows, environment())

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the command line."""
        return subprocess.run(
            [*HBDASH, *words, "--config", str(self.config)],
            env=environment(), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip


@contextmanager
def installed(
    *, skus: int = 2000, activity: float = 0.0, often_s: float | None = None
) -> Iterator[Installation]:
    """A sandbox with ``skus`` products; ``often_s`` makes every flow due so often."""
    with tempfile.TemporaryDirectory(prefix="hbdash-bench-") as name:
        folder = Path(name)
        config = folder / "config.toml"
        log = folder / "sandbox.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*HBDASH, "sandbox", "--port", "0", "--skus", str(skus), "--activity",
                 str(activity), "--write-config", str(config)],
                stdout=output, stderr=subprocess.STDOUT, env=environment(),
            )  # fmt: skip
        try:
            url = _listening(process, log)
            with config.open("a", encoding="utf-8") as file:
                file.write(_engine(often_s))
            yield Installation(folder, url, config)
        finally:
            process.terminate()
            process.wait(10)


def _listening(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        for line in log.read_text(encoding="utf-8").splitlines():
            if line.startswith("sandbox listening on "):
                return line.rpartition(" ")[2]
        time.sleep(0.05)
    raise RuntimeError(f"the sandbox did not start: {log.read_text(encoding='utf-8')}")


def _engine(often_s: float | None) -> str:
    lines = ["\n[engine]", "start_all = true"]
    if often_s is not None:
        lines += ["[engine.schedule]", *(f"{flow} = {often_s}" for flow in OFTEN)]
    return "\n".join(lines) + "\n"
