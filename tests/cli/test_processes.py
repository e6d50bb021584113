"""Commands that go on until they are stopped."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hbdash.config import load_config
from tests.cli.conftest import Live
from tests.support.commands import Process, run, run_process
from tests.support.waiting import wait_for


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_worker_gives_its_lease_back_and_ends_well(
    live: Live, tmp_path: Path, number: int
) -> None:
    """The second worker waits for the first's lease; it is stopped while it does."""
    second = Process(tmp_path / "second.log", "worker", "--config", live.config)
    wait_for(lambda: "worker runs 1 channel" in second.said(), what="the second worker")
    begun = time.monotonic()
    assert second.stop(number) == 0
    # Four times the promise: an interpreter's end and two shared cores are in it.
    assert time.monotonic() - begun < 4
    (channel,) = live.run("status", "--json").json["channels"]
    assert channel["engine"]["pid"] == live.worker.pid


def test_a_worker_without_channels_or_clock_is_wrong_use(tmp_path: Path, live: Live) -> None:
    empty = tmp_path / "empty.toml"
    empty.write_text("")
    assert run("worker", "--config", empty).code == 2
    assert run("worker", "--config", live.config, "--clock", "sandbox").code == 2


def test_logs_follow_what_is_written_until_interrupted(live: Live, tmp_path: Path) -> None:
    follow = Process(
        tmp_path / "logs.out", "logs", "--follow", "--limit", "1", "--config", live.config
    )
    try:
        wait_for(lambda: bool(follow.said()), what="the newest line")
        live.run("flows", "run", "price", "--no-wait")
        wait_for(lambda: " price " in follow.said().partition("\n")[2], what="a line that follows")
    finally:
        code = follow.stop(signal.SIGINT)
    assert code == 130


def test_the_sandbox_announces_itself_writes_a_file_for_its_owner_and_ends_well(
    tmp_path: Path,
) -> None:
    path = tmp_path / "conf" / "config.toml"
    words = ("sandbox", "--port", 0, "--skus", 5, "--activity", 0, "--write-config", path)
    process = Process(tmp_path / "sandbox.log", *words)
    try:
        wait_for(lambda: "sandbox listening on http://127.0.0.1:" in process.said())
        assert path.stat().st_mode & 0o777 == 0o600
        assert load_config(path).channels[0].environment == "sandbox"
        assert run("check", "--config", path).code == 0
    finally:
        assert process.stop() == 0


def test_a_sandbox_ends_with_its_parent(tmp_path: Path) -> None:
    """A demo that is killed must not leave one behind, at work on the same file."""
    words = ("sandbox", "--port", 0, "--skus", 5, "--activity", 0, "--parent", os.getpid() + 1)
    answer = run_process(*words)
    assert answer.code in (0, -signal.SIGTERM), answer


def test_wrong_arguments_of_the_sandbox(tmp_path: Path) -> None:
    assert run("sandbox", "--skus", 0).code == 2
    assert run("sandbox", "--port", 70000).code == 2
    assert run("demo", "--skus", 0, "--folder", tmp_path).code == 2


@pytest.mark.parametrize("words", [(), ("demo", "--skus", "5"), ("dashboard",)])
def test_a_dashboard_without_a_terminal_says_what_else_there_is(
    live: Live, tmp_path: Path, words: tuple[str, ...]
) -> None:
    answer = run_process(*words, "--config", live.config, cwd=tmp_path)
    assert answer.code == 2, answer
    assert "hbdash worker" in answer.err
    assert not (tmp_path / ".demo").exists()


def test_a_reader_that_has_enough_ends_the_command_quietly(live: Live, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hbdash.cli.main", "logs", "--limit", "500", "--json"]
    with subprocess.Popen(
        [*command, "--config", str(live.config)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 0


def test_commands_read_while_another_process_writes(live: Live) -> None:
    """A writer that holds the lock delays no reader."""
    path = live.db.url.database
    assert path is not None
    with sqlite3.connect(path, isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        for words in (("status",), ("flows", "list"), ("why", "LZR-20000-LCV-1"), ("logs",)):
            begun = time.monotonic()
            assert live.run(*words).code in (0, 1)
            assert time.monotonic() - begun < 3
        writer.execute("ROLLBACK")
