"""Waiting and ended records: object, cause, next try, tries left (design rule 4, R3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, exists, func, or_, select

from hbdash.domain.retry import tries_left
from hbdash.domain.turkish import sku_key
from hbdash.store.bulk import sliced, table_of
from hbdash.store.queries.causes import OPEN
from hbdash.store.tables import CatalogueItem, Failure, Penalty

penalty_t, failure_t, item_t = table_of(Penalty), table_of(Failure), table_of(CatalogueItem)

#: Content types whose keys are SKUs.
SKU_TYPES = ("product", "productprice", "productstock", "productimage")
#: Records that a list reads at a time; all are counted, and all can be lifted.
PAGE = 500


@dataclass(frozen=True)
class PenaltyFilter:
    """Which penalties; empty parts let all pass."""

    content_types: tuple[str, ...] = ()
    """``product``, ``productprice``, ``productstock``, ``order``, ``cancellationrequest`` …"""
    state: str = ""
    """``waiting`` (its time is still to come), ``due`` (goes in the next run) or ``ended``."""
    word: str = ""
    """Part of the key, in any case."""
    code: str = ""
    """Failure id of an open cause."""
    owner: str = ""
    """``omnitron`` or ``hbdash``: whose row counts."""

    @property
    def is_empty(self) -> bool:
        """Whether it lets everything pass."""
        return self == PenaltyFilter()


@dataclass(frozen=True)
class PenaltyLine:
    """One record that is not sent for now, or never again by itself."""

    id: int
    content_type: str
    key: str
    name: str
    """The product's name; empty for orders and claims, and where the mirror has none."""
    state: str
    """``waiting``, ``due`` or ``ended``."""
    tries: int
    """Failures so far, the first one included."""
    tries_left: int
    """Tries that are still to come by themselves."""
    max_retries: int
    interval: timedelta
    next_at: datetime | None
    first_failed_at: datetime
    last_failed_at: datetime
    expires_at: datetime
    """No try after it (R3.3)."""
    owner: str
    remote_pk: int | None
    """Omnitron's row, when there is one: then it is the authority."""
    reason_type: str
    flow: str = ""
    """Flow of the cause; empty when nothing is known of it here."""
    code: str = ""
    """Failure id of the newest open cause; render with ``hbdash.texts.causes``."""
    params: Mapping[str, Any] = field(default_factory=dict)
    causes: int = 0
    """Open causes of this record."""
    failure_id: int | None = None
    remote_text: str = ""


@dataclass(frozen=True)
class PenaltyPage:
    """Some of the penalties, and how many fit the filter."""

    rows: tuple[PenaltyLine, ...]
    total: int


