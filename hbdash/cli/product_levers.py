"""``hbdash products trigger|touch``: send new products now; send known ones again (R4.12, R8.8)."""

from __future__ import annotations

import argparse
from typing import Any

from hbdash.actions.actor import Role, require
from hbdash.actions.product_trigger import trigger_products
from hbdash.actions.products_touch import plan_touch, request_touch
from hbdash.cli.common import FAILED, WRONG_USE, CommandFailed
from hbdash.cli.levers import (
    confirm,
    finish,
    key_file,
    list_arguments,
    tell_plan,
    unusable_documents,
)
from hbdash.cli.output import print_json
from hbdash.cli.session import Session, channel_argument
from hbdash.texts.levers import touch_question


def add_arguments(sub: Any) -> None:
    """``trigger`` and ``touch`` under ``hbdash products``."""
    trigger = sub.add_parser("trigger", help="send these as new products, if they are due as such")
    trigger.add_argument("sku", nargs="+")
    trigger.add_argument("--no-wait", action="store_true", help="return as soon as it is asked for")
    channel_argument(trigger)
    touch = sub.add_parser("touch", help="make products count as changed: sent again as updates")
    touch.add_argument("sku", nargs="*")
    list_arguments(touch)
    channel_argument(touch)


def trigger(on: Session, args: argparse.Namespace) -> int:
    """Exit code 1 when a SKU was refused; the reason stands behind the guide's own words."""
    request = trigger_products(on.db, on.clock, on.actor, on.channel_id, args.sku)
    return finish(on, request, args, {"skus": args.sku})


def touch(on: Session, args: argparse.Namespace) -> int:
    """Plan, ask, touch."""
    if not (args.sku or args.csv):
        raise CommandFailed("name SKUs, or give --csv FILE", WRONG_USE)
    require(on.actor, Role.OPERATOR)
    file = key_file(args.csv)
    with on.db.read() as connection:
        plan = plan_touch(connection, on.channel_id, keys=args.sku, file=file)
    tell_plan(file, plan.unusable, touch_question(plan.total, plan.unlisted, plan.penalised))
    document: dict[str, Any] = {
        "planned": plan.total,
        "unlisted": plan.unlisted,
        "penalised": plan.penalised,
        "unusable": unusable_documents(plan.unusable),
    }
    if not plan.total:
        if args.json:
            empty: dict[str, Any] = {
                "request": None,
                "state": "",
                "done": 0,
                "not_done": 0,
                "results": [],
            }
            print_json(document | empty)
        return FAILED
    if not args.yes:
        confirm(on, "touch")
    request = request_touch(on.db, on.clock, on.actor, on.channel_id, plan)
    return finish(on, request, args, document)
