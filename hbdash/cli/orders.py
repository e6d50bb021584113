"""``hbdash orders split|splits``: one package into several, and what became of such requests."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from sqlalchemy import select

from hbdash.actions.actor import Role, require
from hbdash.actions.packages import request_split
from hbdash.cli.common import DONE, FAILED, WRONG_USE, CommandFailed, plain_text
from hbdash.cli.output import print_json, print_table, print_text
from hbdash.cli.session import Session, channel_argument, session
from hbdash.store.bulk import table_of
from hbdash.store.tables import PackageSplit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    sub = parser.add_subparsers(dest="what", required=True)
    one = sub.add_parser("split", help="ask for a package to be split at Hepsiburada")
    one.add_argument("package", help="the package's number")
    one.add_argument(
        "--group", action="append", required=True, metavar="UNIT[:QTY],…",
        help="what goes into one new package: SKUs, line ids, units of a line or items of "
        "Omnitron; once per package, the rest goes into one of its own",
    )  # fmt: skip
    one.add_argument("--yes", action="store_true", help="do not ask")
    channel_argument(one)
    listing = sub.add_parser("splits", help="requests to split, the newest first")
    listing.add_argument("--limit", type=int, default=20)
    channel_argument(listing)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with session(args) as on:
        return _split(on, args) if args.what == "split" else _list(on, args)


def _split(on: Session, args: argparse.Namespace) -> int:
    require(on.actor, Role.OPERATOR)
    payload = {"package_number": args.package, "groups": [_group(text) for text in args.group]}
    if not args.yes:
        sys.stderr.write(
            plain_text(
                f"{on.channel.environment.upper()}: package {args.package} is broken up and packed "
                f"as {len(args.group)} packages and the rest; it can't be taken back."
            )
            + "\nType yes to go on: "
        )
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() != "yes":
            raise CommandFailed("nothing was done", FAILED)
    request = request_split(on.db, on.clock, on.actor, on.channel_id, payload)
    if args.json:
        print_json({"request": request, "package": args.package, "groups": len(args.group)})
    else:
        print_text(
            [f"asked for as request {request}; `hbdash orders splits` tells what came of it"]
        )
    return DONE


def _group(text: str) -> list[dict[str, Any]]:
    """``UNIT[:QTY],…``; a SKU may have a colon, so only digits after the last one are a number."""
    items: list[dict[str, Any]] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, colon, digits = part.rpartition(":")
        if not (colon and digits.isascii() and digits.isdigit()):
            name, digits = part, "1"
        if name.isascii() and name.isdigit() and len(name) < 12:
            items.append({"order_item_id": int(name), "quantity": int(digits)})
        else:
            field = "unit" if name.count("-") >= 4 and len(name) >= 36 else "sku"
            items.append({field: name, "quantity": int(digits)})
    if not items:
        raise CommandFailed("a group without units", WRONG_USE)
    return items


def _list(on: Session, args: argparse.Namespace) -> int:
    table = table_of(PackageSplit)
    with on.db.read() as connection:
        rows = connection.execute(
            select(table)
            .where(table.c.channel_id == on.channel_id)
            .order_by(table.c.id.desc())
            .limit(max(args.limit, 1))
        ).mappings()
        splits = [
            {
                "request": row["request_id"],
                "package": row["package_number"] or row["key"],
                "order": row["order_number"],
                "state": row["state"],
                "packages": [group["package"] for group in row["groups"] if group["package"]],
                "requested_at": row["requested_at"],
                "requested_by": row["requested_by"],
                "ask_at": row["ask_at"],
                "correlation_id": row["correlation_id"],
            }
            for row in rows
        ]
    if args.json:
        print_json({"count": len(splits), "splits": splits})
        return DONE
    print_table(
        ("request", "package", "order", "state", "new packages", "asked", "by"),
        [
            (s["request"], s["package"], s["order"], s["state"], " ".join(s["packages"]) or None,
             s["requested_at"], s["requested_by"])
            for s in splits
        ],
        on.zone,
        empty="No package was asked to be split.",
    )  # fmt: skip
    return DONE
