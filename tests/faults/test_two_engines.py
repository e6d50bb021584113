"""Two engines on one database: one runs, the other waits, and no moment has two (R, design 2)."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from typing import Any

from hbdash.config import EngineConfig
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.bulk import table_of
from hbdash.store.tables import FlowRun, Lease
from tests.faults.conftest import Install
from tests.faults.shop import Shop, settle_in
from tests.support import verdicts
from tests.support.processes import Process
from tests.support.waiting import wait_for

TERM_S = 3
#: A dead holder is replaced within its term and a third of it; the rest is a slow machine.
TAKEN_OVER_WITHIN_S = TERM_S * 4 / 3 + 8


def lease(shop: Shop) -> dict[str, Any]:
    (row,) = shop.at.rows(Lease)
    return row


def holder(shop: Shop, *workers: Process) -> Process:
    """Which of these processes holds the lease."""
    wait_for(lambda: lease(shop)["pid"] in [w.pid for w in workers], what="one holds the lease")
    return next(w for w in workers if w.pid == lease(shop)["pid"])


def freeze(shop: Shop, process: Process) -> None:
    """Stop it outside a commit: on SQLite one that is stopped inside keeps the file locked until it
    goes on or is killed (docs/reliability.md); PostgreSQL ends such a transaction itself."""

    def stopped() -> bool:
        process.send(signal.SIGSTOP)
        if writable(shop):
            return True
        process.send(signal.SIGCONT)
        return False

    wait_for(stopped, what="a moment outside a commit")


def writable(shop: Shop) -> bool:
    """Whether nobody holds the file's lock."""
    if not shop.at.db.is_sqlite:
        return True
    path = shop.at.db.url.database
    assert path is not None
    try:
        with closing(sqlite3.connect(path, timeout=0.1, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    return True


def runs_of(shop: Shop, process: Process) -> list[dict[str, Any]]:
    """Runs that a process began, by its holder's name (host:pid:…)."""
    return [r for r in shop.at.rows(FlowRun) if r["holder"].split(":")[1] == str(process.pid)]


def test_the_default_term_replaces_a_dead_holder_within_30_seconds() -> None:
    assert EngineConfig().lease_term_s * 4 / 3 <= 30


def test_of_several_started_at_once_one_runs_and_another_follows_a_dead_one(
    install: Install,
) -> None:
    shop = settle_in(install())
    workers = [shop.at.start() for _ in range(3)]
    first = holder(shop, *workers)
    for act in (shop.stock, shop.price, shop.order, shop.product):
        act()
    shop.calm()
    assert not [r for w in workers if w is not first for r in runs_of(shop, w)]
    shop.stock()
    shop.order()
    first.kill()
    others = [w for w in workers if w is not first]
    wait_for(lambda: lease(shop)["pid"] != first.pid, seconds=TAKEN_OVER_WITHIN_S)
    second = holder(shop, *others)
    shop.calm()
    assert runs_of(shop, second)
    assert shop.at.call(verdicts.doubled) == []
    dead = [r for r in runs_of(shop, first) if r["state"] == "running"]
    assert not dead, "what the dead one ran is closed as lost"
    for worker in others:
        worker.send(signal.SIGTERM)
    assert [w.wait(10) for w in others] == [0, 0]


def test_a_holder_that_froze_in_mid_call_and_thaws_writes_nothing(install: Install) -> None:
    shop = settle_in(install())
    frozen = shop.at.start()
    holder(shop, frozen)
    shop.calm()
    epoch = lease(shop)["epoch"]
    # It freezes while Hepsiburada has its upload and the answer is on its way back.
    rule = shop.at.call(
        lambda world: world.faults.add(
            kind="latency", seconds=1.0, service="listing", method="POST"
        )
    )
    shop.stock()
    shop.price()
    wait_for(lambda: rule.met > 0, what="an upload on its way")
    freeze(shop, frozen)
    shop.at.call(lambda world: world.faults.clear())
    heir = shop.at.start()
    wait_for(lambda: lease(shop)["pid"] == heir.pid, seconds=TAKEN_OVER_WITHIN_S)
    assert lease(shop)["epoch"] == epoch + 1
    shop.order()
    shop.calm()
    ended = {r["id"]: r for r in runs_of(shop, frozen)}
    assert not [r for r in ended.values() if r["state"] == "running"]
    frozen.send(signal.SIGCONT)
    # It sees that it lost the lease, and stands by.
    wait_for(lambda: "lost" in frozen.told(), what="that it noticed")
    sku = shop.at.healthy(3).sku
    shop.at.call(backoffice.set_stock, sku, 33)
    shop.calm()
    assert {r["id"]: r for r in runs_of(shop, frozen)} == ended, "the thawed one changed a run"
    assert frozen.status is None
    assert shop.at.call(verdicts.doubled) == []
    last = shop.at.rows(FlowRun, table_of(FlowRun).c.flow == "stock")[-1]
    assert last["holder"].split(":")[1] == str(heir.pid)
    shop.stop(heir)
    wait_for(lambda: lease(shop)["pid"] == frozen.pid, seconds=TAKEN_OVER_WITHIN_S)
    shop.stop(frozen)
