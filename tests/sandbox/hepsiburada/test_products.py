"""The import file, and reading products (H§7.1, H§7.3)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.hepsiburada.conftest import Shop
from tests.sandbox.hepsiburada.importing import API, NEW, OLD, imported, row, send, status, tracking


def test_files_that_are_none(shop: Shop) -> None:
    path = f"{API}/import?version=1"
    answers = [
        shop.sandbox.mpop.post(path, json=[row(shop, NEW[0])]),
        send(shop, row(shop, NEW[0]), part="other"),
        shop.sandbox.mpop.post(path, files={"file": ("i.json", b"{", "application/json")}),
        shop.sandbox.mpop.post(path, files={"file": ("i.json", b"{}", "application/json")}),
        send(shop),
        send(shop, {"merchant": shop.merchant}),
    ]

    assert [answer.json()["code"] for answer in answers] == [3002, 3003, 3001, 3001, 3001, 3001]
    assert {answer.status_code for answer in answers} == {200}


def test_another_merchants_row(shop: Shop) -> None:
    answer = send(shop, row(shop, NEW[0]) | {"merchant": "00000000-0000-4000-8000-000000000001"})

    assert answer.status_code == 403


def test_history_knows_every_import(slow: Shop) -> None:
    sent = [tracking(slow, row(slow, product)) for product in NEW[:3]]
    history = slow.sandbox.mpop.get(f"{API}/trackingId-history?version=2&page=0&size=2").json()

    assert [found["trackingId"] for found in history["data"]] == sent[:0:-1]
    assert set(history["data"][0]) == {"trackingId", "createdDate"}
    assert history["totalElements"] == 3


def test_status_rows_are_paged(slow: Shop) -> None:
    tracking_id = tracking(slow, *(row(slow, product) for product in NEW[:5]))
    pages = [status(slow, tracking_id, page=n, size=2) for n in range(3)]

    assert [len(page["data"]) for page in pages] == [2, 2, 1]
    skus = [found["merchantSku"] for page in pages for found in page["data"]]
    assert skus == [product.sku for product in NEW[:5]]


def test_check_product_status(slow: Shop) -> None:
    imported(slow, row(slow, NEW[0]))
    body = [{"merchant": slow.merchant, "merchantSkuList": [NEW[0].sku, OLD[0].sku, "YOK-1"]}]
    answer = slow.sandbox.mpop.post(f"{API}/check-product-status?version=1", json=body).json()
    (found,) = answer["data"]
    states = {entry["merchantSku"]: entry["status"] for entry in found["skuStatusList"]}

    assert found["merchant"] == slow.merchant
    assert states[NEW[0].sku] == "WAITING"
    assert states[OLD[0].sku] in ("MATCHED", "CREATED")
    assert "YOK-1" not in states


@pytest.mark.parametrize("body", [{}, [1], [{"merchant": "x"}], "text"])
def test_check_product_status_wants_its_own_form(shop: Shop, body: Any) -> None:
    answer = shop.sandbox.mpop.post(f"{API}/check-product-status?version=1", json=body)

    assert answer.status_code == 500


def by_status(shop: Shop, **query: Any) -> httpx.Response:
    return shop.sandbox.mpop.get(
        f"{API}/products-by-merchant-and-status", params={"merchantId": shop.merchant} | query
    )


def test_products_by_status(slow: Shop) -> None:
    imported(slow, row(slow, NEW[0]), row(slow, NEW[1], Marka=None))
    found = by_status(slow, productStatus="MISSING_INFO").json()["data"]
    matched = by_status(slow, productStatus="MATCHED", size=5).json()

    assert [(p["merchantSku"], p["productStatus"]) for p in found] == [
        (NEW[1].sku, "Ürün bilgileri eksik")
    ]
    assert found[0]["validationResults"][0]["attributeName"] == "Marka"
    assert len(matched["data"]) == 5
    assert all(p["hbSku"] for p in matched["data"])


def test_an_empty_bucket_and_an_impossible_one(shop: Shop) -> None:
    empty = by_status(shop, productStatus="REJECTED")

    assert empty.status_code == 200
    assert (empty.json()["success"], empty.json()["code"]) == (False, 4008)
    assert empty.json()["message"] == (
        f"Product is not found with merchant id: {shop.merchant}, status: REJECTED,"
        " taskStatus: false"
    )
    for query in ({}, {"productStatus": "NIX"}):
        assert by_status(shop, **query).status_code == 500


def test_all_products(slow: Shop) -> None:
    imported(slow, row(slow, NEW[0]))
    path = f"{API}/all-products-of-merchant/{slow.merchant}"
    total = slow.sandbox.mpop.get(path, params={"size": 1}).json()["totalElements"]
    pages = [
        slow.sandbox.mpop.get(path, params={"page": n, "size": 20}).json()["data"] for n in range(3)
    ]
    skus = [found["merchantSku"] for page in pages for found in page]
    (waiting,) = slow.sandbox.mpop.get(path, params={"merchantSku": NEW[0].sku}).json()["data"]
    none = slow.sandbox.mpop.get(path, params={"barcode": "1"}).json()

    assert len(skus) == len(set(skus)) == total == len(slow.listings()) + 1
    assert (waiting["status"], waiting["hbSku"], waiting["price"]) == ("WAITING", None, "")
    assert (none["success"], none["code"]) == (False, 4014)
