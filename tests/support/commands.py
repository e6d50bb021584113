"""Commands as a person types them: in this process, and as processes of their own."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hbdash.cli.main import main
from hbdash.config import os_user
from hbdash.sandbox.server import RunningSandbox

HBDASH = (sys.executable, "-m", "hbdash.cli.main")
#: No reading of a test's folder or of the person's own settings.
_FOREIGN = ("HBDASH_", "COLUMNS")


@dataclass(frozen=True)
class Answer:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document on the standard output."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """One document a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def run(*arguments: object, typed: str = "") -> Answer:
    """A command in this process; ``typed`` is its standard input."""
    out, err = io.StringIO(), io.StringIO()
    before, sys.stdin = sys.stdin, io.StringIO(typed)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            try:
                code = main([str(one) for one in arguments])
            except SystemExit as left:
                code = left.code if isinstance(left.code, int) else 1
    finally:
        sys.stdin = before
    return Answer(code, out.getvalue(), err.getvalue())


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without anything that leads to another configuration."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN)}
    return kept | more


def run_process(*arguments: object, cwd: Path | None = None, **environment: str) -> Answer:
    """The same in a process of its own."""
    done = subprocess.run(
        [*HBDASH, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        env=clean_environment(**environment),
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


class Process:
    """A command that goes on until it is stopped, with its output in a file."""

    def __init__(self, log: Path, *arguments: object) -> None:
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [*HBDASH, *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=clean_environment(PYTHONUNBUFFERED="1"),
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def said(self) -> str:
        """All it has written so far; fails when it is over and nobody stopped it."""
        text = self._log.read_text(encoding="utf-8")
        assert self._process.poll() is None, f"ended with {self._process.returncode}: {text}"
        return text

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            return self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise


def write_config(
    path: Path,
    db_url: str,
    *,
    omnitron: str = "http://127.0.0.1:9/omnitron",
    username: str = "hbdash",
    password: str = "secret",
    channel_id: int = 137,
    shipping: str = "http://127.0.0.1:9/shipping",
    role: str | None = "admin",
    mode: int = 0o600,
    more: str = "",
    channel: Mapping[str, str] | None = None,
) -> Path:
    """A brand's own file, with short waits; ``role`` is that of whoever runs the tests."""
    names = {"key": "lalezar", "name": "Lalezar · Hepsiburada", "timezone": "Europe/Istanbul",
             "environment": "sandbox", **(channel or {})}  # fmt: skip
    path.write_text(
        f"[database]\nurl = {json.dumps(db_url)}\n\n[[channels]]\n"
        + "".join(f"{name} = {json.dumps(value)}\n" for name, value in names.items())
        + f"remote_id = {channel_id}\n\n[channels.omnitron]\nurl = {json.dumps(omnitron)}\n"
        f"username = {json.dumps(username)}\npassword = {json.dumps(password)}\n\n"
        f"[channels.hosts]\nshipping = {json.dumps(shipping)}\n\n"
        "[engine]\nupload_gap_s = 0\nupload_polls_s = [0.1, 0.2]\nimport_polls_s = [0.1, 0.2]\n"
        "lease_term_s = 5\n\n"
        + (f"[operators]\n{role} = [{json.dumps(os_user())}]\n" if role else "")
        + more,
        encoding="utf-8",
    )
    path.chmod(mode)
    return path


def config_of(running: RunningSandbox, path: Path, db_url: str, **options: Any) -> Path:
    """A file that leads to a running sandbox."""
    world = running.world
    options = {
        "omnitron": f"{running.url}/omnitron",
        "shipping": f"{running.url}/shipping",
        "username": world.omnitron_username,
        "password": world.omnitron_password,
        "channel_id": world.channel_id,
        **options,
    }
    return write_config(path, db_url, **options)


@pytest.fixture
def no_other_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder to run in, and nothing in the environment that leads elsewhere."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder
