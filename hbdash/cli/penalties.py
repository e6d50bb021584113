"""``hbdash penalties list|lift``: what waits for its next try, what has none left (R3, R8.6)."""

from __future__ import annotations

import argparse

from hbdash.actions.actor import Role, require
from hbdash.actions.penalties import LiftPlan, plan_lift, request_lift
from hbdash.cli.common import DONE, FAILED, WRONG_USE, CommandFailed
from hbdash.cli.levers import (
    confirm,
    finish,
    key_file,
    list_arguments,
    tell_plan,
    unusable_documents,
)
from hbdash.cli.output import print_json, print_table, print_text
from hbdash.cli.session import Session, channel_argument, session
from hbdash.store.queries.penalties import (
    PAGE,
    PenaltyFilter,
    PenaltyLine,
    count_penalties,
    penalties,
)
from hbdash.texts.causes import cause, remedy
from hbdash.texts.levers import content_type, lift_question

_TYPES = ("product", "productprice", "productstock", "order", "cancellationrequest")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    sub = parser.add_subparsers(dest="what", required=True)
    listing = sub.add_parser("list", help="waiting and ended records")
    _filter_arguments(listing)
    listing.add_argument("--limit", type=int, default=PAGE)
    channel_argument(listing)
    lift = sub.add_parser("lift", help="let records go in the next run")
    lift.add_argument("keys", nargs="*", metavar="KEY", help="SKU, order or claim")
    lift.add_argument("--all", action="store_true", help="all that fit the options below")
    _filter_arguments(lift)
    list_arguments(lift)
    channel_argument(lift)


def _filter_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--type", action="append", choices=_TYPES, default=[])
    parser.add_argument("--state", choices=("waiting", "due", "ended"), default="")
    parser.add_argument("--word", default="", help="part of the key")
    parser.add_argument("--code", default="", help="id of the cause")


def run(args: argparse.Namespace) -> int:
    """``list``, or plan, ask, and ``lift``."""
    wanted = PenaltyFilter(tuple(args.type), args.state, args.word, args.code)
    with session(args) as on:
        if args.what == "list":
            return _list(on, args, wanted)
        return _lift(on, args, wanted)


def _lift(on: Session, args: argparse.Namespace, wanted: PenaltyFilter) -> int:
    if not (args.keys or args.all or args.csv):
        raise CommandFailed("name keys, or give --csv FILE, or --all", WRONG_USE)
    if not args.all and not wanted.is_empty:
        raise CommandFailed("--type, --state, --word and --code narrow --all", WRONG_USE)
    require(on.actor, Role.OPERATOR)
    file = key_file(args.csv)
    with on.db.read() as connection:
        plan = plan_lift(
            connection, on.channel_id, on.now(), keys=args.keys, file=file,
            wanted=wanted if args.all else None,
        )  # fmt: skip
    tell_plan(file, plan.unusable, lift_question(plan.total, plan.waiting, plan.ended))
    if not plan.total:
        if args.json:
            print_json(_planned(plan) | {
                "request": None, "state": "", "done": 0, "not_done": 0, "results": [],
            })  # fmt: skip
        return FAILED
    if not args.yes:
        confirm(on, "lift")
    request = request_lift(on.db, on.clock, on.actor, on.channel_id, plan)
    return finish(on, request, args, _planned(plan))


def _planned(plan: LiftPlan) -> dict[str, object]:
    return {
        "planned": plan.total,
        "waiting": plan.waiting,
        "ended": plan.ended,
        "counts": dict(plan.counts),
        "unusable": unusable_documents(plan.unusable),
    }


def _list(on: Session, args: argparse.Namespace, wanted: PenaltyFilter) -> int:
    now = on.now()
    with on.db.read() as connection:
        page = penalties(connection, on.channel_id, now, wanted, limit=max(args.limit, 0))
        counts = count_penalties(connection, on.channel_id, now, wanted)
    if args.json:
        print_json(
            {
                "count": page.total,
                "waiting": counts.waiting,
                "due": counts.due,
                "ended": counts.ended,
                "by_type": dict(counts.by_type),
                "penalties": [_document(line) for line in page.rows],
            }
        )
        return DONE
    print_table(
        ("key", "what", "state", "tries", "left", "next try", "until", "cause", "in Omnitron"),
        [
            (r.key, content_type(r.content_type), r.state, r.tries, r.tries_left, r.next_at,
             r.expires_at, cause(r.code, r.params) if r.code else "–",
             str(r.remote_pk) if r.remote_pk is not None else "–")
            for r in page.rows
        ],
        on.zone,
        empty="No record serves a penalty.",
    )  # fmt: skip
    if page.total > len(page.rows):
        print_text([f"{len(page.rows):,} of {page.total:,}"])
    return DONE


def _document(line: PenaltyLine) -> dict[str, object]:
    return {
        "id": line.id,
        "content_type": line.content_type,
        "key": line.key,
        "name": line.name,
        "state": line.state,
        "tries": line.tries,
        "tries_left": line.tries_left,
        "max_retries": line.max_retries,
        "interval_s": int(line.interval.total_seconds()),
        "next_at": line.next_at,
        "first_failed_at": line.first_failed_at,
        "last_failed_at": line.last_failed_at,
        "expires_at": line.expires_at,
        "owner": line.owner,
        "omnitron_id": line.remote_pk,
        "reason_type": line.reason_type,
        "flow": line.flow,
        "code": line.code,
        "cause": cause(line.code, line.params) if line.code else "",
        "remedy": remedy(line.code, line.params) if line.code else "",
        "causes": line.causes,
        "remote_text": line.remote_text,
    }
