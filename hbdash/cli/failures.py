"""``hbdash failures list|retry|close``: open failures by cause."""

from __future__ import annotations

import argparse
import sys

from sqlalchemy import select

from hbdash.actions.failures import OPEN, close_failures, request_retry
from hbdash.cli.common import DONE, FAILED
from hbdash.cli.output import print_json, print_table
from hbdash.cli.session import Session, channel_argument, session
from hbdash.store.bulk import table_of
from hbdash.store.queries.causes import open_causes
from hbdash.store.tables import Failure
from hbdash.texts.causes import cause, meaning, remedy
from hbdash.texts.labels import flow_label


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    sub = parser.add_subparsers(dest="what", required=True)
    channel_argument(sub.add_parser("list", help="open failures, one line a cause"))
    for name, line in (("retry", "try all of one cause again"), ("close", "close them")):
        one = sub.add_parser(name, help=line)
        one.add_argument("fingerprint", help="the cause, as `list --json` names it")
        if name == "close":
            one.add_argument("--reason", required=True)
        channel_argument(one)


def run(args: argparse.Namespace) -> int:
    """``list`` exits 1 when something is open."""
    with session(args) as on:
        if args.what == "list":
            return _list(on, args.json)
        ids = _ids(on, args.fingerprint)
        if args.what == "retry":
            n = request_retry(on.db, on.clock, on.actor, on.channel_id, ids)
        else:
            n = close_failures(on.db, on.clock, on.actor, on.channel_id, ids, args.reason)
    if args.json:
        print_json({"action": args.what, "fingerprint": args.fingerprint, "records": n})
    else:
        sys.stdout.write(f"{n} records\n")
    return DONE if n else FAILED


def _ids(on: Session, fingerprint: str) -> list[int]:
    table = table_of(Failure)
    with on.db.read() as connection:
        return list(
            connection.execute(
                select(table.c.id).where(
                    table.c.channel_id == on.channel_id,
                    table.c.fingerprint == fingerprint,
                    table.c.state.in_(OPEN),
                )
            ).scalars()
        )


def _list(on: Session, as_json: bool) -> int:
    with on.db.read() as connection:
        causes = open_causes(connection, on.channel_id)
    total = sum(one.count for one in causes)
    if as_json:
        print_json(
            {
                "count": total,
                "causes": [
                    {
                        "flow": c.flow,
                        "code": c.code,
                        "fingerprint": c.fingerprint,
                        "count": c.count,
                        "state": c.state,
                        "need_person": c.need_person,
                        "first_at": c.first_at,
                        "last_at": c.last_at,
                        "next_at": c.next_at,
                        "deadline": c.deadline,
                        "amount": c.amount,
                        "cause": cause(c.code, c.params),
                        "meaning": meaning(c.code, c.params),
                        "remedy": remedy(c.code, c.params),
                        "remote_text": c.remote_text,
                    }
                    for c in causes
                ],
            }
        )
    else:
        print_table(
            ("n", "state", "cause", "flow", "since", "next try", "what to do", "fingerprint"),
            [
                (c.count, c.state.value, cause(c.code, c.params), flow_label(c.flow), c.first_at,
                 c.next_at, remedy(c.code, c.params), c.fingerprint)
                for c in causes
            ],
            on.zone,
            empty="No failure is open.",
        )  # fmt: skip
    return FAILED if total else DONE
