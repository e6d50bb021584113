"""Categories, attributes and their values (H§6)."""

from __future__ import annotations

from typing import Any

import pytest

from hbdash.sandbox.seed.catalogue import categories
from tests.sandbox.hepsiburada.conftest import Shop

API = "/product/api/categories"
LEAF = next(node for node in categories(0) if node.leaf)
PARENT = next(node for node in categories(0) if not node.leaf)
ROW = {
    "categoryId", "name", "displayName", "parentCategoryId", "paths", "leaf", "status", "type",
    "sortId", "available", "productTypes", "merge",
}  # fmt: skip


def all_categories(shop: Shop, **query: Any) -> dict[str, Any]:
    answer = shop.sandbox.mpop.get(f"{API}/get-all-categories", params=query)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def test_leaves_by_default_and_the_rest_on_request(shop: Shop) -> None:
    leaves, rest = all_categories(shop), all_categories(shop, leaf="false")
    known = categories(0)

    assert set(leaves["data"][0]) == ROW
    assert {row["categoryId"] for row in leaves["data"]} == {n.id for n in known if n.leaf}
    assert {row["categoryId"] for row in rest["data"]} == {n.id for n in known if not n.leaf}
    by_id = {row["categoryId"]: row for row in leaves["data"]}
    assert by_id[LEAF.id]["paths"] == list(LEAF.path)
    assert by_id[LEAF.id]["parentCategoryId"] == LEAF.parent_id


def test_pages_of_categories(shop: Shop) -> None:
    whole = all_categories(shop)
    pages = [all_categories(shop, page=n, size=5) for n in range(4)]

    assert [row for page in pages for row in page["data"]] == whole["data"]
    assert [page["number"] for page in pages] == [0, 1, 2, 3]
    assert pages[0]["totalElements"] == len(whole["data"])
    assert pages[0]["first"] is True
    assert pages[0]["last"] is False
    assert pages[3]["last"] is True


def test_what_is_not_available_or_not_active_must_be_asked_for(shop: Shop) -> None:
    assert [r["name"] for r in all_categories(shop, available="false")["data"]] == [
        "Müzik Aletleri"
    ]
    assert [r["name"] for r in all_categories(shop, status="INACTIVE")["data"]] == ["Fırsat Reyonu"]


@pytest.mark.parametrize("query", [{"status": "OPEN"}, {"leaf": "x"}, {"size": 0}, {"page": "a"}])
def test_an_impossible_filter_is_an_internal_error(shop: Shop, query: dict[str, Any]) -> None:
    answer = shop.sandbox.mpop.get(f"{API}/get-all-categories", params=query)

    assert (answer.status_code, answer.json()) == (
        500,
        {
            "message": "global.messages.error.internalServerError",
            "description": "Internal server error",
            "fieldErrors": None,
        },
    )


def test_attributes_of_a_leaf(shop: Shop) -> None:
    data = shop.sandbox.mpop.get(f"{API}/{LEAF.id}/attributes").json()["data"]
    mandatory = {found["id"] for found in data["baseAttributes"] if found["mandatory"]}

    assert set(data) == {"baseAttributes", "attributes", "variantAttributes"}
    assert len(data["baseAttributes"]) == 22
    assert mandatory == {
        "merchantSku", "VaryantGroupID", "UrunAdi", "UrunAciklamasi", "Barcode", "Marka",
        "GarantiSuresi", "tax_vat_rate", "kg", "Image1",
    }  # fmt: skip
    assert {found["id"] for found in data["variantAttributes"]} == {
        "renk_variant_property",
        "ebatlar_variant_property",
    }


@pytest.mark.parametrize(("category", "code"), [(PARENT.id, 1001), (400276, 1002), (1, 1004)])
def test_attributes_of_what_is_no_open_leaf(shop: Shop, category: int, code: int) -> None:
    answer = shop.sandbox.mpop.get(f"{API}/{category}/attributes")

    assert answer.status_code == 200
    assert (answer.json()["success"], answer.json()["code"]) == (False, code)


def test_values_under_the_singular_path(shop: Shop) -> None:
    path = f"{API}/{LEAF.id}/attribute/renk_variant_property/values"
    first = shop.sandbox.mpop.get(path, params={"page": 0, "size": 10})
    beyond = shop.sandbox.mpop.get(path, params={"page": 9, "size": 10})

    assert len(first.json()["data"]) == 10
    assert set(first.json()["data"][0]) == {"id", "value"}
    assert int(first.headers["X-Total-Count"]) == first.json()["totalElements"]
    assert beyond.json()["data"] == []
    assert shop.sandbox.mpop.get(path).status_code == 500


@pytest.mark.parametrize(("attribute", "code"), [("Marka", 2001), ("nix", 2002)])
def test_values_of_what_has_none(shop: Shop, attribute: str, code: int) -> None:
    answer = shop.sandbox.mpop.get(
        f"{API}/{LEAF.id}/attribute/{attribute}/values", params={"page": 0, "size": 10}
    )

    assert answer.json()["code"] == code
