"""What a call may say, and what it is told."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from datetime import timedelta
from typing import Any

import httpx
import pytest

from hbdash.flows.registry import FLOWS
from hbdash.store.database import Database
from hbdash.store.log.reader import story
from hbdash.store.retention import trim_triggers
from tests.support import shop
from tests.trigger.conftest import CONF, TOKEN, Endpoint, Start

pytestmark = pytest.mark.requirement("R9.2", "R9.4", "R9.6", "R9.7", "R9.8")

EMPTY: dict[str, Any] = {"keys": [], "window": {}}
UUID = "da81e85139824c6187dd1e58a7d3f971"


def enveloped(content: Any, uuid: str = UUID, spelling: str = "payload") -> dict[str, Any]:
    """As Akinon's engine sends an event (O§9.4)."""
    return {"event": {"type": "order.split_package_7", "uuid": uuid}, spelling: content}


def test_every_flow_that_is_built_can_be_triggered(endpoint: Endpoint) -> None:
    built = [flow for flow, spec in FLOWS.items() if spec.built and flow != "split_packages"]
    for flow in built:
        answer = endpoint.post(flow, EMPTY)
        assert answer.status_code == 202, (flow, answer.text)
        assert set(answer.json()) == {"correlation_id"}
        assert answer.json()["correlation_id"]
    asked = {row["flow"]: row for row in endpoint.requests}
    assert set(asked) == set(built)
    assert {row["state"] for row in asked.values()} == {"waiting"}
    assert asked["stock"]["payload"]["keys"] == []
    assert asked["stock"]["requested_by"] == "webhook"


def test_keys_and_a_window_reach_the_engine(quick: Endpoint) -> None:
    assert quick.post("stock", {"keys": ["LZR-1", 4711, "LZR-1"]}).status_code == 202
    window = {"from": "2026-11-20T00:00:00", "to": "2026-11-20T12:00:00Z"}
    assert quick.post("order_create", {"window": window}).status_code == 202
    stock, orders = quick.requests
    assert stock["payload"]["keys"] == ["LZR-1", "4711"]
    assert orders["payload"]["window"] == [
        "2026-11-19T21:00:00+00:00", "2026-11-20T12:00:00+00:00",
    ]  # fmt: skip


def test_what_is_accepted_is_stored_audited_and_in_the_log(endpoint: Endpoint) -> None:
    correlation = endpoint.post("stock", enveloped(EMPTY)).json()["correlation_id"]
    (request,) = endpoint.requests
    (event,) = endpoint.events
    (line,) = [row for row in endpoint.trail if row["action"] == "flow.trigger"]
    assert request["payload"]["correlation_id"] == correlation
    assert (event["correlation_id"], event["request_id"]) == (correlation, request["id"])
    assert event["key"] == f"event:{UUID}"
    assert (line["who"], line["via"], line["outcome"]) == ("webhook", "webhook", "accepted")
    with endpoint.db.read() as connection:
        lines = story(connection, endpoint.channel_id, correlation)
    assert [row.code for row in lines] == ["trigger.accepted"]


@pytest.mark.parametrize("spelling", ["payload", "data"])
def test_an_event_delivered_again_starts_nothing_again(endpoint: Endpoint, spelling: str) -> None:
    """For at least twelve weeks, also after the flag went off, whatever the order of the keys."""
    first = endpoint.post("stock", enveloped({"keys": ["A"], "window": {}}, spelling=spelling))
    endpoint.clock.move(timedelta(weeks=12))
    endpoint.settings(feature_flags={})
    again = endpoint.post("stock", enveloped({"window": {}, "keys": ["A"]}, spelling=spelling))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert len(endpoint.requests) == 1
    (event,) = endpoint.events
    assert event["deliveries"] == 2
    other = endpoint.post("stock", enveloped({"keys": ["B"]}, spelling=spelling))
    assert (other.status_code, other.json()["error"]) == (409, "trigger.differs")


def test_deliveries_at_the_same_moment_are_one(endpoint: Endpoint) -> None:
    answers: list[httpx.Response] = []
    barrier = threading.Barrier(8)

    def deliver() -> None:
        client = endpoint.client()
        barrier.wait()
        answers.append(client.post("/flow-trigger/lalezar/price", json=enveloped(EMPTY)))

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert {one.status_code for one in answers} == {202}
    assert len({one.json()["correlation_id"] for one in answers}) == 1
    assert len(endpoint.requests) == 1


def test_a_caller_without_uuid_may_ask_again_after_a_day(quick: Endpoint) -> None:
    one = quick.post("stock", EMPTY).json()
    quick.clock.move(timedelta(hours=23))
    assert quick.post("stock", EMPTY).json() == one
    quick.clock.move(timedelta(hours=1, minutes=1))
    assert quick.post("stock", EMPTY).json() != one
    assert len(quick.requests) == 2


def test_the_same_uuid_for_another_flow_is_another_event(quick: Endpoint) -> None:
    assert (
        quick.post("stock", enveloped(EMPTY)).json() != quick.post("price", enveloped(EMPTY)).json()
    )


