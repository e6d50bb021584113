"""Products, prices, stocks and what the Mapper makes of them (O§3, O§7.5)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, ClassVar

from hbdash.omnitron.models.row import Row
from hbdash.transport.wire import (
    Amount,
    Bag,
    Flag,
    Key,
    NullIsEmpty,
    ObjectOrEmpty,
    ObjectOrNone,
    OptionalAmount,
    OptionalKey,
    OptionalPk,
    OptionalUtcMoment,
    OptionalWhole,
    Pk,
    Text,
    UtcMoment,
    WireModel,
)


class ProductImage(Row):
    """A picture of a product. order: where it stands among the others, if it says."""

    image: Text
    status: Text = "active"
    order: OptionalWhole = None
    is_active: Flag = True

    @property
    def is_usable(self) -> bool:
        return self.status.lower() == "active" and self.is_active and bool(self.image)


class Product(Row):
    """One SKU of the channel (O§3.1). product_type "0" is simple: what is sold."""

    sku: Key
    name: Text
    base_code: Text = ""
    product_type: Text = "0"
    is_active: Flag
    parent: OptionalPk = None
    attributes: Bag = {}
    attribute_set: OptionalPk = None
    productimage_set: Annotated[tuple[ProductImage, ...], NullIsEmpty] = ()
    modified_date: UtcMoment
    created_date: OptionalUtcMoment = None


class Price(Row):
    """A product's price on one list (O§3.2). tax_rate in percent."""

    product: Pk
    price_list: OptionalPk = None
    price: OptionalAmount
    adjusted_price: OptionalAmount = None
    retail_price: OptionalAmount = None
    tax_rate: OptionalAmount = None
    currency_type: Text = ""
    price_type: Text = ""
    extra_field: Bag = {}
    modified_date: UtcMoment

    @property
    def asked(self) -> Decimal | None:
        """The adjusted price if there is one, else the price (flows §5); None: none was given."""
        return self.price if self.adjusted_price is None else self.adjusted_price


class Stock(Row):
    """A product's stock on one list (O§3.3)."""

    product: Pk
    stock: Amount
    stock_list: OptionalPk = None
    adjusted_stock: OptionalAmount = None
    sold_quantity_unreported: OptionalAmount = None
    unit_type: Text = ""
    extra_field: Bag = {}
    modified_date: UtcMoment

    @property
    def on_hand(self) -> Decimal:
        """The adjusted stock if there is one, else the stock (flows §5)."""
        return self.stock if self.adjusted_stock is None else self.adjusted_stock

    @property
    def max_quantity(self) -> int | None:
        """`extra_field.maximumPurchasableQuantity` as an int ≥ 0 (R6.12); None: no such limit."""
        value = self.extra_field.get("maximumPurchasableQuantity")
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
            return int(value.strip()[:9])
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return int(value) if value == value // 1 else None
        return None


class CategoryNode(Row):
    """A node of the channel's category tree (O§7.2). path: four letters per level."""

    name: Text = ""
    path: Text = ""
    depth: OptionalWhole = None
    numchild: OptionalWhole = None


class ProductCategory(Row):
    """That a product stands in a category (O§3.6). category None: only its number was sent."""

    product: Pk
    category_pk: Pk
    category: Annotated[CategoryNode | None, ObjectOrNone] = None

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "pk": ("id",),
        "category_pk": ("category",),
    }


class MappedValue(WireModel):
    """One attribute as the Mapper translates it."""

    attribute_name: Text
    label: Text = ""
    value: Text = ""
    attribute_remote_id: OptionalKey = None


class MappedProduct(Row):
    """A product in the marketplace's terms (O§3.7).

    mapped_attributes: attribute name → value. mapped_attribute_values: Omnitron's attribute id as
    text → the value with its remote id.
    """

    mapped_attributes: Bag
    mapped_attribute_values: Annotated[dict[str, MappedValue], ObjectOrEmpty] = {}
    attribute_set_id: OptionalPk = None
    attribute_set_name: Text = ""
    attribute_set_remote_id: OptionalKey = None
    modified_date: OptionalUtcMoment = None


class AttributeName(Row):
    """An attribute or an attribute set inside a detailed row."""

    name: Text = ""


class AttributeConfig(Row):
    """What a category asks of one attribute (O§7.5). is_custom: any value, not one of a list."""

    attribute_pk: Pk
    attribute_set_pk: OptionalPk = None
    attribute_name: Text = ""
    attribute_set_name: Text = ""
    attribute: Annotated[AttributeName | None, ObjectOrNone] = None
    attribute_remote_id: OptionalKey
    is_required: Flag
    is_variant: Flag = False
    is_custom: Flag = False
    is_image_attribute: Flag = False
    is_meta: Flag = False

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "pk": ("id",),
        "attribute_pk": ("attribute",),
        "attribute_set_pk": ("attributeset",),
    }

    @property
    def name(self) -> str:
        """The attribute's name, wherever this form of the row has it."""
        return self.attribute_name or (self.attribute.name if self.attribute else "")


class AttributeValue(Row):
    """A value that an attribute may take (O§7.5). value: the marketplace's id of it."""

    attribute: OptionalPk = None
    label: Text
    value: Text = ""


class CategoryTree(Row):
    """The channel's own tree of categories (O§7.1)."""

    name: Text = ""
    category_root: Annotated[CategoryNode | None, ObjectOrNone] = None
