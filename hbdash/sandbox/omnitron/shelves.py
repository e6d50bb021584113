"""In which category of the channel's tree a product stands; each public name is an act."""

from __future__ import annotations

from typing import Any

from hbdash.sandbox.omnitron import contenttypes
from hbdash.sandbox.omnitron.schema import bump
from hbdash.sandbox.omnitron.wire import micros
from hbdash.sandbox.world import World


def put_in_category(world: World, sku: str, category_id: int) -> dict[str, Any]:
    """Staff move a product into the node of a category of Hepsiburada's, out of all others."""
    db, now = world.db, micros(world.clock.now())
    product = db.execute("SELECT pk FROM om_product WHERE sku = ?", (sku,)).fetchone()
    node = db.execute(
        "SELECT object_id FROM om_action WHERE content_type = ? AND remote_id = ?",
        (contenttypes.CATEGORY_NODE, str(category_id)),
    ).fetchone()
    if product is None or node is None:
        raise LookupError(f"Omnitron has no product {sku}, or no node of category {category_id}")
    db.execute(
        "DELETE FROM om_product_category WHERE product = ? AND category IN"
        " (SELECT n.pk FROM om_category_node n JOIN om_category_tree t JOIN om_category_node r"
        "  ON r.pk = t.root AND n.path LIKE r.path || '%')",
        (product["pk"],),
    )
    db.execute(
        "INSERT INTO om_product_category (product, category, modified) VALUES (?, ?, ?)",
        (product["pk"], node["object_id"], now),
    )
    bump(db, "category")
    return {"sku": sku, "node": node["object_id"]}
