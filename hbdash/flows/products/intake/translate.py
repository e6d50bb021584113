"""From what Omnitron says of a product to the row of an import (table of flows section 4).

Everything that is wrong is named at once, so that a product is mended in one go.
"""

from __future__ import annotations

import re
from typing import Protocol

from hbdash.domain.money import comma
from hbdash.domain.offers import wanted_price, wanted_stock
from hbdash.flows.products.intake.catalogue import Values
from hbdash.flows.products.records.model import Cause, Material, Ready
from hbdash.hepsiburada.models.products import ImportRow
from hbdash.omnitron.models.catalogue import AttributeConfig, MappedProduct, Price, Product

#: What every category demands, whatever its attribute set says (H§6.2), with its name there.
MANDATORY = {
    "UrunAdi": "Ürün Adı",
    "Barcode": "Barkod",
    "Marka": "Marka",
    "GarantiSuresi": "Garanti Süresi (Ay)",
    "kg": "Desi",
    "tax_vat_rate": "KDV",
}
#: These are never taken from the Mapper: identity and money have one source.
_OURS = frozenset({"merchantSku", "price", "stock"})
_MOST_IMAGES = 10
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class AttributeBook(Protocol):
    """Where attribute sets and values come from."""

    def configs(self, attribute_set: int) -> tuple[AttributeConfig, ...]: ...

    def values(self, attribute: int) -> Values: ...


def translate(material: Material, book: AttributeBook, buffer: int) -> Ready | tuple[Cause, ...]:
    """The row, or everything that keeps the product from being sent.

    buffer: R2.28. May raise a ``RemoteError`` when an attribute set has to be read.
    """
    causes = list(material.causes)
    attributes: dict[str, object] = {}
    category = _category(material, causes)
    if material.mapped is not None:
        attributes, faults = attributes_of(material.product, material.mapped, material.price, book)
        causes += faults
    images = images_of(material.product)
    if images:
        attributes |= {f"Image{n}": url for n, url in enumerate(images, 1)} | _images(attributes)
    elif not attributes.get("Image1"):
        causes.append(Cause("product.no_image"))
    price = _price(material.price, causes)
    stock = _stock(material, buffer, causes)
    if causes or category is None or material.price is None or material.stock is None:
        return tuple(causes)
    attributes |= {"merchantSku": material.key, "price": price, "stock": stock}
    return Ready(
        material.product, material.key, material.price, material.stock,
        ImportRow(category, attributes),
    )  # fmt: skip


def translate_change(
    material: Material, book: AttributeBook
) -> dict[str, object] | tuple[Cause, ...]:
    """The attributes of a product that is in the catalogue, or what keeps them from being sent.

    Its category can't be changed there, and its price and stock never go this way, so neither is
    asked for.
    """
    causes = list(material.causes)
    attributes: dict[str, object] = {}
    if material.mapped is not None:
        attributes, faults = attributes_of(material.product, material.mapped, material.price, book)
        causes += faults
    images = images_of(material.product)
    if images:
        attributes |= {f"Image{n}": url for n, url in enumerate(images, 1)} | _images(attributes)
    return tuple(causes) if causes else attributes


def category_causes(
    categories: tuple[str | None, ...], mapped: MappedProduct | None
) -> tuple[Cause, ...]:
    """What is wrong with the categories: none, several (R4.8), or another than the Mapper's."""
    if not categories:
        return (Cause("product.no_category"),)
    if len(categories) > 1:
        return (Cause("product.many_categories", {"count": str(len(categories))}),)
    (category,) = categories
    if category is None or not category.isdecimal():
        # The node is not one of Hepsiburada's: the product has no category there.
        return (Cause("product.no_category"),)
    if mapped is not None and mapped.attribute_set_remote_id != category:
        name = mapped.attribute_set_name or mapped.attribute_set_remote_id or ""
        return (Cause("product.category_mismatch", {"category": name}),)
    return ()


