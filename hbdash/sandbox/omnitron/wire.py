"""How Omnitron writes times, money and errors (O§1.7-1.9).

Inside the sandbox a time is an integer of microseconds since 1970 in UTC, money is text with two
decimals, and an error is a `Refused` that the web layer turns into Omnitron's answer.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
NEVER = 9_000_000_000_000_000_000
"""Later than any time that is compared with it."""

_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)


class Refused(Exception):
    """An answer other than success: the status and the JSON body that Omnitron would send."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


def not_found() -> Refused:
    """404 of an unknown path, object or channel."""
    return Refused(404, {"detail": "Not found.", "code": "not_found"})


def invalid(field: str, message: str, code: str = "invalid") -> Refused:
    """400 about one field."""
    return Refused(400, {field: [message], "code": code})


def refused(message: str, code: str | None = None) -> Refused:
    """406 of the service layer; `non_field_errors` is one text there, not a list (O§1.7)."""
    body: dict[str, Any] = {"non_field_errors": message}
    if code is not None:
        body["code"] = code
    return Refused(406, body)


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware time."""
    return (moment - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    """The aware UTC time of a number of microseconds."""
    return EPOCH + value * MICROSECOND


def iso(value: int | None) -> str | None:
    """`2025-02-01T10:00:00.000000Z`, or None."""
    if value is None:
        return None
    return moment(value).isoformat(timespec="microseconds")[:-6] + "Z"


def parse_time(text: object) -> int:
    """Microseconds of an ISO time with 0-9 decimals; without a zone it is UTC.

    Raises ValueError with Omnitron's own message.
    """
    found = _TIME.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise ValueError("Datetime has wrong format. Use one of these formats instead: ISO 8601.")
    day, clock, fraction, zone = found.groups()
    zone = "+00:00" if zone in (None, "Z") else zone
    value = datetime.fromisoformat(f"{day}T{clock or '00:00:00'}{zone}")
    return micros(value) + int((fraction or "0").ljust(6, "0")[:6])


def money(value: object) -> str:
    """`"62.44"`: two decimals, half up. Takes text, a number or a Decimal."""
    return str(Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP))
