"""The real client against the sandbox, over a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from hbdash.domain.clock import SystemClock
from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.hepsiburada.hosts import Hosts
from hbdash.transport.budget import Budgets
from hbdash.transport.call import RetryPolicy
from tests.sandbox.conftest import SandboxUnderTest, sandbox, start_sandbox

__all__ = ["sandbox", "start_sandbox"]

Connect = Callable[..., HepsiburadaClient]
QUICK = RetryPolicy(tries=3, seconds=5.0, first_delay=0.01, last_delay=0.02)


@dataclass
class Fault:
    """Sets faults of the sandbox over its control endpoint."""

    sandbox: SandboxUnderTest
    set_ids: list[int] = field(default_factory=list)

    def __call__(self, kind: str, service: str, **more: Any) -> None:
        rule = {"kind": kind, "service": service, **more}
        self.sandbox.control.post("/faults", json=rule).raise_for_status()

    def clear(self) -> None:
        self.sandbox.control.delete("/faults").raise_for_status()


@pytest.fixture
def fault(sandbox: SandboxUnderTest) -> Fault:
    return Fault(sandbox)


@pytest.fixture
def connect(sandbox: SandboxUnderTest) -> Iterator[Connect]:
    """Make clients of the sandbox's merchant; settings and credentials may be changed."""
    clients: list[HepsiburadaClient] = []

    def make(**changes: Any) -> HepsiburadaClient:
        url = sandbox.url
        chosen: dict[str, Any] = {
            "hosts": Hosts(f"{url}/mpop", f"{url}/listing", f"{url}/oms", f"{url}/shipping"),
            "merchant_id": sandbox.world.merchant_id,
            "service_key": sandbox.world.service_key,
            "user_agent": sandbox.world.user_agent,
            "clock": SystemClock(),
            "budgets": Budgets(),
            "retry": QUICK,
        }
        clients.append(HepsiburadaClient(**(chosen | changes)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(connect: Connect) -> HepsiburadaClient:
    return connect()
