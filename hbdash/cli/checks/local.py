"""What can be looked at without asking another system."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from sqlalchemy import select

from hbdash.cli.checks.model import ERROR, OFF, OK, WARNING, Check, good
from hbdash.cli.session import Session
from hbdash.store.bulk import table_of
from hbdash.store.database import sqlite_module
from hbdash.store.migrate import schema_state
from hbdash.store.tables import Lease
from hbdash.texts.translate import _

#: First SQLite without the WAL-reset bug.
SAFE_SQLITE = (3, 51, 3)


def local_checks(on: Session) -> Iterator[Check]:
    """Database, roles, engine, trigger endpoint."""
    yield from _database(on)
    yield _roles(on)
    yield _engine(on)
    yield _trigger(on)


def _database(on: Session) -> Iterator[Check]:
    state = schema_state(on.db)
    yield Check("schema", OK if state == "current" else ERROR, str(state))
    if not on.db.is_sqlite:
        return
    module = sqlite_module()
    if module.sqlite_version_info >= SAFE_SQLITE:
        yield good("SQLite", module.sqlite_version)
    else:
        yield Check(
            "SQLite", ERROR, module.sqlite_version,
            _("Two writers can corrupt the file: install pysqlite3 0.6 or newer."),
        )  # fmt: skip


def _roles(on: Session) -> Check:
    admins = on.config.operators.admin
    if admins:
        return good("operators", _("{n} admin").format(n=len(admins)))
    return Check(
        "operators", WARNING, _("nobody is admin"),
        _("Name OS users under [operators] in the configuration; everyone else may only look."),
    )  # fmt: skip


def _engine(on: Session) -> Check:
    leases = table_of(Lease)
    with on.db.read() as connection:
        lease = (
            connection.execute(select(leases).where(leases.c.channel_id == on.channel_id))
            .mappings()
            .first()
        )
    if lease is not None and lease["expires_at"] > on.now():
        return good("engine", f"{lease['face']}, {lease['host']} ({lease['username']})")
    return Check(
        "engine", WARNING, _("nobody runs the flows"),
        _("Start `hbdash worker`, or a dashboard; see docs/setup.md for a service."),
    )  # fmt: skip


def _trigger(on: Session) -> Check:
    trigger = on.config.trigger
    if not trigger.listen:
        return Check("trigger endpoint", OFF, _("nothing listens"))
    where = trigger.url_of(on.config.slug_of(on.channel), "…")
    if not trigger.is_loopback:
        return Check(
            "trigger endpoint", WARNING,
            _("{listen} can be reached from other machines").format(listen=trigger.listen),
            _("Listen on 127.0.0.1 behind a reverse proxy that speaks TLS."),
        )  # fmt: skip
    if not trigger.public_url and on.channel.environment == "production":
        return Check(
            "trigger endpoint", WARNING, where,
            _("Fill public_url under [trigger]: Akinon can’t reach this address."),
        )  # fmt: skip
    if not _listens(trigger.address()):
        return Check(
            "trigger endpoint", WARNING, _("{url}; nobody listens now").format(url=where),
            _("The worker serves it, or the dashboard that runs the flows; see their log."),
        )  # fmt: skip
    return good("trigger endpoint", where)


def _listens(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=0.5).close()
    except OSError:
        return False
    return True
