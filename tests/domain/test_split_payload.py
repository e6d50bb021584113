"""The one reader of split requests: every form that is known or guessed, and nothing else (R9)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.split_payload import ItemRef, SplitPayloadRefused, read_split

pytestmark = pytest.mark.requirement("R9.6", "R9.8")

UNIT = "69a55c10-1f2a-4b3c-8d4e-5f6006060606"
ITEM = ItemRef(7001, "", "", 1)

INNER = {
    "order_number": "HB-4001234567-9912", "omnitron_order_id": 812, "channel_id": 7,
    "packages": [
        {"package_id": 1, "items": [{"order_item_id": 7001, "sku": "868", "quantity": 1}]},
        {"package_id": 2, "items": [{"order_item_id": 7002, "sku": "869", "quantity": 1}]},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        INNER,
        {"event": {"type": "order.split_package_7", "uuid": "u"}, "payload": INNER},
        {"event": {}, "data": INNER},
        {"payload": json.dumps(INNER)},
        json.dumps({"data": INNER}),
    ],
)
def test_the_published_envelopes_are_one_request(body: Any) -> None:
    wish = read_split(body)
    assert (wish.order_number, wish.omnitron_order, wish.package) == (
        "HB-4001234567-9912", 812, ""
    )  # fmt: skip
    assert [[ref.order_item for ref in group] for group in wish.groups] == [[7001], [7002]]
    assert wish.key == "HB-4001234567-9912"


@pytest.mark.parametrize(
    ("item", "ref"),
    [
        (7001, ITEM),
        ("7001", ITEM),
        ({"pk": "7001"}, ITEM),
        ({"orderItemId": 7001, "quantity": 1}, ITEM),
        (UNIT.upper(), ItemRef(None, UNIT, "", 1)),
        ({"orderLineId": UNIT, "quantity": 3}, ItemRef(None, UNIT, "", 3)),
        (f"{UNIT}-2", ItemRef(None, f"{UNIT}-2", "", 1)),
        ("GML-MAVI-M", ItemRef(None, "", "GML-MAVI-M", 1)),
        ({"sku": "8680000000017", "qty": "2"}, ItemRef(None, "", "8680000000017", 2)),
    ],
)
def test_the_ways_to_name_a_unit(item: Any, ref: ItemRef) -> None:
    assert read_split({"groups": [[item]], "packageNumber": "0412"}).groups == ((ref,),)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (None, "no object"),
        ([], "no object"),
        ("{", "no JSON"),
        ({}, "no packages"),
        ({"payload": {"packages": {}}}, "no packages"),
        ({"packages": [[]]}, "a package without items"),
        ({"packages": ["7"]}, "a package without items"),
        ({"packages": [[{}]]}, "an item without id"),
        ({"packages": [[0]]}, "no item id"),
        ({"packages": [[True]]}, "no item id"),
        ({"packages": [[{"id": 7, "quantity": 2}]]}, "more than one of an item"),
        ({"packages": [[{"sku": "A", "quantity": 0}]]}, "no quantity"),
        ({"packages": [[7], [8, 7]]}, "an item in two packages"),
        ({"packages": [[f"{UNIT}-1"], [f"{UNIT}-1"]]}, "an item in two packages"),
        ({"packages": [[7]], "order_id": "x"}, "no order id"),
        ({"packages": [[7]] * 101}, "too many packages"),
    ],
)
def test_what_is_not_clear_is_refused(body: Any, reason: str) -> None:
    with pytest.raises(SplitPayloadRefused) as refused:
        read_split(body)
    assert refused.value.reason == reason


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["packages", "items", "payload", "sku", "id", "x"]), inner
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_nothing_breaks_it(body: Any) -> None:
    try:
        wish = read_split(body)
    except SplitPayloadRefused:
        return
    assert wish.groups
    assert wish.key
