"""The Mapper's output: a product in the marketplace's terms (O§3.7)."""

from __future__ import annotations

import sqlite3
from typing import Any

from hbdash.sandbox.omnitron.web import Call
from hbdash.sandbox.omnitron.wire import Refused, iso, money, not_found


def description(name: str) -> str:
    """A product's text as the brand keeps it."""
    return f"<p>{name}. Lalezar atölyesinde üretilmiştir, makinede yıkanabilir.</p>"


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
    configs = _configs(call, known["pk"])
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


def _configs(call: Call, attribute_set: int) -> list[sqlite3.Row]:
    """The set's own attributes, then those of the channel-wide sets (O§7.6)."""
    rows = call.db.execute(
        "SELECT * FROM om_attribute_config WHERE attribute_set = ?1 UNION ALL"
        " SELECT * FROM om_attribute_config WHERE attribute_set IN"
        " (SELECT attribute_set FROM om_attribute_set_config WHERE object_id IS NULL)"
        " AND attribute NOT IN"
        " (SELECT attribute FROM om_attribute_config WHERE attribute_set = ?1)",
        (attribute_set,),
    )
    return rows.fetchall()


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
