"""What goes wrong at Lalezar: failures with penalties, alarms, the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from hbdash.domain.failures import FAILURES, fingerprint
from hbdash.store.log.writer import LogLine, LogWriter
from hbdash.store.tables import (
    Alarm,
    AlarmRule,
    Failure,
    FailureAttempt,
    Penalty,
)
from tests.support.shop_ground import (
    CHANNEL,
    MINUTE,
    NOW,
    Ground,
    ago,
    ahead,
    today,
)


class Trouble(Ground):
    """Failures, alarms, and the lines that tell of them."""

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
                failure_id=failure_id, at=first + n * 10 * MINUTE, remote_text=remote_text,
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
