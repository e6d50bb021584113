"""Products, prices, stocks, their filters and their queues (O§3, O§5.4)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.omnitron.conf import BUFFER_STOCK
from hbdash.sandbox.seed.catalogue import Kind, new_product
from tests.sandbox.conftest import SandboxUnderTest
from tests.sandbox.omnitron.conftest import Office

NEW_KINDS = (
    Kind.NEW, Kind.NO_PRICE, Kind.NO_STOCK, Kind.NO_CATEGORY, Kind.NO_IMAGE, Kind.UNMAPPED,
)  # fmt: skip


def test_new_products_are_in_inserts_and_nothing_else(office: Office) -> None:
    simple = office.due("products/inserts/", product_type=0)
    assert simple == {p.pk for p in office.seeded(*NEW_KINDS)}
    every = office.due("products/inserts/")
    assert every - simple == {p.pk for p in office.seeded(Kind.NOT_SIMPLE)}
    assert office.due("products/updates/") == set()
    assert office.due("products/inserts_or_updates/") == every


def test_every_second_drifted_offer_waits_and_no_other(office: Office) -> None:
    for queue, kind in (
        ("product_prices", Kind.PRICE_DRIFT),
        ("product_stocks", Kind.STOCK_DRIFT),
    ):
        drifted = [p.pk for p in office.seeded(kind)]
        found = {row["product"] for row in office.rows(f"{queue}/updates/")}
        assert found == set(drifted[::2])
        assert office.due(f"{queue}/inserts/") == set()


def test_offers_agree_with_hepsiburada_but_for_the_drift(office: Office) -> None:
    stocks = {row["product"]: row["stock"] for row in office.rows("product_stocks/")}
    prices = {row["product"]: Decimal(row["price"]) for row in office.rows("product_prices/")}
    for product in office.seeded(Kind.LISTED, Kind.PRICE_DRIFT):
        assert max(stocks[product.pk] - BUFFER_STOCK, 0) == product.hb_stock
    for product in office.seeded(Kind.LISTED, Kind.STOCK_DRIFT):
        assert prices[product.pk] == product.hb_price


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        (Kind.NO_PRICE, "product_prices/"),
        (Kind.NO_STOCK, "product_stocks/"),
        (Kind.NO_CATEGORY, "product_categories/detailed/"),
        (Kind.NO_IMAGE, "product_images/"),
    ],
)
def test_incomplete_products_lack_what_they_lack(office: Office, kind: Kind, resource: str) -> None:
    (incomplete,) = office.seeded(kind)
    complete = office.listed(1)
    assert office.rows(resource, product=incomplete.pk) == []
    assert office.rows(resource, product=complete.pk)


def test_filters_of_products(office: Office) -> None:
    one, two = office.listed(), office.listed(1)
    pks = {one.pk, two.pk}
    asked: list[tuple[dict[str, object], set[int]]] = [
        ({"pk__in": f"{one.pk},{two.pk}"}, pks),
        ({"sku": one.sku}, {one.pk}),
        ({"sku__in": f"{one.sku},{two.sku},NONE"}, pks),
        ({"sku": [one.sku, two.sku]}, pks),
        ({"is_active": "false"}, {p.pk for p in office.seeded(Kind.INACTIVE)}),
        ({"product_type": 1}, {p.pk for p in office.seeded(Kind.NOT_SIMPLE)}),
        ({"pk__gt": 12057}, {12058, 12059}),
        ({"modified_date__gte": "2100-01-01T00:00:00Z"}, set()),
    ]
    for query, expected in asked:
        assert office.due("products/", **query) == expected, query


def test_changes_are_found_by_their_time(office: Office) -> None:
    product = office.listed()
    since = office.sandbox.world.clock.now().isoformat()
    office.sandbox.call(backoffice.set_stock, product.sku, 17)
    (row,) = office.rows("product_stocks/", modified_date__gte=since)
    assert (row["product"], row["stock"]) == (product.pk, 17)


def test_a_sweep_by_page_and_by_key_sees_every_row_once(office: Office) -> None:
    expected = sorted(office.due("product_prices/", price_list=1))
    by_page = []
    for page in (1, 2, 3, 4):
        rows = office.rows("product_prices/", price_list=1, sort="id", page=page, limit=17)
        by_page += [row["pk"] for row in rows]
    assert by_page == expected
    by_key: list[int] = []
    while True:
        last = by_key[-1] if by_key else 0
        page_ = office.get("products/", product_type=0, sort="id", pk__gt=last, limit=20)
        by_key += [row["pk"] for row in page_["results"]]
        assert page_["count"] == 59 - (len(by_key) - len(page_["results"]))
        if not page_["next"]:
            break
    assert len(by_key) == len(set(by_key)) == 59


def test_a_sweep_notices_what_comes_and_goes(office: Office) -> None:
    def first_pages() -> tuple[int, list[int]]:
        got = [office.get("products/", sort="id", limit=30, page=page) for page in (1, 2)]
        return got[0]["count"], [row["pk"] for page in got for row in page["results"]]

    count, before = first_pages()
    office.sandbox.call(backoffice.remove_product, office.listed().sku)
    assert first_pages() == (count - 1, [pk for pk in before if pk != office.listed().pk])
    office.sandbox.call(backoffice.new_product, new_product(7, 60))
    assert first_pages()[0] == count


def test_prices_and_stocks_become_inserts_when_their_product_is_sent(office: Office) -> None:
    product = office.seeded(Kind.NEW)[0]
    (row,) = office.rows("products/inserts/", pk__in=product.pk)
    price, stock = office.price_of(product), office.stock_of(product)
    batch = office.sent("product", [row])
    assert office.due("products/inserts/", pk__in=product.pk) == set(), "locked"
    office.move(batch, "done", [{"pk": product.pk, "remote_id": product.sku}])
    assert price["pk"] in office.due("product_prices/inserts/")
    assert stock["pk"] in office.due("product_stocks/inserts/")
    assert office.due("products/inserts/", pk__in=product.pk) == set()


def test_a_removed_product_is_in_deleted_until_its_action_is(office: Office) -> None:
    product = office.listed()
    assert office.rows("integration_actions/deleted/", model="product", channel_id=137) == []
    office.sandbox.call(backoffice.remove_product, product.sku)
    (action,) = office.rows("integration_actions/deleted/", model="product", channel_id=137)
    assert action["object_id"] == product.pk
    assert office.rows("product_stocks/", product=product.pk) == []
    office.sandbox.call(backoffice.tick)
    assert office.send("DELETE", f"integration_actions/{action['pk']}/").status_code == 204
    assert office.rows("integration_actions/deleted/", model="product", channel_id=137) == []


def test_mapped_products(office: Office) -> None:
    product = office.listed()
    mapped = office.get(f"mapped_products/{product.pk}/")
    assert mapped["attribute_set_remote_id"] == str(product.category.id)
    by_remote = {
        entry["attribute_remote_id"]: entry["value"]
        for entry in mapped["mapped_attribute_values"].values()
    }
    assert by_remote["Barcode"] == product.barcode
    assert by_remote["renk_variant_property"] == product.colour
    configs = office.rows("attribute_configs/detailed/", attribute_set=mapped["attribute_set_id"])
    for config in configs:
        if config["is_required"]:
            assert by_remote[config["attribute_remote_id"]], config
        if not config["is_custom"] and config["attribute_remote_id"] in by_remote:
            values = office.rows("attribute_values/", attribute=config["attribute"]["pk"])
            labels = {value["label"] for value in values}
            assert by_remote[config["attribute_remote_id"]] in labels


def test_an_unmapped_product_is_refused_until_somebody_maps_it(office: Office) -> None:
    (product,) = office.seeded(Kind.UNMAPPED)
    answer = office.send("GET", f"mapped_products/{product.pk}/")
    assert (answer.status_code, list(answer.json())) == (406, ["error"])
    office.sandbox.call(backoffice.map_product, product.sku)
    assert office.get(f"mapped_products/{product.pk}/")["pk"] == product.pk


def test_categories_carry_paths_of_the_channels_tree(office: Office) -> None:
    channel = office.sandbox.omnitron.get("/channels/137/").raise_for_status().json()
    root = office.get(f"category_trees/{channel['category_tree']}/")["category_root"]
    product = office.listed()
    rows = office.rows("product_categories/detailed/", product=product.pk)
    ours = [row for row in rows if row["category"]["path"].startswith(root["path"])]
    assert [row["category"]["name"] for row in ours] == [product.category.name]
    (action,) = office.rows(
        "integration_actions/", content_type_name="categorynode",
        object_id=ours[0]["category"]["pk"],
    )  # fmt: skip
    assert action["remote_id"] == str(product.category.id)
    leaves = office.rows("category_nodes/", numchild=0, limit=10000)
    assert product.category.name in {leaf["name"] for leaf in leaves}


def test_an_inactive_product_is_offered_once_it_is_switched_on(office: Office) -> None:
    (product,) = office.seeded(Kind.INACTIVE)
    assert product.pk not in office.due("products/inserts/")
    office.sandbox.call(backoffice.set_product_active, product.sku, True)
    assert product.pk in office.due("products/inserts/")


@pytest.mark.parametrize(
    ("resource", "query"),
    [
        ("product_stocks/updates/", {}),
        ("product_stocks/", {"modified_date__gte": "2100-01-01T00:00:00Z"}),
        ("product_prices/", {"product__pk__in": "12000,12001"}),
        ("integration_actions/", {"remote_id__in": "LZR-20000-LCV-1"}),
    ],
)
def test_few_rows_are_read_without_a_scan(
    start_sandbox: Callable[..., SandboxUnderTest], resource: str, query: dict[str, str]
) -> None:
    office = Office(start_sandbox(skus=3000, tick=3600))
    ticks: list[int] = []
    office.sandbox.call(lambda world: world.db.set_progress_handler(lambda: ticks.append(1), 100))
    assert len(office.rows(resource, limit=50, **query)) < 50
    office.sandbox.call(lambda world: world.db.set_progress_handler(None, 0))
    assert len(ticks) < 30, "a scan of 3,000 rows takes about 9,000 steps"
