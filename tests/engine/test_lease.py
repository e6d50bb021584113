"""The lease under a database that is slow or refuses: never held by one who runs nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from hbdash.engine import lease as leases
from hbdash.engine.lease import LeaseKeeper
from hbdash.store.database import Database
from hbdash.store.tables import Lease
from tests.engine.test_engine import rows

TERM = timedelta(seconds=15)


def keeper(db: Database, gained: Callable[[int], None]) -> LeaseKeeper:
    return LeaseKeeper(
        db, 1, face="worker", username="test", term=TERM, gained=gained, lost=lambda: None
    )


def test_a_lease_whose_holder_could_not_begin_is_given_back(database: Database) -> None:
    """Else it would be renewed for ever by an engine that runs nothing."""
    refused = [OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))]
    begun: list[int] = []

    def gained(epoch: int) -> None:
        if refused:
            raise refused.pop()
        begun.append(epoch)

    holder = keeper(database, gained)
    with pytest.raises(OperationalError):
        holder.step()
    assert not holder.is_held
    assert rows(database, Lease)[0]["expires_at"].year == 1970
    holder.step()
    assert holder.is_held
    assert len(begun) == 1


def test_freshness_counts_from_before_the_renewal_not_from_its_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A renewal that took eleven seconds is eleven seconds old, as its row is."""
    now = [1000.0]
    monkeypatch.setattr(leases, "steady", lambda: now[0])
    holder = keeper(database, lambda epoch: None)
    holder.step()
    renew = holder._renew

    def slow() -> bool:
        done = renew()
        now[0] += 11
        return done

    monkeypatch.setattr(holder, "_renew", slow)
    holder.step()
    assert holder.is_held
    assert not holder.is_fresh()


def test_a_keeper_that_is_closing_does_not_keep_what_it_takes(database: Database) -> None:
    begun: list[int] = []
    holder = keeper(database, begun.append)
    holder._closing.set()
    holder.step()
    assert not holder.is_held
    assert not begun
    assert rows(database, Lease)[0]["expires_at"].year == 1970