def test_the_book_of_events_is_trimmed_when_none_can_come_again(quick: Endpoint) -> None:
    quick.post("stock", enveloped(EMPTY))
    quick.post("price", EMPTY)
    trim_triggers(quick.db, shop.ahead(days=2))
    assert [row["flow"] for row in quick.events] == ["stock"]
    trim_triggers(quick.db, shop.ahead(weeks=13))
    assert [row["flow"] for row in quick.events] == ["stock"]
    trim_triggers(quick.db, shop.ahead(weeks=15))
    assert quick.events == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"feature_flags": {**CONF["feature_flags"], "get_orders": False}}, "get_orders is false"),
        ({"is_active": False}, "inactive"),
        ({"cargo_company_mapping": {}}, "cargo_company_mapping"),
        ({"buffer_stock": "many"}, None),
        ({"order_number_format": "HB-{orderNumber}"}, "{id}"),
    ],
)
def test_a_flow_that_can_t_run_says_why(
    quick: Endpoint, changes: dict[str, Any], says: str | None
) -> None:
    quick.settings(**changes)
    answer = quick.post("order_create", enveloped(EMPTY))
    if says is None:
        assert answer.status_code == 202, "an unreadable buffer is none of the orders' business"
        return
    assert answer.status_code == 409, answer.text
    assert says in answer.json()["message"]
    assert quick.requests == []
    assert quick.events == [], "the sender's next try must find the way open"
    quick.settings()
    assert quick.post("order_create", enveloped(EMPTY)).status_code == 202


def call(endpoint: Endpoint, **how: Any) -> httpx.Response:
    """One wrong thing in an otherwise right call."""
    method = how.pop("method", "POST")
    path = how.pop("path", "/flow-trigger/lalezar/stock")
    client = endpoint.client(how.pop("token", TOKEN))
    headers = {"Content-Type": "application/json", **how.pop("headers", {})}
    content = how.pop("content", json.dumps(EMPTY).encode())
    return client.request(method, path, content=content, headers=headers)


WRONG: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"token": None}, 401, "trigger.token"),
    ({"token": "x" * 20}, 401, "trigger.token"),
    ({"token": None, "headers": {"Authorization": f"Bearer {TOKEN}"}}, 401, "trigger.token"),
    ({"token": None, "path": "/flow-trigger/nobody/stock"}, 401, "trigger.token"),
    ({"path": "/flow-trigger/nobody/stock"}, 404, "trigger.unknown_slug"),
    ({"path": "/flow-trigger/lalezar/stocks"}, 404, "trigger.unknown_flow"),
    ({"path": "/flow-trigger/lalezar/stock/"}, 404, "trigger.path"),
    ({"path": "/"}, 404, "trigger.path"),
    ({"method": "GET"}, 405, "trigger.method"),
    ({"method": "PUT"}, 405, "trigger.method"),
    ({"headers": {"Content-Type": "text/plain"}}, 415, "trigger.media_type"),
    ({"content": b"{"}, 400, "trigger.json"),
    ({"content": b"\xff\xfe"}, 400, "trigger.json"),
    ({"content": b""}, 400, "trigger.json"),
    ({"content": b"[]"}, 422, "trigger.payload"),
    ({"content": b'{"key": ["A"]}'}, 422, "trigger.payload"),
    ({"content": b'{"keys": "A"}'}, 422, "trigger.payload"),
    ({"content": b'{"keys": [true]}'}, 422, "trigger.payload"),
    ({"content": b'{"keys": [], "window": {"from": "now"}}'}, 422, "trigger.payload"),
    ({"content": b'{"window": {"from": "2026-01-01", "to": "2026-01-02"}}'}, 422, "flow.no_window"),
    ({"content": b'{"event": 1, "payload": {}}'}, 422, "trigger.payload"),
    ({"content": b'{"event": {"uuid": 7}, "payload": {}}'}, 422, "trigger.payload"),
    ({"content": b'{"event": {}, "payload": []}'}, 422, "trigger.payload"),
    ({"content": b'{"a":' * 600 + b"1" + b"}" * 600}, 422, "trigger.payload"),
)


def test_wrong_calls_are_told_apart_and_store_nothing(quick: Endpoint) -> None:
    for how, status, error in WRONG:
        answer = call(quick, **dict(how))
        assert (answer.status_code, answer.json()["error"]) == (status, error), (how, answer.text)
        assert answer.json()["message"]
        assert answer.headers["content-type"] == "application/json"
    assert quick.requests == []
    assert quick.events == []


def test_a_signed_installation_takes_signed_calls_only(
    start: Start, sqlite_database: Database
) -> None:
    endpoint = start(sqlite_database, signing_secret="whisper")
    body = json.dumps(enveloped(EMPTY)).encode()

    def signed(secret: str) -> dict[str, str]:
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Whisperer-Signature": f"sha256={digest}"}

    for headers in ({}, signed("shout"), {"X-Whisperer-Signature": "sha256=ü"}):
        raw = {name: value.encode() for name, value in headers.items()}
        answer = call(endpoint, content=body, headers=raw)
        assert (answer.status_code, answer.json()["error"]) == (401, "trigger.signature")
    assert call(endpoint, content=body, headers=signed("whisper")).status_code == 202
    assert call(endpoint, content=body + b" ", headers=signed("whisper")).status_code == 401
