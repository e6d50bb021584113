"""The order system's web hooks, against the reference's facts (O§9)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from hbdash.sandbox.omnitron import splitting
from tests.sandbox.conftest import SandboxUnderTest
from tests.support.waiting import wait_for

pytestmark = pytest.mark.requirement("R9.3", "R9.4", "R9.8")

EVENT = "order.split_package_7"
FIXED = {"choice": "fixed", "kwargs": {"seconds": 120}}


@dataclass
class Receiver:
    """A bare HTTP server that keeps what it gets."""

    url: str
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 202


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(kept.status)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept = Receiver(f"http://127.0.0.1:{server.server_address[1]}/flow-trigger/x/split_packages")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield kept
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def oms(sandbox: SandboxUnderTest) -> httpx.Client:
    client = sandbox.client("/omnitron")
    client.headers["Authorization"] = sandbox.omnitron.headers["Authorization"]
    return client


def hook(oms: httpx.Client, **changes: Any) -> httpx.Response:
    body = {"event_type": EVENT, "target_url": "http://x.example/t",
            "retry_countdown_config": FIXED, **changes}  # fmt: skip
    return oms.post("/whisperer/hooks/", json={k: v for k, v in body.items() if v is not ...})


def test_the_channel_in_the_order_system_has_another_number(
    sandbox: SandboxUnderTest, oms: httpx.Client
) -> None:
    for path in ("/oms/channels/", "/api/v1/oms/channels/"):
        (row,) = oms.get(path, params={"limit": 9999}).json()["results"]
        assert (row["id"], row["omnitron_id"]) == (7, sandbox.world.channel_id)
    assert EVENT in oms.get("/whisperer/hooks/registry/").json()
    assert httpx.get(f"{sandbox.url}/omnitron/whisperer/hooks/").status_code == 401


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"event_type": "order.split_package_137"}, "event_type"),
    ({"event_type": ...}, "event_type"),
    ({"target_url": "x.example"}, "target_url"),
    ({"target_url": "http://x.example/" + "a" * 255}, "target_url"),
    ({"secret_key": "s" * 125}, "secret_key"),
    ({"callback": "c" * 65}, "callback"),
    ({"retry_countdown_config": ...}, "retry_countdown_config"),
    ({"retry_countdown_config": {"choice": "never", "kwargs": {}}}, "retry_countdown_config"),
    ({"retry_countdown_config": {"choice": "fixed", "kwargs": {}}}, "retry_countdown_config"),
    ({"retry_countdown_config": {"choice": "fixed", "kwargs": {"seconds": -1}}},
     "retry_countdown_config"),
    ({"retry_countdown_config": {"choice": "random",
                                 "kwargs": {"min_value": 3, "max_value": 3}}},
     "retry_countdown_config"),
    ({"additional_headers": "x"}, "additional_headers"),
)  # fmt: skip


def test_what_a_hook_may_say(oms: httpx.Client) -> None:
    for changes, name in WRONG:
        answer = hook(oms, **changes)
        assert answer.status_code == 400, (changes, answer.text)
        assert name in answer.json()
    made = hook(oms)
    assert made.status_code == 201
    assert made.json()["is_active"] is True
    assert made.json()["config"] == made.json()["additional_headers"] == {}


def test_a_hook_is_unique_and_never_deleted(oms: httpx.Client) -> None:
    number = hook(oms).json()["pk"]
    twice = hook(oms)
    assert (twice.status_code, twice.json()["code"]) == (406, "webhook_100_2")
    other = hook(oms, target_url="http://y.example/t").json()["pk"]
    moved = oms.patch(f"/whisperer/hooks/{other}/", json={"target_url": "http://x.example/t"})
    assert moved.status_code == 406
    assert oms.delete(f"/whisperer/hooks/{number}/").status_code == 204
    assert oms.get(f"/whisperer/hooks/{number}/").json()["is_active"] is False
    assert hook(oms).status_code == 406
    again = oms.patch(f"/whisperer/hooks/{number}/", json={"is_active": True})
    assert again.json()["is_active"] is True
    assert oms.put(f"/whisperer/hooks/{number}/", json={"is_active": True}).status_code == 400


def events(oms: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = oms.get("/whisperer/hook_events/").json()["results"]
    return found


def test_a_delivery_carries_event_signature_and_headers(
    sandbox: SandboxUnderTest, oms: httpx.Client, receiver: Receiver
) -> None:
    hook(oms, target_url=receiver.url, secret_key="whisper",
         additional_headers={"Authorization": "Token abc"})  # fmt: skip
    (uuid,) = sandbox.call(splitting.send_event, {"a": "ü"})["events"]
    wait_for(lambda: bool(events(oms)) and events(oms)[0]["delivered"], what="the delivery")
    ((headers, body),) = receiver.got
    assert headers["authorization"] == "Token abc"
    assert headers["x-whisperer-event"] == EVENT
    digest = hmac.new(b"whisper", body, hashlib.sha256).hexdigest()
    assert headers["x-whisperer-signature"] == f"sha256={digest}"
    assert json.loads(body) == {"event": {"type": EVENT, "uuid": uuid}, "payload": {"a": "ü"}}
    sandbox.call(splitting.send_event_again, uuid)
    wait_for(lambda: len(receiver.got) == 2, what="the repetition")
    assert receiver.got[1][1] == body
    number = events(oms)[0]["pk"]
    refused = oms.post(f"/whisperer/hook_events/{number}/retry/", json={})
    assert (refused.status_code, refused.json()["code"]) == (406, "event_100_3")


def test_ten_retries_two_minutes_apart_and_then_no_more(
    sandbox: SandboxUnderTest, oms: httpx.Client, receiver: Receiver
) -> None:
    receiver.status = 409
    hook(oms, target_url=receiver.url)
    sandbox.call(splitting.send_event, {})
    for attempt in range(1, 12):
        wait_for(_noted(oms, attempt), what=f"attempt {attempt}")
        if attempt == 1:
            number = events(oms)[0]["pk"]
            refused = oms.post(f"/whisperer/hook_events/{number}/retry/", json={})
            assert (refused.status_code, refused.json()["code"]) == (406, "event_100_6")
            sandbox.move(118)
            assert oms.get("/whisperer/event_queues/").json()["count"] == 1
            sandbox.move(2)
        else:
            sandbox.move(120)
    assert oms.get("/whisperer/event_queues/").json()["count"] == 0
    receiver.status = 202
    assert oms.post(f"/whisperer/hook_events/{number}/retry/", json={}).status_code == 200
    wait_for(lambda: bool(events(oms)[0]["delivered"]), what="the retry by hand")
    assert len(receiver.got) == 12


def _noted(oms: httpx.Client, attempt: int) -> Callable[[], bool]:
    return lambda: bool(events(oms)) and events(oms)[0]["retry_count"] == attempt


def test_a_dead_address_counts_as_500(sandbox: SandboxUnderTest, oms: httpx.Client) -> None:
    hook(oms, target_url="http://127.0.0.1:9/t")
    sandbox.call(splitting.send_event, {})
    wait_for(_noted(oms, 1))
    assert events(oms)[0]["response_http_status"] == 500
