"""The eight figures as they truly are, read from both sides at once (flows §8).

A test compares with them what a client worked out over the wire. ``held`` units (ordered at
Hepsiburada, not yet an item in Omnitron) and the buffer lower the wanted stock as flows §5 says.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from hbdash.sandbox.world import World

_KEY = "upper(replace({}, ' ', ''))"

# Units of lines that wait to be packed or lie in a package, less those that Omnitron has: it takes
# a unit off its stock with the item, and gives it back when the item is cancelled.
_HELD = f"""
CREATE TEMP TABLE held AS
WITH ordered AS (
    SELECT l.line_id, {_KEY.format("l.merchant_sku")} AS sku_key,
           l.open_quantity + coalesce((
               SELECT sum(pl.quantity) FROM hb_package_line pl
               JOIN hb_package p ON p.package_number = pl.package_number AND p.status <> 'Unpacked'
               WHERE pl.line_id = l.line_id), 0) AS units
      FROM hb_line l),
written AS (
    SELECT substr(remote_id, 1, 36) AS line_id, count(*) AS units
      FROM om_order_item WHERE status <> '100' GROUP BY 1)
SELECT o.sku_key, sum(max(o.units - coalesce(w.units, 0), 0)) AS units
  FROM ordered o LEFT JOIN written w ON w.line_id = o.line_id
 WHERE o.units > 0 GROUP BY o.sku_key HAVING sum(max(o.units - coalesce(w.units, 0), 0)) > 0
"""
_FIGURES = f"""
SELECT count(*) AS total_skus,
       coalesce(sum(coalesce(h.salable, 0)), 0) AS on_sale,
       coalesce(sum(o.kurus > 0 AND o.stock > 0 AND o.categories >= 1 AND o.has_image
                    AND NOT coalesce(h.salable, 0)), 0) AS sku_difference,
       coalesce(sum(h.sku_key IS NOT NULL AND o.kurus IS NOT NULL
                    AND o.kurus <> h.price), 0) AS price_differences,
       coalesce(sum(coalesce(o.stock, 0)), 0) AS stock_total,
       coalesce(sum(CASE WHEN h.salable THEN h.stock ELSE 0 END), 0) AS stock_on_sale,
       coalesce(sum(CASE WHEN coalesce(h.salable, 0) THEN 0
                    ELSE coalesce(o.stock, 0) END), 0) AS stock_not_on_sale,
       coalesce(sum(h.sku_key IS NOT NULL AND o.stock IS NOT NULL AND NOT h.fulfilled_by_hb
                    AND max(o.stock - :buffer - coalesce(t.units, 0), 0) <> h.stock), 0)
           AS stock_differences,
       coalesce(sum(coalesce(t.units, 0)), 0) AS held_units
  FROM om_offer o
  LEFT JOIN hb_offers h ON h.sku_key = {_KEY.format("o.sku")}
  LEFT JOIN temp.held t ON t.sku_key = {_KEY.format("o.sku")}
"""


def figures(world: World) -> dict[str, int]:
    """The eight figures (R7.1), and ``held_units`` and ``buffer``, which go into the last."""
    buffer = buffer_stock(world.db)
    _make_held(world.db)
    row = world.db.execute(_FIGURES, {"buffer": buffer}).fetchone()
    return {key: int(row[key]) for key in row.keys()} | {"buffer": buffer}  # noqa: SIM118


def stock_wanted(world: World, sku: str) -> dict[str, Any]:
    """The sum behind one SKU's stock: Omnitron's, buffer, held units, Hepsiburada's."""
    buffer = buffer_stock(world.db)
    _make_held(world.db)
    row = world.db.execute(
        "SELECT o.stock, coalesce(t.units, 0) AS held, h.stock AS there FROM om_offer o"
        f" LEFT JOIN hb_offers h ON h.sku_key = {_KEY.format('o.sku')}"
        f" LEFT JOIN temp.held t ON t.sku_key = {_KEY.format('o.sku')} WHERE o.sku = ?",
        (sku,),
    ).fetchone()
    if row is None or row["stock"] is None:
        return {}
    return {
        "omnitron": row["stock"],
        "buffer": buffer,
        "held": row["held"],
        "wanted": max(row["stock"] - buffer - row["held"], 0),
        "hepsiburada": row["there"],
    }


def buffer_stock(db: sqlite3.Connection) -> int:
    """The channel's Buffer Stock (R2.28); 0 when it is empty or no number."""
    row = db.execute("SELECT conf FROM om_channel").fetchone()
    value = json.loads(row["conf"]).get("buffer_stock") if row else None
    text = str(value or "").strip()
    return int(text) if text.isdigit() else 0


def _make_held(db: sqlite3.Connection) -> None:
    db.execute("DROP TABLE IF EXISTS temp.held")
    db.execute(_HELD)
    db.execute("CREATE INDEX temp.held_key ON held (sku_key)")
