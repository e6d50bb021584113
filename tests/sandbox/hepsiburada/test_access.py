"""Who is let in, and how each service turns others away (H§2, H§4, H§5.1)."""

from __future__ import annotations

import httpx
import pytest

from tests.sandbox.hepsiburada.conftest import Shop

STRANGER = "00000000-0000-4000-8000-000000000001"
PATHS = {
    "mpop": "/product/api/categories/get-all-categories",
    "listing": "/listings/merchantid/{merchant}",
    "oms": "/packages/merchantid/{merchant}?limit=10&Offset=0",
    "shipping": "/cargoFirms/{merchant}",
}


def ask(shop: Shop, service: str, **changes: object) -> httpx.Response:
    world = shop.sandbox.world
    settings: dict[str, object] = {
        "auth": (world.merchant_id, world.service_key),
        "headers": {"User-Agent": world.user_agent},
    }
    client = shop.sandbox.client(f"/{service}", **(settings | changes))
    return client.get(PATHS[service].format(merchant=shop.merchant))


@pytest.mark.requirement("R2.9", "R2.11", "R2.12")
@pytest.mark.parametrize("service", PATHS)
def test_right_credentials_and_user_agent_are_let_in(shop: Shop, service: str) -> None:
    answer = ask(shop, service)

    assert answer.status_code == 200
    assert answer.headers["x-correlation-id"]


@pytest.mark.parametrize("service", PATHS)
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"auth": None}, 401),
        ({"auth": ("lalezar_dev", "secret")}, 401),
        ({"headers": {"User-Agent": "lalezar_dev/1.0"}}, 403),
        ({"headers": {"User-Agent": "python-httpx"}}, 403),
        ({"headers": {"User-Agent": ""}}, 403),
    ],
)
def test_others_are_turned_away(shop: Shop, service: str, change: dict, status: int) -> None:
    assert ask(shop, service, **change).status_code == status


def test_each_service_refuses_in_its_own_form(shop: Shop) -> None:
    mpop, listing, oms, shipping = (ask(shop, service, auth=None) for service in PATHS)

    assert mpop.json()["error"] == "Unauthorized"
    assert mpop.json()["path"] == "/api/categories/get-all-categories"
    assert (listing.text, listing.headers["content-type"]) == (
        "Missing Credentials!",
        "text/plain; charset=utf-8",
    )
    assert oms.content == b""
    assert oms.headers["content-type"] == "application/json"
    assert shipping.json()["error"] is True


@pytest.mark.requirement("R2.11")
@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("listing", "/listings/merchantid/{}?offset=0&limit=1"),
        ("oms", "/orders/merchantid/{}?offset=0&limit=1"),
        ("mpop", "/product/api/products/all-products-of-merchant/{}"),
        ("shipping", "/profiles/{}"),
    ],
)
def test_another_merchant_in_the_path_is_forbidden(shop: Shop, service: str, path: str) -> None:
    client = shop.sandbox.hepsiburada(service)

    assert client.get(path.format(STRANGER)).status_code == 403


def test_limits_answer_in_the_form_of_the_host(shop: Shop) -> None:
    shop.sandbox.control.post(
        "/limits", json={"catalogue_per_second": 1, "oms_per_second": 1}
    ).raise_for_status()

    oms = [ask(shop, "oms") for _ in range(8)]
    catalogue = [ask(shop, "mpop") for _ in range(8)]

    over = next(answer for answer in oms if answer.status_code != 200)
    assert over.status_code == 429
    assert over.headers["X-RateLimit-Limit"] == "1"
    assert over.headers["X-RateLimit-Remaining"] == "0"
    assert int(over.headers["X-RateLimit-Reset"]) >= 1
    assert 403 in {answer.status_code for answer in catalogue}


def test_listing_paths_are_lower_case_only_and_oms_paths_ignore_case(shop: Shop) -> None:
    listing = shop.sandbox.listing.get(f"/listings/merchantId/{shop.merchant}")
    oms = [
        shop.sandbox.oms.get(f"/orders/{word}/{shop.merchant}?offset=0&limit=1").status_code
        for word in ("merchantid", "merchantId")
    ]

    assert listing.status_code == 400
    assert oms == [200, 200]


@pytest.mark.parametrize(
    ("service", "path", "status"),
    [("listing", "/nothing", 404), ("oms", "/nothing", 404), ("mpop", "/product/api/nix", 404)],
)
def test_unknown_paths(shop: Shop, service: str, path: str, status: int) -> None:
    assert shop.sandbox.hepsiburada(service).get(path).status_code == status


def test_unknown_catalogue_path_answers_as_spring_does(shop: Shop) -> None:
    body = shop.sandbox.mpop.get("/product/api/categories/1/attributes/x/values").json()

    assert body["timestamp"].endswith("+0000")
    assert body["path"] == "/api/categories/1/attributes/x/values"
    assert (body["status"], body["error"], body["message"]) == (404, "Not Found", "Not Found")


def test_shipping_answers_firms_and_profiles(shop: Shop) -> None:
    firms = shop.sandbox.shipping.get(f"/cargoFirms/{shop.merchant}").json()
    profiles = shop.sandbox.shipping.get(f"/profiles/{shop.merchant}").json()

    assert (firms["error"], firms["msg"]) == (False, "")
    names = {firm["cargoFirmName"] for label in firms["cargoFirms"] for firm in label["cargoFirms"]}
    assert {"HepsiJet", "Aras Kargo", "Mağaza Hesabı"} <= names
    assert set(profiles["profiles"][0]) == {"id", "name", "createdAt", "updatedAt"}
