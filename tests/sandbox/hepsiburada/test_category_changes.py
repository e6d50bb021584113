"""What Hepsiburada's catalogue team changes, as the control endpoint does it (H§6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.hepsiburada.conftest import Shop

pytestmark = pytest.mark.requirement("R5.18")
API = "/product/api/categories"
KILIM, MATS, RUGS = 18021982, 18021983, 18020110
MATERIAL = "00000MU"


def do(shop: Shop, act: str, **arguments: Any) -> Any:
    return shop.sandbox.control.post(f"/do/{act}", json=arguments).raise_for_status().json()


def attributes(shop: Shop, category: int = KILIM) -> dict[str, Any]:
    found: dict[str, Any] = shop.sandbox.mpop.get(f"{API}/{category}/attributes").json()
    return found


def rows(shop: Shop, **query: Any) -> dict[int, dict[str, Any]]:
    answer = shop.sandbox.mpop.get(f"{API}/get-all-categories", params=query).json()
    return {row["categoryId"]: row for row in answer["data"]}


def test_a_closed_category_leaves_the_list_and_answers_no_more(shop: Shop) -> None:
    do(shop, "set_category", category_id=KILIM, status="INACTIVE")
    assert KILIM not in rows(shop)
    assert attributes(shop)["code"] == 1002
    do(shop, "set_category", category_id=KILIM, status="ACTIVE", leaf=False)
    assert attributes(shop)["code"] == 1001
    do(shop, "remove_category", category_id=KILIM)
    assert attributes(shop)["code"] == 1004


def test_names_and_places_change_with_their_paths(shop: Shop) -> None:
    do(shop, "rename_category", category_id=RUGS, name="Halılar")
    assert rows(shop)[KILIM]["paths"] == ["Ev Tekstili", "Halılar", "Kilim"]
    do(shop, "move_category", category_id=KILIM, parent_id=18020020)
    moved = rows(shop)[KILIM]
    assert (moved["paths"], moved["parentCategoryId"]) == (["Mutfak", "Kilim"], 18020020)
    do(shop, "new_category", category_id=18021990, name="Hasır", parent_id=RUGS)
    assert rows(shop)[18021990]["paths"] == ["Ev Tekstili", "Halılar", "Hasır"]


def test_attributes_and_values_come_and_go(shop: Shop) -> None:
    do(
        shop, "add_attribute", category_id=KILIM, attribute_id="00001AA", name="Dokuma",
        mandatory=True, type="enum", values=["El"], count=2500,
    )  # fmt: skip
    do(shop, "set_attribute", category_id=KILIM, attribute_id=MATERIAL, mandatory=True)
    do(shop, "drop_value", category_id=KILIM, attribute_id=MATERIAL, value="Yün")
    own = {one["id"]: one for one in attributes(shop)["data"]["attributes"]}
    assert own["00001AA"]["mandatory"]
    assert own[MATERIAL]["mandatory"]
    path = f"{API}/{KILIM}/attribute/00001AA/values"
    pages = [
        shop.sandbox.mpop.get(path, params={"page": n, "size": 1000}).json()["data"]
        for n in range(4)
    ]
    assert [len(page) for page in pages] == [1000, 1000, 501, 0]
    material = f"{API}/{KILIM}/attribute/{MATERIAL}/values"
    left = shop.sandbox.mpop.get(material, params={"page": 0, "size": 100}).json()["data"]
    assert "Yün" not in [row["value"] for row in left]
    do(shop, "remove_attribute", category_id=KILIM, attribute_id=MATERIAL)
    assert MATERIAL not in {one["id"] for one in attributes(shop)["data"]["attributes"]}
    assert MATERIAL in {one["id"] for one in attributes(shop, MATS)["data"]["attributes"]}


def test_a_value_has_one_id_in_all_categories(shop: Shop) -> None:
    def values(category: int) -> dict[str, str]:
        path = f"{API}/{category}/attribute/{MATERIAL}/values"
        answer = shop.sandbox.mpop.get(path, params={"page": 0, "size": 100}).json()
        return {row["value"]: row["id"] for row in answer["data"]}

    assert values(KILIM) == values(MATS)
    assert len(set(values(KILIM).values())) == 15


def test_an_impossible_change_is_refused(shop: Shop) -> None:
    for act, arguments in (
        ("set_category", {"category_id": 1}),
        ("set_category", {"category_id": KILIM, "status": "SHUT"}),
        ("drop_value", {"category_id": KILIM, "attribute_id": MATERIAL, "value": "Altın"}),
        ("add_attribute", {"category_id": KILIM, "attribute_id": MATERIAL, "name": "x"}),
    ):
        assert shop.sandbox.control.post(f"/do/{act}", json=arguments).status_code == 409
