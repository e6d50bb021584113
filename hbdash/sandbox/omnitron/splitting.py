"""What the order system does about split packages, by name (O§9.5): events for its web hooks."""

from __future__ import annotations

import json
import uuid
from typing import Any

from hbdash.sandbox.omnitron import setup, webhooks
from hbdash.sandbox.omnitron.wire import micros
from hbdash.sandbox.world import World


def split_order(world: World, number: str, groups: list[list[int]] | None = None) -> dict[str, Any]:
    """Ask for an order's items in several packages; every active hook of the event gets it.

    groups: numbers of order items; without them the items are dealt out to two packages.
    """
    order = world.db.execute("SELECT * FROM om_order WHERE number = ?", (number,)).fetchone()
    if order is None:
        raise LookupError(f"Omnitron has no order {number}")
    rows = world.db.execute(
        "SELECT i.pk, p.sku FROM om_order_item i JOIN om_product p ON p.pk = i.product"
        " WHERE i.order_pk = ? ORDER BY i.pk",
        (order["pk"],),
    ).fetchall()
    skus = {int(row["pk"]): str(row["sku"]) for row in rows}
    dealt = groups or [list(skus)[0::2], list(skus)[1::2]]
    if groups is None and len(skus) < 2:
        raise ValueError("an order of one item can't be split")
    if any(pk not in skus for group in dealt for pk in group):
        raise LookupError(f"order {number} has the items {sorted(skus)}")
    payload = {
        "order_number": number,
        "omnitron_order_id": order["pk"],
        "channel_id": setup.OMS_CHANNEL_ID,
        "packages": [
            {
                "package_id": place,
                "items": [{"order_item_id": pk, "sku": skus[pk], "quantity": 1} for pk in group],
            }
            for place, group in enumerate(dealt, 1)
        ],
    }
    return {"events": _emit(world, webhooks.split_event(), order["pk"], payload),
            "payload": payload}  # fmt: skip


def send_event(world: World, payload: dict[str, Any]) -> dict[str, Any]:
    """Send any payload as a split event: for what a subscriber must refuse."""
    return {"events": _emit(world, webhooks.split_event(), 0, payload)}


def send_event_again(world: World, event: str) -> dict[str, Any]:
    """Deliver an event once more, identical: what the engine does when an answer got lost."""
    changed = world.db.execute(
        "UPDATE om_hook_event SET next_try = ? WHERE uuid = ? RETURNING pk", (_now(world), event)
    ).fetchall()
    if not changed:
        raise LookupError(f"no event {event}")
    return {"events": [event]}


def install_hook(world: World, target_url: str, token: str) -> dict[str, Any]:
    """Subscribe an address to the split event, as the setup guide says (R9.2 to R9.4)."""
    now = _now(world)
    world.db.execute(
        "INSERT INTO om_hook (event_type, target_url, is_active, secret_key, callback, retry,"
        " headers, config, created, modified) VALUES (?, ?, 1, NULL, NULL, ?, ?, '{}', ?, ?)"
        " ON CONFLICT (target_url, event_type) DO UPDATE SET is_active = 1,"
        " headers = excluded.headers, modified = excluded.modified",
        (
            webhooks.split_event(), target_url,
            json.dumps({"choice": "fixed", "kwargs": {"seconds": 120}}),
            json.dumps({"Authorization": f"Token {token}"}), now, now,
        ),
    )  # fmt: skip
    return {"target_url": target_url}


def _emit(world: World, event_type: str, object_id: int, payload: dict[str, Any]) -> list[str]:
    now = _now(world)
    hooks = world.db.execute(
        "SELECT pk FROM om_hook WHERE event_type = ? AND is_active", (event_type,)
    ).fetchall()
    sent = []
    for hook in hooks:
        event = uuid.uuid4().hex
        body = {"event": {"type": event_type, "uuid": event}, "payload": payload}
        world.db.execute(
            "INSERT INTO om_hook_event (hook, uuid, event_type, object_id, payload, next_try,"
            " created, modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (hook["pk"], event, event_type, object_id, json.dumps(body), now, now, now),
        )
        sent.append(event)
    return sent


def _now(world: World) -> int:
    return micros(world.clock.now())
