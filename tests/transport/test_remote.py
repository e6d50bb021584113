"""One call and all the ways in which it can end (engine-craft §4, H§4, H§5)."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Callable
from decimal import Decimal

import pytest

from hbdash.transport.call import ONCE
from hbdash.transport.errors import (
    AuthRefused,
    BadShape,
    CallStopped,
    Conflict,
    LostAnswer,
    NotFound,
    RateLimited,
    Refused,
    RemoteError,
    ServerError,
    Slow,
    Unreachable,
    Walled,
)
from hbdash.transport.recorder import Exchange, calling
from hbdash.transport.remote import Remote
from tests.support.rawserver import (
    Act,
    RawServer,
    answer,
    drip,
    reset,
    say,
    say_and_close,
    silent,
)

Serve = Callable[..., RawServer]
Make = Callable[..., Remote]

WALL = answer(
    b"<html><body>Access Denied</body></html>", "403 Forbidden", "Content-Type: text/html\r\n"
)


class Notes:
    """A recorder that keeps everything."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def record(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)


def test_a_good_answer_brings_status_body_and_both_ids(serve: Serve, remote: Make) -> None:
    server = serve(say(answer(b'{"a":1}', headers="X-Correlation-Id: abc-1\r\n")))
    reply = remote(server.url).request("GET", "/x", params={"a": 1, "b": None, "c": ["d", "e"]})
    assert (reply.status, reply.json(), reply.correlation_id) == (200, {"a": 1}, "abc-1")
    head = server.requests[0].decode()
    assert head.startswith("GET /x?a=1&c=d&c=e HTTP/1.1")
    assert f"X-Request-Id: {reply.request_id}" in head
    assert "User-Agent: lalezar_dev\r\n" in head
    assert "Authorization: Basic " + base64.b64encode(b"merchant:key").decode() in head


def test_amounts_go_out_as_numbers_with_a_dot(serve: Serve, remote: Make) -> None:
    server = serve(say(answer()))
    remote(server.url).request("POST", "/x", json={"price": Decimal("118.97"), "n": Decimal("5")})
    assert server.requests[0].endswith(b'{"price":118.97,"n":5}')


@pytest.mark.parametrize(
    "act",
    [
        drip(answer(b'{"a":1}')),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n" + b" " * 400),
        silent,
    ],
    ids=["dripped head", "dripped body", "silence"],
)
def test_the_deadline_holds_for_the_whole_call(act: Act, serve: Serve, remote: Make) -> None:
    server = serve(act)
    started = time.monotonic()
    with pytest.raises(Slow) as caught:
        remote(server.url).request("POST", "/x", json={}, deadline=0.4)
    assert time.monotonic() - started < 2.0
    assert caught.value.failure_id == "remote.timeout"
    assert caught.value.unknown_outcome


HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"


@pytest.mark.parametrize(
    "act",
    [reset, say_and_close(b""), say_and_close(HALF)],
    ids=["reset", "closed", "half an answer"],
)
def test_a_write_is_never_repeated_after_a_lost_answer(
    act: Act, serve: Serve, remote: Make
) -> None:
    server = serve(act, say(answer()))
    with pytest.raises(LostAnswer) as caught:
        remote(server.url).request("POST", "/x", json={})
    assert caught.value.unknown_outcome
    assert len(server.requests) == 1


@pytest.mark.parametrize("act", [reset, say_and_close(HALF), say(answer(status="503 Busy"))])
def test_a_read_is_repeated_until_it_succeeds(act: Act, serve: Serve, remote: Make) -> None:
    server = serve(act, act, say(answer(b"[1]")))
    assert remote(server.url).request("GET", "/x").json() == [1]
    assert len(server.requests) == 3


def test_a_read_gives_up_after_its_tries_without_doubt(serve: Serve, remote: Make) -> None:
    server = serve(say(answer(b'"out of order"', "500 Oops")))
    with pytest.raises(ServerError, match="out of order") as caught:
        remote(server.url).request("GET", "/x")
    assert len(server.requests) == 3
    assert not caught.value.unknown_outcome


