"""``hbdash init``: asks for what is needed, tests it, writes it, and says what is still open (R4).

Options and ``HBDASH_INIT_…`` answer before anybody is asked, so that the same command runs in a
script. Run again it keeps what is there and mends what is missing.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hbdash.actions.settings import Writer
from hbdash.actions.setup import request_first_runs
from hbdash.cli.check import check_document
from hbdash.cli.checks import Check, all_checks
from hbdash.cli.checks.model import SIGNS
from hbdash.cli.common import DONE, UNAVAILABLE, WRONG_USE, CommandFailed, own_configuration
from hbdash.cli.output import print_json
from hbdash.cli.session import Session, session
from hbdash.cli.setup.asking import Asker
from hbdash.cli.setup.hepsiburada import meet_hepsiburada
from hbdash.cli.setup.omnitron import Side, meet_omnitron
from hbdash.config import (
    ChannelConfig,
    Config,
    ConfigRefused,
    Hosts,
    check_text,
    find_config,
    os_user,
)
from hbdash.config.write import Answers, save, with_answers
from hbdash.domain.clock import SystemClock
from hbdash.domain.settings.writing import Defaults
from hbdash.engine.link import Link
from hbdash.explain.checklist import Step, checklist
from hbdash.texts.causes import cause
from hbdash.texts.translate import _
from hbdash.transport.errors import RemoteError

_SIGNS = {"done": "✓", "open": "×", "waiting": "◌", "by_hand": "·"}
_OPTIONS = (
    ("omnitron-url", "Omnitron's address"), ("omnitron-username", "its user"),
    ("omnitron-password-file", "file with the password"),
    ("omnitron-token-file", "file with a token, instead of user and password"),
    ("channel-id", "the channel's number in Omnitron"),
    ("key", "short name of the channel, for --channel and the trigger's address"),
    ("name", "name of the channel on screen"),
    ("timezone", "its time zone"), ("database-url", "SQLAlchemy URL; SQLite beside the file"),
    ("merchant-id", "Hepsiburada's merchant id"), ("hb-username", "user of Hepsiburada's API"),
    ("hb-password-file", "file with the password of Hepsiburada's API"),
    ("user-agent", "the integrator's name agreed with Hepsiburada"),
    ("category-ids", "main categories, separated by commas"),
    ("shipping-url", "Hepsiburada's shipping service, if it is not the public one"),
    ("listen", "host:port of the trigger endpoint; without it nothing listens"),
    ("public-url", "address under which Akinon reaches the trigger endpoint"),
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    for name, text in _OPTIONS:
        parser.add_argument(f"--{name}", help=text)
    parser.add_argument("--environment", choices=("sandbox", "production"))
    parser.add_argument("--admin", action="append", default=[], help="OS user who may do all")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting or a flag"
    )
    parser.add_argument("--no-input", action="store_true", help="never ask")
    parser.add_argument("--ask", action="store_true", help="ask also without a terminal")
    parser.add_argument("--json", action="store_true", help="JSON, with the keys of the docs")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when the channel is set up, whatever is still open; see the module."""
    asker = Asker(args)
    path = _path(args)
    before = own_configuration(args) if path.is_file() else Config()
    known = _known(before, args.key)
    clock = SystemClock()
    side = meet_omnitron(asker, known, clock)
    try:
        key, channel = _channel(asker, side, known, args)
        shipping = channel["hosts"].get("shipping") or (known.hosts if known else Hosts()).shipping
        values = meet_hepsiburada(asker, side.channel, _pairs(args.set), shipping, clock)
    finally:
        side.client.close()
    answers = Answers(
        channel=channel,
        database_url=_database_url(asker, before, path),
        trigger=_trigger(asker, before),
        admins=tuple(args.admin) or (() if before.operators.admin else (os_user(),)),
    )
    _write(path, answers)
    asker.tell(f"✓ {path}")
    args.config, args.channel = str(path), key
    with session(args, create=True) as on:
        added, changes = _into_omnitron(on, side, values)
        asker.tell(_said(added, changes))
        asked = request_first_runs(on.db, on.clock, on.actor, on.channel_id)
        steps, checks = _end(on)
    _report(args, path, added, changes, asked, steps, checks)
    return DONE


def _path(args: argparse.Namespace) -> Path:
    """The file that is read, else ``./config.toml``, so that the next command finds it."""
    given = args.config or os.environ.get("HBDASH_CONFIG")
    return Path(given) if given else (find_config(None) or Path("config.toml"))


def _known(before: Config, key: str | None) -> ChannelConfig | None:
    if key is None and len(before.channels) == 1:
        return before.channels[0]
    return next((one for one in before.channels if one.key == key), None)


