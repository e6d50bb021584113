from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.settings import SETTINGS, ChannelSettings, channel_schema, setting
from hbdash.domain.settings.channel import HIDDEN

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)

FILLED: dict[str, Any] = {
    "base_url": "https://mpop.hepsiburada.com/",
    "oms_url": "https://oms-external.hepsiburada.com",
    "listing_url": "https://listing-external.hepsiburada.com",
    "username": "lalezar",
    "password": "geheim",
    "merchant_id": "5f1c2d3e-0000-4000-8000-00000000000a",
    "user_agent": "lalezar_dev",
    "category_ids": "368234234\n234324322\n368234234",
    "default_reason_id": "5",
    "cancellation_reason_id": 4,
    "cargo_company_mapping": {"hepsijet": 3, "default": "1"},
}


def read(**conf: object) -> ChannelSettings:
    channel = {"pk": 137, "name": "Hepsiburada", "catalog": 12, "schema": {"a": {}}, "conf": conf}
    return ChannelSettings.from_channel(channel)


def problems(settings: ChannelSettings) -> dict[str, str]:
    return {problem.key: problem.id for problem in settings.problems}


@pytest.mark.requirement(
    "R2.1",
    "R2.2",
    "R2.3",
    "R2.6",
    "R2.7",
    "R2.8",
    "R2.9",
    "R2.10",
    "R2.11",
    "R2.13",
    "R2.14",
    "R2.15",
    "R2.22",
    "R2.26",
)
def test_there_are_36_settings_numbered_as_the_guide_numbers_them() -> None:
    assert [one.requirement for one in SETTINGS] == [f"R2.{n}" for n in range(1, 37)]
    assert len({one.key for one in SETTINGS}) == 36
    assert {one.key for one in SETTINGS} <= {one.name for one in fields(ChannelSettings)}
    assert [one.key for one in SETTINGS if one.fixed] == [
        "name", "channel_type", "attribute_set_strategy",
    ]  # fmt: skip
    assert [one.key for one in SETTINGS if one.secret] == ["username", "password"]


@pytest.mark.requirement("R2.5", "R2.37")
def test_the_schema_has_the_form_of_omnitron() -> None:
    schema = channel_schema()
    assert len(schema) == 36 - 5
    assert schema["base_url"] == {
        "key": "base_url", "label": "Base Url", "required": True, "data_type": "text",
    }  # fmt: skip
    assert {entry["data_type"] for entry in schema.values()} <= {
        "list", "text", "integer", "bool", "json",
    }  # fmt: skip


def test_a_filled_channel_has_no_problem() -> None:
    settings = read(**FILLED)
    assert settings.problems == ()
    assert settings.remote_id == 137
    assert settings.catalog_id == 12
    assert settings.base_url == "https://mpop.hepsiburada.com"
    assert settings.category_ids == ("368234234", "234324322")
    assert settings.default_reason_id == 5
    assert settings.cargo_company_mapping == {"hepsijet": 3, "default": 1}
    assert settings.order_number_format == "{orderNumber}-{id}"
    assert settings.orders_refundable_days == 15
    assert settings.buffer_stock == 0
    assert settings.retry.rule_for("product").interval == timedelta(hours=8)
    assert settings.origins["base_url"] == "channel"
    assert settings.origins["orders_refundable_days"] == "default"
    assert settings.origins["erp_code"] == "empty"


@pytest.mark.requirement("R2.2", "R4.2")
def test_an_empty_conf_names_every_required_setting_without_a_default() -> None:
    assert problems(read()) == dict.fromkeys(
        (
            "username", "password", "merchant_id", "user_agent", "category_ids",
            "default_reason_id", "cancellation_reason_id", "cargo_company_mapping",
        ),
        "setting.missing",
    )  # fmt: skip
    assert len(read().flags.missing) == 14


@pytest.mark.parametrize("key", ["Buffer Stock", "bufferStock", "BUFFER_STOCK", "buffer-stock"])
def test_keys_are_found_in_any_spelling(key: str) -> None:
    assert read(**{key: "3"}).buffer_stock == 3


@pytest.mark.requirement("R2.35", "R4.10")
def test_a_label_in_turkish_or_english_is_found() -> None:
    assert read(**{"Mağaza Hesabı Kargo Firması": "YK"}).store_account_cargo_company == "YK"
    assert read(**{"Store Account Cargo Company": "YK"}).store_account_cargo_company == "YK"


@pytest.mark.requirement("R2.5", "R2.37")
def test_a_key_renamed_by_the_schema_is_followed() -> None:
    schema = {"buffer_stock": {"key": "StokPayi", "label": "Stok Payı", "data_type": "integer"}}
    settings = ChannelSettings.from_channel({"schema": schema, "conf": {"StokPayi": 4}})
    assert settings.buffer_stock == 4


