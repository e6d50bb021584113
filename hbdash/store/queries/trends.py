"""Figures over time: the value now, a day ago, and hour by hour; and how old the values are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, case, func, select, type_coerce

from hbdash.domain.figures import EIGHT
from hbdash.store.bulk import table_of
from hbdash.store.tables import Figure, Offer
from hbdash.store.types import to_micros

figure_t = table_of(Figure)
offer_t = table_of(Offer)

HOURS = 48
_HOUR = 3_600_000_000
_OPEN_OFFER = ("waiting", "sent", "awaiting_result")


@dataclass(frozen=True)
class FigureState:
    """One figure."""

    name: str
    value: int | None
    """``None``: not read yet."""
    at: datetime | None
    change: int | None
    """Against the same time yesterday; ``None`` when it was not known then."""
    trend: tuple[int | None, ...] = ()
    """Last value of each hour, the oldest first; ``None`` where nothing was read."""
    note: dict[str, Any] = field(default_factory=dict)


def figure_states(
    connection: Connection, channel_id: int, now: datetime, names: Sequence[str] = EIGHT
) -> tuple[FigureState, ...]:
    """The figures of these names, in their order."""
    start = now - timedelta(hours=HOURS)
    hour = (type_coerce(figure_t.c.at, BigInteger) - to_micros(start)) / _HOUR
    newest = (
        select(func.max(figure_t.c.id))
        .where(
            figure_t.c.channel_id == channel_id,
            figure_t.c.name.in_(names),
            figure_t.c.at > start,
            figure_t.c.at <= now,
        )
        .group_by(figure_t.c.name, func.floor(hour))
    )
    trends: dict[str, list[int | None]] = {name: [None] * HOURS for name in names}
    latest: dict[str, Any] = {}
    rows = connection.execute(
        select(figure_t).where(figure_t.c.id.in_(newest)).order_by(figure_t.c.at)
    )
    for row in rows:
        place = min(int((row.at - start) / timedelta(hours=1)), HOURS - 1)
        trends[row.name][place] = row.value
        latest[row.name] = row
    for name in names:
        if name not in latest:
            found = _last_before(connection, channel_id, name, now)
            if found is not None:
                latest[name] = found
    return tuple(_state(name, latest.get(name), _filled(trends[name]), now) for name in names)


def _last_before(connection: Connection, channel_id: int, name: str, now: datetime) -> Any:
    return connection.execute(
        select(figure_t)
        .where(figure_t.c.channel_id == channel_id, figure_t.c.name == name, figure_t.c.at <= now)
        .order_by(figure_t.c.at.desc())
        .limit(1)
    ).first()


def _state(name: str, row: Any, trend: tuple[int | None, ...], now: datetime) -> FigureState:
    if row is None:
        return FigureState(name, None, None, None)
    yesterday = trend[HOURS // 2 - 1]
    change = None if yesterday is None else row.value - yesterday
    return FigureState(name, row.value, row.at, change, trend, dict(row.note or {}))


def _filled(trend: list[int | None]) -> tuple[int | None, ...]:
    """An hour without a reading keeps the value before it."""
    filled: list[int | None] = []
    for value in trend:
        filled.append(value if value is not None else (filled[-1] if filled else None))
    return tuple(filled)


@dataclass(frozen=True)
class Lag:
    """Time from a change in Omnitron to its confirmation at Hepsiburada (design section 3)."""

    kind: str
    """``stock`` or ``price``."""
    now_s: int | None
    """Age of the oldest change that is not confirmed; of the last confirmed one when none waits.
    ``None`` before the first."""
    worst_today_s: int | None = None
    waiting: int = 0


def lag(connection: Connection, channel_id: int, kind: str, now: datetime, midnight: datetime
        ) -> Lag:  # fmt: skip
    """The lag of a kind of value; ``midnight`` is the start of today in the channel's zone."""
    mine = (offer_t.c.channel_id == channel_id, offer_t.c.kind == kind)
    waiting = connection.execute(
        select(func.min(offer_t.c.wanted_at), func.count()).where(
            *mine, offer_t.c.state == "waiting"
        )
    ).one()
    unsettled = connection.execute(
        select(func.min(offer_t.c.wanted_at), func.count()).where(
            *mine, offer_t.c.upload_id.is_not(None)
        )
    ).one()
    oldest = min((at for at in (waiting[0], unsettled[0]) if at is not None), default=None)
    history = connection.execute(
        select(
            func.max(case((figure_t.c.at >= midnight, figure_t.c.value))),
        ).where(
            figure_t.c.channel_id == channel_id,
            figure_t.c.name == f"{kind}_lag",
            figure_t.c.at >= midnight,
        )
    ).one()
    last = _last_before(connection, channel_id, f"{kind}_lag", now)
    current = None
    if oldest is not None:
        current = max(int((now - oldest).total_seconds()), 0)
    elif last is not None:
        current = int(last.value)
    worst = max((v for v in (history[0], current) if v is not None), default=None)
    return Lag(kind, current, None if worst is None else int(worst), waiting[1] + unsettled[1])
