"""Decisions on claims, and what time does to them (H§13.2, H§17.11)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import httpx
import pytest

from hbdash.sandbox.photos import jpeg
from tests.sandbox.hepsiburada.conftest import Shop

PHOTO = jpeg(1, "iade")


def act(shop: Shop, number: str, action: str, body: Any = None) -> httpx.Response:
    return shop.sandbox.oms.post(f"/claims/number/{number}/{action}", json=body)


def rejection(**changes: Any) -> dict[str, Any]:
    return {
        "ClaimRejectionReason": "Other",
        "MerchantStatement": "Ürün incelendi, kusur bulunmadı.",
        "Reports": [],
        "UploadedReportsUrls": [],
    } | changes


# --- rejecting


def test_a_rejection_with_photos(shop: Shop, claim: str) -> None:
    body = rejection(
        ClaimRejectionReason="ProductNotDefective", Reports=[base64.b64encode(PHOTO).decode()]
    )
    answer = act(shop, claim, "reject", body)
    found = shop.claim(claim, "InDispute")
    (effect,) = shop.sandbox.call(
        lambda world: world.books.effects("hepsiburada.claim_reject", claim)
    )

    assert (answer.status_code, answer.content) == (204, b"")
    assert found["merchantRejectionStatement"] == body["MerchantStatement"]
    assert effect.detail == {
        "reason": "ProductNotDefective",
        "statement": body["MerchantStatement"],
        "photos": [{"sha256": hashlib.sha256(PHOTO).hexdigest(), "size": len(PHOTO)}],
        "urls": [],
    }


RETURN_ONLY, MISSING_ONLY = "ProductNotDefective", "ProductSentComplete"


@pytest.mark.parametrize(
    ("claim_type", "reason", "status"),
    [
        ("Return", RETURN_ONLY, 204),
        ("Return", MISSING_ONLY, 400),
        ("RenewProduct", "StockProblem", 204),
        ("RenewProduct", MISSING_ONLY, 400),
        ("MissingItem", MISSING_ONLY, 204),
        ("MissingItem", RETURN_ONLY, 400),
        ("Missingpart", "InvoiceReplacesWarranty", 204),
        ("missingPART", RETURN_ONLY, 400),
        ("Return", "Other", 204),
        ("MissingItem", "Other", 204),
        ("WrongProduct", RETURN_ONLY, 204),
        ("WrongProduct", "Because", 400),
        ("Return", "other", 400),
    ],
)
def test_reasons_go_with_the_claim_type(
    shop: Shop, claim_type: str, reason: str, status: int
) -> None:
    shop.act("place_order")
    number = shop.act("open_claim", claim_type=claim_type)
    answer = act(shop, number, "reject", rejection(ClaimRejectionReason=reason))

    assert answer.status_code == status
    assert bool(shop.claims("AwaitingAction")) is (status == 400)


BROKEN = base64.b64encode(PHOTO[: len(PHOTO) // 2]).decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"ClaimRejectionReason": None},
        {"ClaimRejectionReason": ""},
        {"ClaimRejectionReason": 6},
        {"MerchantStatement": None},
        {"MerchantStatement": "   "},
        {"Reports": "text"},
        {"Reports": ["no base64!"]},
        {"Reports": [base64.b64encode(b"%PDF-1.4").decode()]},
        {"Reports": [base64.b64encode(PHOTO).decode(), base64.b64encode(b"x").decode()]},
        {"Reports": [BROKEN]},
        {"Reports": [7]},
        {"UploadedReportsUrls": [1]},
    ],
)
def test_a_rejection_that_is_none(shop: Shop, claim: str, changes: dict[str, Any]) -> None:
    answer = act(shop, claim, "reject", rejection(**changes))

    assert answer.status_code == 400
    assert isinstance(answer.json(), str)
    assert shop.claim(claim, "AwaitingAction")
    assert shop.effects("hepsiburada.claim_reject", claim) == 0


@pytest.mark.parametrize("body", ["", "{", "[]"])
def test_a_body_that_is_no_object(shop: Shop, claim: str, body: str) -> None:
    answer = shop.sandbox.oms.post(f"/claims/number/{claim}/reject", content=body)

    assert answer.status_code == 400


# --- accepting


@pytest.mark.parametrize(
    "body", [None, {}, {"FinalizedWith": "Refund", "AcceptionReason": "Other"}]
)
def test_an_acceptance_is_refunded_soon(shop: Shop, claim: str, body: Any) -> None:
    shop.pace(refund=600)
    answer = act(shop, claim, "accept", body)
    accepted = shop.claim(claim, "Accepted")
    shop.sandbox.move(601)
    refunded = shop.claim(claim, "Refunded")

    assert (answer.status_code, answer.content) == (204, b"")
    assert (accepted["finalizedWith"], accepted["refundAmount"]) == ("Refund", 0)
    assert refunded["refundAmount"] == pytest.approx(refunded["totalPriceAmount"], abs=0.01)
    assert refunded["refundDate"]
    assert shop.effects("hepsiburada.claim_accept", claim) == 1


@pytest.mark.parametrize(
    ("claim_type", "body", "status"),
    [
        ("Return", {"FinalizedWith": "Money"}, 400),
        ("Return", {"FinalizedWith": "Change"}, 400),
        ("Change", {"FinalizedWith": "Change"}, 204),
        ("Return", {"AcceptionReason": "Because"}, 400),
        ("MissingInvoice", None, 400),
    ],
)
def test_what_can_be_accepted(shop: Shop, claim_type: str, body: Any, status: int) -> None:
    shop.act("place_order")
    number = shop.act("open_claim", claim_type=claim_type)

    assert act(shop, number, "accept", body).status_code == status


# --- once, in time


@pytest.mark.parametrize("first", ["accept", "reject"])
@pytest.mark.parametrize("second", ["accept", "reject"])
def test_a_claim_is_decided_once(shop: Shop, claim: str, first: str, second: str) -> None:
    bodies = {"accept": None, "reject": rejection()}
    taken = act(shop, claim, first, bodies[first])
    refused = act(shop, claim, second, bodies[second])

    assert (taken.status_code, refused.status_code) == (204, 400)
    assert isinstance(refused.json(), str)
    done = {name: shop.effects(f"hepsiburada.claim_{name}", claim) for name in bodies}
    assert sum(done.values()) == done[first] == 1


@pytest.mark.parametrize("action", ["accept", "reject", "preapprovalconfirm"])
def test_an_unknown_claim(shop: Shop, action: str) -> None:
    assert act(shop, "000000001", action, rejection()).status_code == 404


def test_after_its_deadline_nothing_can_be_done(shop: Shop) -> None:
    shop.act("place_order")
    number = shop.act("open_claim", deadline=-5)
    # the deadline is past and no tick came between: the clock itself refuses
    answers = [act(shop, number, "accept"), act(shop, number, "reject", rejection())]

    assert {answer.status_code for answer in answers} == {400}


def test_two_days_without_an_answer_are_a_refund(shop: Shop, claim: str) -> None:
    shop.sandbox.move(47 * 3600)
    assert shop.claim(claim, "AwaitingAction")
    shop.sandbox.move(2 * 3600)

    assert shop.claim(claim, "Refunded")["finalizedWith"] == "Refund"


@pytest.mark.parametrize("verdict", ["Accepted", "Rejected", "Refunded", "Cancelled"])
def test_hepsiburada_decides_a_dispute(shop: Shop, claim: str, verdict: str) -> None:
    shop.pace(refund=86_400)
    act(shop, claim, "reject", rejection()).raise_for_status()
    shop.act("settle_claim", claim, verdict)

    assert shop.claim(claim, verdict)


def test_impossible_verdicts(shop: Shop, claim: str) -> None:
    for verdict in ("Rejected", "InDispute", "Nothing"):
        with pytest.raises(ValueError):
            shop.act("settle_claim", claim, verdict)


def test_a_return_on_its_way_arrives(shop: Shop) -> None:
    shop.pace(claim_arrival=600)
    shop.act("place_order")
    number = shop.act("open_claim", status="NewRequest")
    moving = shop.claim(number, "NewRequest")
    early = act(shop, number, "accept")
    shop.sandbox.move(601)
    arrived = shop.claim(number, "AwaitingAction")

    assert early.status_code == 400
    assert moving["AwaitingActionExpireDate"] is None
    assert moving["Deliveries"][0]["Status"] == "InTransit"
    assert arrived["AwaitingActionExpireDate"]
    assert arrived["Deliveries"][0]["Status"] == "Delivered"


def test_pre_approval(shop: Shop) -> None:
    shop.act("place_order")
    number = shop.act("open_claim", status="AwaitingPreApproval")
    waiting = shop.claim(number, "AwaitingPreApproval")
    early = act(shop, number, "reject", rejection())
    wrong = act(shop, number, "preapprovalconfirm", {"preApprovalReason": "x"})
    right = act(shop, number, "preapprovalconfirm", {"preApprovalReason": "ProductInvestigation"})
    found = shop.claim(number, "AwaitingAction")

    assert waiting["awaitingPreApprovalExpireDate"]
    assert [early.status_code, wrong.status_code, right.status_code] == [400, 400, 204]
    assert found["preApprovalReason"] == "ProductInvestigation"
    assert found["preApprovalConfirmedDate"]
    assert found["AwaitingActionExpireDate"]
