"""``hbdash flows list|run|history|pause|resume``."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import timedelta

from hbdash.actions.pauses import pause, resume
from hbdash.actions.runs import request_run
from hbdash.cli.common import DONE, FAILED, UNAVAILABLE, WRONG_USE, CommandFailed
from hbdash.cli.documents import flow_document, run_document
from hbdash.cli.output import print_json, print_table, print_text
from hbdash.cli.session import Session, channel_argument, session
from hbdash.domain.clock import parse_time
from hbdash.explain.flows import why_not
from hbdash.flows.registry import FLOWS
from hbdash.store.queries.flows import asked, flow_states, last_runs
from hbdash.texts.labels import flow_label, run_state
from hbdash.texts.runs import reason

#: A request that nobody has taken by then: no engine runs.
TAKEN_WITHIN_S = 35.0
#: An engine that runs takes a request within a second; later silence needs a word.
TOLD_AFTER_S = 3.0
_DIRECTIONS = ("inbound", "outbound")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    sub = parser.add_subparsers(dest="what", required=True)
    pausable = [*FLOWS, *_DIRECTIONS, "all"]
    channel_argument(sub.add_parser("list", help="every flow, its last run and the next"))
    one = sub.add_parser("run", help="run a flow now")
    one.add_argument("flow", choices=[*FLOWS], metavar="FLOW")
    one.add_argument("keys", nargs="*", help="for these keys only (SKU, order, claim)")
    one.add_argument("--from", dest="begin", metavar="TIME", help="for a past window")
    one.add_argument("--to", dest="end", metavar="TIME")
    one.add_argument("--dry-run", action="store_true", help="say, send nothing")
    one.add_argument("--no-wait", action="store_true", help="return as soon as it is asked for")
    channel_argument(one)
    past = sub.add_parser("history", help="the last runs of a flow")
    past.add_argument("flow", choices=[*FLOWS], metavar="FLOW")
    past.add_argument("--limit", type=int, default=20)
    channel_argument(past)
    hold = sub.add_parser("pause", help="pause a flow, a direction or all for some hours")
    hold.add_argument("flow", choices=pausable, metavar="FLOW|inbound|outbound|all")
    hold.add_argument("--hours", type=float, required=True)
    hold.add_argument("--why", required=True)
    channel_argument(hold)
    go = sub.add_parser("resume", help="end a pause")
    go.add_argument("flow", choices=pausable, metavar="FLOW|inbound|outbound|all")
    channel_argument(go)


def run(args: argparse.Namespace) -> int:
    """Do it; ``run`` waits for the run's end and exits 1 when it failed or was refused."""
    with session(args) as on:
        if args.what == "list":
            return _list(on, args.json)
        if args.what == "history":
            return _history(on, args)
        if args.what == "run":
            return _run(on, args)
        if args.what == "pause":
            return _pause(on, args)
        return _resume(on, args)


def _pause(on: Session, args: argparse.Namespace) -> int:
    try:
        until = on.now() + timedelta(hours=args.hours)
    except (OverflowError, ValueError) as error:
        raise CommandFailed(f"no number of hours: {args.hours}", WRONG_USE) from error
    scope, name = _scope(args.flow)
    number = pause(on.db, on.clock, on.actor, on.channel_id, scope, name, until, args.why)
    if args.json:
        print_json({"id": number, "scope": scope, "name": name, "until": until, "why": args.why})
    else:
        print_text([f"paused until {until.astimezone(on.zone):%Y-%m-%d %H:%M}"])
    return DONE


def _resume(on: Session, args: argparse.Namespace) -> int:
    scope, name = _scope(args.flow)
    stood = resume(on.db, on.clock, on.actor, on.channel_id, scope, name)
    if args.json:
        print_json({"scope": scope, "name": name, "resumed": stood})
    else:
        print_text(["resumed" if stood else "it was not paused"])
    return DONE if stood else FAILED


