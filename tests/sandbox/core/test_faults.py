"""Each fault as a client sees it, and whether the request took effect behind it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from hbdash.sandbox.faults import KINDS, FaultRule, Faults
from hbdash.sandbox.misbehaviour import route_of
from tests.sandbox.conftest import SandboxUnderTest


def read(sandbox: SandboxUnderTest, **settings: Any) -> httpx.Response:
    """A list of ten rows."""
    path = f"/listings/merchantid/{sandbox.world.merchant_id}"
    return sandbox.listing.get(path, params={"offset": 0, "limit": 10}, **settings)


def write(sandbox: SandboxUnderTest, **settings: Any) -> httpx.Response:
    """A request with an effect: one stock upload."""
    path = f"/listings/merchantid/{sandbox.world.merchant_id}/stock-uploads"
    rows = [{"merchantSku": "LZR-NOT-THERE", "availableStock": 1}]
    return sandbox.listing.post(path, json=rows, **settings)


def uploads(sandbox: SandboxUnderTest) -> int:
    count = sandbox.call(
        lambda world: world.db.execute("SELECT count(*) FROM hb_upload").fetchone()
    )
    return int(count[0])


def set_fault(sandbox: SandboxUnderTest, kind: str, **settings: Any) -> dict[str, Any]:
    answer = sandbox.control.post("/faults", json={"kind": kind, **settings})
    assert answer.status_code == 201, answer.text
    rule: dict[str, Any] = answer.json()
    return rule


def status_is(status: int, start: bytes = b"") -> Callable[[httpx.Response], bool]:
    return lambda answer: answer.status_code == status and answer.content.startswith(start)


ANSWERED = {
    "status": (status_is(503), {"status": 503}),
    "rate_limit": (
        lambda r: r.status_code == 429 and r.headers["X-RateLimit-Reset"] == "3", {"seconds": 3},
    ),
    "wall": (
        lambda r: r.status_code == 403 and r.headers["content-encoding"] == "gzip"
        and b"Access Denied" in r.content, {},
    ),
    "html": (status_is(200, b"<!doctype html>"), {}),
    "empty": (lambda r: r.status_code == 200 and r.content == b"", {}),
}  # fmt: skip
BROKEN = {
    "drop": "Server disconnected without sending a response",
    "lost_answer": "Server disconnected without sending a response",
    "half": "peer closed connection without sending complete message body",
}
EFFECT = {"malformed": 1, "drip": 1, "half": 1, "lost_answer": 1, "latency": 1}


@pytest.mark.parametrize("kind", ANSWERED)
def test_faults_that_answer_in_place_of_the_service(sandbox: SandboxUnderTest, kind: str) -> None:
    seen_as, settings = ANSWERED[kind]
    set_fault(sandbox, kind, count=1, **settings)
    assert seen_as(write(sandbox))
    assert uploads(sandbox) == 0
    assert write(sandbox).status_code == 200


@pytest.mark.parametrize("kind", ANSWERED)
def test_they_may_come_after_the_effect(sandbox: SandboxUnderTest, kind: str) -> None:
    seen_as, settings = ANSWERED[kind]
    set_fault(sandbox, kind, count=1, after_effect=True, **settings)
    assert seen_as(write(sandbox))
    assert uploads(sandbox) == 1


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_connections(sandbox: SandboxUnderTest, kind: str) -> None:
    set_fault(sandbox, kind, count=1)
    with pytest.raises(httpx.RemoteProtocolError, match=BROKEN[kind]):
        write(sandbox)
    assert uploads(sandbox) == EFFECT.get(kind, 0)
    assert write(sandbox).status_code == 200


@pytest.mark.parametrize(("after_effect", "effects"), [(False, 0), (True, 1)])
def test_timeout(sandbox: SandboxUnderTest, after_effect: bool, effects: int) -> None:
    set_fault(sandbox, "timeout", count=1, after_effect=after_effect)
    with pytest.raises(httpx.ReadTimeout):
        write(sandbox, timeout=0.3)
    assert uploads(sandbox) == effects


def test_a_timeout_with_an_end_closes_the_connection(sandbox: SandboxUnderTest) -> None:
    set_fault(sandbox, "timeout", count=1, seconds=0.1)
    with pytest.raises(httpx.RemoteProtocolError):
        write(sandbox)


def test_malformed_is_no_json_but_says_it_is(sandbox: SandboxUnderTest) -> None:
    set_fault(sandbox, "malformed", count=1)
    answer = read(sandbox)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    with pytest.raises(ValueError):
        answer.json()


def test_latency_and_drip_delay_a_right_answer(sandbox: SandboxUnderTest) -> None:
    right = read(sandbox).content
    for kind, settings in (("latency", {"seconds": 0.2}), ("drip", {"seconds": 0.02})):
        set_fault(sandbox, kind, count=1, **settings)
        started = time.monotonic()
        assert read(sandbox).content == right
        assert time.monotonic() - started >= 0.18


def test_duplicates_and_disorder_in_lists(sandbox: SandboxUnderTest) -> None:
    right = read(sandbox).json()["listings"]
    assert len(right) == 10
    set_fault(sandbox, "duplicate", count=1)
    doubled = read(sandbox).json()["listings"]
    assert len(doubled) > len(right)
    assert [row for i, row in enumerate(doubled) if row not in doubled[:i]] == right
    set_fault(sandbox, "shuffle", count=1)
    mixed = read(sandbox).json()["listings"]
    assert mixed != right
    assert sorted(mixed, key=json.dumps) == sorted(right, key=json.dumps)


def test_a_rule_meets_only_what_it_names(sandbox: SandboxUnderTest) -> None:
    set_fault(sandbox, "status", service="listing", method="POST", path=r"stock-uploads$")
    assert write(sandbox).status_code == 500
    assert read(sandbox).status_code == 200
    set_fault(sandbox, "status", service="oms", status=502)
    assert read(sandbox).status_code == 200


def test_count_and_deletion(sandbox: SandboxUnderTest) -> None:
    twice = set_fault(sandbox, "status", count=2)
    assert [read(sandbox).status_code for _ in range(3)] == [500, 500, 200]
    assert sandbox.control.delete(f"/faults/{twice['id']}").status_code == 404
    kept = set_fault(sandbox, "empty")
    assert sandbox.control.get("/faults").json()["faults"][0]["id"] == kept["id"]
    assert sandbox.control.delete(f"/faults/{kept['id']}").status_code == 200
    set_fault(sandbox, "empty")
    assert sandbox.control.delete("/faults").json() == {"faults": []}
    assert read(sandbox).json()["listings"]


def test_probability_is_kept_over_many_requests() -> None:
    faults = Faults()
    faults.add(kind="drop", probability=0.2)
    met = sum(bool(faults.for_request("oms", "GET", "/x")) for _ in range(5_000))
    assert 850 < met < 1_150


def test_control_is_never_disturbed(sandbox: SandboxUnderTest) -> None:
    set_fault(sandbox, "drop")
    assert sandbox.control.get("/clock").status_code == 200


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "kind is missing"),
        ({"kind": "fire"}, "unknown fault 'fire'"),
        ({"kind": "drop", "servise": "oms"}, "unknown setting 'servise'"),
        ({"kind": "drop", "service": "bank"}, "unknown service 'bank'"),
        ({"kind": "drop", "path": "("}, "path is no regular expression"),
        ({"kind": "drop", "probability": 2}, "probability must lie between"),
        ({"kind": "drop", "count": 0}, "count must be at least 1"),
        ({"kind": "drop", "count": "many"}, "wrong type"),
        ({"kind": "status", "status": 42}, "status must be an HTTP status"),
        ({"kind": "latency", "seconds": -1}, "must not be negative"),
    ],
)
def test_a_wrong_rule_is_refused_in_words(
    sandbox: SandboxUnderTest, settings: dict[str, Any], words: str
) -> None:
    answer = sandbox.control.post("/faults", json=settings)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_every_kind_is_tested_here() -> None:
    tested = {*ANSWERED, *BROKEN, "timeout", "malformed", "latency", "drip", "duplicate", "shuffle"}
    assert tested == set(KINDS)
    assert all(FaultRule(kind).kind == kind for kind in KINDS)


def test_requests_are_counted_by_route_and_status(sandbox: SandboxUnderTest) -> None:
    read(sandbox)
    read(sandbox)
    set_fault(sandbox, "drop", count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        read(sandbox)
    counted = sandbox.control.get("/requests", params={"service": "listing"}).json()
    assert counted["count"] == 3
    assert {row["status"]: row["count"] for row in counted["requests"]} == {200: 2, 0: 1}
    assert all(sandbox.world.merchant_id not in row["route"] for row in counted["requests"])


def test_routes_name_their_parameters() -> None:
    assert route_of("/listings/sku/LZR-1", {"sku": "LZR-1"}) == "/listings/sku/{sku}"
    assert route_of("/claims/number/041987654/reject", {}) == "/claims/number/{id}/reject"
