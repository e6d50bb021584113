"""Failures of a run: opened, counted, cured (design section 3, "A failure is an object").

A record that is tried again and does not meet a cause any more cures that cause; a record that
goes through cures all of its causes in this flow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from hbdash.domain.clock import Clock
from hbdash.domain.failures import FailureKind, fingerprint, kind_of, spec
from hbdash.runs.journal import LineRef
from hbdash.runs.penalties import PenaltyView
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import Failure, FailureAttempt

OPEN_STATES = ("open", "retrying", "ended")
WATCH_EVERY = timedelta(seconds=60)


@dataclass
class Met:
    """A cause that a record met in this run."""

    kind: str
    key: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    content_type: str | None = None
    object_pk: int | None = None
    remote_text: str = ""
    line: LineRef | None = None
    penalty: PenaltyView | None = None
    deadline: datetime | None = None
    amount: int | None = None

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.code, self.params)


@dataclass
class FailureBook:
    """Collects what records met or passed; written with the run's next commit."""

    channel_id: int
    flow: str
    clock: Clock
    run_id: int | None = None
    _met: dict[tuple[str, str], list[Met]] = field(default_factory=dict)
    _tried: set[tuple[str, str]] = field(default_factory=set)

    def met(self, what: Met) -> None:
        """The record ``(kind, key)`` was tried and met this cause."""
        self._tried.add((what.kind, what.key))
        # Met twice in a run (two rows of no readable key, say) it is one failure: the newer one.
        before = self._met.get((what.kind, what.key), [])
        others = [one for one in before if one.fingerprint != what.fingerprint]
        self._met[what.kind, what.key] = [*others, what]

    def passed(self, kind: str, key: str) -> None:
        """The record went through: what was open for it in this flow is cured."""
        self._tried.add((kind, key))

    def flush(self, connection: Connection) -> None:
        """Write all that was collected."""
        now = self.clock.now()
        by_kind: dict[str, list[str]] = {}
        for kind, key in self._tried:
            by_kind.setdefault(kind, []).append(key)
        for kind, keys in by_kind.items():
            for part in sliced(sorted(keys), 500):
                self._flush_part(connection, kind, part, now)

    def settled(self) -> None:
        """The transaction of the last flush has been committed."""
        self._met.clear()
        self._tried.clear()

    def _flush_part(
        self, connection: Connection, kind: str, keys: list[str], now: datetime
    ) -> None:
        table = table_of(Failure)
        rows = connection.execute(
            select(table).where(
                table.c.channel_id == self.channel_id,
                table.c.flow == self.flow,
                table.c.kind == kind,
                table.c.key.in_(keys),
                table.c.state.in_(OPEN_STATES),
            )
        ).mappings()
        standing = {(row["key"], row["fingerprint"]): row for row in rows}
        for key in keys:
            for met in self._met.get((kind, key), []):
                row = standing.pop((key, met.fingerprint), None)
                self._keep(connection, met, row, now)
        cure(connection, [row["id"] for row in standing.values()], now, "succeeded")

    def _keep(
        self, connection: Connection, met: Met, row: RowMapping | None, now: datetime
    ) -> None:
        table = table_of(Failure)
        known = spec(met.code)
        kind = kind_of(met.code, met.params)
        values: dict[str, Any] = {
            "state": _state(kind, met.penalty),
            "params": met.params,
            "last_at": now,
            "remote_text": met.remote_text[:10_000],
            "run_id": self.run_id,
            "log_id": met.line.log_id if met.line else None,
            "needs_person": kind is not FailureKind.TRANSIENT,
            "hopeless": kind is FailureKind.HOPELESS,
            "watched": known.watched,
            "watch_at": now + WATCH_EVERY if known.watched else None,
            "content_type": met.content_type,
            "object_pk": met.object_pk,
            "deadline": met.deadline,
            "amount": met.amount,
        }
        if met.penalty is not None:
            values |= {
                "penalty_id": met.penalty.id,
                "tries": met.penalty.tries,
                "max_tries": met.penalty.max_retries + 1,
                "next_at": met.penalty.next_at,
            }
        if row is None:
            values.setdefault("tries", 1)
            failure_id = connection.execute(
                insert(table)
                .values(
                    channel_id=self.channel_id,
                    flow=self.flow,
                    kind=met.kind,
                    key=met.key,
                    code=met.code,
                    fingerprint=met.fingerprint,
                    first_at=now,
                    **values,
                )
                .returning(table.c.id)
            ).scalar_one()
        else:
            failure_id = row["id"]
            values.setdefault("tries", row["tries"] + 1)
            connection.execute(update(table).where(table.c.id == failure_id).values(**values))
        connection.execute(
            insert(table_of(FailureAttempt)).values(
                failure_id=failure_id,
                run_id=self.run_id,
                at=now,
                remote_text=met.remote_text[:10_000],
                log_id=met.line.log_id if met.line else None,
            )
        )


def _state(kind: FailureKind, penalty: PenaltyView | None) -> str:
    if penalty is not None and penalty.ended:
        return "ended"
    if kind is FailureKind.TRANSIENT or (penalty is not None and penalty.tries > 1):
        return "retrying"
    return "open"


def cure(connection: Connection, ids: Iterable[int], now: datetime, how: str) -> None:
    """Close failures as cured: ``succeeded`` or ``cause_gone``."""
    table = table_of(Failure)
    for part in sliced(sorted(ids), 500):
        connection.execute(
            update(table)
            .where(table.c.id.in_(part), table.c.state.in_(OPEN_STATES))
            .values(state="cured", closed_at=now, close_reason=how, next_at=None, watch_at=None)
        )
