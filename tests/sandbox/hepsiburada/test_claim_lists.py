"""Claims as they are listed, and what can be claimed (H§13.1, H§17.8)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.hepsiburada.conftest import Shop

FIELDS = {
    "id", "number", "status", "claimType", "claimDate", "orderDate", "quantity", "explanation",
    "Reason", "sku", "MerchantSku", "orderNumber", "lineItemId", "customerName", "priceAmount",
    "priceCurrency", "totalPriceAmount", "refundAmount", "refundCurrency", "refundDate",
    "merchantRejectionStatement", "AwaitingActionExpireDate", "RequestedProduct", "Reports",
    "finalizedWith", "IsRenewProductTransferAccepted", "tags", "awaitingPreApprovalExpireDate",
    "markedAwaitingPreApprovalDate", "preApprovalReason", "preApprovalConfirmedBy",
    "preApprovalConfirmedDate",
}  # fmt: skip


def test_a_claim_has_the_documented_fields(shop: Shop, claim: str) -> None:
    found = shop.claim(claim, "AwaitingAction")

    assert set(found) == FIELDS | {"Deliveries"}
    assert (found["claimType"], found["Reason"], found["explanation"]) == (
        "Return",
        "SizeTooLarge",
        "Büyük geldi.",
    )
    assert found["Deliveries"][0]["Direction"] == "CustomerToMerchant"
    assert found["Reports"] is found["merchantRejectionStatement"] is found["refundDate"] is None
    assert found["AwaitingActionExpireDate"].endswith("Z")


def test_counts_stand_in_the_headers(shop: Shop) -> None:
    for _ in range(5):
        shop.act("place_order")
        shop.act("open_claim")
    answer = shop.sandbox.oms.get(
        f"{shop.claims_path}/status/AwaitingAction", params={"offset": 2, "limit": 2}
    )

    assert len(answer.json()) == 2
    names = ("X-Limit", "X-Offset", "X-Page", "X-Total-Count", "X-Total-Pages")
    assert [answer.headers[name] for name in names] == ["2", "2", "2", "5", "3"]


@pytest.mark.parametrize(
    ("path", "query", "text"),
    [
        ("", {}, "LimitCannotBeEmpty"),
        ("/status/AwaitingAction", {"offset": 0}, "LimitCannotBeEmpty"),
        ("/status/Open", {"limit": 10}, "Wrong Claim Status"),
        ("/status/AwaitingAction", {"limit": 101}, None),
        ("/status/AwaitingAction", {"limit": 0}, None),
        ("", {"limit": 10, "beginDate": "1.3.2026"}, "WrongDateFormat"),
        ("/status/Refunded", {"limit": 10, "statusEndDate": "x"}, "WrongDateFormat"),
    ],
)
def test_a_list_that_is_asked_wrongly(
    shop: Shop, path: str, query: dict[str, Any], text: str | None
) -> None:
    answer = shop.sandbox.oms.get(shop.claims_path + path, params=query)

    assert answer.status_code == 400
    assert text is None or answer.json() == text


@pytest.mark.parametrize("path", ["/claims/merchantId", "/claims/merchantid", "/Claims/MerchantID"])
def test_claim_paths_ignore_case(shop: Shop, claim: str, path: str) -> None:
    answer = shop.sandbox.oms.get(
        f"{path}/{shop.merchant}/status/awaitingaction", params={"limit": 10}
    )

    assert [found["number"] for found in answer.json()] == [claim]


def test_dates_of_claim_and_of_status(shop: Shop, claim: str) -> None:
    shop.sandbox.move(3600)
    shop.act("settle_claim", claim, "Refunded")

    def found(path: str, **query: str) -> bool:
        answer = shop.sandbox.oms.get(shop.claims_path + path, params={"limit": 10} | query)
        return bool(answer.raise_for_status().json())

    soon = shop.now_text(minutes=5)
    assert found("", beginDate=shop.now_text(minutes=-70), endDate=soon)
    assert not found("", beginDate=shop.now_text(minutes=-30), endDate=soon)
    assert found("/status/Refunded", statusBeginDate=shop.now_text(minutes=-30), statusEndDate=soon)
    assert not found("/status/Refunded", statusEndDate=shop.now_text(minutes=-30))


def test_customers_photos_can_be_fetched(shop: Shop) -> None:
    shop.act("place_order")
    number = shop.act("open_claim", claim_type="DamagedWithReport", photos=2)
    reports = shop.claim(number, "AwaitingAction")["Reports"]

    assert [report["ReportedBy"] for report in reports] == ["Customer", "Customer"]
    for report in reports:
        picture = httpx.get(report["ImageUrl"], trust_env=False)
        assert picture.content.startswith(b"\xff\xd8")


def test_a_line_is_claimed_no_more_than_it_has_units(shop: Shop) -> None:
    sku = shop.on_sale()[0]["merchantSku"]
    order = shop.act("place_order", lines=[(sku, 2)])
    first = shop.act("open_claim", order_number=order)
    shop.act("open_claim", order_number=order)
    with pytest.raises(ValueError):
        shop.act("open_claim", order_number=order)
    shop.act("settle_claim", first, "Cancelled")

    assert shop.act("open_claim", order_number=order)


def test_a_claim_over_several_units(shop: Shop) -> None:
    sku = shop.on_sale()[0]["merchantSku"]
    order = shop.act("place_order", lines=[{"sku": sku, "quantity": 3, "unit_price": "100"}])
    number = shop.act("open_claim", order_number=order, quantity=3)
    found = shop.claim(number, "AwaitingAction")

    assert (found["quantity"], found["priceAmount"], found["totalPriceAmount"]) == (3, 100, 300)


def test_what_is_claimed_was_delivered(shop: Shop) -> None:
    order = shop.act("place_order")
    package = shop.package_of(order)["packageNumber"]
    shop.act("open_claim", order_number=order)

    assert package in {row["PackageNumber"] for row in shop.feed("delivered")}
