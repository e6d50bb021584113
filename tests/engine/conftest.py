"""Engines in this process, on a sandbox over its socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hbdash.engine.engine import Engine
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.store.database import Database
from tests.sandbox.conftest import SandboxUnderTest, sandbox, start_sandbox
from tests.support.flows import SandboxTime, bench, config_for
from tests.support.installation import AT_ONCE

__all__ = ["bench", "sandbox", "start_sandbox"]

MakeEngine = Callable[..., Engine]


@pytest.fixture
def make_engine(database: Database, sandbox: SandboxUnderTest) -> Iterator[MakeEngine]:
    """Start engines on the test's database; all are stopped at its end."""
    running: list[Engine] = []
    sandbox.call(marketplace.set_pace, **AT_ONCE)

    def make(*, db: Database | None = None, face: str = "worker", **engine: Any) -> Engine:
        on = db or database
        settings: dict[str, Any] = {"start_all": True, "lease_term_s": 3, **engine}
        config = config_for(
            sandbox.running, on.url.render_as_string(hide_password=False), **settings
        )
        clock = SandboxTime(sandbox.running)
        made = Engine(config, on, clock, face=face, username="test")
        made.start()
        running.append(made)
        return made

    yield make
    for engine in running:
        engine.stop()
