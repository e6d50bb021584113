"""What commands share: exit codes, configuration, database, who is asking."""

from __future__ import annotations

TYPE_CHECKING = False  # importing it from typing costs as much as `status` itself

if TYPE_CHECKING:
    import argparse

    from hbdash.actions.actor import Actor
    from hbdash.config import Config
    from hbdash.store.database import Database

DONE, FAILED, WRONG_USE, NOT_ALLOWED, UNAVAILABLE = 0, 1, 2, 3, 4

#: Where ``hbdash demo`` keeps its sandbox and its database, from the folder it is started in.
DEMO_FOLDER = ".demo"

#: Why a database can't be read, by the state of its schema.
UNREADABLE = {
    "absent": "there is no database yet; start hbdash, or hbdash worker",
    "empty": "the database is empty; start hbdash, or hbdash worker",
    "old": "the database is of an older version; start hbdash, or hbdash worker",
    "newer": "the database is of a newer version; update hbdash",
}


_MARKS = "\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"


class CommandFailed(Exception):
    """Ends a command with a plain message and an exit code; never a traceback."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


def plain_text(text: str, keep: str = "") -> str:
    """Foreign text for a terminal: what could steer it, or turn a line round, becomes a blank.

    keep: control characters that stay, such as a line break.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter in keep else " " for letter in text)


def harmless_json(json: str) -> str:
    """The same JSON; letters that a terminal might obey are written as ``\\u`` escapes.

    JSON itself escapes only the first 32: C1 controls and marks of direction pass.
    """
    if not any("\x7f" <= letter <= "\x9f" or letter in _MARKS for letter in set(json)):
        return json
    codes = [*range(0x7F, 0xA0), *map(ord, _MARKS)]
    return json.translate({code: f"\\u{code:04x}" for code in codes})


def own_configuration(args: argparse.Namespace) -> Config:
    """What the file of ``--config``, or wherever it is found, says."""
    from hbdash.config import ConfigRefused, find_config, load_config
    from hbdash.texts.translate import set_language

    try:
        config = load_config(find_config(getattr(args, "config", None)))
    except ConfigRefused as refusal:
        raise CommandFailed(str(refusal), WRONG_USE) from refusal
    set_language(config.ui.language)
    return config


def starts_sandbox(own: Config) -> bool:
    """Whether the file has the built-in sandbox instead of a channel."""
    return own.sandbox.start and not own.channels


def configuration(args: argparse.Namespace) -> Config:
    """The same; with the built-in sandbox, channel and database are those it was started with."""
    from pathlib import Path

    from hbdash.config import ConfigRefused, load_config

    own = own_configuration(args)
    written = Path(DEMO_FOLDER) / "config.toml"
    if not (starts_sandbox(own) and written.is_file()):
        return own
    try:
        return with_sandbox(own, load_config(written))
    except ConfigRefused as refusal:
        raise CommandFailed(str(refusal), WRONG_USE) from refusal


def with_sandbox(own: Config, written: Config) -> Config:
    """The installation's own settings on the sandbox's channel and database."""
    return own.model_copy(
        update={
            "channels": written.channels,
            "database": written.database,
            "operators": written.operators,
            "trigger": written.trigger,
            "sandbox": own.sandbox.model_copy(update={"clock_url": written.sandbox.clock_url}),
        }
    )


def database(config: Config, *, create: bool = True) -> Database:
    """The database, with its schema brought up to date.

    create: make it when it is not there yet; a command that only reads says so instead.
    """
    from pathlib import Path

    from sqlalchemy.exc import SQLAlchemyError

    from hbdash.store.database import Database
    from hbdash.store.migrate import SchemaNewer, migrate, schema_state

    db: Database | None = None
    try:
        db = Database(config.database.url)
        if not create:
            if db.is_sqlite and not Path(db.url.database or "").is_file():
                raise CommandFailed(f"{shown_url(config)}: {UNREADABLE['absent']}", UNAVAILABLE)
            if schema_state(db) == "empty":
                raise CommandFailed(f"{shown_url(config)}: {UNREADABLE['empty']}", UNAVAILABLE)
        migrate(db)
        return db
    except SchemaNewer as error:
        _close(db)
        raise CommandFailed(f"{shown_url(config)}: {UNREADABLE['newer']}", UNAVAILABLE) from error
    except (SQLAlchemyError, OSError, ImportError) as error:
        _close(db)
        raise silent_database(config, error) from error
    except CommandFailed:
        _close(db)
        raise


def silent_database(config: Config, error: Exception) -> CommandFailed:
    """The database does not answer, in the driver's own words."""
    original = getattr(error, "orig", None) or error
    reason = (str(original).strip().splitlines() or [type(error).__name__])[0]
    return CommandFailed(f"database {shown_url(config)}: {reason}", UNAVAILABLE)


def shown_url(config: Config) -> str:
    """The database's address without its password."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(config.database.url).render_as_string()
    except ArgumentError:
        return "database.url"


def _close(db: Database | None) -> None:
    if db is not None:
        db.close()


def actor(config: Config, args: argparse.Namespace, via: str = "cli") -> Actor:
    """Who is asking, by the OS user's role in ``[operators]``."""
    from hbdash.actions.actor import Actor, role_of
    from hbdash.config import os_user

    name = os_user()
    role = role_of(name, config.operators.admin, config.operators.operator)
    return Actor(name, role, via, read_only=bool(getattr(args, "read_only", False)))
