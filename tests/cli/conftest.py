"""Commands on two databases: Lalezar's afternoon with the clock stopped, and a live sandbox."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
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
from tests.support.databases import PostgresServer
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


@pytest.fixture(scope="session")
def lalezar_file(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop, written once."""
    path = tmp_path_factory.mktemp("cli") / "lalezar.db"
    shutil.copy(migrated_sqlite_file, path)
    _fill(f"sqlite:///{path}", path.parent)
    return path


@pytest.fixture(scope="session")
def lalezar_template(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The same on PostgreSQL: the name of a database to copy."""
    postgres_server.execute("CREATE DATABASE lalezar TEMPLATE migrated")
    _fill(postgres_server.url_of("lalezar"), tmp_path_factory.mktemp("cli-postgres"))
    return "lalezar"


def _fill(url: str, folder: Path) -> None:
    db = Database(url)
    shop.Shop(db).everything()
    add_rarities(db, folder)
    db.close()


@pytest.fixture
def lalezar(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Installation]:
    """The shop of the pictures, on SQLite and on PostgreSQL; it is that Monday afternoon."""
    with ExitStack() as kept:
        if database_kind == "sqlite":
            path = tmp_path / "lalezar.db"
            shutil.copy(request.getfixturevalue("lalezar_file"), path)
            url = f"sqlite:///{path}"
        else:
            server: PostgresServer = request.getfixturevalue("postgres_server")
            url = kept.enter_context(server.copy_of(request.getfixturevalue("lalezar_template")))
        db = Database(url)
        kept.callback(db.close)
        config = write_config(tmp_path / "config.toml", url)
        kept.enter_context(time_machine.travel(shop.NOW, tick=True))
        yield Installation(config, db)


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
