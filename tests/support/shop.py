"""Lalezar, a believable shop on a Monday afternoon: what a working channel's database looks like.

Everything is made from one moment and one seed, so that pictures of it stay the same. The numbers
follow the mockups of the look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert

from hbdash.domain.clock import FixedClock
from hbdash.domain.failures import FAILURES, fingerprint
from hbdash.domain.figures import EIGHT
from hbdash.flows.registry import FLOWS
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.log.writer import LogLine, LogWriter
from hbdash.store.tables import (
    Alarm,
    AlarmRule,
    CancellationRequest,
    CatalogueItem,
    Channel,
    Claim,
    Failure,
    FailureAttempt,
    Figure,
    FlowRun,
    FlowSchedule,
    Lease,
    Listing,
    MarketLine,
    MarketOrder,
    MarketPackage,
    Offer,
    Pause,
    Penalty,
    SettingsSnapshot,
)

ISTANBUL = ZoneInfo("Europe/Istanbul")
NOW = datetime(2026, 11, 23, 14, 32, 5, tzinfo=ISTANBUL).astimezone(UTC)
CHANNEL = 1
HOLDER = "ops-1:2114"

_MINUTE = timedelta(minutes=1)


def clock() -> FixedClock:
    """14:32 in Istanbul on Monday 23 November 2026."""
    return FixedClock(NOW)


def today(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A time of that day in Istanbul."""
    return datetime(2026, 11, 23, hour, minute, second, tzinfo=ISTANBUL).astimezone(UTC)


def ago(**parts: float) -> datetime:
    """So long before :data:`NOW`."""
    return NOW - timedelta(**parts)


def ahead(**parts: float) -> datetime:
    """So long after :data:`NOW`."""
    return NOW + timedelta(**parts)


COLOURS = ("İndigo", "Bordo", "Ekru", "Gri", "Yeşil")


def sku_of(n: int) -> str:
    """The n-th SKU of the catalogue; the first is the one that Hepsiburada locked."""
    return f"LZR-{20_418 + n}-{COLOURS[n % 5][:3].upper()}" if n else "LZR-20418-İND"


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


