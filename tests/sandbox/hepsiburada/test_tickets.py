"""Tickets as the reference tells them (H§8): patches of products that are in the catalogue."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.sandbox.hepsiburada.conftest import Shop
from tests.sandbox.hepsiburada.importing import NEW, OLD, imported, row

API = "/ticket-api/api/integrator"
OLD_ONE, OTHER = OLD[0], OLD[1]

pytestmark = pytest.mark.requirement("R5.5")


def send(shop: Shop, *items: Any, part: str = "file", **body: Any) -> httpx.Response:
    content = json.dumps({"merchantId": shop.merchant, "items": list(items), **body}).encode()
    return shop.sandbox.mpop.post(
        f"{API}/import?version=1",
        files={part: ("integrator-ticket-upload.json", content, "application/json")},
    )


def ticket(shop: Shop, *items: Any) -> str:
    found: str = send(shop, *items).raise_for_status().json()["trackingId"]
    return found


def items(shop: Shop, tracking: str, **query: Any) -> list[dict[str, Any]]:
    answer = shop.sandbox.mpop.get(f"{API}/status/{tracking}", params={"version": 1, **query})
    page = answer.raise_for_status().json()
    return [item for part in page["content"] for item in part["items"]]


def words(item: dict[str, Any]) -> dict[str, str]:
    return {found["field"]: found["fieldResult"] for found in item["updateResults"]}


@pytest.fixture
def quick(shop: Shop) -> Shop:
    shop.pace(ticket=0)
    return shop


def test_fields_are_in_progress_and_then_approved_and_shown(shop: Shop) -> None:
    shop.pace(ticket=60)
    change = {"hbSku": OLD_ONE.hb_sku, "productName": "Yeni Ad", "kdv": "10", "desi": "3"}
    tracking = ticket(shop, change)
    (waiting,) = items(shop, tracking)
    assert waiting["productStatus"] == "UNCOMPLETED"
    assert set(words(waiting).values()) == {"IN_PROGRESS"}
    shop.sandbox.move(61)
    (done,) = items(shop, tracking)
    assert done["productStatus"] == "COMPLETED"
    assert words(done) == {"NAME": "APPROVED", "KDV": "APPROVED", "DESI": "APPROVED"}
    known = shop.sandbox.mpop.get(
        f"/product/api/products/all-products-of-merchant/{shop.merchant}",
        params={"merchantSku": OLD_ONE.sku},
    ).json()["data"][0]
    assert (known["productName"], known["tax"]) == ("Yeni Ad", "10.0")
    assert shop.effects("hepsiburada.ticket", OLD_ONE.sku) == 1


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"barcode": OTHER.barcode}, "BARCODE", "Barcode must be unique barcode"),
        ({"productName": ""}, "NAME", "Zorunlu alan silinemez"),
        ({"kdv": "13"}, "KDV", "Geçersiz değer: 13"),
        ({"image1": "ftp://x"}, "MEDIA", "Görsel adresi geçersiz"),
    ],
)
def test_a_bad_field_is_rejected_with_its_reason(
    quick: Shop, change: dict[str, str], field: str, reason: str
) -> None:
    (item,) = items(quick, ticket(quick, {"hbSku": OLD_ONE.hb_sku, "desi": "2", **change}))
    found = {one["field"]: one for one in item["updateResults"]}
    assert (found[field]["fieldResult"], found[field]["rejectReason"]) == ("REJECTED", reason)
    assert found["DESI"]["fieldResult"] == "APPROVED"


def test_attributes_are_told_one_by_one(quick: Shop) -> None:
    given = {"renk_variant_property": "Gökkuşağı", "00000MU": "Pamuk", "NO_SUCH": "1"}
    (item,) = items(quick, ticket(quick, {"hbSku": OLD_ONE.hb_sku, "attributes": given}))
    (result,) = item["updateResults"]
    assert (result["field"], result["fieldResult"]) == ("ATTRIBUTE", "PARTIAL_APPROVED")
    told = {one["attributeId"]: one for one in result["attributes"]}
    assert told["00000MU"]["fieldResult"] == "APPROVED"
    assert told["renk_variant_property"]["attributeType"] == "VARIANT_TYPE"
    assert "Gökkuşağı" in told["renk_variant_property"]["rejectReason"]
    assert told["NO_SUCH"]["fieldResult"] == "REJECTED"


def test_an_unknown_product_says_so_in_words(quick: Shop) -> None:
    (item,) = items(quick, ticket(quick, {"hbSku": "HBNONE", "desi": "2"}))
    assert "not found" in item["message"]
    assert item["updateResults"] == []


def test_pages_and_history(quick: Shop) -> None:
    changes = [{"hbSku": one.hb_sku, "desi": "2"} for one in OLD[:3]]
    first, second = ticket(quick, *changes), ticket(quick, changes[0])
    assert [len(items(quick, first, page=n, size=2)) for n in range(3)] == [2, 1, 0]
    answer = quick.sandbox.mpop.get(f"{API}/merchant/{quick.merchant}/hbSku/{OLD_ONE.hb_sku}")
    assert [found["trackingId"] for found in answer.json()] == [second, first]
    assert quick.sandbox.mpop.get(f"{API}/merchant/{quick.merchant}/hbSku/HBNONE").json() == []


def test_what_is_refused_is_refused_in_the_services_own_form(quick: Shop) -> None:
    change = {"hbSku": OLD_ONE.hb_sku, "desi": "2"}
    answers = [
        quick.sandbox.mpop.post(f"{API}/import?version=1", json={"items": [change]}),
        send(quick, change, part="other"),
        send(quick),
        send(quick, {"desi": "2"}),
        send(quick, {**change, "price": "10,00"}),
        quick.sandbox.mpop.get(f"{API}/status/no-such-id?version=1"),
    ]
    assert {answer.status_code for answer in answers} == {400}
    assert all({"message", "description", "fieldErrors"} == set(a.json()) for a in answers)
    assert send(quick, change, merchantId="someone").status_code == 403


def test_a_decision_on_a_match_is_entered_once(slow: Shop) -> None:
    imported(slow, row(slow, NEW[0], Barcode="7541828790114"))
    body = [{"merchant": slow.merchant, "merchantSkuList": [NEW[0].sku]}]
    for verb in ("approve-prematch", "approve-prematch", "reject-prematch"):
        answer = slow.sandbox.mpop.post(f"/product/api/products/{verb}?version=1", json=body)
        assert answer.json()["data"] is None
    assert slow.effects("hepsiburada.prematch", NEW[0].sku) == 1
    assert slow.listing(NEW[0].sku)["hepsiburadaSku"] == "HBV00000K7A11"
