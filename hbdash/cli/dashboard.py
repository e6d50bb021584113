"""``hbdash``: the dashboard, with the engine in a background thread of the same process."""

from __future__ import annotations

import argparse
import logging
import sys
import threading
from typing import TYPE_CHECKING

from hbdash.cli.common import (
    DONE,
    WRONG_USE,
    CommandFailed,
    actor,
    database,
    own_configuration,
    starts_sandbox,
)

if TYPE_CHECKING:
    from pathlib import Path

    from hbdash.actions.actor import Actor
    from hbdash.config import Config
    from hbdash.domain.clock import Clock
    from hbdash.engine.engine import Engine
    from hbdash.store.database import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--read-only", action="store_true", help="remove every writing action")
    parser.add_argument("--no-engine", action="store_true", help="only look; run no flows here")


def run(args: argparse.Namespace) -> int:
    """Open the dashboard; when the file says so, start the built-in sandbox for it."""
    config = own_configuration(args)
    if starts_sandbox(config):
        from hbdash.cli.demo import run_demo

        return run_demo(config, read_only=args.read_only)
    if not config.channels:
        raise CommandFailed("no channel in the configuration; see `hbdash demo`", WRONG_USE)
    return open_dashboard(
        config, actor(config, args, via="dashboard"), with_engine=not args.no_engine
    )


def need_terminal() -> None:
    """Without one Textual would wait for keys that never come."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise CommandFailed(
            "the dashboard needs a terminal; without one there are `hbdash worker` and "
            "`hbdash status`",
            WRONG_USE,
        )


def open_dashboard(
    config: Config, who: Actor, *, with_engine: bool = True, log_file: Path | None = None
) -> int:
    """Draw first; the engine starts beside it and is stopped after the app has left."""
    need_terminal()
    from zoneinfo import ZoneInfo

    from hbdash.app import ChannelFace, Face, HbdashApp
    from hbdash.domain.clock import SystemClock
    from hbdash.engine.channels import install_channel

    _log_to(log_file)
    db = database(config)
    clock = SystemClock()
    faces = tuple(
        ChannelFace(
            id=install_channel(db, channel),
            brand=channel.brand or channel.name.partition(" · ")[0],
            name=channel.name.partition(" · ")[2] or channel.name,
            zone=ZoneInfo(channel.timezone),
            environment=channel.environment,
        )
        for channel in config.channels
    )
    background = _Background(config, db, clock, who.name) if with_engine else None
    app = HbdashApp(
        Face(
            db=db,
            clock=clock,
            channels=faces,
            actor=who,
            engine_here=background.holds_any if background else lambda: False,
            language=config.ui.language,
            theme=config.ui.theme,
            signs="ascii" if config.ui.signs == "ascii" else "full",
            keymap=config.ui.keymap,
            limits=config.refunds.model_dump(),
        )
    )
    if background is not None:
        background.start()
    try:
        app.run(mouse=config.ui.mouse)
    finally:
        if background is not None:
            background.stop()
        db.close()
    return DONE


class _Background:
    """The engine, imported and started in a thread, so that the first screen does not wait."""

    def __init__(self, config: Config, db: Database, clock: Clock, username: str) -> None:
        self._config = config
        self._db = db
        self._clock = clock
        self._username = username
        self._engine: Engine | None = None
        self._lock = threading.Lock()
        self._stopping = False
        self._thread = threading.Thread(target=self._start, name="engine-start", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def holds_any(self) -> bool:
        """Whether this process runs the flows of any channel."""
        engine = self._engine
        return engine is not None and any(engine.holds(one) for one in engine.channels)

    def stop(self) -> None:
        """Stop within about a second, also when the start is not through yet."""
        with self._lock:
            self._stopping = True
            engine = self._engine
        if engine is not None:
            engine.stop()

    def _start(self) -> None:
        from hbdash.engine.engine import Engine

        engine = Engine(
            self._config, self._db, self._clock, face="dashboard", username=self._username
        )
        with self._lock:
            if self._stopping:
                return
            self._engine = engine
            engine.start()


def _log_to(file: Path | None) -> None:
    """Textual draws on stderr: the log goes to a file or nowhere."""
    handler: logging.Handler = logging.NullHandler()
    if file is not None:
        handler = logging.FileHandler(file, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
