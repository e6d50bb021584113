"""SIGTERM, SIGTERM twice, SIGHUP, with runs in flight and calls that hang (design section 8)."""

from __future__ import annotations

import signal
import time

import pytest

from hbdash.store.tables import FlowRun, Lease
from tests.faults.shop import Shop
from tests.support import verdicts
from tests.support.waiting import wait_for

#: Promised is 1 s; the rest is for two cores that everything shares.
LEAVES_WITHIN_S = 2.5


@pytest.mark.parametrize(
    "signals",
    [
        (signal.SIGTERM,),
        (signal.SIGTERM, signal.SIGTERM),
        (signal.SIGHUP,),
        (signal.SIGHUP, signal.SIGTERM, signal.SIGINT),
    ],
    ids=lambda signals: "+".join(one.name for one in signals),
)
def test_a_stop_takes_a_second_and_loses_nothing(
    shop: Shop, signals: tuple[signal.Signals, ...]
) -> None:
    shop.alone()
    for act in (shop.stock, shop.price, shop.order, shop.product):
        act()
    # Every run logs in with the first of them: held up there, the others would not call at all.
    slow = shop.at.call(
        lambda world: world.faults.add(kind="latency", seconds=30, path=r"^(?!/api/v1/auth/)")
    )
    worker = shop.at.start()
    wait_for(lambda: slow.met >= 3, what="calls that hang")
    begun = time.monotonic()
    for one in signals:
        worker.send(one)
    assert worker.wait() == 0, worker.told()
    assert time.monotonic() - begun < LEAVES_WITHIN_S
    shop.at.call(lambda world: world.faults.clear())
    assert verdicts.standing_runs(shop.at) == []
    assert shop.at.rows(Lease)[0]["expires_at"].year == 1970, "its successor need not wait"
    cut_off = {r["flow"] for r in shop.at.rows(FlowRun, reason_id="run.shutdown")}
    assert cut_off
    heir = shop.at.start(start_all=False, schedule={})
    shop.calm()
    shop.stop(heir)
