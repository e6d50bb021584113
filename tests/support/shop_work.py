"""Lalezar at work: channel, engine, figures, the newest run of each flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from hbdash.domain.figures import EIGHT
from hbdash.flows.registry import FLOWS
from hbdash.store.bulk import table_of
from hbdash.store.tables import (
    Channel,
    Figure,
    FlowRun,
    FlowSchedule,
    Lease,
    Pause,
    SettingsSnapshot,
)
from tests.support.shop_ground import (
    CHANNEL,
    HOLDER,
    MINUTE,
    NOW,
    Ground,
    ago,
    today,
)


@dataclass(frozen=True)
class _Run:
    flow: str
    state: str
    at: datetime
    ok: int = 0
    failed: int = 0
    total: int | None = None
    next_due: datetime | None = None
    reason: str | None = None
    params: Mapping[str, Any] | None = None
    in_row: int = 0


class Work(Ground):
    """Who runs what, and what came of it."""

    # --- channel and engine

    def channel(self, connection: Connection, environment: str = "sandbox") -> None:
        """The channel, active, and its settings as last read."""
        self._add(
            connection, Channel,
            id=CHANNEL, key="lalezar", name="Hepsiburada", remote_id=137,
            omnitron_url="https://lalezar.omnitron.example", timezone="Europe/Istanbul",
            environment=environment, is_active=True, catalog_id=3, price_list=5, stock_list=6,
            settings_id=1,
            connection={
                "hepsiburada/listing": {"phase": "closed", "since": ago(hours=5).isoformat()},
                "omnitron/api": {"phase": "closed", "since": ago(hours=5).isoformat()},
            },
        )  # fmt: skip
        flags = {spec.flag: True for spec in FLOWS.values() if spec.flag}
        flags["approve_refund"] = False
        self._add(
            connection, SettingsSnapshot,
            id=1, channel_id=CHANNEL, read_at=ago(minutes=2), digest="d1",
            conf={
                "feature_flags": flags, "buffer_stock": 3, "default_reason_id": 5,
                "cargo_company_mapping": {"hepsijet": 3, "default": 1},
                "cancellation_reason_id": 4, "merchant_id": "lalezar", "username": "lalezar",
                "password": "secret", "user_agent": "lalezar_dev",
            },
            form={}, problems=[],
        )  # fmt: skip

    def engine(
        self, connection: Connection, *, host: str = "ops-1", username: str = "ayse",
        alive: bool = True,
    ) -> None:  # fmt: skip
        """Who holds the lease."""
        renewed = ago(seconds=2) if alive else ago(minutes=13)
        self._add(
            connection, Lease,
            channel_id=CHANNEL, holder=f"{host}:2114", host=host, pid=2114, username=username,
            face="dashboard", taken_at=today(9, 2), renewed_at=renewed,
            expires_at=renewed + timedelta(seconds=30), epoch=4,
        )  # fmt: skip

    # --- figures

    def figures(self, connection: Connection) -> None:
        """48 hours of the eight figures and of the two lags."""
        ends = {
            "sku_total": (18_204, 12), "sku_on_sale": (17_391, 30), "sku_not_on_sale": (412, -18),
            "price_differs": (37, 31), "stock_total": (91_340, -1_204),
            "stock_on_sale": (86_112, -1_190), "stock_not_on_sale": (5_219, 44),
            "stock_differs": (5, -2), "stock_lag": (48, 0), "price_lag": (3_120, 0),
        }  # fmt: skip
        assert set(EIGHT) <= set(ends)
        rows: list[dict[str, Any]] = []
        for name, (value, change) in ends.items():
            for hour in range(48):
                share = hour / 47
                drift = round(change * (share - 1) * 2) if hour != 23 else -change
                noise = self.rng.randint(-3, 3) if 0 < hour < 47 and hour != 23 else 0
                if name == "price_lag":
                    level = 40 + noise if hour < 47 else value
                elif name == "stock_lag":
                    level = 40 + 4 * noise if hour != 44 else 240
                else:
                    level = max(value + drift + noise * max(abs(change) // 20, 1), 0)
                at = NOW - timedelta(minutes=4) - timedelta(hours=47 - hour)
                if hour == 47:
                    level = value
                rows.append(
                    {"channel_id": CHANNEL, "name": name, "at": at, "value": level, "note": {}}
                )
        connection.execute(insert(table_of(Figure)), sorted(rows, key=lambda row: row["at"]))

    # --- runs

    def runs(self, connection: Connection, *, calm: bool = False) -> None:
        """The newest run of each flow, schedules, and one pause."""
        t = today
        newest = [
            _Run("category_node", "done", t(2), 22_140),
            _Run("category_attributes", "done", t(2, 14), 38),
            _Run("default_attributes", "done", t(2, 16)),
            _Run("compare_attributes", "done", t(2, 31), 3),
            _Run("product_create", "partly_done", t(14, 30), 22, 14, next_due=t(14, 35)),
            _Run("product_update", "done", t(14, 31), 206, next_due=t(14, 36)),
            _Run("product_delete", "nothing_due", t(14, 31), next_due=t(14, 36)),
            _Run("stock", "running", t(14, 32), 1_190, 14, 2_310, next_due=t(14, 33)),
            _Run("price", "failed", t(14, 30), 0, 31, next_due=t(14, 35), in_row=11,
                 reason="remote.server",
                 params={"side": "hepsiburada", "service": "listing", "status": 503}),
            _Run("order_create", "partly_done", t(14, 31), 41, 8, next_due=t(14, 36)),
            _Run("order_update", "done", t(14, 31), 41, next_due=t(14, 36)),
            _Run("order_cancel", "nothing_due", t(14, 30), next_due=t(14, 35)),
            _Run("order_refund", "done", t(14, 30), 2, next_due=t(14, 35)),
            _Run("updated_orders", "done", t(6), 188),
            _Run("split_packages", "nothing_due", t(11, 18)),
            _Run("approve_refunds", "refused", t(14, 30), next_due=t(14, 35), reason="flag.off",
                 params={"flag": "approve_refund"}),
            _Run("reject_refund", "done", t(13, 55), 1),
            _Run("unpacked_orders", "done", t(12), 4, next_due=t(14, 35)),
        ]  # fmt: skip
        if calm:
            newest = [
                _Run(run.flow, "done", run.at, max(run.ok, 1), next_due=run.next_due)
                for run in newest
            ]
        else:
            self._earlier_runs(connection)
        for number, run in enumerate(newest, start=1_000):
            self._run(connection, number, run)
            if run.next_due is not None:
                self._add(
                    connection, FlowSchedule,
                    channel_id=CHANNEL, flow=run.flow, next_due=run.next_due,
                    last_started=run.at,
                    last_success=None if run.in_row else run.at, failures_in_row=run.in_row,
                )  # fmt: skip
        if not calm:
            self._add(
                connection, Pause,
                channel_id=CHANNEL, scope="flow", name="unpacked_orders", until=today(15),
                by="mehmet", why="kargo firması değişiyor", created_at=today(12, 1),
            )  # fmt: skip

    def _earlier_runs(self, connection: Connection) -> None:
        """Price was well until 13:35 and failed since 13:40; two refusals of Approve Refunds."""
        earlier = [_Run("price", "done", today(13, 35), 31)]
        earlier += [
            _Run("price", "failed", today(13, 40) + n * 5 * MINUTE, 0, 31,
                 reason="remote.server",
                 params={"side": "hepsiburada", "service": "listing", "status": 503})
            for n in range(10)
        ]  # fmt: skip
        earlier.append(
            _Run("approve_refunds", "refused", today(14, 25), reason="flag.off",
                 params={"flag": "approve_refund"})
        )  # fmt: skip
        for number, run in enumerate(earlier, start=900):
            self._run(connection, number, run)

    def _run(self, connection: Connection, number: int, run: _Run) -> None:
        running = run.state == "running"
        self._add(
            connection, FlowRun,
            id=number, channel_id=CHANNEL, flow=run.flow, state=run.state,
            started_by="ayse" if run.flow == "reject_refund" else "schedule", holder=HOLDER,
            epoch=4, started_at=run.at, heartbeat_at=NOW if running else run.at,
            ended_at=None if running else run.at + timedelta(seconds=9),
            duration_ms=None if running else 9_000, total=run.total, ok=run.ok,
            failed=run.failed, reason_id=run.reason, reason_params=dict(run.params or {}),
            keys=[], note={}, dry_run=False,
        )  # fmt: skip
