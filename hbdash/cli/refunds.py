"""``hbdash refunds list|show|reject|approve``: the Reject refund screen as commands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from hbdash.actions.actor import Refused, Role, require
from hbdash.actions.claim_photos import read_photo
from hbdash.actions.claims import (
    Outcome,
    Problem,
    RejectionLimits,
    RejectionRefused,
    add_photo,
    check_rejection,
    discard_draft,
    request_approval,
    request_rejection,
    save_draft,
)
from hbdash.cli.common import DONE, FAILED, WRONG_USE, CommandFailed, plain_text
from hbdash.cli.documents import claim_detail_document, claim_document
from hbdash.cli.output import print_json, print_table, print_text
from hbdash.cli.session import Session, channel_argument, session
from hbdash.store.queries.claim_detail import claim_detail
from hbdash.store.queries.claims import claims_at_marketplace, claims_closed, claims_to_decide
from hbdash.texts.formats import money
from hbdash.texts.labels import claim_state
from hbdash.texts.reasons import claim_type_label, customer_reason, rejection_reason
from hbdash.texts.refusals import refusal

_LISTS = {
    "to-decide": claims_to_decide,
    "at-marketplace": claims_at_marketplace,
    "closed": claims_closed,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    sub = parser.add_subparsers(dest="what", required=True)
    listing = sub.add_parser("list", help="claims, the nearest deadline first")
    listing.add_argument("--part", choices=sorted(_LISTS), default="to-decide")
    channel_argument(listing)
    show = sub.add_parser("show", help="one claim, and the reasons allowed for its type")
    show.add_argument("claim")
    channel_argument(show)
    reject = sub.add_parser("reject", help="reject a claim; it can't be taken back")
    reject.add_argument("claim")
    reject.add_argument("--reason", required=True, help="a ClaimRejectionReason; see show")
    reject.add_argument("--explanation", required=True)
    reject.add_argument("--photo", action="append", default=[], type=Path)
    reject.add_argument("--yes", action="store_true", help="do not ask")
    channel_argument(reject)
    approve = sub.add_parser("approve", help="refund a claim; it can't be taken back")
    approve.add_argument("claim")
    approve.add_argument("--yes", action="store_true", help="do not ask")
    channel_argument(approve)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with session(args) as on:
        if args.what == "list":
            return _list(on, args)
        if args.what == "show":
            return _show(on, args)
        if args.what == "approve":
            return _approve(on, args)
        return _reject(on, args)


def _list(on: Session, args: argparse.Namespace) -> int:
    with on.db.read() as connection:
        rows = _LISTS[args.part](connection, on.channel_id, on.now())
    if args.json:
        claims = [claim_document(row) for row in rows]
        print_json({"part": args.part, "count": len(rows), "claims": claims})
        return DONE
    print_table(
        ("claim", "decide by", "state", "type", "customer says", "product", "amount"),
        [
            (r.number, r.deadline, claim_state(r.state), claim_type_label(r.claim_type),
             customer_reason(r.reason), r.product, money(r.amount))
            for r in rows
        ],
        on.zone,
        empty="No claim is in this list.",
    )  # fmt: skip
    return DONE


def _show(on: Session, args: argparse.Namespace) -> int:
    with on.db.read() as connection:
        found = claim_detail(connection, on.channel_id, args.claim, on.now())
    if found is None:
        raise CommandFailed(f"no claim {args.claim} was ever seen", FAILED)
    if args.json:
        print_json(claim_detail_document(found))
        return DONE
    row = found.row
    lines = [
        f"{row.number}  {claim_type_label(row.claim_type)}  {claim_state(row.state)}",
        f"  {row.product} ×{row.quantity}  {money(row.amount)}  order {row.order_number}",
        f"  customer: {customer_reason(row.reason)} {row.explanation}".rstrip(),
    ]
    if row.deadline is not None:
        lines.append(f"  decide by {row.deadline.astimezone(on.zone):%Y-%m-%d %H:%M}")
    lines += [f"  photo {photo.url}" for photo in found.customer_photos]
    if found.decision is not None:
        one = found.decision
        at = f"{one.decided_at.astimezone(on.zone):%Y-%m-%d %H:%M}"
        lines.append(f"  {one.verdict} by {one.decided_by}, {at}: {one.state}")
        if one.verdict == "reject":
            lines.append(f"    {rejection_reason(one.reason)}: {one.statement}")
    elif found.reasons:
        lines.append("  reasons for a rejection:")
        lines += [f"    {name:<45} {rejection_reason(name)}" for name in found.reasons]
    print_text(lines)
    return DONE


def _reject(on: Session, args: argparse.Namespace) -> int:
    """The draft that somebody may be writing on the screen is replaced only if this one is sent."""
    require(on.actor, Role.OPERATOR)
    if not args.yes:
        _ask(
            on,
            args.claim,
            f"reject claim {args.claim}, reason {args.reason}, {len(args.explanation)} letters, "
            f"{len(args.photo)} photos",
        )
    return _tell(args, _standing(on, args.claim) or _decide(on, args))


def _approve(on: Session, args: argparse.Namespace) -> int:
    """The customer is refunded; Hepsiburada is told by the engine."""
    require(on.actor, Role.OPERATOR)
    if not args.yes:
        with on.db.read() as connection:
            found = claim_detail(connection, on.channel_id, args.claim, on.now())
        amount = "" if found is None else f", {money(found.row.amount)}"
        _ask(on, args.claim, f"refund claim {args.claim}{amount}")
    try:
        outcome = request_approval(on.db, on.clock, on.actor, on.channel_id, args.claim)
    except Refused as refused:
        # It is the claim that can't be approved, not the command that was used wrongly.
        raise CommandFailed(refusal(refused.id, refused.params), FAILED) from refused
    return _tell(args, outcome)


def _tell(args: argparse.Namespace, outcome: Outcome) -> int:
    if args.json:
        print_json(
            {
                "claim": args.claim,
                "request": outcome.request_id,
                "state": outcome.state,
                "decided_by": outcome.decided_by,
                "decided_at": outcome.decided_at,
                "already": outcome.already,
            }
        )
    elif outcome.already:
        print_text([f"decided before, by {outcome.decided_by}: {outcome.state}"])
    else:
        print_text(["decided; the engine sends it now"])
    return DONE


def _ask(on: Session, number: str, deed: str) -> None:
    sys.stderr.write(
        plain_text(f"{on.channel.environment.upper()}: {deed}. It can't be taken back.")
        + "\nType the claim number to go on: "
    )
    sys.stderr.flush()
    if sys.stdin.readline().strip() != number:
        raise CommandFailed("nothing was done", FAILED)


def _standing(on: Session, number: str) -> Outcome | None:
    """The rejection that stands already; a second press does nothing."""
    with on.db.read() as connection:
        found = claim_detail(connection, on.channel_id, number, on.now())
    if found is None or found.decision is None or found.decision.state == "refused":
        return None
    one = found.decision
    if one.verdict != "reject":
        return None
    return Outcome(0, None, one.state, one.decided_by, one.decided_at, already=True)


def _decide(on: Session, args: argparse.Namespace) -> Outcome:
    limits = RejectionLimits.of(on.config.refunds)
    for path in args.photo:
        read_photo(path, limits.photo_max_bytes)
    if len(args.photo) > limits.photo_max_count:
        params = {"n": len(args.photo), "most": limits.photo_max_count}
        raise CommandFailed(refusal("photo.too_many", params), WRONG_USE)
    with on.db.read() as connection:
        problems = check_rejection(
            connection, on.channel_id, args.claim, limits, on.now(),
            reason=args.reason, statement=args.explanation,
        )  # fmt: skip
    # Photos of the draft that is replaced do not count.
    problems = [problem for problem in problems if problem.field != "photos"]
    if problems:
        raise _refused(problems)
    common = (on.db, on.clock, on.actor, on.channel_id, args.claim)
    try:
        discard_draft(*common)
        save_draft(*common, reason=args.reason, statement=args.explanation)
        for path in args.photo:
            add_photo(*common, path, limits)
        return request_rejection(*common, limits)
    except RejectionRefused as refused:
        raise _refused(refused.problems) from refused


def _refused(problems: Sequence[Problem]) -> CommandFailed:
    """1 where the claim itself can't be rejected, 2 where what was given is wrong."""
    text = "\n".join(refusal(one.id, one.params) for one in problems)
    return CommandFailed(text, FAILED if any(p.field == "claim" for p in problems) else WRONG_USE)
