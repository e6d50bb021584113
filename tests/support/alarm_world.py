"""A channel with runs, claims and failures made by hand, for everything about alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import SQLModel

from hbdash.alarms.evaluate import AlarmConfig, Change, evaluate
from hbdash.domain.alarms import RuleDraft
from hbdash.domain.clock import FixedClock
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.log.writer import LogWriter
from hbdash.store.tables import (
    Alarm,
    AlarmRule,
    Channel,
    Claim,
    Failure,
    FlowRun,
    Lease,
    MarketPackage,
    Notice,
    Pause,
)

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
URLS = ("mailto://ops@lalezar.example", "slack://token-a/token-b")


@dataclass
class AlarmWorld:
    """One channel, its clock, and short ways to make rows."""

    db: Database
    clock: FixedClock
    channel_id: int
    writer: LogWriter

    @classmethod
    def on(cls, db: Database, now: datetime = START) -> AlarmWorld:
        """A channel in a migrated database; the engine started long before."""
        with db.write() as connection:
            channel_id = connection.execute(
                insert(table_of(Channel))
                .values(
                    key="lalezar",
                    name="Hepsiburada",
                    omnitron_url="https://omnitron.example",
                    remote_id=137,
                    timezone="Europe/Istanbul",
                    environment="sandbox",
                    connection={},
                )
                .returning(table_of(Channel).c.id)
            ).scalar_one()
        world = cls(db, FixedClock(now), channel_id, LogWriter(db, channel_id))
        world.lease(now - timedelta(days=2))
        return world

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def later(self, **span: float) -> None:
        """Move the clock."""
        self.clock.move(timedelta(**span))

    def add(self, model: type[SQLModel], **values: Any) -> int:
        """A row of the channel; its id."""
        table = table_of(model)
        with self.db.write() as connection:
            return int(
                connection.execute(
                    insert(table)
                    .values(channel_id=self.channel_id, **values)
                    .returning(*table.primary_key.columns)
                ).scalar_one()
            )

    def change(self, model: type[SQLModel], row_id: int, **values: Any) -> None:
        """Other values in a row."""
        table = table_of(model)
        with self.db.write() as connection:
            connection.execute(update(table).where(table.c.id == row_id).values(**values))

    def rows(self, model: type[SQLModel]) -> list[Mapping[str, Any]]:
        """All rows of the channel in the order they were made."""
        table = table_of(model)
        with self.db.read() as connection:
            found = connection.execute(
                select(table).where(table.c.channel_id == self.channel_id).order_by(table.c.id)
            )
            return [dict(row) for row in found.mappings()]

    # What happened -----------------------------------------------------------------------------

    def lease(self, taken_at: datetime) -> None:
        """The engine has run since then."""
        with self.db.write() as connection:
            table = table_of(Lease)
            connection.execute(table.delete())
            connection.execute(
                insert(table).values(
                    channel_id=self.channel_id,
                    holder="h1",
                    host="ops-1",
                    pid=7,
                    username="ayse",
                    face="worker",
                    taken_at=taken_at,
                    renewed_at=taken_at,
                    expires_at=taken_at + timedelta(days=30),
                    epoch=1,
                )
            )

    def run(
        self,
        flow: str,
        state: str,
        *,
        at: datetime | None = None,
        ok: int = 0,
        failed: int = 0,
        reason: str | None = None,
        **values: Any,
    ) -> int:
        """A run that ended at ``at`` (now when not given)."""
        ended = at or self.now
        started = ended - timedelta(seconds=5)
        return self.add(
            FlowRun,
            flow=flow,
            state=state,
            started_by=values.pop("started_by", "schedule"),
            keys=values.pop("keys", []),
            dry_run=values.pop("dry_run", False),
            holder="h1",
            epoch=1,
            started_at=started,
            heartbeat_at=ended,
            ended_at=ended,
            duration_ms=5000,
            ok=ok,
            failed=failed,
            skipped=0,
            reason_id=reason,
            reason_params=values.pop("reason_params", {}),
            note={},
            **values,
        )

    def pause(self, scope: str, name: str, **span: float) -> int:
        """A pause from now on."""
        return self.add(
            Pause,
            scope=scope,
            name=name,
            until=self.now + timedelta(**span),
            by="mehmet",
            why="stocktaking",
            created_at=self.now,
        )

    def claim(self, number: str, **left: float) -> int:
        """A claim that waits for a decision, with so much time left."""
        return self.add(
            Claim,
            number=number,
            status="AwaitingAction",
            claim_type="Return",
            reason="Damaged",
            explanation="Kutusu kırık geldi",
            claimed_at=self.now,
            deadline=self.now + timedelta(**left),
            quantity=1,
            sku_key="LZR-1",
            hb_sku="HBV0001",
            product_name="Yün Halı 120×180",
            order_number="4102938847",
            line_item_id="l-1",
            customer_name="",
            amount=Decimal("1249.90"),
            photos=[],
            deliveries=[],
            settled=False,
            first_seen=self.now,
            seen_at=self.now,
            changed_at=self.now,
        )

    def failure(self, flow: str, key: str, code: str, **values: Any) -> int:
        """An open failure."""
        params = values.pop("params", {})
        return self.add(
            Failure,
            flow=flow,
            kind=values.pop("kind", "order"),
            key=key,
            code=code,
            fingerprint=f"{code}{sorted(params.items())}",
            params=params,
            state=values.pop("state", "open"),
            needs_person=False,
            hopeless=False,
            tries=1,
            first_at=self.now,
            last_at=self.now,
            remote_text="",
            watched=False,
            **values,
        )

    def package(self, order: str, **left: float) -> int:
        """A package whose order is not in Omnitron, with so much time until ship-by."""
        return self.add(
            MarketPackage,
            package_number=f"P{order}",
            order_number=order,
            status="Open",
            state="failed",
            due_at=self.now + timedelta(**left),
            cargo="",
            barcode="",
            total=Decimal(0),
            city="",
            town="",
            first_seen=self.now,
            seen_at=self.now,
            payload={},
        )

    # Alarms ------------------------------------------------------------------------------------

    def rule(self, metric: str, limit: int, flow: str | None = None, **values: Any) -> int:
        """A rule of the channel."""
        draft = RuleDraft(metric, limit, flow)
        return self.add(
            AlarmRule,
            name=values.pop("name", f"{metric}.{flow}.{limit}"),
            metric=draft.metric,
            flow=draft.flow,
            limit=draft.limit,
            window_min=values.pop("window_min", None),
            severity=values.pop("severity", "warning"),
            is_active=values.pop("is_active", True),
            is_default=False,
            created_by="ayse",
            created_at=self.now,
            **values,
        )

    def evaluate(self, urls: tuple[str, ...] = URLS) -> list[Change]:
        """Bring the alarms up to date now."""
        return evaluate(self.db, self.channel_id, self.now, AlarmConfig(urls), self.writer)

    def kinds(self) -> list[str]:
        """What an evaluation changes, by kind."""
        return [change.kind for change in self.evaluate()]

    @property
    def firing(self) -> list[Mapping[str, Any]]:
        """Alarms that ring now."""
        return [row for row in self.rows(Alarm) if row["ended_at"] is None]

    @property
    def notices(self) -> list[Mapping[str, Any]]:
        """Everything that was to be told."""
        return self.rows(Notice)