def test_a_write_refused_for_its_rate_is_repeated(serve: Serve, remote: Make) -> None:
    busy = answer(b"{}", "429 Too Many", "X-RateLimit-Reset: 0\r\n")
    server = serve(say(busy), say(answer(b'{"id":"1"}')))
    assert remote(server.url).request("POST", "/x", json={}).json() == {"id": "1"}


def test_nobody_there_is_certain_and_repeatable(remote: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable) as caught:
        remote(f"http://127.0.0.1:{port}").request("POST", "/x", json={})
    assert not caught.value.unknown_outcome


@pytest.mark.parametrize(
    "url", ["http://no-such-host.invalid", "ftp://host", "nonsense", "http://[bad", ""]
)
def test_a_wrong_address_is_a_typed_error(url: str, remote: Make) -> None:
    with pytest.raises(RemoteError) as caught:
        remote(url, retry=ONCE).request("GET", "/x")
    assert caught.value.failure_id == "remote.unreachable"


@pytest.mark.requirement("R2.12")
def test_a_user_agent_that_no_header_can_hold_is_a_typed_error(serve: Serve, remote: Make) -> None:
    server = serve(say(answer()))
    for bad in ("şirket", "a\r\nX: y"):
        with pytest.raises(Refused, match="can't be sent"):
            remote(server.url, user_agent=bad).request("GET", "/x")
    assert server.requests == []


@pytest.mark.parametrize(
    ("raw", "kind", "failure_id", "text"),
    [
        (answer(b"", "401 No"), AuthRefused, "remote.auth", "HTTP 401"),
        (answer(b"Missing Credentials!", "401 No"), AuthRefused, "remote.auth", "Missing Cred"),
        (WALL, Walled, "remote.wall", "web page"),
        (answer(b'"no"', "403 No"), AuthRefused, "remote.auth", "no"),
        (answer(b'{"detail":"Gone."}', "404 No"), NotFound, "remote.refused", "Gone."),
        (answer(b'{"message":"twice"}', "409 No"), Conflict, "remote.refused", "twice"),
        (answer(b'{"stock":["low"]}', "400 No"), Refused, "remote.refused", "stock: low"),
        (answer(b"<html>hello</html>"), BadShape, "remote.shape", "web page"),
        (answer(b"", "302 Go", "Location: /in\r\n"), BadShape, "remote.shape", "redirected to"),
    ],
)
def test_each_no_becomes_its_own_error(
    raw: bytes, kind: type[RemoteError], failure_id: str, text: str, serve: Serve, remote: Make
) -> None:
    with pytest.raises(kind, match=text) as caught:
        remote(serve(say(raw)).url, retry=ONCE).request("GET", "/packages/0451/x")
    error = caught.value
    assert type(error) is kind
    assert error.failure_id == failure_id
    assert error.params["endpoint"] == "GET /packages/{}/x"
    assert (error.side, error.service) == ("hepsiburada", "oms")


def test_broken_compression_is_a_bad_shape(serve: Serve, remote: Make) -> None:
    raw = answer(b"no gzip at all", headers="Content-Encoding: gzip\r\n")
    with pytest.raises(BadShape):
        remote(serve(say(raw)).url).request("GET", "/x")


def test_a_page_in_place_of_a_writes_answer_leaves_a_doubt(serve: Serve, remote: Make) -> None:
    with pytest.raises(BadShape) as caught:
        remote(serve(say(answer(b"<!DOCTYPE html>"))).url).request("POST", "/x", json={})
    assert caught.value.unknown_outcome


def test_a_bare_403_means_rate_only_after_the_credentials_were_proven(
    serve: Serve, remote: Make
) -> None:
    forbidden = answer(b"{}", "403 No")
    server = serve(say(forbidden), say(answer()), say(forbidden))
    one = remote(server.url, forbidden_is_rate=True, retry=ONCE)
    with pytest.raises(AuthRefused):
        one.request("GET", "/x")
    one.request("GET", "/x")
    with pytest.raises(RateLimited):
        one.request("GET", "/x")


