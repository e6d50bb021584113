"""Flows run against the sandbox over its socket, one run at a time, without a scheduler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hbdash.config import ChannelConfig, Config, EngineConfig, Hosts, OmnitronAccess
from hbdash.engine.channels import install_channel
from hbdash.engine.lease import LeaseKeeper
from hbdash.engine.link import Link
from hbdash.flows.registry import FLOWS
from hbdash.runs.context import Progress, RunRequest
from hbdash.runs.kit import RunKit, RunResult
from hbdash.runs.run_flow import run_flow
from hbdash.runs.stop import StopFlag
from hbdash.sandbox.seed.catalogue import SeedProduct, products
from hbdash.sandbox.server import RunningSandbox
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.log.writer import LogWriter


class SandboxTime:
    """The clock of a sandbox in this process: moving it moves the flows as well."""

    def __init__(self, running: RunningSandbox) -> None:
        self._running = running

    def now(self) -> datetime:
        return self._running.world.clock.now()

    def monotonic(self) -> float:
        return self.now().timestamp()


def config_for(running: RunningSandbox, db_url: str, **engine: Any) -> Config:
    """A configuration as ``--write-config`` would write it, with short waits."""
    world = running.world
    return Config(
        database={"url": db_url},
        channels=[
            ChannelConfig(
                key="lalezar",
                name="Lalezar · Hepsiburada",
                environment="sandbox",
                remote_id=world.channel_id,
                omnitron=OmnitronAccess(
                    url=f"{running.url}/omnitron",
                    username=world.omnitron_username,
                    password=world.omnitron_password,
                ),
                hosts=Hosts(shipping=f"{running.url}/shipping"),
            )
        ],
        engine=EngineConfig(
            **{
                "upload_gap_s": 0,
                "upload_polls_s": (0.1, 0.2),
                "import_polls_s": (0.0, 0.2),
                "lease_term_s": 15,
                **engine,
            }
        ),
    )


class PassingTime(StopFlag):
    """What a run waits passes at once, by everybody's clock."""

    def __init__(self, running: RunningSandbox) -> None:
        super().__init__()
        self._running = running

    def wait(self, seconds: float) -> bool:
        if not self.is_set:
            self._running.call(lambda world: world.clock.move(seconds))
            self._running.tick()
        return self.is_set


@dataclass
class FlowBench:
    """A database, a sandbox and the means to run one flow after the other."""

    db: Database
    running: RunningSandbox
    config: Config
    channel_id: int
    kit: RunKit
    asked: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)

    def run(
        self,
        flow: str,
        *,
        keys: Sequence[str] = (),
        window: tuple[datetime, datetime] | None = None,
        dry_run: bool = False,
        stop: StopFlag | None = None,
    ) -> RunResult:
        """One run, here and now; what it waits for takes no time of ours."""
        request = RunRequest(
            flow, started_by="test", keys=tuple(keys), window=window, dry_run=dry_run
        )
        return run_flow(self.kit, FLOWS[flow], request, stop or PassingTime(self.running))

    def run_until(
        self, flow: str, condition: Callable[[], bool], *, most: int = 12
    ) -> list[RunResult]:
        """Run, moving the sandbox's clock on by half a minute each time, until it is so."""
        results = []
        for _ in range(most):
            results.append(self.run(flow))
            if condition():
                return results
            self.move(30)
        raise AssertionError(f"{flow}: not so after {most} runs: {results}")

    def move(self, seconds: float) -> None:
        """Move the clock of all sides."""
        self.running.call(lambda world: world.clock.move(seconds))
        self.running.tick()

    def call(self, act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Something that people at Omnitron or Hepsiburada do."""
        return self.running.call(act, *arguments, **named)

    def rows(self, model: Any, *where: Any, **equal: Any) -> list[dict[str, Any]]:
        """Rows of a table, by column values."""
        table = table_of(model)
        statement = select(table).where(*where)
        for name, value in equal.items():
            statement = statement.where(table.c[name] == value)
        with self.db.read() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def now(self) -> datetime:
        return self.kit.clock.now()

    def seeded(self, fits: Callable[[SeedProduct], bool]) -> list[SeedProduct]:
        """Products of the seed that fit."""
        world = self.running.world
        return [product for product in products(world.seed, world.skus) if fits(product)]

    def healthy(self, number: int = 0) -> SeedProduct:
        """The n-th SKU that is complete, on sale, and the same on both sides."""
        return self.seeded(
            lambda p: (
                p.listed and p.is_active and p.is_simple and not p.locked and p.mapped
                and p.has_price and p.has_stock and p.has_category and p.has_image
                and p.hb_price == p.price and p.stock > 5
            )
        )[number]  # fmt: skip


def make_bench(db: Database, running: RunningSandbox, **engine: Any) -> FlowBench:
    """A bench on a migrated database; the lease is held for good."""
    config = config_for(running, str(db.url), **engine)
    channel_id = install_channel(db, config.channels[0])
    clock = SandboxTime(running)
    link = Link(db, clock, config.channels[0], channel_id)
    keeper = LeaseKeeper(
        db, channel_id, face="worker", username="test", term=timedelta(hours=1),
        gained=lambda epoch: None, lost=lambda: None,
    )  # fmt: skip
    keeper.step()
    assert keeper.epoch is not None
    asked: list[tuple[str, tuple[str, ...], str]] = []
    kit = RunKit(
        channel_id=channel_id,
        holder=keeper.holder,
        lease_epoch=keeper.epoch,
        config=config,
        db=db,
        clock=clock,
        link=link,
        writer=LogWriter(db, channel_id),
        lease_is_fresh=lambda: True,
        ask_for_run=lambda flow, keys, why: asked.append((flow, keys, why)),
        watch=_ignore_run,
        unwatch=lambda run_id: None,
    )
    return FlowBench(db, running, config, channel_id, kit, asked)


def _ignore_run(run_id: int, progress: Progress) -> None:
    return None


@pytest.fixture
def bench(database: Database, sandbox: Any) -> Iterator[FlowBench]:
    """A bench over a fresh sandbox, on SQLite and on PostgreSQL."""
    made = make_bench(database, sandbox.running)
    yield made
    made.kit.link.close()  # type: ignore[attr-defined]
