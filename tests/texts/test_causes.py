from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.failures import FAILURES
from hbdash.texts import set_language
from hbdash.texts.causes import CAUSES, cause, log_text, meaning, remedy
from hbdash.texts.cells import cells

LANGUAGES = ("en", "tr")
IDS = sorted(CAUSES)
#: What a failure may carry, in typical length.
TYPICAL = {
    "side": "hepsiburada", "service": "catalogue", "status": "503", "endpoint": "/listings",
    "field": "price", "text": "no", "error": "KeyError", "channel": "137", "key": "oms_url",
    "flag": "get_orders", "content_type": "product", "category": "Kilim", "attribute": "Renk",
    "value": "Bordo", "barcode": "8690000000019", "sku": "LZR-20418", "reason": "sent",
    "currency": "EUR", "kind": "stock", "guard": "many zeros", "name": "Merkez",
    "parent": "Bolu", "cargo": "Aras", "type": "Return", "min": "349", "max": "1200",
    "batch": "3b6f",
}  # fmt: skip
TOWNSHIP = {
    "level": "township", "name": "Merkez", "parent": "Bolu", "channel": 137,
    "code": "137_Merkez", "parent_id": 14,
}  # fmt: skip


def params_of(key: str) -> tuple[str, dict[str, object]]:
    """Failure id and parameters that choose this text."""
    failure_id, _, variant = key.partition("#")
    chosen = {"remote.auth": "side", "price.locked": "bound", "offer.held": "guard",
              "upload.row": "name", "order.address": "level"}.get(failure_id)  # fmt: skip
    return failure_id, {**TYPICAL, **({chosen: variant} if chosen and variant else {})}


def test_every_failure_has_its_words_and_no_words_are_orphans() -> None:
    assert {key.partition("#")[0] for key in IDS} == set(FAILURES)
    assert set(FAILURES) <= set(IDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", IDS)
def test_a_cause_fits_a_list_of_80_columns(key: str, language: str) -> None:
    set_language(language)
    failure_id, params = params_of(key)
    text = cause(failure_id, params)
    assert cells(text) <= 30
    assert not text.endswith("…"), text
    for part in (meaning(failure_id, params), remedy(failure_id, params)):
        assert part.endswith((".", "…"))
        assert "{" not in part or failure_id == "order.number_format"
        assert "!" not in part
    assert log_text(failure_id, params)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", IDS)
def test_missing_parameters_leave_a_whole_sentence(key: str, language: str) -> None:
    set_language(language)
    failure_id, _ = params_of(key)
    for part in (meaning(failure_id, {}), remedy(failure_id, {})):
        assert not part.endswith((" .", ": .", ":.", ",."))
        assert "  " not in part
    assert cells(cause(failure_id, {})) <= 30


@given(
    st.sampled_from(IDS),
    st.dictionaries(st.sampled_from(sorted(TYPICAL)), st.text() | st.integers()),
)
def test_hostile_parameters_harm_nothing(key: str, params: dict[str, object]) -> None:
    failure_id, _ = params_of(key)
    assert cells(cause(failure_id, params)) <= 30
    for text in (cause, meaning, remedy, log_text):
        shown = text(failure_id, params)
        assert "\n" not in shown
        assert "\x1b" not in shown


def test_braces_in_a_parameter_are_only_braces() -> None:
    assert "{x" in cause("order.address", {"level": "city", "name": "{x}"})


@pytest.mark.parametrize(
    ("failure_id", "params", "english", "turkish"),
    [
        ("order.address", TOWNSHIP, "Township “Merkez” not mapped", "“Merkez” ilçesi eşlenmemiş"),
        ("price.missing", {}, "No price in Omnitron", "Omnitron’da fiyat yok"),
        ("price.locked", {"bound": "Min"}, "Price below limit, locked",
         "Fiyat sınırın altında, kilitli"),
        ("remote.server", {"service": "listing", "status": 503}, "Listing service answers 503",
         "Liste servisi 503 veriyor"),
        ("attribute.value_unknown", {"attribute": "Renk"}, "Value of “Renk” unknown",
         "“Renk” değeri orada yok"),
        ("upload.row", {"name": "ProductNotFound"}, "Product not found there",
         "Ürün orada bulunamadı"),
        ("upload.row", {"name": "MissingStandartCargoCompany"}, "No standard carrier there",
         "Orada standart kargo yok"),
        ("upload.row", {"name": "SomethingNew"}, "Refused: SomethingNew",
         "Reddedildi: SomethingNew"),
        ("no.such", {}, "no.such", "no.such"),
    ],
)  # fmt: skip
def test_causes_of_the_pictures(
    failure_id: str, params: dict[str, object], english: str, turkish: str
) -> None:
    assert cause(failure_id, params) == english
    set_language("tr")
    assert cause(failure_id, params) == turkish


@pytest.mark.requirement("R8.1", "R8.2", "R8.3", "R8.7", "R8.8")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("failure_id", "params", "expected"),
    [
        ("order.address", TOWNSHIP,
         "Address is not valid. channel: 137 code: 137_Merkez model: Township "
         "city id: 14, city name: Bolu"),
        ("order.address", {"level": "township", "name": "Merkez", "channel": 137},
         "Address is not valid. channel: 137 code: Merkez model: Township "
         "city id: .., city name: .."),
        ("stock.missing", {}, "Stock data not found"),
        ("price.missing", {}, "Price data not found"),
        ("product.no_category", {}, "ProductCategoryNotFound"),
        ("stock.zero_on_create", {}, "OutOfStockOnInsert"),
        ("offer.no_listing", {}, "Product has not been sent"),
        ("mapping.refused", {"text": "Renk"}, "Failed to suggest product to catalog: Renk"),
        ("mapping.refused", {}, "Failed to suggest product to catalog"),
        ("batch.locked", {"batch": "3b6f"}, "The batch request with 3b6f"),
        ("product.not_in_queue", {},
         "The relevant record is not in queue. the item may have been penalized or check "
         "product is saleable"),
    ],
)  # fmt: skip
def test_the_guides_own_wording_stays_in_the_log(
    failure_id: str, params: dict[str, object], expected: str, language: str
) -> None:
    set_language(language)
    assert log_text(failure_id, params) == expected


def test_amounts_and_names_are_shown_as_people_read_them() -> None:
    params = {"bound": "Min", "min": "349"}
    assert "₺349.00" in meaning("price.locked", params)
    assert "Default Reason Id" in remedy("setting.missing", {"key": "default_reason_id"})
    set_language("tr")
    assert "₺349,00" in meaning("price.locked", params)
