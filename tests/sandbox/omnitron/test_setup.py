"""Channel, catalog, places, actions, error reports and the back office (O§2, O§4, O§5.1, O§5.8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.omnitron.conf import FLAGS, SETTINGS
from hbdash.sandbox.seed.places import UNMAPPED
from tests.sandbox.conftest import SandboxUnderTest
from tests.sandbox.omnitron.conftest import JSON, Office


def channel(sandbox: SandboxUnderTest) -> JSON:
    found: JSON = sandbox.omnitron.get("/channels/137/").raise_for_status().json()
    return found


def test_the_channel_has_all_settings(sandbox: SandboxUnderTest) -> None:
    found, world = channel(sandbox), sandbox.world
    conf = found["conf"]
    assert found["is_active"] is True
    assert len(SETTINGS) == 36 == len(found["schema"])
    entry = found["schema"]["base_url"]
    assert entry == {
        "key": "base_url", "label": "Base Url", "required": True, "data_type": "text",
    }  # fmt: skip
    assert set(conf["feature_flags"]) == set(FLAGS)
    assert len(FLAGS) == 14
    assert (conf["username"], conf["password"]) == (world.merchant_id, world.service_key)
    assert conf["user_agent"] == world.user_agent
    assert conf["base_url"] == f"{sandbox.url}/mpop"
    assert conf["oms_url"] == f"{sandbox.url}/oms"
    assert conf["listing_url"] == f"{sandbox.url}/listing"


def test_addresses_in_the_conf_follow_the_port(start_sandbox: Any, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    first = start_sandbox(file=file)
    conf = channel(first)["conf"]
    changed = {"conf": {**conf, "buffer_stock": 5}}
    first.omnitron.patch("/channels/137/", json=changed).raise_for_status()
    first.close()
    second = start_sandbox(file=file)
    assert second.url != first.url
    conf = channel(second)["conf"]
    assert (conf["buffer_stock"], conf["oms_url"]) == (5, f"{second.url}/oms")


def test_patch_replaces_what_is_given(sandbox: SandboxUnderTest) -> None:
    before = channel(sandbox)
    client = sandbox.omnitron
    after = client.patch("/channels/137/", json={"is_active": False}).json()
    assert (after["is_active"], after["conf"]) == (False, before["conf"])
    assert client.patch("/channels/137/", json={"conf": []}).status_code == 400
    assert client.patch("/channels/137/", json={"category_tree": 9}).status_code == 400


def test_catalog_lists_and_content_types(office: Office) -> None:
    client = office.sandbox.omnitron
    catalog = client.get(f"/catalogs/{channel(office.sandbox)['catalog']}/").json()
    assert catalog["price_list"] in office.due("price_lists/")
    assert catalog["stock_list"] in office.due("stock_lists/")
    (found,) = client.get("/content_types/", params={"model": "productstock"}).json()["results"]
    assert (found["app_label"], found["model"]) == ("products", "productstock")


@pytest.mark.requirement("R9.3")
def test_the_oms_id_is_another_one(sandbox: SandboxUnderTest) -> None:
    address = f"{sandbox.url}/omnitron/oms/channels/?limit=9999&limit=20&page=1"
    (row,) = sandbox.omnitron.get(address).raise_for_status().json()["results"]
    assert row["omnitron_id"] == 137 != row["id"]


def test_names_are_compared_without_turkish(office: Office) -> None:
    asked = [
        ("cities/", "istanbul", 0),  # its upper case is ISTANBUL
        ("cities/", "İSTANBUL", 1),
        ("cities/", "ANKARA", 1),
        ("townships/", "KADIKÖY", 1),
        ("townships/", "ÜSKÜDAR", 1),
        ("townships/", "BEŞİKTAŞ", 0),  # the stored Beşiktaş becomes BEŞIKTAŞ
    ]
    for resource, name, hits in asked:
        assert len(office.rows(resource, name__iexact=name, is_active="true")) == hits, name


def test_places_hang_together(office: Office) -> None:
    (country,) = office.rows("countries/", code__exact="tr", is_active="true")
    (city,) = office.rows("cities/", name__exact="İstanbul", country=country["pk"])
    (town,) = office.rows("townships/", name__exact="Kadıköy", city=city["pk"])
    districts = office.rows("districts/", name__exact="Caferağa", township=town["pk"])
    assert [(row["city"], row["township"]) for row in districts] == [(city["pk"], town["pk"])]


def mapped(office: Office, code: str, city: int) -> list[JSON]:
    return office.rows(
        "townships/", mapping__code__exact=code, mapping__integration_type="sales_channel",
        city=city, is_active="true",
    )  # fmt: skip


def test_a_township_of_another_name_is_found_by_its_mapping(office: Office) -> None:
    (city,) = office.rows("cities/", name__exact="Kocaeli")
    assert office.rows("townships/", name__iexact="İZMİT", city=city["pk"]) == []
    (found,) = mapped(office, "137_İZMİT", city["pk"])
    assert found["name"] == "Kocaeli Merkez"
    assert mapped(office, "137_İZMİT", city["pk"] + 1) == []


@pytest.mark.parametrize(("city_name", "township"), UNMAPPED)
def test_an_unmapped_township_is_found_once_somebody_maps_it(
    office: Office, city_name: str, township: str
) -> None:
    (city,) = office.rows("cities/", name__exact=city_name)
    assert mapped(office, f"137_{township}", city["pk"]) == []
    report = {
        "type": "township",
        "remote_code": f"137_{township.upper()}",
        "city_id": city["pk"],
        "name": township,
        "integration_type": "sales_channel",
        "err_code": "integrations_200_10_1",
        "err_desc": "Address is not valid.",
    }
    answer = office.send("POST", "error_reports/township/", report)
    assert (answer.status_code, answer.content) == (201, b"")
    assert [row["remote_code"] for row in office.rows("error_reports/township/")] == [
        report["remote_code"]
    ]
    office.sandbox.call(backoffice.map_township, city_name, township)
    for code in (f"137_{township}", township, report["remote_code"]):
        assert [row["city"] for row in mapped(office, code, city["pk"])] == [city["pk"]], code


@pytest.mark.parametrize("level", ["city", "township", "district", "distinct"])
def test_an_address_report_needs_its_code(office: Office, level: str) -> None:
    path = f"error_reports/{level}/"
    assert "remote_code" in office.send("POST", path, {"name": "X"}).json()
    assert office.send("POST", path, {"remote_code": "137_X"}).status_code == 201


def report_body(**changes: Any) -> JSON:
    return {
        "action_content_type": 3,
        "action_object_id": 12,
        "error_code": "abc-Channel-SendUpdatedStocks",
        "error_desc": "Stock data not found",
        "raw_request": "",
        "raw_response": "channel_app-Stock data not found",
        "is_ok": False,
    } | changes


def test_error_reports_are_kept_and_found(office: Office) -> None:
    stock = office.stock_of(office.listed())
    made = office.post("error_reports/", report_body(action_object_id=stock["pk"]))
    office.post("error_reports/", report_body(is_ok=True, error_code="xyz"))
    assert (made["target_content_type"], made["target_object_id"]) == (11, 137)
    asked: list[JSON] = [
        {"error_code": made["error_code"]},
        {"error_code__icontains": "channel-send"},
        {"is_ok": "false"},
        {"sku": office.listed().sku},
        {"action_content_type": 3, "action_object_id": stock["pk"]},
    ]
    for query in asked:
        assert office.due("error_reports/", **query) == {made["pk"]}, query
    assert office.get(f"error_reports/{made['pk']}/") == made


@pytest.mark.parametrize("missing", ["action_content_type", "error_code", "error_desc"])
def test_an_error_report_needs_its_fields(office: Office, missing: str) -> None:
    body = report_body()
    del body[missing]
    assert missing in office.send("POST", "error_reports/", body).json()


def test_actions_are_found_made_changed_and_deleted(office: Office) -> None:
    one, two = office.listed(), office.listed(1)
    asked: list[tuple[JSON, int]] = [
        ({"content_type_name": "product", "object_id__in": f"{one.pk},{two.pk}"}, 2),
        ({"remote_id__in": f"{one.sku},{two.sku}"}, 6),
        ({"remote_id__exact": one.sku, "content_type_name": "productprice"}, 1),
        ({"content_type_name": "product", "channel_id": 138}, 0),
        ({"content_type_name": "nothing"}, 0),
    ]
    for query, count in asked:
        assert office.get("integration_actions/", **query)["count"] == count, query
    action = office.action("product", one.pk)
    changed = office.patch(
        f"integration_actions/{action['pk']}/", {"version_date": "2020-01-01T00:00:00Z"}
    )
    assert changed["version_date"] == "2020-01-01T00:00:00.000000Z"
    assert office.due("products/updates/") == {one.pk}
    twin = {"content_type_id": 1, "object_id": one.pk, "remote_id": action["remote_id"]}
    assert office.send("POST", "integration_actions/", twin).status_code == 406
    assert office.send("DELETE", f"integration_actions/{action['pk']}/").status_code == 204
    assert one.pk in office.due("products/inserts/")
    made = office.post("integration_actions/", {**twin, "version_date": "2100-01-01T00:00:00Z"})
    assert (made["status"], made["content_type"]["model"]) == ("success", "product")
    assert one.pk not in office.due("products/inserts/")


def test_some_products_are_known_by_hepsiburadas_sku(start_sandbox: Any) -> None:
    office = Office(start_sandbox(skus=100))
    known = {
        row["object_id"]: row["remote_id"]
        for row in office.rows("integration_actions/", content_type_name="product")
    }
    listed = [p for p in office.seeded(*type(office.listed().kind)) if p.listed]
    by_hb = [p for p in listed if known[p.pk] == p.hb_sku]
    by_sku = [p for p in listed if known[p.pk] == p.sku]
    assert by_hb
    assert len(by_hb) + len(by_sku) == len(listed)


def test_snapshot_counts_what_is_there(office: Office) -> None:
    office.order()
    found = office.sandbox.call(backoffice.snapshot)
    assert (found["products"], found["orders"], found["order_items"]) == (60, 1, 2)
    inserts = office.get("products/inserts/")["count"]
    assert found["due"]["product.insert"] == inserts
    inputs = found["figure_inputs"]
    simple = office.rows("products/", product_type=0, is_active="true")
    assert inputs["total_skus"] == len(simple)
    stocks = {row["product"]: row["stock"] for row in office.rows("product_stocks/")}
    assert inputs["stock_total"] == sum(stocks.get(row["pk"], 0) for row in simple)


@pytest.mark.parametrize(
    ("act", "arguments"),
    [
        ("set_stock", {"sku": "NONE", "stock": 1}),
        ("add_price", {"sku": "LISTED", "price": "1.00"}),
        ("map_township", {"city": "Atlantis", "township": "Merkez"}),
        ("decide_request", {"request_id": 1, "status": "approved"}),
    ],
)
def test_an_impossible_act_says_so(office: Office, act: str, arguments: JSON) -> None:
    body = {k: office.listed().sku if v == "LISTED" else v for k, v in arguments.items()}
    answer = office.sandbox.control.post(f"/do/{act}", json=body)
    assert answer.status_code == 409
    assert answer.json()["error"].startswith(f"{act}: ")
