"""``hbdash report not-on-sale|price|stock`` (R7.2.4, R7.2.5)."""

from __future__ import annotations

import argparse
from decimal import Decimal

from sqlalchemy import Connection

from hbdash.cli.common import DONE
from hbdash.cli.documents import not_on_sale_document
from hbdash.cli.output import print_json, print_table
from hbdash.cli.session import Session, channel_argument, session
from hbdash.explain.settings import buffer_stock
from hbdash.reports.differences import differences
from hbdash.reports.not_on_sale import NotOnSale, not_on_sale
from hbdash.texts.gates import condition_label
from hbdash.texts.offers import value


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("what", choices=("not-on-sale", "price", "stock"))
    parser.add_argument(
        "--saleable", action="store_true", help="not-on-sale: only those that figure 3 counts"
    )
    channel_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Print the whole report; its length is the figure."""
    with session(args) as on, on.db.read() as connection:
        if args.what == "not-on-sale":
            return _not_on_sale(connection, on, args)
        return _differences(connection, on, args)


def _not_on_sale(connection: Connection, on: Session, args: argparse.Namespace) -> int:
    rows = not_on_sale(connection, on.channel_id, saleable_only=args.saleable)
    if args.json:
        documents = [not_on_sale_document(row) for row in rows]
        print_json({"report": "not-on-sale", "count": len(rows), "rows": documents})
        return DONE
    print_table(
        ("SKU", "product", "missing", "stock", "at stake"),
        [(r.sku_key, r.name, _missing(r), r.stock, f"{r.at_stake:,.2f}") for r in rows],
        on.zone,
        empty="Everything in the catalogue is on sale.",
    )
    return DONE


def _missing(row: NotOnSale) -> str:
    return ", ".join(condition_label(c) for c in row.conditions) or row.reason


def _differences(connection: Connection, on: Session, args: argparse.Namespace) -> int:
    rows = differences(
        connection, on.channel_id, args.what,
        buffer_stock=buffer_stock(connection, on.channel_id),
    )  # fmt: skip
    if args.json:
        unit = Decimal(100_000) if args.what == "price" else Decimal(1)
        print_json(
            {
                "report": args.what,
                "count": len(rows),
                "rows": [
                    {
                        "sku": r.sku_key,
                        "name": r.name,
                        "omnitron": Decimal(r.ours) / unit,
                        "hepsiburada": Decimal(r.theirs) / unit,
                        "found_at": r.found_at,
                        "asked_at": r.asked_at,
                    }
                    for r in rows
                ],
            }
        )
        return DONE
    print_table(
        ("SKU", "product", "Omnitron", "Hepsiburada", "since"),
        [
            (r.sku_key, r.name, value(args.what, r.ours), value(args.what, r.theirs), r.found_at)
            for r in rows
        ],
        on.zone,
        empty="No difference stands.",
    )
    return DONE
