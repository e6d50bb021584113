"""From a status and a body to one typed error, with the other side's own words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from hbdash.transport.errors import (
    AuthRefused,
    BadShape,
    Conflict,
    NotFound,
    RateLimited,
    Refused,
    RemoteError,
    ServerError,
    Walled,
)
from hbdash.transport.reply import looks_like_html

_LONGEST_TEXT = 500
_LONGEST_WAIT = 3600.0
_EPOCH_FROM = 1_000_000_000
# Where the services put their words, in order of preference (H§5.1, O§1.7).
_WORDS = ("message", "non_field_errors", "detail", "description", "error", "msg", "errors", "title")


def error_class(
    status: int, headers: Mapping[str, str], content: bytes, *, forbidden_is_rate: bool
) -> type[RemoteError]:
    """The class for a status that is no success. Redirects are followed by nobody: `BadShape`."""
    if status == 403:
        if looks_like_html(headers, content):
            return Walled
        return RateLimited if forbidden_is_rate else AuthRefused
    if status >= 500 or status == 408:
        return ServerError
    by_status: dict[int, type[RemoteError]] = {
        401: AuthRefused,
        404: NotFound,
        409: Conflict,
        429: RateLimited,
    }
    if status in by_status:
        return by_status[status]
    return Refused if status >= 400 else BadShape


def complaint(status: int, headers: Mapping[str, str], content: bytes) -> tuple[str, str]:
    """(code, text) of a refusal in any of the forms of H§5.1 and O§1.7; never raises.

    code: the body's own `code`, else the status. text: at most 500 characters, never empty.
    """
    location = headers.get("location", "")
    if location and 300 <= status < 400:
        return str(status), f"redirected to {location[:_LONGEST_TEXT]}"
    if looks_like_html(headers, content):
        return str(status), f"HTTP {status} with a web page"
    try:
        body: Any = orjson.loads(content) if content else None
    except orjson.JSONDecodeError:
        body = content[: 4 * _LONGEST_TEXT].decode("utf-8", "replace")
    code = str(status)
    if isinstance(body, dict):
        own_code = _by_name(body, "code")
        if isinstance(own_code, str | int) and not isinstance(own_code, bool) and own_code != "":
            code = str(own_code)
    text = " ".join(_words(body, 0).split())[:_LONGEST_TEXT]
    return code, text or f"HTTP {status} without a reason"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `Retry-After` (seconds or a date) or `X-RateLimit-Reset` (seconds)."""
    for name in ("retry-after", "x-ratelimit-reset"):
        text = headers.get(name, "").strip()
        if not text:
            continue
        seconds = _seconds(text)
        if seconds is not None:
            return min(max(seconds, 0.0), _LONGEST_WAIT)
    return None


def _seconds(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        try:
            return (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    if number != number:
        return None
    # Some services count from now, some send the moment itself.
    return number - datetime.now(UTC).timestamp() if number > _EPOCH_FROM else number


def _by_name(body: dict[Any, Any], name: str) -> Any:
    for key, value in body.items():
        if str(key).lower() == name:
            return value
    return None


def _words(body: Any, depth: int) -> str:
    """The readable part of an error body; nested forms are followed a few levels down."""
    if body is None or isinstance(body, bool) or depth > 4:
        return ""
    if isinstance(body, str | int | float):
        return str(body)
    if isinstance(body, list):
        return "; ".join(filter(None, (_words(part, depth + 1) for part in body[:20])))
    if not isinstance(body, dict):
        return ""
    for name in _WORDS:
        text = _words(_by_name(body, name), depth + 1)
        if text:
            return text
    # Django's form: {"field": ["why"]}; "code" is told apart.
    named = (
        (str(key), _words(value, depth + 1))
        for key, value in list(body.items())[:20]
        if str(key).lower() not in {"code", "statuscode", "status", "timestamp", "correlationid"}
    )
    return "; ".join(f"{key}: {text}" for key, text in named if text)