class Shop:
    """Fills one channel of a migrated database. Each part can be left out by not calling it."""

    def __init__(self, db: Database, seed: int = 7) -> None:
        self.db = db
        self.rng = Random(seed)

    def everything(self) -> Shop:
        """The afternoon of the mockups."""
        with self.db.write() as connection:
            self.channel(connection)
            self.engine(connection)
            self.figures(connection)
            self.runs(connection)
            self.catalogue(connection)
            self.claims(connection)
            self.orders(connection)
            self.failures(connection)
            self.alarms(connection)
            self.log(connection)
        return self

    def calm(self) -> Shop:
        """The same shop with nothing wrong and nothing urgent."""
        with self.db.write() as connection:
            self.channel(connection)
            self.engine(connection)
            self.figures(connection)
            self.runs(connection, calm=True)
            self.catalogue(connection)
        return self

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
            _Run("price", "failed", today(13, 40) + n * 5 * _MINUTE, 0, 31,
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

    # --- goods

    def catalogue(self, connection: Connection, skus: int = 40) -> None:
        """Some SKUs on both sides, with their offers; one of them locked by its price."""
        names = ("Dokuma Peştemal", "Bambu Havlu", "Çift Kişilik Nevresim", "Şal Desenli Örtü")
        for n in range(skus):
            key = sku_of(n)
            price = Decimal("299.00") + n * 10
            name = f"{names[n % 4]} {COLOURS[n % 5]} 90×170"
            self._add(
                connection, CatalogueItem,
                channel_id=CHANNEL, sku_key=key, product_pk=5_000 + n, sku=key, name=name,
                name_folded=name.lower(), base_code=f"LZR-{20_418 + n // 5}", categories=1,
                has_image=True, price=price, price_pk=7_000 + n, stock=10 + n, stock_pk=8_000 + n,
                changed_at=ago(hours=20), read_at=ago(minutes=10), sweep=3, is_simple=True,
                is_active=True, is_listed=True,
            )  # fmt: skip
            self._add(
                connection, Listing,
                channel_id=CHANNEL, sku_key=key, hb_sku=f"HBCV0000{4_000 + n}", merchant_sku=key,
                listing_id=f"l-{n}", price=price, stock=7 + n, is_salable=n != 0, is_locked=n == 0,
                reasons=["PriceLock"] if n == 0 else [], read_at=ago(minutes=9), sweep=3,
                price_min=Decimal("349.00") if n == 0 else None,
                price_max=Decimal("1200.00") if n == 0 else None,
            )  # fmt: skip
            for kind, value in (("stock", 7 + n), ("price", int(price * 100_000))):
                waiting = kind == "price" and 0 < n <= 31
                self._add(
                    connection, Offer,
                    channel_id=CHANNEL, sku_key=key, kind=kind, wanted=value, wanted_version=2,
                    wanted_at=today(13, 40) if waiting else ago(hours=1), sent=value,
                    sent_version=1 if waiting else 2, sent_at=ago(minutes=30),
                    confirmed=value, confirmed_version=1 if waiting else 2,
                    confirmed_at=ago(minutes=29), lag_ms=48_000,
                    state="waiting" if waiting else "confirmed",
                )  # fmt: skip

    # --- claims and orders

    def claims(self, connection: Connection) -> None:
        """Six claims to decide, the first in 1 h 12 min; some decided earlier."""
        waiting = [
            ("041987654", ahead(hours=1, minutes=12, seconds=20), "DefectiveItem",
             "Kumaşta yırtık var, fotoğrafları ekledim.", "1249.90"),
            ("042003118", ahead(hours=5, minutes=40, seconds=20), "WrongItem",
             "Yanlış renk geldi.", "459.00"),
            ("042010077", ahead(hours=44, seconds=20), "ChangeOfMind", "Vazgeçtim.", "780.20"),
            ("042010078", ahead(hours=45), "MissingPart", "Kutuda bir parça eksik.", "1000.00"),
            ("042010079", ahead(hours=46), "DefectiveItem", "Leke var.", "900.00"),
            ("042010080", ahead(hours=47), "LateDelivery", "Geç geldi.", "1100.00"),
        ]  # fmt: skip
        for n, (number, deadline, reason, words, amount) in enumerate(waiting):
            self._claim(
                connection, n, number, "AwaitingAction", deadline, reason, words, Decimal(amount)
            )
            self._add(
                connection, CancellationRequest,
                channel_id=CHANNEL, remote_id=f"{number}-1", claim_number=number, k=1,
                request_pk=60_000 + n, item_pk=61_000 + n, status="open",
                created_at=ago(hours=4), changed_at=ago(hours=4),
            )  # fmt: skip
        for n, (number, status) in enumerate(
            (("041900001", "InDispute"), ("041900002", "Accepted"), ("041900003", "Rejected")), 6
        ):
            self._claim(
                connection, n, number, status, ago(days=2), "DefectiveItem", "Kırık geldi.",
                Decimal("512.00"),
            )  # fmt: skip

    def _claim(
        self, connection: Connection, n: int, number: str, status: str, deadline: datetime,
        reason: str, words: str, amount: Decimal,
    ) -> None:  # fmt: skip
        self._add(
            connection, Claim,
            channel_id=CHANNEL, number=number, status=status, claim_type="Return", reason=reason,
            explanation=words, claimed_at=deadline - timedelta(hours=48),
            ordered_at=deadline - timedelta(days=9), deadline=deadline, quantity=1,
            sku_key="LZR-20418-İND", hb_sku="HBCV00004000",
            product_name="Dokuma Peştemal İndigo 90×170", order_number=f"41029{30_000 + n}",
            line_item_id=f"li-{n}", customer_name="Zeynep Öztürk", amount=amount,
            photos=[{"url": "https://images.example/1.jpg", "by": "customer"}] if n < 2 else [],
            deliveries=[], first_seen=ago(hours=5), seen_at=ago(minutes=2),
            changed_at=ago(hours=5), settled=False,
        )  # fmt: skip

    def orders(self, connection: Connection) -> None:
        """Eight orders that are not in Omnitron (Bolu / Merkez), seven to hand over."""
        for n in range(8):
            due = ahead(hours=2, minutes=28, seconds=20) if n < 2 else ahead(hours=17, minutes=n)
            number = "4102938847" if n == 0 else f"41029{38_900 + n}"
            self._order(connection, n, number, "failed", due, Decimal("2318.00") - n * 100)
        for n in range(8, 15):
            number = f"41029{40_000 + n}"
            self._order(connection, n, number, "written", ahead(hours=17, minutes=n),
                        Decimal("1288.90"))  # fmt: skip

    def _order(
        self, connection: Connection, n: int, number: str, state: str, due: datetime,
        total: Decimal,
    ) -> None:  # fmt: skip
        self._add(
            connection, MarketOrder,
            channel_id=CHANNEL, order_number=number, customer_id=f"c-{n}",
            customer_name="Kadir Yılmaz", placed_at=today(14, 20), first_seen=today(14, 21),
        )  # fmt: skip
        self._add(
            connection, MarketPackage,
            channel_id=CHANNEL, package_number=f"33018{77_214 + n}", order_number=number,
            status="Open", state=state, due_at=due, added_at=today(14, 20), cargo="hepsiJET",
            total=total, city="Bolu", town="Merkez", first_seen=today(14, 21),
            seen_at=today(14, 31), payload={},
        )  # fmt: skip
        self._add(
            connection, MarketLine,
            channel_id=CHANNEL, line_item_id=f"line-{n}", order_number=number,
            sku_key=sku_of(n + 1), name="Dokuma Peştemal İndigo 90×170", quantity=2,
        )  # fmt: skip

    # --- failures

    def failures(self, connection: Connection) -> None:
        """58 open failures in 5 causes, of which 27 wait for a person; some cured today."""
        listing = {"side": "hepsiburada", "service": "listing", "status": 503}
        for n in range(31):
            self.failure(
                connection, "price", "productprice", f"LZR-{33_017 + n}-EKR", "remote.server",
                listing, first=today(13, 40), state="retrying", next_at=today(14, 35), tries=2,
                remote_text="503 Service Unavailable",
            )  # fmt: skip
        for n in range(14):
            self.failure(
                connection, "product_create", "product", f"LZR-{51_002 + n}-MRC",
                "price.missing", {}, first=today(9, 12), needs_person=True, watched=True,
                remote_text="Price data not found",
            )  # fmt: skip
        for n in range(8):
            number = "4102938847" if n == 0 else f"41029{38_900 + n}"
            self.failure(
                connection, "order_create", "order", number, "order.address",
                {"level": "township", "name": "Merkez", "parent": "Bolu", "channel": 137,
                 "city_id": 14},
                first=today(11, 5), needs_person=True, watched=True,
                deadline=ahead(hours=2, minutes=28) if n < 2 else ahead(hours=17),
                amount=Decimal("1417.55"),
                remote_text="Address is not valid. channel: 137 code: 137_Merkez model: Township "
                            "city id: 14, city name: Bolu",
            )  # fmt: skip
        for n in range(4):
            self.failure(
                connection, "product_create", "product", f"LZR-{51_004 + n}-SYH",
                "attribute.value_unknown",
                {"attribute": "Renk", "category": "Havlu", "value": "Bordo", "values": 40},
                first=today(10, 31), needs_person=True, watched=True,
                remote_text="Failed to suggest product to catalog: Renk",
            )  # fmt: skip
        self.failure(
            connection, "price", "productprice", "LZR-20418-İND", "price.locked",
            {"bound": "low", "price": "299.00", "min": "349.00", "max": "1200.00"},
            first=today(17, 20) - timedelta(days=3), state="ended", needs_person=True, tries=3,
            remote_text="PriceLock",
        )  # fmt: skip

    def failure(
        self, connection: Connection, flow: str, kind: str, key: str, code: str,
        params: Mapping[str, Any], *, first: datetime, state: str = "open",
        needs_person: bool = False, watched: bool = False, next_at: datetime | None = None,
        tries: int = 1, deadline: datetime | None = None, amount: Decimal | None = None,
        remote_text: str = "",
    ) -> int:  # fmt: skip
        """One failure with its attempts and, where its kind has one, its penalty."""
        spec = FAILURES[code]
        penalty_id = None
        if spec.content_type is not None:
            penalty_id = self._add(
                connection, Penalty,
                channel_id=CHANNEL, content_type=kind, key=key, owner="omnitron",
                tries=tries, max_retries=2, interval_s=28_800, first_failed_at=first,
                last_failed_at=first, next_at=first + timedelta(hours=8),
                expires_at=first + timedelta(hours=24), ended=state == "ended",
            )  # fmt: skip
        failure_id = self._add(
            connection, Failure,
            channel_id=CHANNEL, flow=flow, kind=kind, key=key, code=code,
            fingerprint=fingerprint(code, params), params=dict(params), state=state,
            needs_person=needs_person, hopeless=False, tries=tries, max_tries=3, next_at=next_at,
            first_at=first, last_at=today(14, 31), remote_text=remote_text, watched=watched,
            watch_at=ahead(minutes=2) if watched else None, deadline=deadline,
            penalty_id=penalty_id,
            amount=None if amount is None else int(amount * 100_000),
        )  # fmt: skip
        for n in range(tries):
            self._add(
                connection, FailureAttempt,
                failure_id=failure_id, at=first + n * 10 * _MINUTE, remote_text=remote_text,
            )  # fmt: skip
        return failure_id

    # --- alarms

    def alarms(self, connection: Connection) -> None:
        """Four rules, two of which ring: one that nobody has, one that ayse has."""
        rules = [
            ("price_no_success", "no_success", "price", 30, None, "critical"),
            ("order_failures", "failures_in_row", "order_create", 5, None, "warning"),
            ("error_rate", "error_rate", None, 20, 60, "warning"),
            ("claim_deadline", "claim_deadline", None, 1, None, "critical"),
        ]
        for number, (name, metric, flow, limit, window, severity) in enumerate(rules, 1):
            self._add(
                connection, AlarmRule,
                id=number, channel_id=CHANNEL, name=name, metric=metric, flow=flow, limit=limit,
                window_min=window, severity=severity, is_default=True, created_by="hbdash",
                created_at=ago(days=30), is_active=True,
            )  # fmt: skip
        self._add(
            connection, Alarm,
            channel_id=CHANNEL, rule_id=1, subject="", value=52, params={"flow": "price"},
            severity="critical", fired_at=today(13, 55), checked_at=NOW,
        )  # fmt: skip
        self._add(
            connection, Alarm,
            channel_id=CHANNEL, rule_id=2, subject="", value=8, params={"flow": "order_create"},
            severity="warning", fired_at=today(14, 10), checked_at=NOW,
            acknowledged_at=today(14, 12), acknowledged_by="ayse",
        )  # fmt: skip

    # --- log

    def log(self, connection: Connection, lines: int = 240) -> None:
        """The last two hours of the log; every tenth line is an error."""
        written: list[LogLine] = []
        for n in range(lines):
            at = NOW - timedelta(seconds=30 * (lines - n))
            sku = f"LZR-{20_418 + n % 40}-EKR"
            if n % 10 == 7:
                written.append(
                    LogLine(
                        at=at, flow="price", level="error", status="failed", kind="productprice",
                        key=f"LZR-{33_017 + n % 31}-EKR", code="remote.server", run_id=1_008,
                        params={"side": "hepsiburada", "service": "listing", "status": 503},
                        message="503 Service Unavailable, try 2 of 3 at 14:35", duration_ms=10_004,
                        request="POST /listings/merchantid/…/price-uploads",
                        response="503 Service Unavailable",
                    )
                )  # fmt: skip
            else:
                written.append(
                    LogLine(
                        at=at, flow="stock", level="info", status="sent", kind="productstock",
                        key=sku, message=f"{n % 30} sent (10 − buffer 3)", run_id=1_007,
                        duration_ms=212,
                    )
                )  # fmt: skip
        written.append(
            LogLine(
                at=today(14, 31, 40), flow="order_create", level="error", status="failed",
                kind="order", key="4102938847", code="order.address",
                params={"level": "township", "name": "Merkez", "parent": "Bolu"}, run_id=1_009,
                message="Address is not valid. channel: 137 code: 137_Merkez model: Township "
                        "city id: 14, city name: Bolu",
                request='{"shipping_address": {"city": "Bolu", "township": "137_Merkez"}}',
                response='{"non_field_errors": ["Address is not valid."]}', duration_ms=88,
            )
        )  # fmt: skip
        written.sort(key=lambda one: one.at)
        LogWriter(self.db, CHANNEL).write(connection, written)

    # --- ground

    def _add(self, conn: Connection, model: Any, /, **values: Any) -> int:
        """Insert one row, with the model's defaults; returns its integer key."""
        row = model(**values)
        table = table_of(model)
        data = {
            column.name: getattr(row, column.name)
            for column in table.columns
            if not (column.name == "id" and getattr(row, "id", None) is None)
        }
        result = conn.execute(insert(table).values(**data))
        return int(result.inserted_primary_key[0]) if "id" in table.columns else 0
