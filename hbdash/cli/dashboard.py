"""``hbdash``: the dashboard, with the engine in a background thread of the same process."""

from __future__ import annotations

import argparse
import logging
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
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
    from hbdash.app import EngineTrouble
    from hbdash.config import Config
    from hbdash.domain.clock import Clock
    from hbdash.engine.engine import Engine
    from hbdash.store.database import Database
    from hbdash.trigger.server import TriggerServer

logger = logging.getLogger(__name__)

#: An engine that did not start is tried again after so long.
ENGINE_AGAIN_S = 5.0


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
        raise CommandFailed(
            "no channel in the configuration; `hbdash init` sets one up, `hbdash demo` shows one",
            WRONG_USE,
        )
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
    # The flows' threads give the interpreter back sooner than its 5 ms: a key must not wait.
    sys.setswitchinterval(0.0005)
    app = HbdashApp(
        Face(
            db=db,
            clock=clock,
            channels=faces,
            actor=who,
            engine_here=background.holds_any if background else lambda: False,
            engine_trouble=lambda: background.trouble if background else None,
            language=config.ui.language,
            theme=config.ui.theme,
            signs="ascii" if config.ui.signs == "ascii" else "full",
            keymap=config.ui.keymap,
            limits=config.refunds.model_dump(),
        )
    )
    if background is not None:
        background.start(tell=app.reader.read_now)
    try:
        app.run(mouse=config.ui.mouse)
    finally:
        if background is not None:
            background.stop()
        db.close()
    return DONE


class _Background:
    """The engine, imported and started in a thread, so that the first screen does not wait.

    One that does not start is tried again, and the screen says so meanwhile: a dashboard that runs
    nothing must not look like one that does.
    """

    def __init__(self, config: Config, db: Database, clock: Clock, username: str) -> None:
        self.trouble: EngineTrouble | None = None
        self._config = config
        self._db = db
        self._clock = clock
        self._username = username
        self._engine: Engine | None = None
        self._trigger: TriggerServer | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._tell: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._keep_trying, name="engine-start", daemon=True)

    def start(self, tell: Callable[[], None]) -> None:
        """Begin; ``tell`` is called from the thread when :attr:`trouble` comes or goes."""
        self._tell = tell
        self._thread.start()

    def holds_any(self) -> bool:
        """Whether this process runs the flows of any channel."""
        engine = self._engine
        return engine is not None and any(engine.holds(one) for one in engine.channels)

    def stop(self) -> None:
        """Stop within about a second, also when the start is not through yet."""
        self._stopping.set()
        with self._lock:
            engine, trigger = self._engine, self._trigger
        if trigger is not None:
            trigger.leave()
        if engine is not None:
            engine.stop()
        if trigger is not None:
            trigger.stop()

    def _keep_trying(self) -> None:
        while not self._stopping.is_set():
            try:
                self._start()
            except Exception as error:
                logger.exception("the engine did not start")
                self._failed(error)
                self._stopping.wait(ENGINE_AGAIN_S)
            else:
                if self.trouble is not None:
                    self.trouble = None
                    self._tell()
                return

    def _failed(self, error: Exception) -> None:
        from hbdash.app import EngineTrouble

        words = str(getattr(error, "orig", None) or error).strip().splitlines()
        self.trouble = EngineTrouble(
            text=words[0] if words else type(error).__name__,
            next_try=self._clock.now() + timedelta(seconds=ENGINE_AGAIN_S),
        )
        self._tell()

    def _start(self) -> None:
        from hbdash.engine.engine import Engine

        engine = Engine(
            self._config, self._db, self._clock, face="dashboard", username=self._username
        )
        with self._lock:
            if self._stopping.is_set():
                return
            try:
                engine.start()
            except BaseException:
                engine.stop()
                raise
            self._engine = engine
            # Only the dashboard that runs the flows answers; a viewer leaves it to who does.
            self._trigger = self._made_trigger()
            if self._trigger is not None:
                self._trigger.start()

    def _made_trigger(self) -> TriggerServer | None:
        """The server, and the libraries it takes, only where one is wanted."""
        if not self._config.trigger.listen:
            return None
        from hbdash.trigger.endpoint import make_server

        return make_server(self._config, self._db, self._clock, wanted=self.holds_any)


def _log_to(file: Path | None) -> None:
    """Textual draws on stderr: the log goes to a file or nowhere."""
    handler: logging.Handler = logging.NullHandler()
    if file is not None:
        handler = logging.FileHandler(file, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
