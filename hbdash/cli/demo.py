"""``hbdash demo``: the sandbox in a process of its own, and the dashboard on it."""

from __future__ import annotations

import argparse
import os
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from hbdash.cli.common import UNAVAILABLE, CommandFailed
from hbdash.config import Config, SandboxConfig, load_config

#: How long the sandbox may take until it listens; a first start of many SKUs has to seed them.
PATIENCE_S = 120.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    known = SandboxConfig()
    parser.add_argument("--skus", type=int, default=known.skus)
    parser.add_argument("--seed", type=int, default=known.seed)
    parser.add_argument(
        "--activity", type=float, default=known.activity_s, help="seconds between two acts"
    )
    parser.add_argument("--folder", type=Path, default=Path(".demo"), help="where the data stay")
    parser.add_argument("--fresh", action="store_true", help="begin anew")
    parser.add_argument("--read-only", action="store_true", help="remove every writing action")


def run(args: argparse.Namespace) -> int:
    """The demo, with data that stay until ``--fresh``."""
    sandbox = SandboxConfig(start=True, skus=args.skus, seed=args.seed, activity_s=args.activity)
    return run_demo(sandbox, folder=args.folder, fresh=args.fresh, read_only=args.read_only)


def run_demo(
    sandbox: SandboxConfig,
    *,
    folder: Path = Path(".demo"),
    fresh: bool = False,
    read_only: bool = False,
) -> int:
    """Start the sandbox, open the dashboard, stop the sandbox."""
    from hbdash.actions.actor import Actor, Role
    from hbdash.cli.dashboard import open_dashboard
    from hbdash.config import os_user

    folder.mkdir(parents=True, exist_ok=True)
    if fresh:
        for old in folder.iterdir():
            old.unlink()
    port = _port(folder)
    process = _start(sandbox, folder, port)
    try:
        config = _config(folder, port, process)
        who = Actor(os_user(), Role.ADMIN, "dashboard", read_only=read_only)
        return open_dashboard(config, who, log_file=folder / "hbdash.log")
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _start(sandbox: SandboxConfig, folder: Path, port: int) -> subprocess.Popen[str]:
    command = [
        sys.executable, "-m", "hbdash.cli.main", "sandbox",
        "--port", str(port),
        "--skus", str(sandbox.skus),
        "--seed", str(sandbox.seed),
        "--activity", str(sandbox.activity_s),
        "--file", str(folder / "sandbox.db"),
        "--write-config", str(folder / "config.toml"),
    ]  # fmt: skip
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # Its own group: ctrl+c in the terminal is for the dashboard.
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def _port(folder: Path) -> int:
    """The port of last time if it is free, so that the channel keeps its address."""
    remembered = folder / "port"
    candidates = [int(remembered.read_text())] if remembered.is_file() else []
    for port in [*candidates, 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            chosen = int(probe.getsockname()[1])
            remembered.write_text(str(chosen))
            return chosen
    raise CommandFailed("no free port on this machine", UNAVAILABLE)


def _config(folder: Path, port: int, process: subprocess.Popen[str]) -> Config:
    """The written configuration; on a later start it is there before the sandbox listens."""
    path = folder / "config.toml"
    if not (path.is_file() and f"127.0.0.1:{port}/" in path.read_text(encoding="utf-8")):
        _wait_until_it_listens(process)
    config = load_config(path)
    return config.model_copy(
        update={"engine": config.engine.model_copy(update={"start_all": True})}
    )


def _wait_until_it_listens(process: subprocess.Popen[str]) -> None:
    output: IO[str] = process.stdout  # type: ignore[assignment]
    said: list[str] = []
    deadline = time.monotonic() + PATIENCE_S
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while time.monotonic() < deadline and process.poll() is None:
            if not selector.select(0.2):
                continue
            line = output.readline()
            said.append(line)
            if line.startswith("sandbox listening"):
                return
    said.append(output.read() if process.poll() is not None else "")
    text = "".join(said).strip()
    raise CommandFailed(f"the sandbox did not start: {text or 'no answer'}", UNAVAILABLE)
