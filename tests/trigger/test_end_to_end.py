"""From the order system's event to the package's split at Hepsiburada, through a real worker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hbdash.sandbox import objects
from hbdash.sandbox.config_file import write_config
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice, splitting
from hbdash.sandbox.omnitron.conf import FLAGS
from hbdash.sandbox.seed.catalogue import products
from hbdash.sandbox.server import RunningSandbox, start_in_thread
from tests.sandbox.conftest import options
from tests.support.commands import Process, run
from tests.support.waiting import wait_for

pytestmark = pytest.mark.requirement("R5.14", "R6.5", "R9.5", "R9.6", "R9.7")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningSandbox]:
    """A sandbox whose channel splits packages; its own file leads the events to hbdash."""
    sandbox = start_in_thread(options())
    sandbox.call(marketplace.set_pace, pay=0.0, pack=0.0)
    sandbox.call(backoffice.set_conf, feature_flags=dict.fromkeys(FLAGS, False)
                 | {"get_orders": True, "split_packages": True})  # fmt: skip
    sandbox.call(lambda world: write_config(tmp_path / "config.toml", world))
    text = (tmp_path / "config.toml").read_text()
    short = "\n[engine]\nlease_term_s = 5\nstart_all = true\n[engine.schedule]\norder_create = 1\n"
    (tmp_path / "config.toml").write_text(text + short)
    yield sandbox
    sandbox.stop()


@pytest.fixture
def worker(running: RunningSandbox, tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path / "worker.log", "worker", "--config", tmp_path / "config.toml")
    yield process
    process.stop()


def _order(running: RunningSandbox, number: str) -> dict[str, Any]:
    found: dict[str, Any] = running.call(objects.order, number)
    return found


def _delivered(running: RunningSandbox, uuid: str) -> dict[str, Any]:
    rows = running.call(
        lambda world: [
            dict(row)
            for row in world.db.execute("SELECT * FROM om_hook_event WHERE uuid = ?", (uuid,))
        ]
    )
    (row,) = rows
    return dict(row)


def test_an_event_of_the_order_system_splits_the_package_once(
    running: RunningSandbox, worker: Process, tmp_path: Path
) -> None:
    world = running.world
    fits = [p for p in products(world.seed, world.skus) if p.listed and p.mapped and p.stock > 5
            and p.has_price and p.hb_price == p.price and not p.locked]  # fmt: skip
    lines = [(fits[0].sku, 1), (fits[1].sku, 1)]
    number = running.call(marketplace.place_order, lines=lines)
    wait_for(lambda: bool(_order(running, number)["omnitron"]), what="the order in Omnitron")
    (order,) = _order(running, number)["omnitron"]
    asked = running.call(splitting.split_order, order["number"])
    (uuid,) = asked["events"]
    wait_for(lambda: bool(_delivered(running, uuid)["delivered"]), what="the event's delivery")
    assert _delivered(running, uuid)["status"] == 202
    assert json.loads(_delivered(running, uuid)["response"])["correlation_id"]

    def splits() -> int:
        return len(running.call(lambda world: world.books.effects("hepsiburada.split", None, 0, 9)))

    wait_for(lambda: splits() == 1, what=lambda: f"the split: {worker.said()[-2000:]}")
    # The answer got lost on the way, say: the same event comes once more.
    running.call(splitting.send_event_again, uuid)
    wait_for(lambda: _delivered(running, uuid)["attempts"] == 2, what="the second delivery")
    history = ("flows", "history", "split_packages", "--json", "--config", tmp_path / "config.toml")
    wait_for(lambda: _ended(history), what="the end of the run")
    assert len(run(*history).json["runs"]) == 1
    assert splits() == 1


def _ended(history: tuple[object, ...]) -> bool:
    runs = run(*history).json["runs"]
    return bool(runs) and all(one["state"] != "running" for one in runs)
