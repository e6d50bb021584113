"""A command's way to one channel: configuration, database, clock, who asks."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hbdash.actions.actor import Actor, Refused
from hbdash.cli.common import (
    NOT_ALLOWED,
    WRONG_USE,
    CommandFailed,
    actor,
    channel_id,
    configuration,
    database,
)
from hbdash.config import ChannelConfig, Config
from hbdash.domain.clock import Clock, SystemClock
from hbdash.store.database import Database
from hbdash.texts.refusals import refusal


def channel_argument(parser: argparse.ArgumentParser) -> None:
    """``--channel`` and ``--json``, which almost every command has."""
    parser.add_argument("--channel", metavar="KEY", help="which channel, if there are several")
    parser.add_argument("--json", action="store_true", help="JSON, with the keys of the docs")


@dataclass(frozen=True)
class Session:
    """One command on one channel."""

    config: Config
    channel: ChannelConfig
    channel_id: int
    db: Database
    clock: Clock
    actor: Actor

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.channel.timezone)

    def now(self) -> datetime:
        return self.clock.now()


@contextmanager
def session(args: argparse.Namespace) -> Iterator[Session]:
    """Open, and turn refusals into plain messages with exit code 3 (or 2 for wrong use)."""
    config = configuration(args)
    db = database(config)
    try:
        number = channel_id(config, db, args)
        wanted = args.channel or config.channels[0].key
        channel = next(one for one in config.channels if one.key == wanted)
        yield Session(config, channel, number, db, SystemClock(), actor(config, args))
    except Refused as refused:
        forbidden = refused.id.startswith("action.")
        text = refusal(refused.id, refused.params)
        raise CommandFailed(text, NOT_ALLOWED if forbidden else WRONG_USE) from refused
    finally:
        db.close()
