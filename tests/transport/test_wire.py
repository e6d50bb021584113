"""Reading JSON that keeps no promise (H§3.3-3.6, O§1.8)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.transport.errors import BadShape
from hbdash.transport.wire import (
    Amount,
    Bag,
    Flag,
    Key,
    Moment,
    OptionalAmount,
    OptionalKey,
    OptionalMoment,
    OptionalPk,
    OptionalWhole,
    Pk,
    Text,
    Texts,
    UtcMoment,
    Whole,
    WireModel,
    parse_one,
    parse_rows,
)
from tests.support.replies import reply

REPLY = reply(b"{}")


class Everything(WireModel):
    """One field of each kind."""

    text: Text
    order_number: Key
    whole: Whole
    amount: Amount
    moment: Moment
    utc: UtcMoment
    flag: Flag
    pk: Pk
    texts: Texts = ()
    bag: Bag = {}
    maybe_key: OptionalKey = None
    maybe_whole: OptionalWhole = None
    maybe_amount: OptionalAmount = None
    maybe_moment: OptionalMoment = None
    maybe_pk: OptionalPk = None

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {"pk": ("id",)}


GOOD: dict[str, Any] = {
    "text": "a",
    "orderNumber": "0412345678",
    "whole": 3,
    "amount": 94.49,
    "moment": "2026-03-02T12:45:20",
    "utc": "2026-03-02T09:45:20.114233Z",
    "flag": True,
    "id": 7,
}


def parse(**changes: Any) -> Everything:
    return parse_one(Everything, GOOD | changes, REPLY)


def test_the_usual_forms() -> None:
    row = parse()
    assert row.order_number == "0412345678"
    assert row.amount == Decimal("94.49")
    assert row.moment == datetime(2026, 3, 2, 9, 45, 20, tzinfo=UTC)
    assert row.utc == datetime(2026, 3, 2, 9, 45, 20, 114233, tzinfo=UTC)
    assert row.pk == 7


@pytest.mark.parametrize(
    ("changes", "attribute", "value"),
    [
        ({"whole": "13"}, "whole", 13),
        ({"whole": 13.0}, "whole", 13),
        ({"whole": "13.00"}, "whole", 13),
        ({"amount": "349,90"}, "amount", Decimal("349.90")),
        ({"amount": "349.90"}, "amount", Decimal("349.90")),
        ({"amount": {"currency": "TRY", "Amount": 28.99833}}, "amount", Decimal("28.99833")),
        ({"text": None}, "text", ""),
        ({"text": 12}, "text", "12"),
        ({"orderNumber": 412345678}, "order_number", "412345678"),
        ({"orderNumber": " 1 "}, "order_number", "1"),
        ({"flag": "true"}, "flag", True),
        ({"flag": 0}, "flag", False),
        ({"flag": None}, "flag", False),
        ({"flag": ""}, "flag", False),
        ({"texts": None}, "texts", ()),
        ({"texts": ["a", 1, None]}, "texts", ("a", "1", "")),
        ({"bag": None}, "bag", {}),
        ({"bag": "x"}, "bag", {}),
        ({"maybe_key": ""}, "maybe_key", None),
        ({"maybeAmount": ""}, "maybe_amount", None),
        ({"maybeMoment": "0001-01-01T00:00:00"}, "maybe_moment", None),
        ({"maybeMoment": "2026-03-02T09:45:20.1234567+03:00"}, "maybe_moment",
         datetime(2026, 3, 2, 6, 45, 20, 123456, tzinfo=UTC)),
        ({"pk": {"id": 9, "name": "x"}}, "pk", 9),
        ({"maybe_pk": "12"}, "maybe_pk", 12),
    ],
)  # fmt: skip
def test_other_forms_mean_the_same(changes: dict[str, Any], attribute: str, value: object) -> None:
    assert getattr(parse(**changes), attribute) == value


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"whole": 1.5}, "whole"),
        ({"whole": True}, "whole"),
        ({"whole": ""}, "whole"),
        ({"whole": 1e300}, "whole"),
        ({"amount": None}, "amount"),
        ({"amount": "free"}, "amount"),
        ({"amount": "1e999999999"}, "amount"),
        ({"orderNumber": ""}, "order_number"),
        ({"orderNumber": {"a": 1}}, "order_number"),
        ({"moment": "yesterday"}, "moment"),
        ({"moment": 5}, "moment"),
        ({"flag": "perhaps"}, "flag"),
        ({"texts": "abc"}, "texts"),
        ({"pk": "abc"}, "pk"),
    ],
)
def test_what_is_of_no_use_names_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadShape) as caught:
        parse(**changes)
    assert caught.value.params["field"] == field
    assert caught.value.params["endpoint"] == "GET /packages/merchantid/{}"
    assert caught.value.failure_id == "remote.shape"


def spellings(name: str) -> st.SearchStrategy[str]:
    """The name in any mix of cases, with underscores anywhere."""
    letters = st.tuples(
        *(st.sampled_from([c.lower(), c.upper(), f"{c}_"]) for c in name.replace("_", ""))
    )
    return letters.map("".join)


@given(st.data())
def test_case_and_underscores_do_not_matter(data: st.DataObject) -> None:
    spelt = {data.draw(spellings(name)): value for name, value in GOOD.items()}
    assert parse_one(Everything, spelt, REPLY) == parse()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["2026-01-01", "9999-12-31T23:59:59-10:00", "1e400", "١٢", "-0", "1.", "İ"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*GOOD, "pk", "amount"]) | st.text(max_size=8), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*Everything.model_fields]), JSON))
def test_no_value_raises_anything_but_bad_shape(changes: dict[str, Any]) -> None:
    with suppress(BadShape):
        assert parse(**changes).pk is not None


@given(JSON)
def test_no_answer_raises_anything_but_bad_shape(body: object) -> None:
    try:
        rows = parse_rows(Everything, body, REPLY)
    except BadShape:
        assert not isinstance(body, list)
    else:
        assert rows.seen == (len(body) if isinstance(body, list) else 0)


def test_one_bad_row_does_not_hide_the_others() -> None:
    rows = parse_rows(Everything, [GOOD, {}, 3, GOOD], REPLY, "items")
    assert len(rows.rows) == 2
    assert [fault.params["field"][:8] for fault in rows.faulty] == ["items[1]", "items[2]"]
    assert rows.seen == 4


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"NaN", b"[" * 5000, b"<html>", b"{'a':1}", b'"\\ud800"'],
)
def test_what_is_no_json_is_a_bad_shape(body: bytes) -> None:
    with pytest.raises(BadShape):
        reply(body).json()


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_bad_shape(body: bytes) -> None:
    try:
        found = reply(body).json()
    except BadShape:
        return
    assert orjson.dumps(found) is not None
