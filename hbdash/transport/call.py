"""What one call asks for, and how often it may be asked."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from hbdash.transport.errors import (
    BreakerOpen,
    RateLimited,
    RemoteError,
    ServerError,
    Unreachable,
)

Params = Mapping[str, object]
# name -> (file name, content, content type)
Files = Mapping[str, tuple[str, bytes, str]]


@dataclass(frozen=True)
class Call:
    """One call, ready to be tried. repeatable: trying it twice does no harm."""

    method: str
    path: str
    params: Params
    content: bytes | None
    content_type: str
    files: Files | None
    expect: Collection[int]
    deadline: float
    repeatable: bool
    secret: bool

    @property
    def query(self) -> dict[str, Any]:
        """The parameters as httpx takes them; a list repeats its key."""
        return {name: _param(value) for name, value in self.params.items()}


@dataclass(frozen=True)
class RetryPolicy:
    """How a call that may be repeated is repeated: full jitter, limited in tries and in time.

    seconds: no try starts later than this after the first. first_delay doubles up to last_delay.
    """

    tries: int = 4
    seconds: float = 45.0
    first_delay: float = 0.5
    last_delay: float = 10.0

    def delay(self, error: RemoteError, attempt: int) -> float:
        """Full jitter, or what the other side asks for plus a little, so that not all come at
        once."""
        highest = min(self.last_delay, self.first_delay * 2 ** (attempt - 1))
        jitter = random.uniform(0, highest)
        asked = error.retry_after if isinstance(error, RateLimited | ServerError) else None
        return jitter if asked is None else asked + min(jitter, 1.0)


ONCE = RetryPolicy(tries=1)


def may_repeat(call: Call, error: RemoteError) -> bool:
    """Whether another try is harmless and could help."""
    if isinstance(error, BreakerOpen) or not error.transient:
        return False
    if call.repeatable:
        return True
    never_done = isinstance(error, RateLimited | Unreachable)
    return never_done and not error.unknown_outcome


def json_body(value: object) -> bytes:
    """JSON with amounts as numbers."""
    return orjson.dumps(value, default=_plain)


def _param(value: object) -> Any:
    if isinstance(value, list | tuple):
        return [_param(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, bool | int | str) else str(value)


def _plain(value: object) -> object:
    """What orjson does not know: amounts. Two decimals survive a float; JSON has no other."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no place in a request")
