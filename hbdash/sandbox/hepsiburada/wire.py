"""How values look on the marketplace's wire: times, money, identifiers (H§3.3–3.5)."""

from __future__ import annotations

import random
import re
import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson
from starlette.responses import Response

TURKEY = timezone(timedelta(hours=3))
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# (with Z, decimals): the forms recorded side by side in orders and packages. Zone-less ones are
# written in Turkey time, which is the safer reading of the recordings (H§3.3).
DATE_FORMS = ((True, 3), (True, 0), (True, 2), (False, 7), (True, 1), (False, 3), (False, 0))


def micros(moment: datetime) -> int:
    """Microseconds UTC of an aware datetime."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(us: int) -> datetime:
    """The aware UTC datetime of ``us`` microseconds."""
    return _EPOCH + timedelta(microseconds=us)


def date_text(us: int, form: int = 0) -> str:
    """``us`` in one of ``DATE_FORMS``; the seventh decimal is one that microseconds lack."""
    zoned, decimals = DATE_FORMS[form % len(DATE_FORMS)]
    at = moment(us)
    text = (at if zoned else at.astimezone(TURKEY)).strftime("%Y-%m-%dT%H:%M:%S")
    if decimals:
        text += "." + f"{at.microsecond:06d}{us // 7 % 10}"[:decimals]
    return text + ("Z" if zoned else "")


def optional_date(us: int | None, form: int = 0) -> str | None:
    """``date_text`` or null."""
    return None if us is None else date_text(us, form)


def units(amount: Decimal | int | str) -> int:
    """An amount in lira as an integer of 10⁻⁵ lira."""
    return int((Decimal(amount) * 100_000).quantize(Decimal(1), ROUND_HALF_UP))


def amount(value: int) -> Decimal:
    """An integer of 10⁻⁵ lira as the five-decimal number of recorded packages."""
    return Decimal(value).scaleb(-5)


def money(value: int) -> dict[str, Any]:
    """OMS Money: ``{"currency": "TRY", "amount": 94.49000}`` (H§3.4)."""
    return {"currency": "TRY", "amount": amount(value)}


def round_kurus(value: int) -> Decimal:
    """10⁻⁵ lira rounded half up to two decimals."""
    return amount(value).quantize(Decimal("0.01"), ROUND_HALF_UP)


def dumps(content: Any) -> bytes:
    """JSON with Decimals written digit for digit."""
    return orjson.dumps(content, default=_number)


def _number(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(type(value).__name__)


class Json(Response):
    """A JSON answer; ``content`` may hold Decimals, and may be a bare string (OMS errors)."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return dumps(content)


def empty(status: int) -> Response:
    """An answer without a body (204 of the actions, 401 of OMS)."""
    return Response(status_code=status)


def sku_key(sku: str) -> str:
    """The key under which two spellings are one SKU: upper case, without spaces (H§3.5)."""
    return "".join(sku.split()).upper()


def new_uuid(rng: random.Random) -> str:
    """A version 4 UUID from the world's own randomness."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def line_id(rng: random.Random, placed_us: int) -> str:
    """A 12-byte object id padded to a UUID: its first 8 digits are the unix seconds (H§3.5)."""
    text = f"{placed_us // SECOND:08x}{rng.getrandbits(64):016x}06060606"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def ean13(digits: str) -> str:
    """Twelve digits with their check digit; package barcodes are ``629`` + package number."""
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(digits))
    return digits + str(-total % 10)


_LOCAL_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")


def query_time(text: str) -> int | None:
    """A ``yyyy-MM-dd HH:mm`` query value, Turkey local time, in microseconds UTC.

    None for an ISO value, which the marketplace takes and then matches nothing with (H§3.3);
    ValueError for anything else (``WrongDateFormat``).
    """
    if _LOCAL_MINUTE.fullmatch(text):
        return micros(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=TURKEY))
    datetime.fromisoformat(text)
    return None


def iso_time(text: str) -> int:
    """An ISO date or date-time in microseconds UTC; without a zone it is Turkey time."""
    parsed = datetime.fromisoformat(text)
    return micros(parsed if parsed.tzinfo else parsed.replace(tzinfo=TURKEY))
