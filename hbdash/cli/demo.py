"""``hbdash demo``: the sandbox in a process of its own, and the dashboard on it."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from hbdash.cli.common import (
    DEMO_FOLDER,
    UNAVAILABLE,
    WRONG_USE,
    CommandFailed,
    own_configuration,
    with_sandbox,
)
from hbdash.config import Config, ConfigRefused, SandboxConfig, load_config

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
    parser.add_argument(
        "--folder", type=Path, default=Path(DEMO_FOLDER), help="where the data stay"
    )
    parser.add_argument("--fresh", action="store_true", help="begin anew")
    parser.add_argument("--read-only", action="store_true", help="remove every writing action")


def run(args: argparse.Namespace) -> int:
    """The demo, with data that stay until ``--fresh``."""
    try:
        sandbox = SandboxConfig(
            start=True, skus=args.skus, seed=args.seed, activity_s=args.activity
        )
    except ValueError as error:
        raise CommandFailed(f"--skus and --activity: {error}", WRONG_USE) from error
    own = own_configuration(args).model_copy(update={"sandbox": sandbox})
    return run_demo(own, folder=args.folder, fresh=args.fresh, read_only=args.read_only)


def run_demo(
    own: Config,
    *,
    folder: Path = Path(DEMO_FOLDER),
    fresh: bool = False,
    read_only: bool = False,
) -> int:
    """Start the sandbox, open the dashboard, stop the sandbox.

    own: theme, language, limits and the sandbox's size; channel and database are the sandbox's.
    """
    from hbdash.actions.actor import Actor, Role
    from hbdash.cli.dashboard import need_terminal, open_dashboard
    from hbdash.config import os_user

    need_terminal()
    folder.mkdir(parents=True, exist_ok=True)
    if fresh:
        _begin_anew(folder)
    port = _port(folder)
    log = folder / "sandbox.log"
    process = _start(own.sandbox, folder, port, log)
    try:
        config = with_sandbox(own, _written(folder, port, process, log))
        engine = config.engine.model_copy(update={"start_all": True})
        who = Actor(os_user(), Role.ADMIN, "dashboard", read_only=read_only)
        return open_dashboard(
            config.model_copy(update={"engine": engine}), who, log_file=folder / "hbdash.log"
        )
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _begin_anew(folder: Path) -> None:
    """Only what the demo itself wrote: the folder may hold more."""
    for pattern in ("config.toml", "config-hbdash.db*", "sandbox.db*", "port", "*.log"):
        for old in folder.glob(pattern):
            old.unlink()


def _start(sandbox: SandboxConfig, folder: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
    command = [
        sys.executable, "-m", "hbdash.cli.main", "sandbox",
        "--port", str(port),
        "--skus", str(sandbox.skus),
        "--seed", str(sandbox.seed),
        "--activity", str(sandbox.activity_s),
        "--file", str(folder / "sandbox.db"),
        "--write-config", str(folder / "config.toml"),
        "--parent", str(os.getpid()),
    ]  # fmt: skip
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
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


def _written(folder: Path, port: int, process: subprocess.Popen[bytes], log: Path) -> Config:
    """The sandbox's configuration; on a later start it is there before the sandbox listens."""
    path = folder / "config.toml"
    if not (path.is_file() and f"127.0.0.1:{port}/" in path.read_text(encoding="utf-8")):
        _wait_until_it_listens(process, log)
    try:
        return load_config(path)
    except ConfigRefused as refusal:
        raise CommandFailed(str(refusal), WRONG_USE) from refusal


def _wait_until_it_listens(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        over = process.poll() is not None
        said = log.read_text(encoding="utf-8", errors="replace")
        if "sandbox listening" in said:
            return
        if over:
            reason = said.strip() or "it said nothing"
            raise CommandFailed(f"the sandbox did not start: {reason}", UNAVAILABLE)
        time.sleep(0.02)
    raise CommandFailed(f"the sandbox did not start within {PATIENCE_S:.0f} s", UNAVAILABLE)