@dataclass(frozen=True)
class PenaltyCounts:
    """How many records serve a penalty."""

    waiting: int = 0
    due: int = 0
    ended: int = 0
    by_type: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of them."""
        return self.waiting + self.due + self.ended


def penalties(
    connection: Connection,
    channel_id: int,
    now: datetime,
    wanted: PenaltyFilter | None = None,
    *,
    limit: int = PAGE,
    offset: int = 0,
) -> PenaltyPage:
    """Ended ones first, since they wait for a person; then by the next try."""
    condition = _condition(channel_id, now, wanted or PenaltyFilter())
    total = connection.execute(
        select(func.count()).select_from(penalty_t).where(condition)
    ).scalar_one()
    rows = (
        connection.execute(
            select(penalty_t)
            .where(condition)
            .order_by(penalty_t.c.ended.desc(), penalty_t.c.next_at, penalty_t.c.id)
            .limit(limit)
            .offset(offset)
        )
        .mappings()
        .all()
    )
    return PenaltyPage(_lines(connection, channel_id, rows, now), int(total))


def penalty_ids(
    connection: Connection, channel_id: int, now: datetime, wanted: PenaltyFilter | None = None
) -> tuple[int, ...]:
    """Ids of all that fit: the list that is frozen when a person confirms."""
    condition = _condition(channel_id, now, wanted or PenaltyFilter())
    return tuple(
        connection.execute(
            select(penalty_t.c.id).where(condition).order_by(penalty_t.c.id)
        ).scalars()
    )


def penalties_of(
    connection: Connection, channel_id: int, now: datetime, ids: Iterable[int]
) -> tuple[PenaltyLine, ...]:
    """The penalties of these ids that still stand, by id."""
    found: list[PenaltyLine] = []
    for part in sliced(sorted(set(ids)), 500):
        rows = (
            connection.execute(
                select(penalty_t)
                .where(penalty_t.c.channel_id == channel_id, penalty_t.c.id.in_(part))
                .order_by(penalty_t.c.id)
            )
            .mappings()
            .all()
        )
        found += _lines(connection, channel_id, rows, now)
    return tuple(found)


def penalties_by_key(
    connection: Connection, channel_id: int, keys: Iterable[str]
) -> dict[str, tuple[int, ...]]:
    """Key as it was given → ids of its penalties: of a SKU all its kinds, in any spelling."""
    spelt: dict[str, set[str]] = {}
    for key in keys:
        spelt.setdefault(key.strip(), set()).update((key.strip(), sku_key(key)))
    found: dict[str, list[int]] = {}
    for part in sliced(sorted({one for all_ in spelt.values() for one in all_}), 500):
        rows = connection.execute(
            select(penalty_t.c.id, penalty_t.c.key).where(
                penalty_t.c.channel_id == channel_id, penalty_t.c.key.in_(part)
            )
        )
        for row in rows:
            found.setdefault(row.key, []).append(row.id)
    return {
        key: tuple(sorted({one for name in names for one in found.get(name, ())}))
        for key, names in spelt.items()
    }


def count_penalties(
    connection: Connection, channel_id: int, now: datetime, wanted: PenaltyFilter | None = None
) -> PenaltyCounts:
    """Counts of what fits, for headings and confirmations."""
    t = penalty_t
    rows = connection.execute(
        select(
            t.c.content_type,
            func.sum(case((t.c.ended, 1), else_=0)),
            func.sum(case((_is_due(now), 1), else_=0)),
            func.count(),
        )
        .where(_condition(channel_id, now, wanted or PenaltyFilter()))
        .group_by(t.c.content_type)
    ).all()
    ended, due = sum(int(r[1]) for r in rows), sum(int(r[2]) for r in rows)
    total = sum(int(r[3]) for r in rows)
    return PenaltyCounts(total - ended - due, due, ended, {r[0]: int(r[3]) for r in rows})


def _is_due(now: datetime) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = and_(
        penalty_t.c.ended.is_(False),
        or_(penalty_t.c.next_at.is_(None), penalty_t.c.next_at <= now),
    )
    return condition


def _condition(channel_id: int, now: datetime, wanted: PenaltyFilter) -> ColumnElement[bool]:
    t = penalty_t
    parts: list[ColumnElement[bool]] = [t.c.channel_id == channel_id]
    if wanted.content_types:
        parts.append(t.c.content_type.in_(wanted.content_types))
    if wanted.owner:
        parts.append(t.c.owner == wanted.owner)
    if wanted.state == "ended":
        parts.append(t.c.ended.is_(True))
    elif wanted.state == "due":
        parts.append(_is_due(now))
    elif wanted.state == "waiting":
        parts += [t.c.ended.is_(False), t.c.next_at > now]
    if wanted.word.strip():
        parts.append(t.c.key.contains(sku_key(wanted.word), autoescape=True))
    if wanted.code:
        parts.append(
            exists().where(
                failure_t.c.penalty_id == t.c.id,
                failure_t.c.code == wanted.code,
                failure_t.c.state.in_(OPEN),
            )
        )
    return and_(*parts)


def _lines(
    connection: Connection, channel_id: int, rows: Sequence[RowMapping], now: datetime
) -> tuple[PenaltyLine, ...]:
    causes = _causes(connection, [row["id"] for row in rows])
    names = _names(
        connection, channel_id, {r["key"] for r in rows if r["content_type"] in SKU_TYPES}
    )
    return tuple(
        _line(row, names.get(row["key"], ""), causes.get(row["id"], ()), now) for row in rows
    )


def _causes(connection: Connection, ids: Sequence[int]) -> dict[int, list[RowMapping]]:
    """Penalty id → its open failures, the newest first."""
    found: dict[int, list[RowMapping]] = {}
    for part in sliced(ids, 500):
        rows = connection.execute(
            select(failure_t)
            .where(failure_t.c.penalty_id.in_(part), failure_t.c.state.in_(OPEN))
            .order_by(failure_t.c.last_at.desc(), failure_t.c.id.desc())
        ).mappings()
        for row in rows:
            found.setdefault(row["penalty_id"], []).append(row)
    return found


def _names(connection: Connection, channel_id: int, keys: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in sliced(sorted(keys), 500):
        rows = connection.execute(
            select(item_t.c.sku_key, item_t.c.name).where(
                item_t.c.channel_id == channel_id, item_t.c.sku_key.in_(part)
            )
        )
        found.update({row.sku_key: row.name for row in rows})
    return found


def _line(row: RowMapping, name: str, causes: Sequence[RowMapping], now: datetime) -> PenaltyLine:
    interval = timedelta(seconds=row["interval_s"])
    newest = causes[0] if causes else None
    due = row["next_at"] is None or row["next_at"] <= now
    return PenaltyLine(
        id=row["id"],
        content_type=row["content_type"],
        key=row["key"],
        name=name,
        state="ended" if row["ended"] else "due" if due else "waiting",
        tries=row["tries"],
        tries_left=tries_left(
            row["tries"], row["max_retries"], interval, row["next_at"], row["expires_at"]
        ),
        max_retries=row["max_retries"],
        interval=interval,
        next_at=row["next_at"],
        first_failed_at=row["first_failed_at"],
        last_failed_at=row["last_failed_at"],
        expires_at=row["expires_at"],
        owner=row["owner"],
        remote_pk=row["remote_pk"],
        reason_type=row["reason_type"],
        flow=newest["flow"] if newest else "",
        code=newest["code"] if newest else "",
        params=(newest["params"] or {}) if newest else {},
        causes=len(causes),
        failure_id=newest["id"] if newest else None,
        remote_text=(newest["remote_text"] or "") if newest else "",
    )
