"""Every model against strange values, and the eight envelopes (H§3.1, H§5.3)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hbdash.hepsiburada import envelopes
from hbdash.hepsiburada.models import claims, listing, orders, packages, products, shipping
from hbdash.transport.errors import BadShape, Refused
from hbdash.transport.wire import WireModel, parse_one
from tests.support.replies import reply

#: For each of many models; all are read by the same code.
FEW = settings(max_examples=25)

MODELS = [
    model
    for module in (claims, listing, orders, packages, products, shipping)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, WireModel) and model is not WireModel
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
UNWRAPPERS: list[Callable[..., Any]] = [
    envelopes.catalogue_rows,
    envelopes.catalogue_value,
    envelopes.listing_rows,
    envelopes.oms_rows,
    envelopes.bare_rows,
    envelopes.counted_rows,
    lambda answer: envelopes.shipping_value(answer, "cargoFirms"),
]
MEMBERS = ["data", "items", "listings", "success", "code", "totalCount", "error", "message"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@FEW
@given(data=st.data())
def test_a_model_reads_or_says_bad_shape(model: type[WireModel], data: st.DataObject) -> None:
    values = data.draw(st.dictionaries(st.sampled_from([*model.model_fields]), JSON))
    with suppress(BadShape):
        parse_one(model, values, reply(b"{}"))


@pytest.mark.parametrize("unwrap", UNWRAPPERS)
@FEW
@given(body=JSON | st.dictionaries(st.sampled_from(MEMBERS), JSON))
def test_an_envelope_opens_or_says_why_not(unwrap: Callable[..., Any], body: object) -> None:
    try:
        raw = orjson.dumps(body)
    except TypeError:
        return  # whole numbers beyond 64 bits are no JSON to orjson
    with suppress(BadShape, Refused):
        unwrap(reply(raw))


@pytest.mark.parametrize(
    ("unwrap", "body", "count", "total"),
    [
        (envelopes.catalogue_rows, b'{"success":true,"code":0,"totalElements":9,"data":[1]}', 1, 9),
        (envelopes.catalogue_rows, b'{"success":false,"code":4008,"data":null}', 0, None),
        (envelopes.catalogue_rows, b'{"success":false,"code":"4014"}', 0, None),
        (envelopes.listing_rows, b'{"listings":[1,2],"totalCount":5,"limit":2}', 2, 5),
        (envelopes.oms_rows, b'{"totalCount":0,"items":[]}', 0, 0),
        (envelopes.oms_rows, b'[{"totalCount":1,"items":[7]}]', 1, 1),
        (envelopes.oms_rows, b'{"TotalCount":1,"Items":[7]}', 1, 1),
        (envelopes.bare_rows, b"[]", 0, None),
        (envelopes.counted_rows, b'{"count":3,"items":[1]}', 1, 3),
        (envelopes.counted_rows, b'{"Success":true,"Data":{"Items":[1],"TotalCount":4}}', 1, 4),
        (envelopes.counted_rows, b'{"data":[1,2],"totalItemCount":8}', 2, 8),
    ],
)
def test_each_envelope(
    unwrap: Callable[..., envelopes.Wrapped], body: bytes, count: int, total: int | None
) -> None:
    wrapped = unwrap(reply(body))
    assert (len(wrapped.items), wrapped.total) == (count, total)


def test_counts_of_bare_arrays_stand_in_the_headers() -> None:
    answer = reply(b"[1]", headers={"x-total-count": "12", "x-total-pages": "12", "x-limit": "1"})
    assert envelopes.bare_rows(answer) == envelopes.Wrapped([1], total=12, pages=12, limit=1)


def test_the_inverted_flag_of_the_shipping_host() -> None:
    with pytest.raises(Refused, match="yok"):
        envelopes.shipping_value(reply(b'{"error":true,"msg":"yok"}'), "cargoFirms")
    good = reply(b'{"cargoFirms":[],"error":false,"msg":""}')
    assert envelopes.shipping_value(good, "cargoFirms") == []
