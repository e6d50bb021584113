"""The channel, its products, prices and stocks (O§2, O§3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from hbdash.omnitron.client import OmnitronClient
from hbdash.omnitron.errors import MappingRefused
from hbdash.omnitron.models.catalogue import Product
from hbdash.omnitron.models.channel import Catalog
from hbdash.sandbox.omnitron import backoffice
from hbdash.transport.errors import NotFound
from tests.sandbox.conftest import SandboxUnderTest


def products(client: OmnitronClient, limit: int = 1000) -> list[Product]:
    return [row for page in client.product_pages(limit=limit) for row in page.rows]


@pytest.fixture
def catalog(client: OmnitronClient) -> Catalog:
    pk = client.channel().catalog
    assert pk is not None
    return client.catalog(pk)


@pytest.mark.requirement("R1.5", "R1.6")
def test_the_channel_with_its_settings(client: OmnitronClient) -> None:
    channel = client.channel()
    assert channel.is_active
    assert channel.conf["merchant_id"]
    assert "base_url" in channel.schema_


@pytest.mark.requirement("R1.6")
def test_a_setting_is_written_back(client: OmnitronClient) -> None:
    conf = client.channel().conf
    assert client.patch_channel(conf={**conf, "buffer_stock": 9}).conf["buffer_stock"] == 9
    assert client.channel().conf == {**conf, "buffer_stock": 9}


def test_content_types_are_asked_once(client: OmnitronClient, sandbox: SandboxUnderTest) -> None:
    first = client.content_type("productstock")
    assert client.content_type("productstock") is first
    assert client.content_types()["order"].model == "order"
    with pytest.raises(Exception, match="0 content types"):
        client.content_type("no_such_model")


def test_small_lists(client: OmnitronClient) -> None:
    assert "HepsiJet" in {one.name for one in client.cargos()}
    assert {one.cancellation_type for one in client.cancellation_reasons("refund")} == {"refund"}
    assert {one.cancellation_type for one in client.cancellation_reasons()} == {"refund", "cancel"}


def test_a_sweep_brings_each_row_once_whatever_the_page(
    client: OmnitronClient, catalog: Catalog
) -> None:
    whole = products(client)
    assert len(whole) > 40
    assert [one.pk for one in products(client, limit=7)] == [one.pk for one in whole]
    assert catalog.price_list is not None
    assert catalog.stock_list is not None
    for pages in (
        client.price_pages(catalog.price_list, limit=7),
        client.stock_pages(catalog.stock_list, limit=7),
        client.product_category_pages(limit=7),
    ):
        pks = [row.pk for page in pages for row in page.rows]
        assert len(pks) == len(set(pks)) > 40


def test_only_what_changed_since(client: OmnitronClient) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    assert next(iter(client.product_pages(modified_since=later))).seen == 0


def test_rows_by_key(client: OmnitronClient, catalog: Catalog) -> None:
    wanted = products(client)[:3]
    pks = [one.pk for one in wanted]
    assert [one.pk for one in client.products([*pks, 1])] == pks
    assert {one.pk for one in client.products_by_sku([one.sku for one in wanted])} == set(pks)
    assert {one.product for one in client.stocks_of(pks, catalog.stock_list)} <= set(pks)
    assert {one.product for one in client.prices_of(pks, catalog.price_list)} <= set(pks)


def test_a_changed_stock_and_price_are_due(
    client: OmnitronClient, sandbox: SandboxUnderTest
) -> None:
    due = {one.product for one in client.stock_updates(limit=100).rows}
    listed = client.integration_actions("productstock", status="success")
    pk = next(one.object_id for one in listed if one.object_id not in due)
    stock = next(row for page in client.stock_pages(3) for row in page.rows if row.pk == pk)
    sku = client.products([stock.product])[0].sku
    sandbox.call(backoffice.set_stock, sku, 77)
    sandbox.call(backoffice.set_price, sku, Decimal("12.34"))
    changed = {one.product: one for one in client.stock_updates(limit=100).rows}
    assert changed[stock.product].on_hand == 77
    prices = {one.product: one for one in client.price_updates(limit=100).rows}
    assert prices[stock.product].asked == Decimal("12.34")
    assert prices[stock.product].currency_type == "try"


def test_new_products_are_due_and_their_offers_are_not(client: OmnitronClient) -> None:
    new = client.product_inserts()
    assert new.total == new.seen > 0
    assert new.rows[0].productimage_set is not None
    assert {one.product for one in client.stock_inserts().rows}.isdisjoint(
        one.pk for one in new.rows
    )


def test_the_mapper_answers_or_says_why_not(client: OmnitronClient) -> None:
    mapped, refused = [], []
    for product in products(client):
        try:
            mapped.append(client.mapped_product(product.pk))
        except MappingRefused as error:
            refused.append(error)
    assert mapped
    assert all(one.attribute_set_id and one.mapped_attribute_values for one in mapped)
    assert refused
    assert all(one.failure_id == "mapping.refused" and one.reason for one in refused)


def test_what_a_category_asks_for(client: OmnitronClient) -> None:
    product = next(one for one in products(client))
    attribute_set = client.mapped_product(product.pk).attribute_set_id
    assert attribute_set is not None
    configs = client.attribute_configs(attribute_set)
    assert all(one.name and one.attribute_remote_id for one in configs)
    assert any(one.is_required for one in configs)
    listed = next(one for one in configs if not one.is_custom)
    assert client.attribute_values(listed.attribute_pk)


def test_categories_of_a_product_stand_below_the_root(client: OmnitronClient) -> None:
    tree_pk = client.channel().category_tree
    assert tree_pk is not None
    root = client.category_tree(tree_pk).category_root
    assert root is not None
    paths = [
        one.category.path
        for one in client.product_categories(products(client)[0].pk)
        if one.category is not None
    ]
    assert any(path.startswith(root.path) for path in paths)


def test_a_page_that_comes_as_a_bare_array_is_the_only_one(
    client: OmnitronClient, fault: Callable[..., None]
) -> None:
    client.ping()
    fault("status", status=200, body="[]", path="product_stocks/updates")
    page = client.stock_updates()
    assert (page.seen, page.total, page.has_next) == (0, None, False)


def test_a_missing_route_is_not_found(client: OmnitronClient) -> None:
    with pytest.raises(NotFound):
        client.catalog(999999)
