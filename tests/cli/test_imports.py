"""What a command loads is what it takes to start."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.conftest import Installation
from tests.support.commands import clean_environment

HEAVY = {"textual", "apscheduler", "sqlalchemy", "pydantic", "httpx", "rich", "alembic"}
#: Runs a command and tells on the error output which packages it has loaded.
_TELL = """
import sys
from hbdash.cli.main import main
try:
    main(sys.argv[1:]) if sys.argv[1:] else None
except SystemExit:
    pass
loaded = {name.partition(".")[0] for name in sys.modules}
sys.stderr.write(" loaded " + " ".join(loaded))
"""


def loaded_by(*words: object) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _TELL, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=60,
        env=clean_environment(),
        check=True,
    )
    return set(done.stderr.rpartition("loaded ")[2].split())


def test_the_command_line_itself_loads_none_of_the_heavy_packages() -> None:
    assert not loaded_by() & HEAVY
    assert not loaded_by("--help") & HEAVY
    assert not loaded_by("--version") & (HEAVY - {"sqlalchemy"})


def test_status_reads_with_the_driver_alone(quick_lalezar: Installation) -> None:
    words = ("status", "--config", quick_lalezar.config)
    # Each of these costs more than the whole of status may.
    slow = HEAVY | {"orjson", "typing", "dataclasses", "inspect", "tomllib", "pathlib", "logging"}
    assert not loaded_by(*words) & (slow | {"json", "shutil"})
    assert not loaded_by(*words, "--json") & slow


@pytest.mark.parametrize(
    "words",
    [
        ("why", "LZR-20418-İND"),
        ("flows", "list"),
        ("logs",),
        ("settings", "show"),
        ("refunds", "list"),
    ],
    ids=lambda words: words[0],
)
def test_commands_that_print_need_neither_screen_nor_scheduler(
    quick_lalezar: Installation, words: tuple[str, ...]
) -> None:
    loaded = loaded_by(*words, "--config", quick_lalezar.config)
    assert "sqlalchemy" in loaded
    assert not loaded & {"textual", "apscheduler", "httpx", "alembic"}