def _channel(
    asker: Asker, side: Side, known: ChannelConfig | None, args: argparse.Namespace
) -> tuple[str, dict[str, Any]]:
    """Keys of ``[[channels]]``."""
    words = re.sub(r"[^a-z0-9]+", "-", side.channel.name.lower()).strip("-")
    key = asker.ask(
        "key", _("Short name of the channel"), default=known.key if known else words or "channel"
    )
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", key):
        raise CommandFailed(f"--key {key!r}: small letters, digits, - and _ only", WRONG_USE)
    name = asker.ask(
        "name", _("Name on screen"), default=known.name if known else side.channel.name
    )
    zone = asker.ask(
        "timezone", _("Time zone"), default=known.timezone if known else "Europe/Istanbul"
    )
    local = "127.0.0.1" in side.access["url"] or "localhost" in side.access["url"]
    environment = args.environment or (
        known.environment if known else "sandbox" if local else "production"
    )
    hosts = {"shipping": args.shipping_url} if args.shipping_url else {}
    return key, {
        "key": key, "name": name, "environment": environment, "timezone": zone,
        "remote_id": side.client.channel_id, "omnitron": side.access, "hosts": hosts,
    }  # fmt: skip


def _database_url(asker: Asker, before: Config, path: Path) -> str:
    at = path.expanduser().resolve().with_name("hbdash.db")
    default = before.database.url if before.channels else f"sqlite:///{at}"
    return asker.ask("database_url", _("Database"), default=default)


def _trigger(asker: Asker, before: Config) -> dict[str, Any]:
    """A token of its own when an endpoint is wanted and there is none."""
    listen = asker.given("listen") or ""
    if not listen and not before.trigger.listen and asker.yes(
        _("Let Akinon’s order system call hbdash (split packages)?")
    ):  # fmt: skip
        listen = asker.ask("listen", _("Listen on"), default="127.0.0.1:8700")
    if not listen:
        return {}
    public = asker.given("public_url") or before.trigger.public_url
    if not public and asker.interactive:
        public = asker.ask("public_url", _("Address under which Akinon reaches it"))
    has_token = before.trigger.token_file is not None or before.trigger.token.get_secret_value()
    token = {} if has_token else {"token": secrets.token_hex(20)}
    return {"listen": listen, "public_url": public, **token}


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    if wrong := [key for key, equals, _value in pairs if not equals]:
        raise CommandFailed(f"--set {wrong[0]}: KEY=VALUE", WRONG_USE)
    return {key.strip(): value for key, _equals, value in pairs}


def _write(path: Path, answers: Answers) -> None:
    try:
        old = path.read_text(encoding="utf-8") if path.is_file() else ""
        text = with_answers(old, answers)
        check_text(path, text)
        save(path, text)
    except ConfigRefused as refusal:
        raise CommandFailed(str(refusal), WRONG_USE) from refusal
    except (OSError, ValueError) as error:
        raise CommandFailed(f"{path}: {error}", WRONG_USE) from error


def _into_omnitron(
    on: Session, side: Side, values: Mapping[str, str]
) -> tuple[Defaults, tuple[str, ...]]:
    """Missing schema, settings and flags, then the answers; refused if somebody else was there."""
    link = Link(on.db, on.clock, on.channel, on.channel_id)
    writer = Writer(on.db, on.clock, on.actor, on.channel_id, link.omnitron)
    try:
        added = writer.write_defaults(side.channel)
        changes = writer.set_values(values) if values else ()
    except RemoteError as error:
        found = f"{cause(error.failure_id, error.params)}: {error.message}"
        raise CommandFailed(found, UNAVAILABLE) from error
    finally:
        link.close()
    return added, tuple(change.conf_key for change in changes)


def _end(on: Session) -> tuple[tuple[Step, ...], list[Check]]:
    """The checklist and all checks, with the settings as they are now."""
    checks = list(all_checks(on))
    link = Link(on.db, on.clock, on.channel, on.channel_id)
    try:
        connected = link.connect()
    except RemoteError as error:
        raise CommandFailed(str(error), UNAVAILABLE) from error
    finally:
        link.close()
    with on.db.read() as connection:
        steps = checklist(
            connection, on.channel_id, connected.settings, is_active=connected.is_active
        )
    return steps, checks


def _said(added: Defaults, changes: tuple[str, ...]) -> str:
    return _(
        "✓ Omnitron: {schema} form fields, {conf} settings and {flags} flags added, {set} set"
    ).format(
        schema=len(added.schema_added), conf=len(added.conf_added),
        flags=len(added.flags_added), set=len(changes),
    )  # fmt: skip


def _report(
    args: argparse.Namespace,
    path: Path,
    added: Defaults,
    changes: tuple[str, ...],
    asked: Mapping[str, int],
    steps: tuple[Step, ...],
    checks: list[Check],
) -> None:
    still_open = [one for one in checks if one.severity in ("error", "warning")]
    if args.json:
        print_json({
            "config": str(path),
            "channel": args.channel,
            "schema_added": added.schema_added,
            "settings_added": added.conf_added,
            "flags_added": added.flags_added,
            "settings_set": changes,
            "requests": dict(asked),
            "checklist": [vars(step) for step in steps],
            "open": [check_document(one) for one in still_open],
        })  # fmt: skip
        return
    asker = Asker(args)
    asker.tell("")
    for step in steps:
        hint = f" ({step.hint})" if step.hint else ""
        asker.tell(f"{_SIGNS[step.state]} {step.id:<6} {step.text}{hint}")
    asker.tell("")
    for one in still_open:
        asker.tell(f"{SIGNS[one.severity]} {one.name}: {one.found}. {one.remedy}".rstrip())
    asker.tell(_("`hbdash check` looks again; `hbdash worker` runs the flows."))
