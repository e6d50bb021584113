"""An installation under test: a sandbox here, ``hbdash worker`` in processes of its own.

The sandbox's clock is everybody's (``--clock sandbox``); verdicts come from the sandbox's books.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select, update

from hbdash.engine.channels import install_channel
from hbdash.flows.registry import FLOWS
from hbdash.sandbox.config_file import write_config
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.seed.catalogue import SeedProduct, products
from hbdash.sandbox.server import RunningSandbox, start_in_thread
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import FlowRun, Lease
from hbdash.store.types import EPOCH
from tests.sandbox.conftest import options
from tests.support.flows import SandboxTime, config_for
from tests.support.processes import Nursery, Process
from tests.support.waiting import wait_for

#: Everything that Hepsiburada does by itself is done when anybody looks.
AT_ONCE = {
    "upload": 0.0, "import_visible": 0.0, "import_read": 0.0, "review_start": 0.0, "review": 0.0,
    "pay": 0.0, "pack": 0.0, "claim_arrival": 0.0,
}  # fmt: skip
#: Flows that every test lets run often; seconds of the sandbox's clock. The others run once at the
#: first start: with all of them at work two cores would do little else.
OFTEN = 0.5
AT_WORK = (
    "stock", "price", "product_create", "order_create", "order_refund", "reject_refund",
    "cause_watch", "penalty_mirror",
)  # fmt: skip
SELDOM = 3600.0


@dataclass
class Installation:
    """``call``, ``rows``, ``move`` and ``healthy`` are those of :class:`FlowBench`."""

    running: RunningSandbox
    db: Database
    folder: Path
    nursery: Nursery
    channel_id: int
    number: Iterator[int] = field(default_factory=count)
    _started: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = SandboxTime(self.running)
        self.config = config_for(self.running, self.url)
        self.kit = SimpleNamespace(clock=clock)
        self.file = self.folder / "config.toml"
        write_config(self.file, self.running.world)

    @property
    def url(self) -> str:
        """Of the database."""
        return self.db.url.render_as_string(hide_password=False)

    # Processes --------------------------------------------------------------------------------

    def environment(self, **engine: Any) -> dict[str, str]:
        """What a worker is told beside its file: the database, short waits, flows run often."""
        schedule = dict.fromkeys(FLOWS, SELDOM) | dict.fromkeys(AT_WORK, OFTEN) | {"mirror": 2.0}
        chosen: dict[str, Any] = {
            "upload_gap_s": 0,
            "upload_polls_s": [0.05, 0.2],
            "import_polls_s": [0.05, 0.2],
            "lease_term_s": 3,
            "schedule": schedule,
            **engine,
        }
        told = {"HBDASH_DATABASE__URL": self.url}
        for name, value in chosen.items():
            told[f"HBDASH_ENGINE__{name.upper()}"] = json.dumps(value)
        return told

    def start(self, *, crash_at: str = "", **engine: Any) -> Process:
        """One more ``hbdash worker``, which dies at a point if ``crash_at`` names one."""
        env = self.environment(**engine) | {"HBDASH_CRASH_AT": crash_at}
        args = ["worker", "--clock", "sandbox", "--config", str(self.file)]
        log = self.folder / f"worker-{len(self._started)}.log"
        self._started.append(self.nursery.start(args, log, env))
        return self._started[-1]

    def time_out_the_lease(self) -> None:
        """The holder is dead; the seconds until its lease runs out need not be waited for here."""
        leases = table_of(Lease)
        with self.db.durable() as connection:
            connection.execute(
                update(leases)
                .where(leases.c.channel_id == self.channel_id)
                .values(expires_at=EPOCH)
            )

    def end_all(self) -> None:
        """Kill whatever this test started."""
        for process in self._started:
            process.kill()

    # Both sides -------------------------------------------------------------------------------

    def call(self, act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Something that people at Omnitron or Hepsiburada do."""
        return self.running.call(act, *arguments, **named)

    def move(self, seconds: float) -> None:
        """Move everybody's clock."""
        self.running.call(lambda world: world.clock.move(seconds))
        self.running.tick()

    def now(self) -> datetime:
        """By the sandbox's clock."""
        return self.running.world.clock.now()

    def seeded(self, fits: Callable[[SeedProduct], bool]) -> list[SeedProduct]:
        """Products of the seed that fit."""
        world = self.running.world
        return [product for product in products(world.seed, world.skus) if fits(product)]

    def all_healthy(self) -> list[SeedProduct]:
        """SKUs that are complete, on sale, and the same on both sides at the start."""
        return self.seeded(
            lambda p: (
                p.listed and p.is_active and p.is_simple and not p.locked and p.mapped
                and p.has_price and p.has_stock and p.has_category and p.has_image
                and p.hb_price == p.price and p.stock > 5
            )
        )  # fmt: skip

    def healthy(self, number: int = 0) -> SeedProduct:
        """The n-th of them, over and over."""
        found = self.all_healthy()
        return found[number % len(found)]

    # Our own database -------------------------------------------------------------------------

    def rows(self, model: Any, *where: Any, **equal: Any) -> list[dict[str, Any]]:
        """Rows of a table, by column values, oldest first."""
        table = table_of(model)
        statement = select(table).where(*where).order_by(*table.primary_key.columns)
        for name, value in equal.items():
            statement = statement.where(table.c[name] == value)
        with self.db.read() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def wait_for_run(self, flow: str, *, after: int = 0, seconds: float = 20) -> dict[str, Any]:
        """The first run of a flow after a run's id that has ended."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            found[:] = self.rows(
                FlowRun, table_of(FlowRun).c.id > after, table_of(FlowRun).c.ended_at.is_not(None),
                flow=flow,
            )  # fmt: skip
            return bool(found)

        wait_for(there, seconds=seconds, what=f"a run of {flow}: {self.said()}")
        return found[0]

    def said(self) -> str:
        """What the processes wrote, newest last."""
        return "\n".join(one.told() for one in self._started[-2:])


@contextmanager
def installed(
    db: Database, folder: Path, nursery: Nursery, *, pace: bool = True, **sandbox: Any
) -> Iterator[Installation]:
    """A sandbox and a database that know each other; all processes end with it."""
    running = start_in_thread(options(**sandbox))
    if pace:
        running.call(marketplace.set_pace, **AT_ONCE)
    config = config_for(running, db.url.render_as_string(hide_password=False))
    made = Installation(running, db, folder, nursery, install_channel(db, config.channels[0]))
    try:
        yield made
    finally:
        made.end_all()
        running.stop()


@contextmanager
def copied_database(template: Path, folder: Path) -> Iterator[Database]:
    """A migrated SQLite file of the folder's own."""
    shutil.copyfile(template, folder / "hbdash.db")
    opened = Database(f"sqlite:///{folder / 'hbdash.db'}")
    try:
        yield opened
    finally:
        opened.close()


def names(rows: Sequence[dict[str, Any]], column: str) -> list[Any]:
    """One column of many rows."""
    return [row[column] for row in rows]
