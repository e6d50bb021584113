"""The content types: numbers that name the kind of an object in actions, batches and penalties."""

from __future__ import annotations

from typing import Any

from hbdash.sandbox.omnitron.wire import Refused

PRODUCT, PRICE, STOCK, IMAGE, CATEGORY = 1, 2, 3, 4, 5
ORDER, ORDER_ITEM, REQUEST, BATCH, ACTION, CHANNEL = 6, 7, 8, 9, 10, 11
CATEGORY_TREE, CATEGORY_NODE = 12, 13
ATTRIBUTE_SET, ATTRIBUTE, ATTRIBUTE_VALUE = 14, 16, 18

MODELS: dict[int, tuple[str, str]] = {
    PRODUCT: ("products", "product"),
    PRICE: ("products", "productprice"),
    STOCK: ("products", "productstock"),
    IMAGE: ("products", "productimage"),
    CATEGORY: ("products", "productcategory"),
    ORDER: ("orders", "order"),
    ORDER_ITEM: ("orders", "orderitem"),
    REQUEST: ("orders", "cancellationrequest"),
    BATCH: ("channels", "batchrequest"),
    ACTION: ("channels", "integrationaction"),
    CHANNEL: ("channels", "channel"),
    CATEGORY_TREE: ("channels", "categorytree"),
    CATEGORY_NODE: ("channels", "categorynode"),
    ATTRIBUTE_SET: ("channels", "marketplaceattributeset"),
    15: ("channels", "marketplaceattributesetconfig"),
    ATTRIBUTE: ("channels", "marketplaceattribute"),
    17: ("channels", "marketplaceattributeschema"),
    ATTRIBUTE_VALUE: ("channels", "marketplaceattributevalue"),
    19: ("channels", "marketplaceattributevalueconfig"),
}
NUMBERS = {model: number for number, (_, model) in MODELS.items()}

TABLES = {
    PRODUCT: "om_product",
    PRICE: "om_price",
    STOCK: "om_stock",
    IMAGE: "om_image",
    CATEGORY: "om_product_category",
    ORDER: "om_order",
    ORDER_ITEM: "om_order_item",
    REQUEST: "om_request",
    BATCH: "om_batch",
    ACTION: "om_action",
    CHANNEL: "om_channel",
    CATEGORY_TREE: "om_category_tree",
    CATEGORY_NODE: "om_category_node",
    ATTRIBUTE_SET: "om_attribute_set",
    ATTRIBUTE: "om_attribute",
    ATTRIBUTE_VALUE: "om_attribute_value",
}
"""Where the objects of a type lie; all have `pk` and `modified`."""


def wire(number: int) -> dict[str, Any]:
    """`{id, pk, app_label, model}`."""
    label, model = MODELS[number]
    return {"id": number, "pk": number, "app_label": label, "model": model}


def parse_model(value: Any) -> int:
    """The number of a model's name, for a body; ValueError for an unknown one."""
    if not isinstance(value, str) or value.lower() not in NUMBERS:
        raise ValueError(f'"{value}" is not a valid content type.')
    return NUMBERS[value.lower()]


def parse_number(value: Any) -> int:
    """A known content type's number."""
    if isinstance(value, bool) or not str(value).isdigit() or int(value) not in MODELS:
        raise ValueError(f'Invalid pk "{value}" - object does not exist.')
    return int(value)


def from_body(body: dict[str, Any]) -> int:
    """The type a body names: content_type_id, content_type or content_type_model (O§5.1)."""
    for key, parse in (
        ("content_type_id", parse_number),
        ("content_type", lambda v: parse_number(v) if str(v).isdigit() else parse_model(v)),
        ("content_type_model", parse_model),
    ):
        if body.get(key) is not None:
            try:
                return int(parse(body[key]))
            except ValueError as error:
                raise Refused(400, {key: [str(error)], "code": "does_not_exist"}) from error
    raise Refused(400, {"content_type_id": ["This field is required."], "code": "required"})
