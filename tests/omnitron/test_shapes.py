"""Every model against strange values (O§1.5, O§1.8)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hbdash.omnitron.calls import page_of
from hbdash.omnitron.models import address, batch, catalogue, channel, order
from hbdash.omnitron.models.catalogue import Stock
from hbdash.transport.errors import BadShape
from hbdash.transport.wire import WireModel, parse_one
from tests.support.replies import reply

#: For each of many models; all are read by the same code. The first text drawn in a process loads
#: Unicode's tables, which takes a second.
FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])

MODELS = sorted(
    {
        model
        for module in (address, batch, catalogue, channel, order)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, WireModel) and model is not WireModel
    },
    key=lambda model: model.__name__,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["pk", "id", "name", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@FEW
@given(data=st.data())
def test_a_model_reads_or_says_bad_shape(model: type[WireModel], data: st.DataObject) -> None:
    names = [*model.model_fields, "id"]
    values = data.draw(st.dictionaries(st.sampled_from(names), JSON))
    with suppress(BadShape):
        parse_one(model, values, reply(b"{}"))


@given(JSON)
def test_a_limit_is_a_whole_number_or_none(value: object) -> None:
    with suppress(BadShape):
        row = {
            "id": 1, "product": {"pk": 2}, "stock": "46.000", "modified_date":
            "2025-02-01T10:15:18.856000Z", "extra_field": {"maximumPurchasableQuantity": value},
        }  # fmt: skip
        limit = parse_one(Stock, row, reply(b"{}")).max_quantity
        assert limit is None or (isinstance(limit, int) and limit >= 0)


@pytest.mark.parametrize(
    "body", [b"{}", b'{"results":{}}', b'"x"', b"3", b'{"count":1}', b'{"results":null}']
)
def test_what_is_no_page_is_a_bad_shape(body: bytes) -> None:
    with pytest.raises(BadShape):
        page_of(reply(body), Stock)


def test_the_page_envelope() -> None:
    page = page_of(reply(b'{"count":12,"next":"http://x","results":[{}]}'), Stock)
    assert (page.total, page.has_next, page.seen, len(page.faulty)) == (12, True, 1, 1)
