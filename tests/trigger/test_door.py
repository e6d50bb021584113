"""Callers that are slow, huge, many, or there when the engine leaves."""

from __future__ import annotations

import socket
import time

import pytest

from hbdash.config.trigger import TriggerConfig
from hbdash.store.database import Database
from hbdash.trigger.app import Door, trigger_app
from hbdash.trigger.server import TriggerServer
from tests.support.waiting import wait_for
from tests.trigger.conftest import TOKEN, Endpoint, Start

pytestmark = pytest.mark.requirement("R9.8")

HEAD = (
    b"POST /flow-trigger/lalezar/stock HTTP/1.1\r\nHost: x\r\n"
    b"Authorization: Token " + TOKEN.encode() + b"\r\nContent-Type: application/json\r\n"
)


def connected(endpoint: Endpoint) -> socket.socket:
    """A bare connection, closed by the test."""
    assert endpoint.server.bound is not None
    return socket.create_connection(endpoint.server.bound, timeout=10)


def answer_of(open_: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    parts = []
    try:
        while part := open_.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def test_headers_and_bodies_that_never_end_are_cut(start: Start, sqlite_database: Database) -> None:
    endpoint = start(sqlite_database, receive_s=0.3)
    with connected(endpoint) as silent, connected(endpoint) as dripping:
        silent.sendall(HEAD[:30])
        dripping.sendall(HEAD + b"Content-Length: 50\r\n\r\n{")
        assert answer_of(silent) == b""
        assert b" 408 " in answer_of(dripping)
    assert endpoint.requests == []


def test_huge_bodies_and_headers_are_refused_before_they_are_read(quick: Endpoint) -> None:
    with connected(quick) as announced, connected(quick) as endless, connected(quick) as headers:
        announced.sendall(HEAD + b"Content-Length: 99999999999\r\n\r\n{")
        assert b" 413 " in answer_of(announced)
        endless.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        try:
            for _ in range(64):
                endless.sendall(chunk)
        except OSError:
            pass
        else:
            assert b" 413 " in answer_of(endless)
        headers.sendall(HEAD + b"X-Long: " + b"x" * 100_000)
        assert b" 400 " in answer_of(headers) or not answer_of(headers)
    assert quick.requests == []


def test_more_connections_than_allowed_are_cut_and_the_next_is_served(
    start: Start, sqlite_database: Database
) -> None:
    endpoint = start(sqlite_database, connections=4, receive_s=1.0)
    held = [connected(endpoint) for _ in range(12)]
    try:
        for one in held:
            one.setblocking(False)
        wait_for(lambda: sum(_is_cut(one) for one in held) >= 8, what="connections cut")
    finally:
        for one in held:
            one.close()
    wait_for(lambda: _served(endpoint), what="a call after the crowd")


def _is_cut(one: socket.socket) -> bool:
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _served(endpoint: Endpoint) -> bool:
    try:
        return endpoint.post("stock", {}).status_code == 202
    except OSError:
        return False
    except Exception as error:  # noqa: BLE001 - whatever httpx calls a connection that was cut
        return "httpx" not in type(error).__module__ and False


def test_it_ends_within_the_second_with_calls_under_way(quick: Endpoint) -> None:
    with connected(quick) as open_:
        open_.sendall(HEAD + b"Content-Length: 50\r\n\r\n{")
        wait_for(lambda: quick.server.bound is not None)
        begun = time.monotonic()
        quick.server.stop()
        assert time.monotonic() - begun < 1.0
        assert quick.server.bound is None
        answer_of(open_)


def test_the_second_process_takes_the_port_when_the_first_leaves(
    start: Start, sqlite_database: Database
) -> None:
    first = start(sqlite_database)
    assert first.server.bound is not None
    second = TriggerServer(
        trigger_app(lambda slug, flow, body: None, Door(TOKEN)),  # type: ignore[arg-type, return-value]
        first.server.bound,
    )
    second.start()
    try:
        first.server.stop(wait=3)
        wait_for(lambda: second.bound is not None, what="the second one's turn")
    finally:
        second.stop(wait=3)


def test_it_serves_only_while_it_is_wanted() -> None:
    wanted = [False]
    server = TriggerServer(
        trigger_app(lambda slug, flow, body: None, Door(TOKEN)),  # type: ignore[arg-type, return-value]
        ("127.0.0.1", 0),
        wanted=lambda: wanted[0],
    )
    server.start()
    try:
        assert server.bound is None
        wanted[0] = True
        wait_for(lambda: server.bound is not None)
        wanted[0] = False
        wait_for(lambda: server.bound is None)
    finally:
        server.stop(wait=3)


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({"listen": "127.0.0.1:8700"}, "token"),
        ({"listen": "127.0.0.1:8700", "token": "short"}, "16"),
        ({"listen": "8700", "token": TOKEN}, "host:port"),
        ({"listen": "127.0.0.1:99999", "token": TOKEN}, "host:port"),
        ({"slug": "A B"}, "pattern"),
        ({"public_url": "hbdash.example"}, "pattern"),
    ],
)
def test_a_section_that_can_t_be_meant_is_refused(keys: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        TriggerConfig(**keys)


def test_the_address_for_the_other_system() -> None:
    here = TriggerConfig(listen="[::1]:8700", token=TOKEN)
    assert here.is_loopback
    assert not TriggerConfig(listen="0.0.0.0:8700", token=TOKEN).is_loopback
    outside = TriggerConfig(public_url="https://hb.example/")
    assert outside.url_of("hb", "stock") == "https://hb.example/flow-trigger/hb/stock"
