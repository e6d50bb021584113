"""Kill −9 at random moments and random points, over and over, while the shop goes on.

``HBDASH_KILLS=1000`` makes a night of it; ``HBDASH_SEED`` replays one.
"""

from __future__ import annotations

import os
import random
import threading

from hbdash.runs.points import DIED
from tests.faults.shop import Shop

KILLS = int(os.environ.get("HBDASH_KILLS", "12"))
ACTS = ("stock", "price", "order", "product", "claim", "request")


def test_random_kills_lose_and_double_nothing(shop: Shop) -> None:
    _kill(shop, KILLS)


def test_random_kills_lose_and_double_nothing_on_postgresql(postgres_shop: Shop) -> None:
    _kill(postgres_shop, KILLS // 2)


def _kill(shop: Shop, kills: int) -> None:
    seed = int(os.environ.get("HBDASH_SEED", random.randrange(10**6)))
    print(f"HBDASH_SEED={seed}")  # noqa: T201 - shown by pytest when it fails
    dice = random.Random(seed)
    shop.alone()
    for number in range(kills):
        for _ in range(dice.randrange(1, 4)):
            getattr(shop, dice.choice(ACTS))()
        if shop.waiting and number % 3 == 0:
            shop.rejection()
        if dice.random() < 0.5:
            worker = shop.at.start(crash_at=f"any:{dice.randrange(1, 45)}")
            shop.at.running.tick()
            _moment(dice.uniform(0.3, 1.0))
        else:
            worker = shop.at.start()
            _moment(dice.uniform(0.0, 0.8))
        worker.kill()
        assert worker.status in (DIED, -9), worker.told()
        shop.assert_safe()
        shop.at.move(dice.choice((1, 20, 70)))
        shop.at.time_out_the_lease()
    heir = shop.at.start()
    shop.calm(seconds=60)
    shop.stop(heir)


def _moment(seconds: float) -> None:
    """A moment that nothing in the worker chooses."""
    threading.Event().wait(seconds)
