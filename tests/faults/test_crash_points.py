"""Death at every point that matters; the next engine takes up what is there (design section 9)."""

from __future__ import annotations

import pytest

from hbdash.runs.points import DIED, POINTS
from tests.faults.shop import Shop

#: Where it dies, at which pass, and what was going on. Everything else of the shop stands still, so
#: the point is passed by the flow that the act sets in motion.
DEATHS = [
    ("lease_taken", 1, "stock"),
    ("request_taken", 1, "request"),
    ("run_begun", 3, "everything"),
    ("run_worked", 4, "everything"),
    ("intent_committed", 1, "order"),
    ("intent_committed", 1, "product"),
    ("intent_committed", 1, "rejection"),
    ("intent_committed", 2, "rejection"),
    ("intent_called", 1, "order"),
    ("intent_called", 1, "product"),
    ("intent_called", 1, "rejection"),
    ("intent_called", 2, "rejection"),
    ("intent_committed", 1, "claim"),
    ("intent_called", 1, "claim"),
    ("cursor_due", 2, "everything"),
    ("batch_opened", 1, "stock"),
    ("batch_committed", 1, "order"),
    ("batch_committed", 1, "product"),
    ("batch_wanted", 1, "price"),
    ("batch_handed_over", 1, "stock"),
    ("batch_handed_over", 1, "product"),
    ("batch_closed", 1, "price"),
    ("batch_closed", 1, "order"),
    ("upload_prepared", 1, "stock"),
    ("upload_sent", 1, "price"),
    ("upload_settled", 1, "bad_price"),
]
#: The same code runs on both databases; what differs is how they commit and who sees it when.
ON_POSTGRESQL = [
    ("lease_taken", 1, "everything"),
    ("intent_called", 1, "order"),
    ("intent_called", 1, "rejection"),
    ("upload_sent", 1, "stock"),
]


def _name(death: tuple[str, int, str]) -> str:
    point, nth, act = death
    return f"{point}:{nth}-{act}"


def die_and_recover(shop: Shop, point: str, nth: int, act: str) -> None:
    """Something happens, the worker dies of it, the next one puts everything right."""
    shop.alone()
    getattr(shop, act)()
    dying = shop.at.start(crash_at=f"{point}:{nth}")
    assert dying.wait() == DIED, dying.told()
    shop.assert_safe()
    shop.at.time_out_the_lease()
    heir = shop.at.start()
    shop.calm()
    shop.stop(heir)


@pytest.mark.parametrize("death", DEATHS, ids=_name)
def test_nothing_is_lost_or_doubled_by_a_death(shop: Shop, death: tuple[str, int, str]) -> None:
    die_and_recover(shop, *death)


@pytest.mark.parametrize("death", ON_POSTGRESQL, ids=_name)
def test_nothing_is_lost_or_doubled_by_a_death_on_postgresql(
    postgres_shop: Shop, death: tuple[str, int, str]
) -> None:
    die_and_recover(postgres_shop, *death)


def test_every_point_has_a_death() -> None:
    assert {point for point, _, _ in DEATHS} == set(POINTS)