def attributes_of(
    product: Product, mapped: MappedProduct, price: Price | None, book: AttributeBook
) -> tuple[dict[str, object], list[Cause]]:
    """The attributes by their id at Hepsiburada, and which mandatory or known ones fail."""
    configs = () if mapped.attribute_set_id is None else book.configs(mapped.attribute_set_id)
    category = mapped.attribute_set_name
    names = MANDATORY | {c.attribute_remote_id: c.name for c in configs if c.attribute_remote_id}
    causes: list[Cause] = []
    faulty: set[str] = set()
    found = _mapped_values(mapped, configs, book, causes, faulty)
    _fill(found, "UrunAdi", product.name)
    _fill(found, "UrunAciklamasi", product.attributes.get("description"))
    _fill(found, "VaryantGroupID", product.base_code or product.sku)
    if price is not None and price.tax_rate is not None:
        _fill(found, "tax_vat_rate", f"{price.tax_rate.normalize():f}")
    months = str(found.get("GarantiSuresi", ""))
    if months.isascii() and months.isdecimal():
        found["GarantiSuresi"] = int(months)
    elif months:
        faulty.add("GarantiSuresi")
        params = {"attribute": names["GarantiSuresi"], "value": months, "category": category}
        causes.append(Cause("attribute.value_unknown", params))
    demanded = {c.attribute_remote_id for c in configs if c.is_required and c.attribute_remote_id}
    # These have gates of their own; and without a price there is no tax rate either.
    elsewhere = _OURS | {"Image1"} | ({"tax_vat_rate"} if price is None else set()) | faulty
    for remote_id in [*MANDATORY, *sorted(demanded - MANDATORY.keys())]:
        if remote_id not in elsewhere and found.get(remote_id) in (None, ""):
            params = {"attribute": names[remote_id] or remote_id, "category": category}
            causes.append(Cause("attribute.missing", params))
    return found, causes


def images_of(product: Product) -> list[str]:
    """Addresses of the active images in their order, at most ten."""
    usable = [image for image in product.productimage_set if image.is_usable]
    usable.sort(key=lambda image: (image.order is None, image.order or 0))
    urls = [image.image for image in usable if image.image.startswith(("http://", "https://"))]
    return urls[:_MOST_IMAGES]


def _images(attributes: dict[str, object]) -> dict[str, object]:
    """Images that the Mapper chose, which count before those of the product."""
    return {k: v for k, v in attributes.items() if re.fullmatch(r"Image\d+", k)}


def _mapped_values(
    mapped: MappedProduct,
    configs: tuple[AttributeConfig, ...],
    book: AttributeBook,
    causes: list[Cause],
    faulty: set[str],
) -> dict[str, object]:
    by_pk = {str(config.attribute_pk): config for config in configs}
    found: dict[str, object] = {}
    for attribute, chosen in mapped.mapped_attribute_values.items():
        config = by_pk.get(attribute)
        remote_id = chosen.attribute_remote_id or (config and config.attribute_remote_id)
        text = _clean(chosen.value or chosen.label)
        if not remote_id or not text or remote_id in _OURS:
            continue
        if config is not None and not config.is_custom and not config.is_image_attribute:
            label = book.values(config.attribute_pk).label_of(chosen.label, chosen.value)
            if label is None:
                params = {
                    "attribute": config.name or chosen.attribute_name,
                    "value": chosen.label or chosen.value,
                    "category": mapped.attribute_set_name,
                }
                causes.append(Cause("attribute.value_unknown", params))
                faulty.add(remote_id)
                continue
            text = label
        found[remote_id] = text
    return found


def _fill(found: dict[str, object], remote_id: str, value: object) -> None:
    if found.get(remote_id) in (None, "") and value is not None:
        text = _clean(str(value))
        if text:
            found[remote_id] = text


def _category(material: Material, causes: list[Cause]) -> int | None:
    if material.categories is None:
        return None
    wrong = category_causes(material.categories, material.mapped)
    causes += wrong
    return None if wrong else int(material.categories[0] or 0)


def _price(price: Price | None, causes: list[Cause]) -> str:
    if price is not None and price.currency_type.lower() not in ("", "try", "tr"):
        causes.append(Cause("price.currency", {"currency": price.currency_type}))
        return ""
    wanted = None if price is None else wanted_price(price.price, price.adjusted_price)
    if wanted is None:
        causes.append(Cause("price.missing"))
        return ""
    return comma(wanted)


def _stock(material: Material, buffer: int, causes: list[Cause]) -> str:
    if material.stock is None:
        causes.append(Cause("stock.missing"))
        return ""
    wanted = wanted_stock(
        material.stock.stock, material.stock.adjusted_stock, buffer, material.held
    )
    if wanted <= 0:
        causes.append(Cause("stock.zero_on_create"))
    return str(wanted)


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()
