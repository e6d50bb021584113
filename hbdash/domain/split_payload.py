"""What a split request asks for, whichever form it comes in (R9, O§9.4, O§9.5): the one adapter.

The inner form of Akinon's event is not published; what is read here is the superset of the forms
seen and guessed, so that the real one is a change in this file and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_ENVELOPES = ("payload", "data")
_GROUPS = ("packages", "groups", "packagegroups", "splitpackages", "packagedetails")
_ITEMS = ("items", "orderitems", "lines", "orderitemids", "lineitems")
_ITEM = ("orderitemid", "orderitem", "itemid", "pk", "id")
_UNIT = ("unit", "lineitemid", "orderlineid", "remoteid", "lineid")
_SKU = ("sku", "merchantsku", "productsku")
_QUANTITY = ("quantity", "qty")
_PACKAGE = ("packagenumber", "sourcepackage", "hepsiburadapackage", "package")
_NUMBER = ("ordernumber", "number", "order")
_ORDER = ("omnitronorderid", "orderid", "orderpk")
#: More than this is no request of a warehouse.
_MOST_GROUPS, _MOST_ITEMS = 100, 1000


class SplitPayloadRefused(ValueError):
    """A request that does not say which units go into which package; ``reason`` names the fault."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class ItemRef:
    """What goes into a group; at least one of the first three is filled.

    order_item: Omnitron's item, which is one unit. unit: ``{lineItemId}-{n}`` or a bare line id.
    """

    order_item: int | None
    unit: str
    sku: str
    quantity: int


@dataclass(frozen=True)
class SplitWish:
    """One package into several. Empty or ``None`` where the request does not say."""

    package: str
    order_number: str
    """Omnitron's or Hepsiburada's number of the order."""
    omnitron_order: int | None
    groups: tuple[tuple[ItemRef, ...], ...]

    @property
    def key(self) -> str:
        """Under which people find the request."""
        if self.package or self.order_number:
            return self.package or self.order_number
        if self.omnitron_order is not None:
            return str(self.omnitron_order)
        first = self.groups[0][0]
        return first.unit or (str(first.order_item) if first.order_item else first.sku)


def read_split(body: object) -> SplitWish:
    """Read a whole delivery (``{"event", "payload"}`` or ``"data"``) or its inner part.

    Raises :class:`SplitPayloadRefused`; nothing is guessed, as a wrong split sends wrong parcels.
    """
    inner = _inner(body)
    groups = _sequence(_named(inner, _GROUPS), "no packages")
    if not groups or len(groups) > _MOST_GROUPS:
        raise SplitPayloadRefused("no packages" if not groups else "too many packages")
    read = tuple(_group(group) for group in groups)
    _each_once(read)
    order = _named(inner, _ORDER)
    return SplitWish(
        package=_text(_named(inner, _PACKAGE)),
        order_number=_text(_named(inner, _NUMBER)),
        omnitron_order=None if order in (None, "") else _whole(order, "order id"),
        groups=read,
    )


def _inner(body: object) -> Mapping[str, Any]:
    if isinstance(body, str | bytes):
        try:
            body = json.loads(body)
        except ValueError as error:
            raise SplitPayloadRefused("no JSON") from error
    if not isinstance(body, Mapping):
        raise SplitPayloadRefused("no object")
    if _named(body, _GROUPS) is None:
        for name in _ENVELOPES:
            content = _named(body, (name,))
            if content is not None:
                return _inner(content)
    return body


def _group(group: object) -> tuple[ItemRef, ...]:
    items = _named(group, _ITEMS) if isinstance(group, Mapping) else group
    found = tuple(_item(item) for item in _sequence(items, "a package without items"))
    if not found or len(found) > _MOST_ITEMS:
        raise SplitPayloadRefused("a package without items" if not found else "too many items")
    return found


def _item(item: object) -> ItemRef:
    if isinstance(item, Mapping):
        pk, quantity = _named(item, _ITEM), _named(item, _QUANTITY)
        ref = ItemRef(
            order_item=None if pk in (None, "") else _whole(pk, "item id"),
            unit=_text(_named(item, _UNIT)).lower(),
            sku=_text(_named(item, _SKU)),
            quantity=1 if quantity is None else _whole(quantity, "quantity"),
        )
    elif isinstance(item, str):
        ref = _word(item.strip())
    else:
        ref = ItemRef(_whole(item, "item id"), "", "", 1)
    if ref.order_item is None and not ref.unit and not ref.sku:
        raise SplitPayloadRefused("an item without id")
    if ref.order_item is not None and ref.quantity != 1:
        # One item of Omnitron is one unit (O§6.2).
        raise SplitPayloadRefused("more than one of an item")
    return ref


def _word(text: str) -> ItemRef:
    """A bare text: an item's number, a line's UUID (with or without its unit), or a SKU."""
    if text.isascii() and text.isdigit():
        return ItemRef(int(text[:18]), "", "", 1)
    if text.count("-") >= 4:
        return ItemRef(None, text.lower(), "", 1)
    return ItemRef(None, "", text, 1)


def _each_once(groups: Iterable[Sequence[ItemRef]]) -> None:
    """An item, or a unit with its number, stands in one group only."""
    seen: set[object] = set()
    for group in groups:
        for ref in group:
            for mark in (ref.order_item, ref.unit if ref.unit.count("-") > 4 else None):
                if mark is None:
                    continue
                if mark in seen:
                    raise SplitPayloadRefused("an item in two packages")
                seen.add(mark)


def _sequence(value: object, fault: str) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise SplitPayloadRefused(fault)
    return value


def _named(body: object, names: Sequence[str]) -> Any:
    """The first member that has one of the names, whatever its case and separators."""
    if not isinstance(body, Mapping):
        return None
    folded = {str(key).lower().replace("_", "").replace("-", ""): body[key] for key in body}
    return next((folded[name] for name in names if folded.get(name) is not None), None)


def _text(value: object) -> str:
    if value is None or isinstance(value, bool | Mapping | list):
        return ""
    return str(value).strip()[:200]


def _whole(value: object, what: str) -> int:
    """A number above 0, as a number or as digits."""
    text = str(value).strip() if isinstance(value, int | str) else ""
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()):
        raise SplitPayloadRefused(f"no {what}")
    if not 0 < len(text) <= 18 or int(text) == 0:
        raise SplitPayloadRefused(f"no {what}")
    return int(text)
