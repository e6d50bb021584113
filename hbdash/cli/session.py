"""A command's way to one channel: configuration, database, clock, who asks."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from hbdash.actions.actor import Actor, Refused
from hbdash.cli.common import (
    FAILED,
    NOT_ALLOWED,
    WRONG_USE,
    CommandFailed,
    actor,
    configuration,
    database,
    silent_database,
)
from hbdash.config import ChannelConfig, Config
from hbdash.domain.clock import Clock, SystemClock
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import Channel
from hbdash.texts.refusals import refusal

#: Refusals by how things stand, not by how the command was used.
_OVERTAKEN = frozenset({
    "alarm.ended", "alarm.unknown", "claim.unknown", "failure.none_open", "prematch.decided",
    "prematch.none", "reject.sent", "removal.none_held", "run.not_running",
    "settings.changed_meanwhile", "settings.not_taken", "webhook.absent", "webhook.exists",
    "webhook.no_channel",
})  # fmt: skip


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
        """Of every time that is shown."""
        return ZoneInfo(self.channel.timezone)

    def now(self) -> datetime:
        """The present, aware, UTC."""
        return self.clock.now()


@contextmanager
def session(args: argparse.Namespace, *, create: bool = False) -> Iterator[Session]:
    """Open; refusals and a silent database become plain messages with their exit codes.

    create: make the database when it is not there yet.
    """
    config = configuration(args)
    channel = _channel(config, args.channel)
    db = database(config, create=create)
    try:
        number = _channel_id(db, channel)
        yield Session(config, channel, number, db, SystemClock(), actor(config, args))
    except Refused as refused:
        raise CommandFailed(refusal(refused.id, refused.params), code_of(refused)) from refused
    except DBAPIError as error:
        raise silent_database(config, error) from error
    finally:
        db.close()


def code_of(refused: Refused) -> int:
    """3 where the role is missing, 1 where someone was quicker, else 2."""
    if refused.id.startswith("action."):
        return NOT_ALLOWED
    return FAILED if refused.id in _OVERTAKEN else WRONG_USE


def _channel(config: Config, wanted: str | None) -> ChannelConfig:
    """The channel of ``--channel``, or the only one there is."""
    if not config.channels:
        hint = "`hbdash init` sets one up; see docs/setup.md"
        if config.sandbox.start:
            hint = "start `hbdash` once: it starts the sandbox that this file asks for"
        raise CommandFailed(f"no channel in the configuration; {hint}", WRONG_USE)
    keys = ", ".join(channel.key for channel in config.channels)
    if wanted is None and len(config.channels) > 1:
        raise CommandFailed(f"which channel? --channel {keys}", WRONG_USE)
    for channel in config.channels:
        if wanted in (None, channel.key):
            return channel
    raise CommandFailed(f"no channel {wanted!r} in the configuration; there is {keys}", WRONG_USE)


def _channel_id(db: Database, channel: ChannelConfig) -> int:
    """The channel's row; written only if no engine and no dashboard has done so."""
    table = table_of(Channel)
    with db.read() as connection:
        found = connection.execute(select(table.c.id).where(table.c.key == channel.key)).scalar()
    if found is not None:
        return int(found)
    from hbdash.engine.channels import install_channel

    return install_channel(db, channel)
