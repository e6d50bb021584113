"""Counts of Omnitron's side for the control endpoint, with the inputs of the eight figures."""

from __future__ import annotations

from typing import Any

from hbdash.sandbox.omnitron import contenttypes, due
from hbdash.sandbox.omnitron.wire import micros
from hbdash.sandbox.world import World

FIGURE_INPUTS = """
SELECT count(*) AS total_skus,
       coalesce(sum(kurus IS NOT NULL), 0) AS with_price,
       coalesce(sum(stock IS NOT NULL), 0) AS with_stock,
       coalesce(sum(categories >= 1), 0) AS with_category,
       coalesce(sum(has_image), 0) AS with_image,
       coalesce(sum(kurus > 0 AND stock > 0 AND categories >= 1 AND has_image), 0) AS saleable,
       coalesce(sum(stock), 0) AS stock_total
  FROM om_offer
"""
"""Plain SQL over the view `om_offer` (schema.py): simple, active products of the catalog."""

_COUNTS = {
    "products": "SELECT count(*) FROM om_product WHERE in_catalog = 1",
    "prices": "SELECT count(*) FROM om_price",
    "stocks": "SELECT count(*) FROM om_stock",
    "customers": "SELECT count(*) FROM om_customer",
    "addresses": "SELECT count(*) FROM om_address",
    "orders": "SELECT count(*) FROM om_order",
    "order_items": "SELECT count(*) FROM om_order_item",
    "failed_integrations": "SELECT count(*) FROM om_penalty",
    "error_reports": "SELECT count(*) FROM om_error_report",
    "address_reports": "SELECT count(*) FROM om_address_report",
    "place_mappings": "SELECT count(*) FROM om_place_mapping",
}


def snapshot(world: World) -> dict[str, Any]:
    """Counts by name; `due` per queue as `stock.update` …; batches and requests by status."""
    db, now = world.db, micros(world.clock.now())
    queues = due.counts(db, now)
    channel = db.execute("SELECT is_active FROM om_channel LIMIT 1").fetchone()
    return {
        "is_active": bool(channel["is_active"]),
        **{name: db.execute(sql).fetchone()[0] for name, sql in _COUNTS.items()},
        "due": {
            f"{contenttypes.MODELS[content_type][1]}.{kind}": count
            for (content_type, kind), count in sorted(queues.items())
        },
        "batches": _by_status(world, "om_batch"),
        "cancellation_requests": _by_status(world, "om_request"),
        "figure_inputs": dict(db.execute(FIGURE_INPUTS).fetchone()),
    }


def _by_status(world: World, table: str) -> dict[str, int]:
    rows = world.db.execute(f"SELECT status, count(*) FROM {table} GROUP BY 1 ORDER BY 1")
    return {row[0]: row[1] for row in rows}
