"""A sandbox on a real socket for every test of it, and clients that speak to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from hbdash.sandbox.options import SandboxOptions
from hbdash.sandbox.server import RunningSandbox, start_in_thread
from hbdash.sandbox.world import World

SKUS = 60
SEED = 7


@dataclass
class SandboxUnderTest:
    """A running sandbox with ready clients; ``world`` is to be changed through ``call``."""

    running: RunningSandbox
    _clients: list[httpx.Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def world(self) -> World:
        return self.running.world

    def call(self, act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Run ``act(world, …)`` on the server's loop, committed."""
        return self.running.call(act, *arguments, **named)

    def tick(self) -> None:
        self.running.tick()

    def move(self, seconds: float) -> None:
        """Move the clock and let what has become due happen."""
        self.control.post("/clock", json={"move_seconds": seconds}).raise_for_status()

    def client(self, path: str = "", **settings: Any) -> httpx.Client:
        """A bare client for the service at ``path``, e.g. ``client("/oms")``."""
        client = httpx.Client(base_url=self.url + path, timeout=10, trust_env=False, **settings)
        self._clients.append(client)
        return client

    def hepsiburada(self, service: str) -> httpx.Client:
        """A client with the merchant's credentials and User-Agent: mpop, listing, oms, shipping."""
        return self.client(
            f"/{service}",
            auth=(self.world.merchant_id, self.world.service_key),
            headers={"User-Agent": self.world.user_agent, "Accept": "application/json"},
        )

    @property
    def mpop(self) -> httpx.Client:
        return self._kept("mpop", lambda: self.hepsiburada("mpop"))

    @property
    def listing(self) -> httpx.Client:
        return self._kept("listing", lambda: self.hepsiburada("listing"))

    @property
    def oms(self) -> httpx.Client:
        return self._kept("oms", lambda: self.hepsiburada("oms"))

    @property
    def shipping(self) -> httpx.Client:
        return self._kept("shipping", lambda: self.hepsiburada("shipping"))

    @property
    def control(self) -> httpx.Client:
        return self._kept("control", lambda: self.client("/control"))

    @property
    def omnitron(self) -> httpx.Client:
        """A client of ``/omnitron/api/v1`` that is logged in."""
        return self._kept("omnitron", self._logged_in)

    def _logged_in(self) -> httpx.Client:
        client = self.client("/omnitron/api/v1")
        names = {"username": self.world.omnitron_username, "password": self.world.omnitron_password}
        answer = client.post("/auth/login/", json=names).raise_for_status()
        client.headers["Authorization"] = f"Token {answer.json()['key']}"
        return client

    def _kept(self, name: str, make: Callable[[], httpx.Client]) -> httpx.Client:
        key = f"_kept_{name}"
        if key not in self.__dict__:
            self.__dict__[key] = make()
        client: httpx.Client = self.__dict__[key]
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.running.stop()


def options(**changes: Any) -> SandboxOptions:
    """A small, silent sandbox: 60 SKUs, no activity, quick ticks, no orders to begin with."""
    quiet: dict[str, Any] = {
        "port": 0, "skus": SKUS, "seed": SEED, "activity": 0, "tick": 0.1, "start_orders": False,
    }  # fmt: skip
    return SandboxOptions(**(quiet | changes))


@pytest.fixture
def start_sandbox() -> Iterator[Callable[..., SandboxUnderTest]]:
    """Start sandboxes with other options (``start_sandbox(skus=200, file=…)``)."""
    started: list[SandboxUnderTest] = []

    def start(**changes: Any) -> SandboxUnderTest:
        started.append(SandboxUnderTest(start_in_thread(options(**changes))))
        return started[-1]

    yield start
    for sandbox in started:
        sandbox.close()


@pytest.fixture
def sandbox(start_sandbox: Callable[..., SandboxUnderTest]) -> SandboxUnderTest:
    """A fresh sandbox of 60 SKUs, without activity and without orders."""
    return start_sandbox()
