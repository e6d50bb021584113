"""What is due: the rows that `inserts` and `updates` offer (O§5.4, O§5.6).

`om_due` holds one row per object that waits, with the times between which it may be offered. It is
refreshed for the objects a change touches, so that reading the head of a queue never looks at
objects that are not due.

An object is offered while no open batch holds it, and
- as *insert* while it never succeeded: a product that is active, a price or stock whose product
  has a `success` action;
- as *update* when its action's version is older than the object, or its last try failed.
A penalty blocks until its last failure plus the interval; past its retries or its end it blocks for
good, until its row is deleted or the object changes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from hbdash.sandbox.omnitron.contenttypes import ORDER, PRICE, PRODUCT, REQUEST, STOCK
from hbdash.sandbox.omnitron.wire import NEVER, SECOND

QUEUES = (PRODUCT, PRICE, STOCK, ORDER, REQUEST)

_SENT = "a.once_succeeded = 1 AND (coalesce(a.version_date, 0) < o.modified OR a.status = 'error')"
_NEW = "coalesce(a.once_succeeded, 0) = 0"
_PRODUCT_SENT = (
    "EXISTS (SELECT 1 FROM om_action x WHERE x.content_type = 1 AND x.object_id = o.product"
    " AND x.status = 'success')"
)
_OFFER = "JOIN om_product p ON p.pk = o.product AND p.in_catalog = 1"

# per content type: the objects, how to reach the product, when an object is new to the channel
_SOURCES = {
    PRODUCT: (
        "om_product", "", "o.in_catalog = 1", f"{_NEW} AND o.is_active = 1", "o.product_type",
    ),
    PRICE: (
        "om_price", _OFFER, "o.price_list = (SELECT price_list FROM om_catalog LIMIT 1)",
        f"{_NEW} AND {_PRODUCT_SENT}", "0",
    ),
    STOCK: (
        "om_stock", _OFFER, "o.stock_list = (SELECT stock_list FROM om_catalog LIMIT 1)",
        f"{_NEW} AND {_PRODUCT_SENT}", "0",
    ),
    ORDER: ("om_order", "", "1", "0", "0"),
    REQUEST: ("om_request", "", "1", "0", "0"),
}  # fmt: skip

_NOT_BEFORE = f"""CASE WHEN f.pk IS NULL THEN 0
  WHEN f.retry_count > f.max_retry_count AND o.modified <= f.version_date THEN {NEVER}
  ELSE f.last_failure + f.retry_interval * {SECOND} END"""
_NOT_AFTER = f"""CASE WHEN f.expiration IS NULL OR o.modified > f.version_date THEN {NEVER}
  ELSE f.expiration END"""


def _insert(content_type: int) -> str:
    table, join, condition, new, product_type = _SOURCES[content_type]
    return f"""INSERT INTO om_due
SELECT {content_type}, o.pk, CASE WHEN {_SENT} THEN 'update' ELSE 'insert' END, {product_type},
       {_NOT_BEFORE}, {_NOT_AFTER}
  FROM {table} o {join}
  LEFT JOIN om_action a ON a.pk = (SELECT min(x.pk) FROM om_action x
       WHERE x.content_type = {content_type} AND x.object_id = o.pk)
  LEFT JOIN om_penalty f ON f.content_type = {content_type} AND f.object_id = o.pk AND f.is_active
 WHERE {condition} AND coalesce(a.status, '') <> 'processing' AND ({_SENT} OR ({new}))
   AND o.pk IN (SELECT value FROM json_each(?))"""


_INSERTS = {content_type: _insert(content_type) for content_type in QUEUES}


def refresh(db: sqlite3.Connection, content_type: int, objects: Iterable[int]) -> None:
    """Work out anew whether these objects are due; for products also their prices and stocks."""
    wanted = list(objects)
    if content_type not in _SOURCES or not wanted:
        return
    numbers = json.dumps(wanted)
    db.execute(
        "DELETE FROM om_due WHERE content_type = ?"
        " AND object_id IN (SELECT value FROM json_each(?))",
        (content_type, numbers),
    )
    db.execute(_INSERTS[content_type], (numbers,))
    if content_type == PRODUCT:
        for offer, table in ((PRICE, "om_price"), (STOCK, "om_stock")):
            rows = db.execute(
                f"SELECT pk FROM {table} WHERE product IN (SELECT value FROM json_each(?))",
                (numbers,),
            )
            refresh(db, offer, [row["pk"] for row in rows])


def refresh_mixed(db: sqlite3.Connection, objects: Iterable[tuple[int, int]]) -> None:
    """`refresh` for (content type, object) pairs."""
    kinds: dict[int, list[int]] = {}
    for content_type, pk in objects:
        kinds.setdefault(content_type, []).append(pk)
    for content_type in sorted(kinds, reverse=True):
        refresh(db, content_type, kinds[content_type])


def condition(now: int) -> tuple[str, list[Any]]:
    """What a row `d` of om_due must fulfil to be offered now."""
    return "d.not_before <= ? AND d.not_after > ?", [now, now]


def retire(db: sqlite3.Connection, now: int) -> None:
    """Put the rows whose time has run out where no queue looks; called on each tick."""
    db.execute(
        f"UPDATE om_due SET not_before = {NEVER}, not_after = {NEVER} WHERE not_after <= ?"
        f" AND not_after < {NEVER}",
        (now,),
    )


def counts(db: sqlite3.Connection, now: int) -> dict[tuple[int, str], int]:
    """How many rows each queue offers now, by (content type, kind)."""
    sql, values = condition(now)
    rows = db.execute(
        f"SELECT content_type, kind, count(*) AS n FROM om_due d WHERE {sql} GROUP BY 1, 2", values
    )
    return {(row["content_type"], row["kind"]): row["n"] for row in rows}
