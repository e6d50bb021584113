from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.settings.flags import FLAGS, flag_named, resolve_flags
from hbdash.domain.settings.schema import SETTINGS

EXACT = (
    "get_orders", "get_cancel_orders", "get_refund_orders", "send_update_orders",
    "split_packages", "delete_product", "product_update", "product_create", "get_updated_orders",
    "approve_refund", "price", "stock", "Reject_refund", "unpacked_orders",
)  # fmt: skip


@pytest.mark.requirement("R2.14", "R6.15")
def test_the_14_flags_are_those_of_the_guide() -> None:
    assert tuple(flag.name for flag in FLAGS) == EXACT
    assert [flag.requirement for flag in FLAGS] == [f"R6.{n}" for n in range(1, 15)]
    keys = {setting.key for setting in SETTINGS}
    assert all(key in keys for flag in FLAGS for key in flag.prerequisites)


def test_no_spelling_means_two_flags() -> None:
    spellings = [name for flag in FLAGS for name in (flag.name, *flag.aliases)]
    assert len(spellings) == len({name.lower().replace("_", "") for name in spellings})


@pytest.mark.requirement("R2.14")
@pytest.mark.parametrize(
    ("spelling", "flag"),
    [
        ("Order Create", "get_orders"),
        ("order_update", "send_update_orders"),
        ("Order Cancel", "get_cancel_orders"),
        ("Refund Order", "get_refund_orders"),
        ("Updated Orders", "get_updated_orders"),
        ("Approve Refunds", "approve_refund"),
        ("reject_refund", "Reject_refund"),
        ("RejectRefund", "Reject_refund"),
        ("REJECT_REFUND", "Reject_refund"),
        ("send_delete_products", "delete_product"),
        ("Product Delete", "delete_product"),
        ("create_product", "product_create"),
        ("STOCK", "stock"),
        ("PRICE", "price"),
        ("unpackedOrders", "unpacked_orders"),
    ],
)
def test_every_spelling_is_understood_and_named(spelling: str, flag: str) -> None:
    flags = resolve_flags({spelling: True})
    assert flags.is_on(flag)
    assert flags.is_on(spelling)
    aliases = [warning for warning in flags.warnings if warning.kind == "alias"]
    exact_but_for_case = spelling.lower().replace("_", "") == flag.lower().replace("_", "")
    assert bool(aliases) != exact_but_for_case


@pytest.mark.requirement("R6.15")
def test_a_missing_flag_is_off_with_a_warning() -> None:
    flags = resolve_flags({"get_orders": True})
    assert flags.is_on("get_orders")
    assert not flags.is_on("stock")
    assert set(flags.missing) == set(EXACT) - {"get_orders"}
    assert {warning.kind for warning in flags.warnings} == {"missing"}


@pytest.mark.requirement("R6.16")
def test_the_guides_own_example_is_read() -> None:
    """R6.16: two of its names are in no table."""
    flags = resolve_flags(
        '{"get_orders": true, "get_cancel_orders": true, "get_refund_orders": false, '
        '"send_invoice_link": true, "send_delete_products": true}'
    )
    assert flags.unknown == ("send_invoice_link",)
    assert [name for name in EXACT if flags.is_on(name)] == [
        "get_orders", "get_cancel_orders", "delete_product",
    ]  # fmt: skip


def test_the_exact_name_wins_over_an_alias() -> None:
    flags = resolve_flags({"send_delete_products": True, "delete_product": False})
    assert not flags.is_on("delete_product")
    assert "conflict" in {warning.kind for warning in flags.warnings}


def test_aliases_that_disagree_are_off() -> None:
    flags = resolve_flags({"send_delete_products": True, "product_delete": False})
    assert not flags.is_on("delete_product")


@pytest.mark.parametrize("raw", [None, "", "nonsense", [], 7])
def test_no_flags_at_all_are_14_missing_ones(raw: object) -> None:
    assert len(resolve_flags(raw).missing) == 14


def test_a_value_that_is_no_bool_is_off() -> None:
    flags = resolve_flags({"stock": "perhaps"})
    assert not flags.is_on("stock")
    assert [w.kind for w in flags.warnings if w.name == "stock"] == ["bad_value"]


def test_an_unknown_flag_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        resolve_flags({}).is_on("send_invoice_link")
    with pytest.raises(KeyError):
        flag_named("")


@given(
    st.dictionaries(
        st.text(max_size=12) | st.sampled_from(EXACT), st.booleans() | st.text(max_size=5)
    )
)
def test_every_flag_has_a_value_whatever_is_given(raw: dict[str, object]) -> None:
    flags = resolve_flags(raw)
    assert set(flags.values) == set(EXACT)
    assert all(not flags.is_on(name) for name in flags.missing)
