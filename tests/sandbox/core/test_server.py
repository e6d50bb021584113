"""Starting, restarting from a file, write-config, and the command."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from hbdash.sandbox.config_file import config_text
from hbdash.sandbox.options import SandboxOptions
from hbdash.sandbox.world import new_world
from tests.sandbox.conftest import SandboxUnderTest, options

Start = Callable[..., SandboxUnderTest]


def test_a_file_keeps_everything_over_a_restart(start_sandbox: Start, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    first = start_sandbox(file=file)
    number = first.control.post("/do/place_order", json={}).json()["result"]
    first.move(7_200)
    first.call(lambda world: world.books.effect("test.kept", "A"))
    before = first.control.get("/figures").json()
    identity = (first.world.merchant_id, first.world.service_key)
    first.close()

    second = start_sandbox(file=file, seed=99, skus=5)
    assert (second.world.merchant_id, second.world.service_key) == identity
    assert second.world.skus == 60
    assert second.control.get("/clock").json()["offset_seconds"] == 7_200
    assert second.control.get(f"/orders/{number}").status_code == 200
    assert second.control.get("/effects", params={"kind": "test.kept"}).json()["count"] == 1
    assert second.control.get("/figures").json() == before


def test_the_channel_follows_the_address(start_sandbox: Start, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    for _ in range(2):
        running = start_sandbox(file=file)
        conf = running.omnitron.get(f"/channels/{running.world.channel_id}/").json()["conf"]
        assert conf["base_url"].startswith(running.url + "/")
        running.close()


def test_a_seeding_cut_short_is_done_again(start_sandbox: Start, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    first = start_sandbox(file=file)
    figures = first.control.get("/figures").json()
    first.call(lambda world: world.db.execute("DELETE FROM sb_meta WHERE key = 'seeded'"))
    first.close()
    assert start_sandbox(file=file).control.get("/figures").json() == figures


def test_a_stopped_sandbox_stops_at_once(start_sandbox: Start) -> None:
    running = start_sandbox()
    running.running.stop()
    running.running.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.url + "/control/clock", trust_env=False)


def test_write_config_is_ready_to_use(start_sandbox: Start, tmp_path: Path) -> None:
    path = tmp_path / "sub" / "config.toml"
    running = start_sandbox(write_config=path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    config = tomllib.loads(path.read_text(encoding="utf-8"))
    (channel,) = config["channels"]
    assert channel["name"] == "Lalezar · Hepsiburada"
    assert (channel["key"], channel["environment"], channel["remote_id"]) == (
        "lalezar", "sandbox", 137,
    )  # fmt: skip
    database = Path(config["database"]["url"].removeprefix("sqlite:///"))
    assert database.is_absolute()
    assert database.parent == path.parent
    login = {key: channel["omnitron"][key] for key in ("username", "password")}
    url = channel["omnitron"]["url"] + "/api/v1/auth/login/"
    assert httpx.post(url, json=login, trust_env=False).status_code == 200
    assert httpx.get(config["sandbox"]["clock_url"], trust_env=False).json()["now"]
    assert config["sandbox"]["start"] is False
    assert channel["hosts"] == {"shipping": running.url + "/shipping"}


def test_a_path_with_quotes_survives_the_config(tmp_path: Path) -> None:
    world = new_world(1, 1)
    path = tmp_path / 'a "quoted" \\ name.toml'
    assert str(path.parent) in tomllib.loads(config_text(path, world))["database"]["url"]
    world.db.close()


@pytest.mark.parametrize("changes", [{"port": 70_000}, {"skus": 0}, {"activity": -1}, {"tick": 0}])
def test_wrong_options_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError):
        options(**changes)


def test_the_defaults_are_the_documented_ones() -> None:
    assert SandboxOptions() == SandboxOptions("127.0.0.1", 8137, 2000, 7, None, 4.0, None)


COMMAND = (sys.executable, "-m", "hbdash.sandbox", "--skus", "60", "--activity", "0")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_where_it_listens_and_ends_on_a_signal(
    number: signal.Signals, tmp_path: Path
) -> None:
    file = tmp_path / "sandbox.db"
    with subprocess.Popen(
        [*COMMAND, "--port", "0", "--file", str(file)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("sandbox listening on http://127.0.0.1:")
        url = line.split()[-1]
        assert httpx.get(f"{url}/control/clock", trust_env=False).status_code == 200
        process.send_signal(number)
        rest, errors = process.communicate(timeout=10)
    assert (process.returncode, rest, errors) == (0, "", "")
    assert file.exists()
    assert not file.with_name(file.name + "-wal").exists()


def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*COMMAND, "--port", port], capture_output=True, text=True, timeout=30, check=False
        )
    assert done.returncode == 1
    assert done.stderr == f"sandbox: 127.0.0.1:{port}: Address already in use\n"
