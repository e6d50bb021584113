"""Carriers, tracking addresses and reasons: names of one side in the words of the other."""

from __future__ import annotations

import pytest

from hbdash.domain.cargo import cargo_company
from hbdash.domain.reasons import (
    CLAIM_TYPES,
    REJECTION_REASONS,
    cancel_reason,
    claim_type,
    portal_only,
    reasons_published,
    refund_reason,
    rejection_reasons,
)
from hbdash.domain.tracking import tracking_url

PROVIDERS: dict[str, object] = {
    "aras": {
        "tracking_url": "https://kargotakip.araskargo.com.tr/m?code={tracking_number}",
        "tracking_url_by_tracking_number": "",
    },
    "k_gelsin": {"tracking_url": "https://esube.kolaygelsin.com/s?trackingId={tracking_number}"},
    "hbexpress": {"tracking_url": "https://hepsijet.com/gonderi-takibi/{tracking_number}"},
    "Ptt": {"tracking_url": "https://gonderitakip.ptt.gov.tr/Track?q={tracking_number}&dil=tr"},
    "loomis": {
        "tracking_url": {
            "tur": "https://loomis.example/tr/{tracking_number}",
            "eur": "https://loomis.example/eu/{tracking_number}",
        }
    },
    "other": {"tracking_url_by_tracking_number": "https://other.example/{tracking_number}"},
    "empty": {"tracking_url": ""},
    "broken": ["x"],
}


@pytest.mark.requirement("R2.29", "R2.38")
@pytest.mark.parametrize(
    ("provider", "number", "expected"),
    [
        ("aras", "123", "https://kargotakip.araskargo.com.tr/m?code=123"),
        ("Aras ", "1 2/3", "https://kargotakip.araskargo.com.tr/m?code=1%202%2F3"),
        ("K Gelsin", "77", "https://esube.kolaygelsin.com/s?trackingId=77"),
        ("hbexpress", "HJ1", "https://hepsijet.com/gonderi-takibi/HJ1"),
        ("ptt", "KP01-3b6f-4000-8000",
         "https://gonderitakip.ptt.gov.tr/Track?dil=tr&barkod=KP01&barkod_guid=3b6f-4000-8000"),
        ("PTT", "KP01", "https://gonderitakip.ptt.gov.tr/Track?q=KP01&dil=tr"),
        ("loomis", "tur-1234566", "https://loomis.example/tr/1234566"),
        ("Loomis", "EUR-12-3", "https://loomis.example/eu/12-3"),
        ("loomis", "usa-1", None),
        ("other", "5", "https://other.example/5"),
        ("empty", "5", None),
        ("broken", "5", None),
        ("unknown", "5", None),
        ("aras", " ", None),
    ],
)  # fmt: skip
def test_tracking_url(provider: str, number: str, expected: str | None) -> None:
    assert tracking_url(PROVIDERS, provider, number) == expected


MAPPING = {"hepsijet": 3, "Aras Kargo": 7, "YK": 9, "default": 1}


@pytest.mark.requirement("R2.30")
@pytest.mark.parametrize(
    ("name", "short", "expected"),
    [
        ("hepsijet", None, 3),
        ("HepsiJet", "HJ", 3),
        ("ARAS  KARGO", "X", 7),
        ("araskargo", None, 7),
        ("Yurtiçi Kargo", "YK", 9),
        ("Sürat Kargo", "SURAT", 1),
        (None, None, 1),
        ("", "", 1),
        ("Default", None, 1),
    ],
)
def test_cargo_company(name: str | None, short: str | None, expected: int) -> None:
    assert cargo_company(MAPPING, name, short) == expected


def test_a_carrier_without_mapping_and_default_is_unmapped() -> None:
    assert cargo_company({"hepsijet": 3}, "Aras Kargo", "ARAS") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Missingpart", "MissingPart"), ("MissingWaranty", "MissingWarranty"), ("RETURN", "Return"),
     ("missing_item", "MissingItem"), ("Something", None), (None, None), ("", None)],
)  # fmt: skip
def test_claim_types_in_any_spelling(text: str | None, expected: str | None) -> None:
    assert claim_type(text) == expected


def test_reasons_of_each_claim_type() -> None:
    assert len(rejection_reasons("return")) == 16
    assert rejection_reasons("RenewProduct") == rejection_reasons("Return")
    assert rejection_reasons("missingpart") == rejection_reasons("MissingItem")
    assert len(rejection_reasons("MissingItem")) == 7
    assert "BoxIsEmptyWithReport" not in rejection_reasons("MissingItem")
    for type_ in CLAIM_TYPES:
        assert set(rejection_reasons(type_)) <= set(REJECTION_REASONS)
        assert portal_only(type_) == (not rejection_reasons(type_))
    assert rejection_reasons("NewKind")
    assert [t for t in CLAIM_TYPES if reasons_published(t)] == [
        "Return", "MissingItem", "MissingPart", "RenewProduct",
    ]  # fmt: skip
    assert portal_only("missinginvoice")


@pytest.mark.requirement("R2.17", "R2.18", "R2.25", "R2.31")
def test_reasons_are_mapped_or_take_the_default() -> None:
    mapping = {"PoorQuality": 7, "SizeTooLarge": 11}
    assert refund_reason(mapping, 5, "SizeTooLarge") == 11
    assert refund_reason(mapping, 5, "poorquality") == 7
    assert refund_reason(mapping, 5, "FoundCheaper") == 5
    assert refund_reason(mapping, None, None) is None
    assert cancel_reason({"Other": 3}, 4, "Other") == 3
    assert cancel_reason({}, 4, "MerchantCanNotBeSupplied") == 4
