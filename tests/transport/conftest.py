"""Remotes that speak to a server below HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hbdash.domain.clock import SystemClock
from hbdash.transport.auth import BasicAuth
from hbdash.transport.call import RetryPolicy
from hbdash.transport.remote import Remote
from tests.support.rawserver import Act, RawServer

QUICK = RetryPolicy(tries=3, seconds=5.0, first_delay=0.01, last_delay=0.02)


@pytest.fixture
def serve() -> Iterator[Callable[..., RawServer]]:
    """Start a server that carries out these acts."""
    servers: list[RawServer] = []

    def start(*acts: Act) -> RawServer:
        servers.append(RawServer(acts))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def remote() -> Iterator[Callable[..., Remote]]:
    """Make a remote for an address; settings as `Remote` has them."""
    remotes: list[Remote] = []

    def make(url: str, **settings: Any) -> Remote:
        chosen: dict[str, Any] = {
            "auth": BasicAuth("merchant", "key"),
            "user_agent": "lalezar_dev",
            "clock": SystemClock(),
            "retry": QUICK,
            "deadline": 5.0,
        }
        remotes.append(Remote("hepsiburada", "oms", url, **(chosen | settings)))
        return remotes[-1]

    yield make
    for one in remotes:
        one.close()
