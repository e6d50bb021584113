"""The channel's category tree and attributes, and the Mapper's output (O§3.7, O§7)."""

from __future__ import annotations

import sqlite3
from typing import Any

from hbdash.sandbox.omnitron.listing import Source, keys, lookups, number, page, times
from hbdash.sandbox.omnitron.web import Call
from hbdash.sandbox.omnitron.wire import Refused, iso, money, not_found


def description(name: str) -> str:
    """A product's text as the brand keeps it."""
    return f"<p>{name}. Lalezar atölyesinde üretilmiştir, makinede yıkanabilir.</p>"


def node_wire(row: sqlite3.Row) -> dict[str, Any]:
    """A category node as JSON."""
    return {
        "pk": row["pk"],
        "id": row["pk"],
        "name": row["name"],
        "order": row["position"],
        "path": row["path"],
        "depth": row["depth"],
        "numchild": row["numchild"],
        "sort_option": None,
        "created_date": iso(row["created"]),
        "modified_date": iso(row["modified"]),
    }


def category_tree(call: Call) -> Any:
    """GET category_trees/{id}/"""
    row = call.db.execute(
        "SELECT * FROM om_category_tree WHERE pk = ?", (call.number("pk"),)
    ).fetchone()
    if row is None:
        raise not_found()
    root = call.db.execute("SELECT * FROM om_category_node WHERE pk = ?", (row["root"],)).fetchone()
    return {
        "pk": row["pk"],
        "id": row["pk"],
        "name": row["name"],
        "category_root": node_wire(root),
        "created_date": iso(row["created"]),
        "modified_date": iso(row["modified"]),
    }


_NODES = Source(
    "om_category_node t",
    lambda _, rows: [node_wire(row) for row in rows],
    keys()
    | lookups("name", "t.name")
    | lookups("path", "t.path")
    | lookups("numchild", "t.numchild", number)
    | times("created_date", "modified_date"),
    sorts={"path": "t.path"},
    max_limit=10_000,
)


def category_nodes(call: Call) -> Any:
    """GET category_nodes/?numchild=0"""
    return page(call, _NODES)


def category_node(call: Call) -> Any:
    """GET category_nodes/{pk}/ and its `detailed/`, which lists the children."""
    row = call.db.execute(
        "SELECT * FROM om_category_node WHERE pk = ?", (call.number("pk"),)
    ).fetchone()
    if row is None:
        raise not_found()
    if not call.request.url.path.endswith("/detailed/"):
        return node_wire(row)
    children = call.db.execute(
        "SELECT pk, name FROM om_category_node WHERE parent = ? ORDER BY path", (row["pk"],)
    )
    return {**node_wire(row), "children": [dict(child) for child in children]}


_CONFIGS = Source(
    "om_attribute_config t JOIN om_attribute_set s ON s.pk = t.attribute_set",
    lambda _, rows: [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "attribute": {
                "pk": row["attribute"],
                "id": row["attribute"],
                "name": row["attribute_name"],
            },
            "attribute_set": {
                "pk": row["attribute_set"],
                "id": row["attribute_set"],
                "name": row["set_name"],
            },
            "attribute_remote_id": row["remote_id"],
            "is_required": bool(row["is_required"]),
            "is_variant": bool(row["is_variant"]),
            "is_custom": bool(row["is_custom"]),
            "is_image_attribute": False,
            "is_meta": False,
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ],
    keys()
    | lookups("attribute_set", "t.attribute_set", number)
    | lookups("attribute", "t.attribute", number),
    columns="t.*, s.name AS set_name",
)


def attribute_configs(call: Call) -> Any:
    """GET attribute_configs/detailed/?attribute_set="""
    return page(call, _CONFIGS)


_VALUES = Source(
    "om_attribute_value t",
    lambda call, rows: [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "attribute": row["attribute"],
            "label": row["label"],
            "value": row["value"],
            "channel": call.world.channel_id,
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ],
    keys()
    | lookups("attribute", "t.attribute", number)
    | lookups("label", "t.label")
    | lookups("value", "t.value"),
)


def attribute_values(call: Call) -> Any:
    """GET attribute_values/?attribute="""
    return page(call, _VALUES)


def mapped_product(call: Call) -> Any:
    """GET mapped_products/{product}/: the Mapper's output, or 406 {error} (O§3.7)."""
    product = call.db.execute(
        "SELECT * FROM om_product WHERE pk = ? AND in_catalog = 1", (call.number("pk"),)
    ).fetchone()
    if product is None:
        raise not_found()
    known = call.db.execute(
        "SELECT * FROM om_attribute_set WHERE pk IS ?", (product["attribute_set"],)
    ).fetchone()
    if known is None:
        raise Refused(406, {"error": f"Attribute set was not found for product {product['sku']}."})
    if not product["mapped"]:
        message = (
            f"Attribute value mapping was not found. product: {product['sku']}"
            f" attribute: Renk value: {product['colour']}"
        )
        raise Refused(406, {"error": message})
    configs = call.db.execute(
        "SELECT * FROM om_attribute_config WHERE attribute_set = ? ORDER BY pk", (known["pk"],)
    ).fetchall()
    values = {config["attribute"]: _value(call, product, config) for config in configs}
    filled = [config for config in configs if values[config["attribute"]] is not None]
    return {
        "pk": product["pk"],
        "id": product["pk"],
        "mapped_attributes": {
            config["attribute_name"]: values[config["attribute"]] for config in filled
        },
        "mapped_attribute_values": {
            str(config["attribute"]): {
                "attribute_name": config["attribute_name"],
                "label": values[config["attribute"]],
                "value": values[config["attribute"]],
                "attribute_remote_id": config["remote_id"],
            }
            for config in filled
        },
        "attribute_set_id": known["pk"],
        "attribute_set_name": known["name"],
        "attribute_set_remote_id": known["remote_id"],
        "modified_date": iso(product["modified"]),
    }


def _value(call: Call, product: sqlite3.Row, config: sqlite3.Row) -> str | None:
    """What the Mapper's rules make of a product for one attribute; None where no rule is."""
    rules = {
        "Marka": product["brand"],
        "Barcode": product["barcode"],
        "GarantiSuresi": "24",
        "kg": "2",
        "VaryantGroupID": product["base_code"],
        "UrunAciklamasi": description(product["name"]),
        "tax_vat_rate": _tax_rate(call, product["pk"]),
    }
    by_name = {"Renk": product["colour"], "Ebat": product["size"], "Beden": product["size"]}
    found = rules.get(config["remote_id"], by_name.get(config["attribute_name"]))
    return None if found is None else str(found)


def _tax_rate(call: Call, product: int) -> str | None:
    row = call.db.execute(
        "SELECT tax_rate FROM om_price WHERE product = ? LIMIT 1", (product,)
    ).fetchone()
    return None if row is None else str(int(float(money(row["tax_rate"]))))