class RenewableAuth:
    def __init__(self, *tokens: str) -> None:
        self._tokens = list(tokens)

    def header(self) -> str:
        return self._tokens[0]

    def renew(self, refused: str) -> bool:
        if len(self._tokens) > 1:
            self._tokens.pop(0)
        return True


def test_a_refused_token_is_renewed_once_and_the_call_replayed(serve: Serve, remote: Make) -> None:
    server = serve(say(answer(b"", "401 No")), say(answer(b"[2]")))
    one = remote(server.url, auth=RenewableAuth("Token old", "Token new"))
    assert one.request("POST", "/x", json={}).json() == [2]
    assert b"Token old" in server.requests[0]
    assert b"Token new" in server.requests[1]


def test_a_token_refused_twice_ends_the_call(serve: Serve, remote: Make) -> None:
    server = serve(say(answer(b"", "401 No")))
    with pytest.raises(AuthRefused):
        remote(server.url, auth=RenewableAuth("Token a", "Token b")).request("GET", "/x")
    assert len(server.requests) == 2


def test_a_stop_flag_ends_the_wait_between_tries(serve: Serve, remote: Make) -> None:
    server = serve(say(answer(b"{}", "429 Too Many", "Retry-After: 4\r\n")))
    stop = threading.Event()
    threading.Thread(target=lambda: (server.wait_for_requests(1), stop.set())).start()
    started = time.monotonic()
    with calling(waiter=stop), pytest.raises(CallStopped):
        remote(server.url).request("GET", "/x")
    assert time.monotonic() - started < 2.0


def test_a_wait_longer_than_the_calls_time_is_not_begun(serve: Serve, remote: Make) -> None:
    server = serve(say(answer(b"{}", "429 Too Many", "Retry-After: 60\r\n")))
    with pytest.raises(RateLimited) as caught:
        remote(server.url).request("GET", "/x")
    assert caught.value.retry_after == 60.0
    assert len(server.requests) == 1


def test_hanging_up_breaks_a_call_under_way(serve: Serve, remote: Make) -> None:
    server = serve(silent)
    one = remote(server.url, deadline=30.0, retry=ONCE)

    def hang_up() -> None:
        server.wait_for_requests(1)
        one.hang_up()

    threading.Thread(target=hang_up).start()
    started = time.monotonic()
    with pytest.raises(LostAnswer):
        one.request("GET", "/x")
    assert time.monotonic() - started < 5.0


def test_every_try_is_recorded_with_secrets_masked(serve: Serve, remote: Make) -> None:
    server = serve(say(answer(b"{}", "500 No")), say(answer(b'{"email":"a@b.tr"}')))
    notes = Notes()
    with calling(recorder=notes):
        body = {"password": "hunter2", "sku": "LZR-1"}
        remote(server.url).request("POST", "/x/1", json=body, repeatable=True)
    assert [one.status for one in notes.exchanges] == [500, 200]
    assert [one.attempt for one in notes.exchanges] == [1, 2]
    assert [one.failure_id for one in notes.exchanges] == ["remote.server", ""]
    text = notes.exchanges[1].request_text
    assert text.startswith(f"POST - {server.url}/x/1 - ")
    assert "hunter2" not in text
    assert "LZR-1" in text
    assert "a@b.tr" not in notes.exchanges[1].response_text


def test_a_secret_call_leaves_no_body_behind(serve: Serve, remote: Make) -> None:
    notes = Notes()
    server = serve(say(answer(b'{"key":"0123abcd"}')))
    remote(server.url, recorder=notes).request("POST", "/login", json={"p": "q"}, secret=True)
    assert "0123abcd" not in notes.exchanges[0].response_text
    assert '"q"' not in notes.exchanges[0].request_text


def test_connections_are_kept_and_shared_by_threads(serve: Serve, remote: Make) -> None:
    server = serve(say(answer(b"[]")))
    one = remote(server.url)
    done: list[object] = []
    threads = [
        threading.Thread(target=lambda: done.append(one.request("GET", "/x").json()))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert done == [[]] * 8
