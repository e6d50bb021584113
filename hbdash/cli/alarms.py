"""``hbdash alarms list|ack``."""

from __future__ import annotations

import argparse

from hbdash.actions.alarms import acknowledge
from hbdash.cli.common import DONE, FAILED
from hbdash.cli.output import print_json, print_table, print_text
from hbdash.cli.session import Session, channel_argument, session
from hbdash.store.queries.alarms import alarms_view
from hbdash.store.queries.overview import FiringAlarm
from hbdash.texts.alarms import alarm_sentence, rule_sentence


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    sub = parser.add_subparsers(dest="what", required=True)
    listing = sub.add_parser("list", help="firing alarms; with --rules the rules")
    listing.add_argument("--rules", action="store_true")
    channel_argument(listing)
    ack = sub.add_parser("ack", help="acknowledge a firing alarm")
    ack.add_argument("alarm", type=int)
    ack.add_argument("--note", default="")
    channel_argument(ack)


def run(args: argparse.Namespace) -> int:
    """``list`` exits 1 when something rings."""
    with session(args) as on:
        if args.what == "ack":
            taken = acknowledge(
                on.db, on.clock, on.actor, on.channel_id, args.alarm, note=args.note
            )
            if args.json:
                print_json(
                    {"alarm": args.alarm, "by": taken.by, "at": taken.at, "already": taken.already}
                )
            else:
                word = "already " if taken.already else ""
                print_text([f"{word}acknowledged by {taken.by}"])
            return DONE
        return _list(on, args)


def _list(on: Session, args: argparse.Namespace) -> int:
    with on.db.read() as connection:
        view = alarms_view(connection, on.channel_id, on.now())
    if args.json:
        print_json(
            {
                "firing": [
                    {
                        "id": r.alarm.id,
                        "metric": r.alarm.metric,
                        "flow": r.alarm.flow,
                        "limit": r.alarm.limit,
                        "value": r.alarm.value,
                        "subject": r.alarm.subject,
                        "severity": r.alarm.severity,
                        "fired_at": r.alarm.fired_at,
                        "acknowledged_by": r.alarm.acknowledged_by,
                    }
                    for r in view.firing
                ],
                "rules": [
                    {
                        "id": r.id, "name": r.name, "metric": r.metric, "flow": r.flow,
                        "limit": r.limit, "window_min": r.window_min, "severity": r.severity,
                        "state": r.state(on.now()), "last_fired_at": r.last_fired_at,
                    }
                    for r in view.rules
                ],
            }
        )  # fmt: skip
    elif args.rules:
        print_table(
            ("id", "rule", "severity", "state", "last fired"),
            [
                (str(r.id), rule_sentence(r.metric, r.flow, r.limit), r.severity,
                 r.state(on.now()), r.last_fired_at)
                for r in view.rules
            ],
            on.zone,
            empty="No rule is there.",
        )  # fmt: skip
    else:
        print_table(
            ("id", "alarm", "severity", "since", "owner"),
            [
                (str(r.alarm.id), _sentence(r.alarm), r.alarm.severity, r.alarm.fired_at,
                 r.alarm.acknowledged_by or "nobody yet")
                for r in view.firing
            ],
            on.zone,
            empty="Nothing rings.",
        )  # fmt: skip
    return FAILED if view.firing else DONE


def _sentence(alarm: FiringAlarm) -> str:
    return alarm_sentence(
        alarm.metric,
        alarm.flow,
        alarm.limit,
        value=alarm.value,
        subject=alarm.subject,
        params=alarm.params,
    )