def _scope(name: str) -> tuple[str, str]:
    """What is paused: a flow, the flows of one direction, or all of them."""
    if name == "all":
        return "channel", ""
    return ("direction", name) if name in _DIRECTIONS else ("flow", name)


def _list(on: Session, as_json: bool) -> int:
    with on.db.read() as connection:
        states = flow_states(connection, on.channel_id, on.now(), tuple(FLOWS.values()))
        shut = {s.id: why_not(connection, on.channel_id, s.id, on.now()) for s in states}
    if as_json:
        texts = {flow: gate.text if gate else None for flow, gate in shut.items()}
        print_json({"flows": [{**flow_document(s), "why_not": texts[s.id]} for s in states]})
        return DONE
    print_table(
        ("flow", "id", "state", "started", "ok", "failed", "next", "can't run"),
        [
            (
                flow_label(s.id),
                s.id,
                run_state(s.state) if s.state else "–" if s.spec.built else "not built",
                s.run.started_at if s.run else None,
                s.run.ok if s.run else 0,
                s.run.failed if s.run else 0,
                s.next_due,
                gate.text if (gate := shut[s.id]) else "",
            )
            for s in states
        ],
        on.zone,
        empty="",
    )
    return DONE


def _history(on: Session, args: argparse.Namespace) -> int:
    with on.db.read() as connection:
        runs = last_runs(connection, on.channel_id, args.flow, args.limit)
    if args.json:
        print_json({"flow": args.flow, "runs": [run_document(run) for run in runs]})
        return DONE
    print_table(
        ("run", "started", "state", "ok", "failed", "skipped", "why"),
        [
            (r.id, r.started_at, run_state(r.state), r.ok, r.failed, r.skipped,
             reason(r.reason_id, r.reason_params, on.zone) if r.reason_id else "")
            for r in runs
        ],
        on.zone,
        empty="This flow has not run yet.",
    )  # fmt: skip
    return DONE


def _run(on: Session, args: argparse.Namespace) -> int:
    if bool(args.begin) != bool(args.end):
        raise CommandFailed("a window needs --from and --to", WRONG_USE)
    try:
        window = (
            (parse_time(args.begin, on.zone), parse_time(args.end, on.zone)) if args.begin else None
        )
    except ValueError as error:
        raise CommandFailed(f"no time: {error}", WRONG_USE) from error
    request = request_run(
        on.db, on.clock, on.actor, on.channel_id, args.flow,
        keys=args.keys, window=window, dry_run=args.dry_run,
    )  # fmt: skip
    if args.no_wait:
        if args.json:
            print_json({"request": request, "state": "waiting", "run": None})
        else:
            print_text([f"asked for as request {request}"])
        return DONE
    return _wait(on, request, args.json)


def _wait(on: Session, request: int, as_json: bool) -> int:
    patience = time.monotonic() + TAKEN_WITHIN_S
    told = time.monotonic() + TOLD_AFTER_S
    while True:
        with on.db.read() as connection:
            state = asked(connection, request)
        if state is None:
            raise CommandFailed(f"request {request} is gone: the database was exchanged", FAILED)
        if state.state not in ("waiting", "taken"):
            break
        if state.state == "waiting" and time.monotonic() > patience:
            raise CommandFailed(
                "no engine took it; start `hbdash worker` or a dashboard", UNAVAILABLE
            )
        if state.state == "waiting" and time.monotonic() > told:
            told = patience
            sys.stderr.write(f"no engine has taken it yet; waiting {TAKEN_WITHIN_S:g} s for one\n")
        time.sleep(0.2)
    run = state.run
    if as_json:
        print_json(
            {
                "request": request,
                "state": state.state,
                "run": run_document(run) if run else None,
            }
        )
    elif run is not None:
        why = f": {reason(run.reason_id, run.reason_params, on.zone)}" if run.reason_id else ""
        counts = f"{run.ok} ok, {run.failed} failed, {run.skipped} skipped"
        print_text([f"{run_state(run.state)}, {counts}{why}"])
    else:
        print_text([f"{state.state} without a run"])
    return DONE if state.state == "done" else FAILED
