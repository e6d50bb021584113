"""Fencing: a lease makes two holders unlikely, the lane's epoch makes the second harmless.

Each run raises the epoch of its (channel, lane) when it starts; every commit of the run checks its
own. A holder that froze and thawed can't commit (design section 2, "Processes").
"""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from hbdash.store.bulk import insert_ignore, table_of
from hbdash.store.tables import Lane, Lease


class LaneLost(Exception):
    """Another run has raised this lane's epoch, or another holder the lease's."""


def raise_epoch(connection: Connection, channel_id: int, lane: str, lease_epoch: int) -> int:
    """A new epoch for the lane, given to the run that starts now."""
    lanes, leases = table_of(Lane), table_of(Lease)
    lease = select(leases.c.epoch).where(leases.c.channel_id == channel_id)
    if connection.dialect.name == "postgresql":
        # Until commit nobody takes the lease over: he would close a run that has not begun yet.
        lease = lease.with_for_update(read=True)
    held = connection.execute(lease).scalar_one_or_none()
    if held is not None and held != lease_epoch:
        raise LaneLost(f"lease epoch is {held}, ours was {lease_epoch}")
    insert_ignore(
        connection, Lane, [{"channel_id": channel_id, "lane": lane, "epoch": 0, "lease_epoch": 0}]
    )
    here = (lanes.c.channel_id == channel_id) & (lanes.c.lane == lane)
    connection.execute(
        update(lanes).where(here).values(epoch=lanes.c.epoch + 1, lease_epoch=lease_epoch)
    )
    return int(connection.execute(select(lanes.c.epoch).where(here)).scalar_one())


def raise_all(connection: Connection, channel_id: int, lease_epoch: int) -> None:
    """A new holder: no run of a former one commits any more, in whatever lane."""
    lanes = table_of(Lane)
    connection.execute(
        update(lanes)
        .where(lanes.c.channel_id == channel_id)
        .values(epoch=lanes.c.epoch + 1, lease_epoch=lease_epoch)
    )


def check_epoch(connection: Connection, channel_id: int, lane: str, epoch: int) -> None:
    """Raise :class:`LaneLost` unless ``epoch`` is still the lane's; holds the row until commit."""
    lanes = table_of(Lane)
    statement = select(lanes.c.epoch).where(
        (lanes.c.channel_id == channel_id) & (lanes.c.lane == lane)
    )
    if connection.dialect.name == "postgresql":
        statement = statement.with_for_update(read=True)
    current = connection.execute(statement).scalar_one_or_none()
    if current != epoch:
        raise LaneLost(f"lane {lane} is at epoch {current}, this run's was {epoch}")
