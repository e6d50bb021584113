"""Categories, imports and their results (H§6, H§7)."""

from __future__ import annotations

from typing import Any

import pytest

from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.hepsiburada.errors import NotVisibleYet
from hbdash.hepsiburada.models.products import ImportRow, ProductRow, status_code
from hbdash.hepsiburada.paging import FeedPage
from hbdash.transport.errors import RateLimited, Refused, ServerError
from tests.hepsiburada.conftest import Fault
from tests.sandbox.conftest import SandboxUnderTest


def rows(pages: Any) -> list[ProductRow]:
    found: list[FeedPage[ProductRow]] = list(pages)
    assert not any(page.faulty for page in found)
    return [row for page in found for row in page.rows]


def new_product(client: HepsiburadaClient, sku: str, **changes: object) -> ImportRow:
    category = next(one for page in client.categories() for one in page.rows if one.takes_products)
    attributes: dict[str, object] = {
        "merchantSku": sku,
        "VaryantGroupID": sku,
        "Barcode": "8699999900017",
        "UrunAdi": "Deneme Havlu",
        "UrunAciklamasi": "<p>%100 pamuk</p>",
        "Marka": "Lalezar",
        "GarantiSuresi": 24,
        "kg": "1",
        "tax_vat_rate": "20",
        "price": "349,90",
        "stock": "12",
        "Image1": "https://cdn.example.test/1.jpg",
    }
    return ImportRow(int(category.category_id), attributes | changes)


@pytest.mark.requirement("R4.2")
def test_categories_come_whole_with_their_paths(client: HepsiburadaClient) -> None:
    leaves = [one for page in client.categories() for one in page.rows]
    assert leaves
    assert all(one.leaf and one.paths for one in leaves)


def test_an_import_is_first_invisible_then_told_row_by_row(
    client: HepsiburadaClient, sandbox: SandboxUnderTest
) -> None:
    bad = new_product(client, "YENI-2", price="349.90", Barcode="8699999900024")
    tracking = client.import_products([new_product(client, "yeni 1"), bad])
    with pytest.raises(NotVisibleYet) as caught:
        rows(client.import_status(tracking))
    assert caught.value.failure_id == "product.no_result"
    sandbox.move(60)
    found = {row.merchant_sku: row for row in rows(client.import_status(tracking))}
    assert set(found) == {"YENI1", "YENI-2"}
    assert {row.import_status for row in found.values()} == {"SUCCESS"}
    assert not any(row.is_processing for row in found.values())
    assert any("0 fiyat 0 stok" in one.message for one in found["YENI-2"].import_messages)
    assert tracking in {one.tracking_id for one in client.tracking_history()}


def test_statuses_are_codes_whatever_was_sent(client: HepsiburadaClient) -> None:
    listed = client.listings(limit=3).rows
    found = client.check_product_status([*(one.merchant_sku for one in listed), "NOPE-1"])
    assert {found[one.merchant_sku] for one in listed} <= {"MATCHED", "CREATED"}
    assert not found.get("NOPE-1")


def test_an_empty_bucket_is_an_empty_list(client: HepsiburadaClient) -> None:
    assert rows(client.products_by_status("BLOCKED")) == []


def test_a_status_that_is_none_is_the_services_500(client: HepsiburadaClient) -> None:
    with pytest.raises(ServerError):
        list(client.products_by_status("NO_SUCH"))


def test_too_many_rows_are_our_mistake(client: HepsiburadaClient) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        client.import_products([ImportRow(1, {})] * 101)


def test_other_codes_in_a_200_are_refusals(client: HepsiburadaClient, fault: Fault) -> None:
    body = '{"success":false,"code":1001,"version":1,"message":"Category is not leaf","data":null}'
    fault("status", "mpop", status=200, body=body)
    with pytest.raises(Refused, match="not leaf") as caught:
        client.import_products([ImportRow(1, {})])
    assert caught.value.code == "1001"
    assert not caught.value.unknown_outcome


def test_too_many_calls_are_a_403_here(client: HepsiburadaClient, fault: Fault) -> None:
    client.check_product_status(["A"])
    fault("status", "mpop", status=403, body="{}")
    with pytest.raises(RateLimited):
        client.check_product_status(["A"])
    budget = client.catalogue_remote.budget
    assert budget is not None
    assert budget.share < 1


@pytest.mark.requirement("R4.9")
def test_carriers(client: HepsiburadaClient) -> None:
    assert "HepsiJet" in {firm.cargo_firm_name for firm in client.cargo_firms()}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Satışa Hazır", "MATCHED"),
        ("SATIŞA HAZIR", "MATCHED"),
        ("İncelenecek", "WAITING"),
        ("Incelenecek", "WAITING"),
        ("Ürün bilgileri eksik", "MISSING_INFO"),
        ("Katalog Sürecinde", "IN_EXTERNAL_PROGRESS"),
        ("IN_EXTRENAL_PROGESS", "IN_EXTERNAL_PROGRESS"),
        ("MATCHED", "MATCHED"),
        ("pre_matched", "PRE_MATCHED"),
        ("", ""),
        ("Something new", "SOMETHING_NEW"),
    ],
)
def test_labels_and_codes(text: str, code: str) -> None:
    assert status_code(text) == code
