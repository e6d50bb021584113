"""What commands share: exit codes, configuration, database, who is asking."""

from __future__ import annotations

import argparse
import sys

TYPE_CHECKING = False  # importing it from typing costs as much as `status` itself

if TYPE_CHECKING:
    from typing import Any

    from hbdash.actions.actor import Actor
    from hbdash.config import Config
    from hbdash.store.database import Database

DONE, FAILED, WRONG_USE, NOT_ALLOWED, UNAVAILABLE = 0, 1, 2, 3, 4


class CommandFailed(Exception):
    """Ends a command with a plain message and an exit code; never a traceback."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


def configuration(args: argparse.Namespace) -> Config:
    """The configuration of ``--config`` or wherever it is found."""
    from hbdash.config import ConfigRefused, find_config, load_config

    try:
        config = load_config(find_config(getattr(args, "config", None)))
    except ConfigRefused as refusal:
        raise CommandFailed(str(refusal), WRONG_USE) from refusal
    from hbdash.texts.translate import set_language

    set_language(config.ui.language)
    return config


def database(config: Config) -> Database:
    """The database, with its schema brought up to date."""
    from sqlalchemy.exc import SQLAlchemyError

    from hbdash.store.database import Database
    from hbdash.store.migrate import migrate

    try:
        db = Database(config.database.url)
        migrate(db)
    except (SQLAlchemyError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise CommandFailed(f"database {config.database.url}: {reason}", UNAVAILABLE) from error
    return db


def actor(config: Config, args: argparse.Namespace, via: str = "cli") -> Actor:
    """Who is asking, by the OS user's role in ``[operators]``."""
    from hbdash.actions.actor import Actor, role_of
    from hbdash.config import os_user

    name = os_user()
    role = role_of(name, config.operators.admin, config.operators.operator)
    return Actor(name, role, via, read_only=bool(getattr(args, "read_only", False)))


def channel_id(config: Config, db: Database, args: argparse.Namespace) -> int:
    """The channel of ``--channel``, or the only one there is."""
    from hbdash.engine.channels import install_channel

    wanted = getattr(args, "channel", None)
    if not config.channels:
        raise CommandFailed("no channel in the configuration; see `hbdash init`", WRONG_USE)
    for channel in config.channels:
        if wanted in (None, channel.key):
            if wanted is None and len(config.channels) > 1:
                keys = ", ".join(c.key for c in config.channels)
                raise CommandFailed(f"which channel? --channel {keys}", WRONG_USE)
            return install_channel(db, channel)
    raise CommandFailed(f"no channel {wanted!r} in the configuration", WRONG_USE)


def print_json(value: Any) -> None:
    """One JSON document, keys as fixed in docs/cli-json.md."""
    import orjson

    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    sys.stdout.write(orjson.dumps(value, default=str, option=options).decode() + "\n")
