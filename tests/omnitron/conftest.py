"""The real client against the sandbox's Omnitron, over a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hbdash.domain.clock import SystemClock
from hbdash.omnitron.client import OmnitronClient
from hbdash.transport.call import RetryPolicy
from tests.sandbox.conftest import SandboxUnderTest, sandbox, start_sandbox

__all__ = ["sandbox", "start_sandbox"]

Connect = Callable[..., OmnitronClient]
QUICK = RetryPolicy(tries=3, seconds=5.0, first_delay=0.01, last_delay=0.02)


@pytest.fixture
def fault(sandbox: SandboxUnderTest) -> Callable[..., None]:
    """Set a fault on Omnitron over the control endpoint."""

    def set_fault(kind: str, **more: Any) -> None:
        rule = {"kind": kind, "service": "omnitron", **more}
        sandbox.control.post("/faults", json=rule).raise_for_status()

    return set_fault


@pytest.fixture
def connect(sandbox: SandboxUnderTest) -> Iterator[Connect]:
    """Make clients of the sandbox's channel; settings and credentials may be changed."""
    clients: list[OmnitronClient] = []

    def make(**changes: Any) -> OmnitronClient:
        chosen: dict[str, Any] = {
            "base_url": f"{sandbox.url}/omnitron",
            "channel_id": sandbox.world.channel_id,
            "username": sandbox.world.omnitron_username,
            "password": sandbox.world.omnitron_password,
            "clock": SystemClock(),
            "retry": QUICK,
        }
        clients.append(OmnitronClient(**(chosen | changes)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(connect: Connect) -> OmnitronClient:
    return connect()
