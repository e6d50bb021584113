from __future__ import annotations

import base64
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.masking import (
    LONGEST_BODY,
    MASK,
    mask_body,
    mask_headers,
    mask_json,
    mask_text,
    mask_url,
)

PACKAGE = {
    "packageNumber": "041234567",
    "customerId": "c0ffee00-0000-4000-8000-000000000001",
    "customerName": "Ayşe  Örnek ",
    "recipientName": "Ayşe Örnek",
    "shippingAddressDetail": "Örnek Mah. Deneme Sk.\r\nNo:1",
    "shippingTown": "KADIKÖY",
    "shippingCity": "İstanbul",
    "email": "relay@example.test",
    "phoneNumber": "05551234567",
    "companyName": "Örnek Ltd",
    "taxNumber": "1234567890",
    "identityNo": "11111111111",
    "items": [{"merchantSku": "LZR-1", "productName": "Kilim", "quantity": 2}],
    "shippingAddress": {"name": "Ayşe Örnek", "address": "Deneme Sk. 1", "town": "KADIKÖY"},
    "cargoCompanyModel": {"name": "HepsiJet", "shortName": "HJ"},
    "note": "write to ayse@example.test, Basic c2VjcmV0OnNlY3JldA==",
}
PERSONAL = ("Ayşe", "Deneme", "example.test", "0555", "1234567890", "11111111111", "Ltd", "c2Vjc")
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def test_what_names_a_person_is_gone_and_the_rest_stays() -> None:
    for shown in (mask_body(json.dumps(PACKAGE)), mask_body(json.dumps(PACKAGE).encode())):
        assert not [word for word in PERSONAL if word in shown]
        for kept in ("041234567", "KADIKÖY", "İstanbul", "LZR-1", "Kilim", "HepsiJet"):
            assert kept in shown
        assert json.loads(shown)["items"][0]["quantity"] == 2


@pytest.mark.parametrize(
    "key",
    [
        "email", "E-Mail", "tax_no", "identity_number", "turkishIdentityNumber", "PhoneNumber",
        "access_token", "Password", "apiKey", "last_name",
    ],
)  # fmt: skip
def test_keys_are_known_in_any_spelling(key: str) -> None:
    assert mask_json({key: "x1"}) == {key: MASK}
    assert mask_json({key: 5551234567}) == {key: MASK}
    assert mask_json({key: ["x1", "x2"]}) == {key: [MASK, MASK]}
    assert mask_json({key: None}) == {key: None}


def test_headers() -> None:
    masked = mask_headers(
        {
            "Authorization": "Basic c2VjcmV0",
            "X-Api-Key": "k",
            "Cookie": "s=1",
            "User-Agent": "dev",
        }
    )
    assert masked == {
        "Authorization": f"Basic {MASK}", "X-Api-Key": MASK, "Cookie": MASK, "User-Agent": "dev",
    }  # fmt: skip


def test_urls() -> None:
    assert mask_url("https://u:p@host/a?email=x%40y.com&limit=50&token=t&number=4102") == (
        f"https://{MASK}@host/a?email={MASK}&limit=50&token={MASK}&number=4102"
    )
    assert "x@y" not in mask_url("https://host/a?search=x%40y.com")
    assert mask_url("https://host/listings/merchantid/5f1c?offset=0&limit=100").endswith(
        "limit=100"
    )


def test_photos_are_told_by_their_size() -> None:
    photo = base64.b64encode(b"\xff\xd8" * 50_000).decode()
    shown = mask_body(json.dumps({"MerchantStatement": "yanlış ürün", "Reports": [photo]}))
    assert len(shown) < 200
    assert f"<{len(photo)} letters>" in shown
    assert "yanlış ürün" in shown
    assert len(mask_text(f"photo={photo}")) < 100


def test_text_that_is_no_json() -> None:
    shown = mask_body("<html><Email>a@b.com</Email><Phone>0555</Phone><b>403 Forbidden</b></html>")
    assert "a@b" not in shown
    assert "0555" not in shown
    assert "403 Forbidden" in shown
    broken = mask_body('{"password": "geheim", "email":"x", "limit": 50')
    assert "geheim" not in broken
    assert '"limit": 50' in broken


def test_a_json_that_was_cut_hides_names_as_well() -> None:
    cut = json.dumps(PACKAGE, ensure_ascii=False)[:-2]
    for shown in (mask_body(cut), mask_text(cut)):
        assert not [word for word in PERSONAL if word in shown]
        assert "HepsiJet" in shown


def test_long_bodies_are_cut() -> None:
    assert len(mask_body("x " * 1_000_000)) < LONGEST_BODY + 50
    assert len(mask_body(json.dumps([{"a": "b"}] * 5000))) < LONGEST_BODY
    assert mask_json({"a": list(range(1000))}) == {"a": [*range(500), "… 500 more"]}


@given(JSON)
def test_masking_never_raises_and_keeps_the_shape(value: object) -> None:
    masked = mask_json(value)
    assert isinstance(masked, dict) == isinstance(value, dict)
    mask_body(json.dumps(value))


@given(st.text() | st.binary())
def test_hostile_text_never_raises(text: str | bytes) -> None:
    assert isinstance(mask_body(text), str)
    if isinstance(text, str):
        mask_text(text)
        mask_url(text)
        mask_headers({text: text})


def test_hostile_depth_and_length_cost_little() -> None:
    started = time.monotonic()
    for text in (
        "[" * 100_000, '{"a":' * 5_000 + "1" + "}" * 5_000, '"' * 100_000, "a=" * 50_000,
        "<a" * 50_000, "x@" * 50_000, 'a:"' + "\\" * 100_000, "a.b-" * 30_000,
        '"address":{' * 10_000, '"address":{"name":"' * 5_000,
    ):  # fmt: skip
        assert isinstance(mask_body(text), str)
    assert time.monotonic() - started < 10
