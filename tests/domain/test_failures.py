from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.failures import (
    FAILURES,
    OFFER,
    FailureKind,
    fingerprint,
    kind_of,
    penalty_type,
    spec,
)

IDS = st.sampled_from(sorted(FAILURES))
VALUES = st.one_of(st.text(max_size=300), st.integers(), st.none())


#: The table of flows §11, group by group.
OF_THE_PAGE = {
    "remote": "unreachable rate server auth wall shape",
    "import": "bad_number",
    "setting": "missing",
    "batch": "locked",
    "product": "no_category many_categories no_image category_mismatch refused blocked "
    "missing_info barcode_twice sku_collision no_result in_progress",
    "mapping": "refused",
    "attribute": "missing value_unknown same_name",
    "stock": "missing zero_on_create",
    "price": "missing locked currency",
    "ticket": "rejected",
    "offer": "no_listing held not_taken second_writer",
    "upload": "row too_many quota failed no_result",
    "order": "address product_unknown cargo_unmapped amount_mismatch currency number_format "
    "return_open too_old backwards",
    "pack": "address_change refused",
    "invoice": "refused",
    "cancel": "item_shipped",
    "split": "payload not_open",
    "claim": "item_unknown disagree not_open portal_only refused",
}


def test_every_failure_of_the_flows_page_is_known() -> None:
    for group, names in OF_THE_PAGE.items():
        for name in names.split():
            assert spec(f"{group}.{name}").id == f"{group}.{name}"
    with pytest.raises(KeyError):
        spec("no.such")


def test_the_cause_names_a_township_not_an_order() -> None:
    one = {"level": "township", "name": "MERKEZ", "parent": "BOLU", "order": "4102938847"}
    other = {"order": "4102939910", "parent": "Bolu", "name": " Merkez", "level": "township"}
    assert fingerprint("order.address", one) == fingerprint("order.address", other)
    düzce = {**one, "parent": "Düzce"}
    assert fingerprint("order.address", one) != fingerprint("order.address", düzce)


@given(IDS, st.dictionaries(st.text(max_size=10), VALUES, max_size=4), VALUES)
def test_fingerprints_see_only_what_names_the_cause(
    failure_id: str, extra: dict[str, object], value: object
) -> None:
    named = dict.fromkeys(spec(failure_id).cause_params, value)
    others = {k: v for k, v in extra.items() if k not in named}
    print_ = fingerprint(failure_id, named)
    assert fingerprint(failure_id, {**others, **named}) == print_
    assert len(print_) <= 200
    assert print_.startswith(failure_id)
    assert "\x00" not in print_


@given(*[st.text(alphabet="ab|=\\", max_size=6)] * 4)
def test_two_causes_never_share_a_fingerprint(a: str, b: str, c: str, d: str) -> None:
    one = fingerprint("attribute.missing", {"attribute": a, "category": b})
    other = fingerprint("attribute.missing", {"attribute": c, "category": d})
    assert (one == other) == ((a, b) == (c, d))


def test_long_causes_stay_apart() -> None:
    one, other = ({"text": "x" * 500 + tail} for tail in "ab")
    assert fingerprint("pack.refused", one) != fingerprint("pack.refused", other)


def test_some_upload_errors_end_by_themselves() -> None:
    assert kind_of("upload.row", {"name": "ListingDeletedRecently"}) is FailureKind.TRANSIENT
    assert kind_of("upload.row", {"name": "ProductNotFound"}) is FailureKind.PERSON
    assert kind_of("remote.rate", {}) is FailureKind.TRANSIENT


def test_a_penalty_belongs_to_the_value_that_failed() -> None:
    assert spec("offer.no_listing").content_type == OFFER
    assert penalty_type("offer.no_listing", "productprice") == "productprice"
    assert penalty_type("stock.missing", "productprice") == "productstock"
    assert penalty_type("upload.quota", "productstock") is None


def test_no_penalty_while_a_whole_side_is_away() -> None:
    for failure_id, known in FAILURES.items():
        if failure_id.startswith("remote."):
            assert known.content_type is None
