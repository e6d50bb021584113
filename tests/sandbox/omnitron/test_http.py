"""Login, token, paths, bodies, pages: what holds for every resource (O§1)."""

from __future__ import annotations

import re

import pytest

from hbdash.sandbox.omnitron.web import LOGIN_FAILURES_A_MINUTE
from tests.sandbox.conftest import SandboxUnderTest
from tests.sandbox.omnitron.conftest import Office

LISTS = (
    "products/", "product_prices/", "product_stocks/", "product_images/", "product_categories/",
    "product_categories/detailed/", "price_lists/", "stock_lists/", "category_nodes/",
    "attribute_configs/detailed/", "attribute_values/", "countries/", "cities/", "townships/",
    "districts/", "cargos/", "integration_actions/", "cancellation_reasons/",
)  # fmt: skip


def test_login_gives_a_key_of_40_hex_digits(sandbox: SandboxUnderTest) -> None:
    world = sandbox.world
    right = {"username": world.omnitron_username, "password": world.omnitron_password}
    client = sandbox.client("/omnitron/api/v1")
    key = client.post("/auth/login/", json=right).raise_for_status().json()["key"]
    assert re.fullmatch(r"[0-9a-f]{40}", key)
    client.headers["Authorization"] = f"Token {key}"
    assert client.get("/active_user/").status_code == 200


@pytest.mark.parametrize(
    "body", [{"username": "hbdash", "password": "wrong"}, {"username": "hbdash"}, {}]
)
def test_bad_login_is_a_400_with_a_code(sandbox: SandboxUnderTest, body: dict[str, str]) -> None:
    answer = sandbox.client("/omnitron/api/v1").post("/auth/login/", json=body)
    assert answer.status_code == 400
    assert answer.json()["code"]


def test_many_wrong_logins_are_throttled_for_a_minute(sandbox: SandboxUnderTest) -> None:
    client, wrong = sandbox.client("/omnitron/api/v1"), {"username": "x", "password": "y"}
    codes = [
        client.post("/auth/login/", json=wrong).status_code
        for _ in range(LOGIN_FAILURES_A_MINUTE + 1)
    ]
    assert codes == [400] * LOGIN_FAILURES_A_MINUTE + [429]
    sandbox.move(61)
    assert client.post("/auth/login/", json=wrong).status_code == 400


@pytest.mark.parametrize("header", ["", "Token", "Token " + "0" * 40, "Bearer abc"])
def test_without_a_known_token_it_is_401(sandbox: SandboxUnderTest, header: str) -> None:
    client = sandbox.client("/omnitron/api/v1", headers={"Authorization": header})
    answer = client.get(f"/channel/{sandbox.world.channel_id}/products/")
    assert answer.status_code == 401
    assert set(answer.json()) == {"detail", "code"}


@pytest.mark.parametrize(
    "path",
    [
        "/channel/137/products",  # no slash at the end
        "/channel/138/products/",  # another channel
        "/channels/138/",
        "/channel/137/product/",
        "/channel/137/products/1/",
        "/channel/137/batch_requests/1/",
        "/channel/137/products/?page=999",
        "/channel/137/products/?page=0",
    ],
)
def test_what_is_not_there_is_a_404(sandbox: SandboxUnderTest, path: str) -> None:
    answer = sandbox.omnitron.get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"]


def test_wrong_method_media_type_and_json(office: Office) -> None:
    path = office.path("batch_requests/")
    client = office.sandbox.omnitron
    assert client.delete(path).status_code == 405
    plain = {"Content-Type": "text/plain"}
    assert client.post(path, content=b'{"channel":137}', headers=plain).status_code == 415
    json_type = {"Content-Type": "application/json"}
    broken = client.post(path, content=b'{"channel":', headers=json_type)
    assert (broken.status_code, broken.json()["code"]) == (400, "parse_error")
    listed = client.post(path, json=[1])
    assert (listed.status_code, list(listed.json())) == (400, ["non_field_errors", "code"])


def test_every_list_has_the_envelope_and_both_keys(office: Office) -> None:
    for resource in LISTS:
        page = office.get(resource, limit=2)
        assert list(page) == ["count", "next", "previous", "results"], resource
        assert page["results"], resource
        for row in page["results"]:
            assert row["pk"] == row["id"], resource


def test_pages_follow_each_other(office: Office) -> None:
    pages = [office.get("products/", sort="id", limit=25)]
    while pages[-1]["next"]:
        pages.append(office.sandbox.omnitron.get(pages[-1]["next"]).raise_for_status().json())
    assert [len(page["results"]) for page in pages] == [25, 25, 10]
    assert {page["count"] for page in pages} == {60}
    assert pages[1]["previous"].endswith("page=1")
    found = [row["pk"] for page in pages for row in page["results"]]
    assert found == sorted(set(found))
    assert len(office.get("products/")["results"]) == 10, "10 is the default limit"


def test_sorting_and_unknown_parameters(office: Office) -> None:
    down = [row["pk"] for row in office.rows("products/", sort="-id")]
    assert down == sorted(down, reverse=True)
    same = office.rows("products/", sort="no_such_field", no_such_filter="1")
    assert [row["pk"] for row in same] == sorted(down)


def test_a_filter_value_of_the_wrong_kind_is_a_400(office: Office) -> None:
    for name, value in (("pk__in", "1,x"), ("modified_date__gte", "yesterday"), ("is_active", "j")):
        answer = office.send("GET", "products/", **{name: value})
        assert (answer.status_code, name in answer.json()) == (400, True), name


def test_times_and_money_have_their_form(office: Office) -> None:
    price = office.rows("product_prices/")[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", price["modified_date"])
    assert re.fullmatch(r"\d+\.\d\d", price["price"])
    assert price["currency_type"] == "try"
