"""Claims and what is decided about them (H§13)."""

from __future__ import annotations

import hashlib
import io

import pytest
from PIL import Image

from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.hepsiburada.models.claims import Claim, ClaimStatus
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.transport.errors import BadShape, LostAnswer, NotFound, Refused
from tests.hepsiburada.conftest import Fault
from tests.sandbox.conftest import SandboxUnderTest


@pytest.fixture
def claim_number(sandbox: SandboxUnderTest) -> str:
    sandbox.call(marketplace.set_pace, pack=0.0)
    order = sandbox.call(marketplace.place_order)
    number: str = sandbox.call(
        marketplace.open_claim, order_number=order, reason="PoorQuality", photos=2
    )
    return number


def claims(client: HepsiburadaClient, status: ClaimStatus) -> list[Claim]:
    pages = list(client.claims(status))
    assert not any(page.faulty for page in pages)
    return [row for page in pages for row in page.rows]


def jpeg() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(kept, "JPEG")
    return kept.getvalue()


def test_a_claim_brings_reason_deadline_and_photos(
    client: HepsiburadaClient, claim_number: str
) -> None:
    (claim,) = claims(client, ClaimStatus.AWAITING_ACTION)
    assert claim.number == claim_number
    assert claim.reason == "PoorQuality"
    assert claim.awaiting_action_expire_date is not None
    assert claim.claim_date is not None
    hours = (claim.awaiting_action_expire_date - claim.claim_date).total_seconds() / 3600
    assert 47 < hours < 49
    assert len(claim.reports) == 2
    assert claim.reports[0].image_url.startswith("http")
    assert claim.price_amount is not None
    assert claim.price_amount > 0


@pytest.mark.parametrize("status", list(ClaimStatus))
def test_every_status_can_be_listed(status: ClaimStatus, client: HepsiburadaClient) -> None:
    assert claims(client, status) == []


def test_more_than_one_page_is_read(client: HepsiburadaClient, sandbox: SandboxUnderTest) -> None:
    sandbox.call(marketplace.set_pace, pack=0.0)
    sku = max(client.listings(salable=True).rows, key=lambda row: row.available_stock)
    order = sandbox.call(marketplace.place_order, lines=[(sku.merchant_sku, 1)] * 3)
    numbers = {sandbox.call(marketplace.open_claim, order_number=order) for _ in range(3)}
    assert {one.number for one in claims(client, ClaimStatus.AWAITING_ACTION)} == numbers


def test_a_rejection_arrives_with_exactly_its_photos(
    client: HepsiburadaClient, sandbox: SandboxUnderTest, claim_number: str
) -> None:
    photo = jpeg()
    client.reject_claim(claim_number, "ProductNotDefective", "Ürün sağlam, şişe kırık", [photo])
    query = {"kind": "hepsiburada.claim_reject", "key": claim_number}
    effects = sandbox.control.get("/effects", params=query).json()
    text = str(effects)
    assert hashlib.sha256(photo).hexdigest() in text
    assert "Ürün sağlam, şişe kırık" in text
    (claim,) = claims(client, ClaimStatus.IN_DISPUTE)
    assert claim.merchant_rejection_statement == "Ürün sağlam, şişe kırık"


def test_a_second_decision_is_refused_in_the_services_words(
    client: HepsiburadaClient, claim_number: str
) -> None:
    client.accept_claim(claim_number)
    with pytest.raises(Refused, match="not suitable") as caught:
        client.reject_claim(claim_number, "Other", "x")
    assert not caught.value.unknown_outcome


def test_a_wrong_reason_is_refused(client: HepsiburadaClient, claim_number: str) -> None:
    with pytest.raises(Refused, match="ClaimRejectionReason"):
        client.reject_claim(claim_number, "BecauseISaySo", "x")
    assert claims(client, ClaimStatus.AWAITING_ACTION)


def test_an_unknown_claim_is_not_found(client: HepsiburadaClient) -> None:
    with pytest.raises(NotFound):
        client.accept_claim("000000000")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("lost_answer", LostAnswer), ("html", BadShape), ("empty", BadShape)],
)
def test_a_decision_without_a_clear_answer_is_in_doubt_and_not_repeated(
    kind: str,
    expected: type[Exception],
    client: HepsiburadaClient,
    sandbox: SandboxUnderTest,
    claim_number: str,
    fault: Fault,
) -> None:
    fault(kind, "oms", method="POST", after_effect=True)
    with pytest.raises(expected) as caught:
        client.accept_claim(claim_number)
    assert getattr(caught.value, "unknown_outcome", False)
    fault.clear()
    assert claims(client, ClaimStatus.ACCEPTED)[0].number == claim_number
    assert sandbox.world.books.count("hepsiburada.claim_accept", claim_number) == 1
