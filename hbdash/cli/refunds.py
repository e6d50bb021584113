"""``hbdash refunds list|show|reject``: the Reject refund screen as commands."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hbdash.actions.claims import (
    RejectionRefused,
    add_photo,
    discard_draft,
    request_rejection,
    save_draft,
)
from hbdash.cli.common import DONE, FAILED, WRONG_USE, CommandFailed
from hbdash.cli.output import print_json, print_table
from hbdash.cli.session import Session, channel_argument, session
from hbdash.domain.reasons import rejection_reasons
from hbdash.store.queries.claim_detail import claim_detail
from hbdash.store.queries.claims import claims_at_marketplace, claims_closed, claims_to_decide
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


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with session(args) as on:
        if args.what == "list":
            return _list(on, args)
        if args.what == "show":
            return _show(on, args)
        return _reject(on, args)


def _list(on: Session, args: argparse.Namespace) -> int:
    with on.db.read() as connection:
        rows = _LISTS[args.part](connection, on.channel_id, on.now())
    if args.json:
        print_json({"part": args.part, "count": len(rows), "claims": rows})
        return DONE
    print_table(
        ("claim", "decide by", "state", "type", "customer says", "product", "amount"),
        [
            (r.number, r.deadline, claim_state(r.state), claim_type_label(r.claim_type),
             customer_reason(r.reason), r.product, f"{r.amount:,.2f}")
            for r in rows
        ],
        empty="No claim is in this list.",
    )  # fmt: skip
    return DONE


def _show(on: Session, args: argparse.Namespace) -> int:
    with on.db.read() as connection:
        found = claim_detail(connection, on.channel_id, args.claim, on.now())
    if found is None:
        raise CommandFailed(f"no claim {args.claim} was ever seen", FAILED)
    allowed = rejection_reasons(found.row.claim_type)
    if args.json:
        print_json({"claim": found, "rejection_reasons": allowed})
        return DONE
    row = found.row
    lines = [
        f"{row.number}  {claim_type_label(row.claim_type)}  {claim_state(row.state)}",
        f"  {row.product} ×{row.quantity}  {row.amount:,.2f}  order {row.order_number}",
        f"  customer: {customer_reason(row.reason)} {row.explanation}",
    ]
    if row.deadline is not None:
        lines.append(f"  decide by {row.deadline.astimezone(on.zone):%Y-%m-%d %H:%M}")
    lines += ["  reasons:", *(f"    {name:<45} {rejection_reason(name)}" for name in allowed)]
    sys.stdout.write("\n".join(lines) + "\n")
    return DONE


def _reject(on: Session, args: argparse.Namespace) -> int:
    limits = on.config.refunds
    environment = on.channel.environment.upper()
    if not args.yes:
        sys.stdout.write(
            f"{environment}: reject claim {args.claim}, reason {args.reason}, "
            f"{len(args.explanation)} letters, {len(args.photo)} photos. It can't be taken back.\n"
            "Type the claim number to go on: "
        )
        sys.stdout.flush()
        if sys.stdin.readline().strip() != args.claim:
            raise CommandFailed("nothing was done", FAILED)
    common = (on.db, on.clock, on.actor, on.channel_id, args.claim)
    try:
        discard_draft(*common)
        save_draft(*common, reason=args.reason, statement=args.explanation)
        for path in args.photo:
            add_photo(*common, path, limits)
        outcome = request_rejection(*common, limits)
    except RejectionRefused as refused:
        text = "\n".join(refusal(p.id, p.params) for p in refused.problems)
        raise CommandFailed(text, WRONG_USE) from refused
    if args.json:
        print_json(outcome)
    elif outcome.already:
        sys.stdout.write(f"decided before, by {outcome.decided_by}: {outcome.state}\n")
    else:
        sys.stdout.write("decided; the engine sends it now\n")
    return DONE
