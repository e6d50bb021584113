"""Commands on two databases: Lalezar's afternoon with the clock stopped, and a live sandbox."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import time_machine

from hbdash.sandbox.server import RunningSandbox, start_in_thread
from hbdash.store.database import Database
from hbdash.texts import set_language
from tests.cli.rarities import add_rarities
from tests.sandbox.conftest import options
from tests.support import shop
from tests.support.commands import (
    Answer,
    Process,
    config_of,
    no_other_configuration,
    run,
    write_config,
)
from tests.support.databases import url_of
from tests.support.waiting import wait_for

__all__ = ["no_other_configuration"]

BUILT = ("mirror", "stock", "price", "product_create", "order_create", "order_refund")


@pytest.fixture(autouse=True)
def _steady(no_other_configuration: Path) -> Iterator[None]:
    set_language("en")
    yield
    set_language("en")


@dataclass
class Installation:
    """A configuration file with its database."""

    config: Path
    db: Database

    def run(self, *arguments: object, typed: str = "") -> Answer:
        """A command on it: the subcommand first."""
        return run(*arguments, "--config", self.config, typed=typed)


@pytest.fixture
def lalezar(database: Database, tmp_path: Path) -> Iterator[Installation]:
    """The shop of the pictures, on SQLite and on PostgreSQL; it is that Monday afternoon."""
    shop.Shop(database).everything()
    add_rarities(database, tmp_path)
    config = write_config(tmp_path / "config.toml", url_of(database))
    with time_machine.travel(shop.NOW, tick=True):
        yield Installation(config, database)


@pytest.fixture(scope="session")
def lalezar_file(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop, written once."""
    path = tmp_path_factory.mktemp("cli") / "lalezar.db"
    shutil.copy(migrated_sqlite_file, path)
    db = Database(f"sqlite:///{path}")
    shop.Shop(db).everything()
    add_rarities(db, path.parent)
    db.close()
    return path


@pytest.fixture
def quick_lalezar(lalezar_file: Path, tmp_path: Path) -> Iterator[Installation]:
    """The same on SQLite alone, for tests of what does not depend on the database."""
    path = tmp_path / "lalezar.db"
    shutil.copy(lalezar_file, path)
    db = Database(f"sqlite:///{path}")
    config = write_config(tmp_path / "config.toml", f"sqlite:///{path}")
    with time_machine.travel(shop.NOW, tick=True):
        yield Installation(config, db)
    db.close()


@dataclass
class Live(Installation):
    """A sandbox, and a worker in a process of its own."""

    running: RunningSandbox
    worker: Process


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Every built flow has run once; nothing happens there by itself."""
    folder = tmp_path_factory.mktemp("live")
    running = start_in_thread(options(start_orders=True))
    url = f"sqlite:///{folder / 'hbdash.db'}"
    config = config_of(running, folder / "config.toml", url)
    worker = Process(folder / "worker.log", "worker", "--config", config)
    db = Database(url)
    try:
        wait_for(lambda: "worker runs 1 channel" in worker.said(), what="the worker's start")
        one = Live(config, db, running, worker)
        wait_for(lambda: _have_run(one), seconds=60, what="the first runs")
        yield one
    finally:
        worker.stop()
        db.close()
        running.stop()


def _have_run(live: Live) -> bool:
    flows = {flow["id"]: flow for flow in live.run("flows", "list", "--json").json["flows"]}
    return all(flows[name]["state"] not in (None, "running") for name in BUILT)
