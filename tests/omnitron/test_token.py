"""One login, reused, renewed once (O§1.2)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from hbdash.omnitron.client import OmnitronClient
from hbdash.omnitron.token import TokenAuth
from hbdash.transport.errors import AuthRefused, NotFound, RemoteError, Walled
from tests.omnitron.conftest import Connect
from tests.sandbox.conftest import SandboxUnderTest


def logins(sandbox: SandboxUnderTest) -> int:
    requests = sandbox.control.get("/requests").raise_for_status().json()["requests"]
    return sum(one["count"] for one in requests if "login" in one["route"])


def test_many_threads_log_in_once(client: OmnitronClient, sandbox: SandboxUnderTest) -> None:
    with ThreadPoolExecutor(8) as pool:
        channels = list(pool.map(lambda _: client.channel(), range(8)))
    assert {one.pk for one in channels} == {sandbox.world.channel_id}
    assert logins(sandbox) == 1


def test_a_refused_token_is_renewed_and_the_call_replayed(
    client: OmnitronClient, fault: Callable[..., None], sandbox: SandboxUnderTest
) -> None:
    client.ping()
    fault("status", status=401, path="channels", count=1)
    assert client.channel().pk == sandbox.world.channel_id
    assert logins(sandbox) == 2


def test_a_wrong_password_is_one_login_for_all_flows(
    connect: Connect, sandbox: SandboxUnderTest
) -> None:
    client = connect(password="wrong")
    for _ in range(3):
        with pytest.raises(AuthRefused) as caught:
            client.channel()
        assert caught.value.failure_id == "remote.auth"
        assert "wrong" not in caught.value.request_text
    assert logins(sandbox) == 1


def test_a_fixed_token_needs_no_login_and_is_never_renewed(
    client: OmnitronClient, connect: Connect, sandbox: SandboxUnderTest
) -> None:
    client.ping()
    token = sandbox.omnitron.headers["Authorization"].removeprefix("Token ")
    connect(username="", password="", token=token).ping()
    with pytest.raises(AuthRefused):
        connect(username="", password="", token="0" * 40).ping()


def test_neither_token_nor_login_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="token or a user name"):
        TokenAuth()


def test_an_unknown_channel_is_not_found(connect: Connect) -> None:
    with pytest.raises(NotFound):
        connect(channel_id=999).channel()


def test_a_wall_before_the_login_is_told_as_such(
    client: OmnitronClient, fault: Callable[..., None]
) -> None:
    fault("wall")
    with pytest.raises(Walled):
        client.ping()


@pytest.mark.parametrize("kind", ["html", "empty", "malformed"])
def test_a_login_that_brings_no_token_is_a_typed_error(
    kind: str, client: OmnitronClient, fault: Callable[..., None]
) -> None:
    fault(kind, path="login")
    with pytest.raises(RemoteError) as caught:
        client.ping()
    assert caught.value.failure_id == "remote.shape"