@pytest.mark.requirement("R2.32", "R2.34", "R2.36")
@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), ("True", True), ("active", True), (1, True), ("evet", True),
     (False, False), ("Inactive", False), ("", False), (None, False), (0, False)],
)  # fmt: skip
def test_an_empty_bool_is_false(value: object, expected: bool) -> None:
    settings = read(automatic_packing=value)
    assert settings.automatic_packing is expected
    assert "automatic_packing" not in problems(settings)


@pytest.mark.requirement("R2.17", "R2.18", "R2.25", "R2.31")
@pytest.mark.parametrize(
    "value",
    [
        {"PoorQuality": "7", "SizeTooLarge": 11},
        '{"PoorQuality": "7", "SizeTooLarge": 11}',
        "{“PoorQuality”:“7”,“SizeTooLarge”:“11”}",
        "{'PoorQuality': '7', 'SizeTooLarge': '11'}",
    ],
)
def test_reason_ids_may_be_strings_numbers_and_typographic(value: object) -> None:
    assert read(refund_reason_mapping=value).refund_reason_mapping == {
        "PoorQuality": 7, "SizeTooLarge": 11,
    }  # fmt: skip


def test_a_bad_entry_does_not_spoil_the_others() -> None:
    settings = read(cargo_company_mapping={"hepsijet": "x", "default": 1})
    assert settings.cargo_company_mapping == {"default": 1}
    problem = settings.problem_of("cargo_company_mapping")
    assert problem is not None
    assert problem.params["parts"] == "hepsijet"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("buffer_stock", "three"), ("buffer_stock", -1), ("buffer_stock", 2.5),
        ("automatic_packing", "perhaps"), ("refund_start_date", "yesterday"),
        ("shipping_provider", "[1]"), ("category_ids", {"a": 1}), ("base_url", "mpop.local"),
        ("failed_integration", {"order": {"RETRY_INTERVAL": "soon"}}), ("erp_code", ["a"]),
    ],
)  # fmt: skip
def test_a_senseless_value_is_named_and_its_default_counts(key: str, value: object) -> None:
    settings = read(**{key: value})
    assert problems(settings)[key] == "setting.invalid"


@pytest.mark.requirement("R2.6", "R2.7", "R2.8")
def test_a_mistyped_address_never_becomes_the_real_one() -> None:
    assert read(base_url="mpop.local").base_url == ""
    assert read(base_url="").base_url == "https://mpop.hepsiburada.com"


@pytest.mark.requirement("R2.24")
def test_an_order_number_format_without_id_is_a_problem() -> None:
    assert problems(read(order_number_format="HB-{orderNumber}"))["order_number_format"] == (
        "order.number_format"
    )


@pytest.mark.requirement("R2.9", "R2.10")
def test_a_secret_is_never_told() -> None:
    settings = read(password=["geheim"], username="lalezar-user")
    assert "geheim" not in repr(settings.problems)
    assert "lalezar-user" not in repr(settings)


@pytest.mark.requirement("R2.9", "R2.10")
@pytest.mark.parametrize("name", ["password", "Pass Word", "sifre"])
def test_what_is_kept_of_a_conf_holds_no_secret_but_that_it_is_filled(name: str) -> None:
    schema = {"password": {"key": "sifre", "label": "API Password"}}
    channel = {"conf": {"username": "", name: "geheim", "buffer_stock": 3}, "schema": schema}
    kept = ChannelSettings.hidden_conf(channel)
    assert "geheim" not in repr(kept)
    assert kept == {"username": "", name: HIDDEN, "buffer_stock": 3}
    read_again = ChannelSettings.from_channel({"conf": kept, "schema": schema})
    whole = ChannelSettings.from_channel(channel)
    assert read_again.problems == whole.problems


@pytest.mark.requirement("R2.19")
def test_the_refund_start_date_is_a_moment() -> None:
    moment = datetime(2024, 12, 1, 10, tzinfo=UTC)
    assert read(refund_start_date="2024-12-01T10:00:00Z").refund_start_date == moment


@given(st.sampled_from([one.key for one in SETTINGS]), JSON)
def test_nothing_in_a_conf_breaks_the_reading(key: str, value: object) -> None:
    settings = read(**{**FILLED, key: value})
    again = ChannelSettings.from_channel({key: value, "conf": value, "schema": value})
    for one in (settings, again):
        assert one.buffer_stock >= 0
        assert one.orders_refundable_days >= 0
        assert all(setting(problem.key) for problem in one.problems)
