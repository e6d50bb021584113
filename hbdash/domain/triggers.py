"""What a call to the trigger endpoint says, whichever way it is spelt (R9, O§9.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from hbdash.domain.clock import TURKEY, parse_time

LONGEST_UUID = 128
_ENVELOPE = ("event", "payload", "data")
_RUN_FIELDS = ("keys", "window", "dry_run")


class PayloadRefused(ValueError):
    """A body that can't be meant; the message says why, in English, for whoever calls."""


@dataclass(frozen=True)
class TriggerCall:
    """One call. uuid: the event's, "" from a caller that has none. content: the inner payload."""

    uuid: str
    event_type: str
    content: Mapping[str, Any]


@dataclass(frozen=True)
class RunWanted:
    """A run as a call asks for it; no keys and no window mean all that is due."""

    keys: tuple[str, ...] = ()
    window: tuple[datetime, datetime] | None = None
    dry_run: bool = False


def read_call(body: object) -> TriggerCall:
    """The envelope taken off: ``payload`` as Akinon's engine sends it, ``data`` as its page says.

    A body without envelope is the content itself (outside systems, R9.6); so is what an event
    class that rewrites the body leaves beside ``event``.
    """
    if not isinstance(body, Mapping):
        raise PayloadRefused("the body must be a JSON object")
    event = body.get("event", {})
    if not isinstance(event, Mapping):
        raise PayloadRefused("event must be an object")
    inner = {name: body[name] for name in ("payload", "data") if name in body}
    rest = {name: value for name, value in body.items() if name != "event"}
    if inner and ("event" in body or set(body) <= set(_ENVELOPE)):
        # Where both stand, what the engine's code sends counts.
        content = next(iter(inner.values()))
    else:
        content = rest
    if not isinstance(content, Mapping):
        raise PayloadRefused("payload must be an object")
    return TriggerCall(_text(event, "uuid"), _text(event, "type"), content)


def read_run(content: Mapping[str, Any], zone: tzinfo = TURKEY) -> RunWanted:
    """``{"keys": [], "window": {}}``, both optional; times without a zone are of ``zone``."""
    # A mistyped "key" must not become a run for everything.
    strange = [name for name in content if name not in _RUN_FIELDS]
    if strange:
        raise PayloadRefused(f"unknown field {strange[0][:60]!r}; known: {', '.join(_RUN_FIELDS)}")
    dry_run = content.get("dry_run", False)
    if not isinstance(dry_run, bool):
        raise PayloadRefused("dry_run must be true or false")
    return RunWanted(_keys(content.get("keys")), _window(content.get("window"), zone), dry_run)


def _text(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST_UUID:
        raise PayloadRefused(f"event.{name} must be a text of at most {LONGEST_UUID} letters")
    return value.strip()


def _keys(given: object) -> tuple[str, ...]:
    if given is None:
        return ()
    if not isinstance(given, list):
        raise PayloadRefused("keys must be a list")
    if not all(isinstance(key, str | int) and not isinstance(key, bool) for key in given):
        raise PayloadRefused("keys must be texts")
    return tuple(dict.fromkeys(text for text in (str(key).strip() for key in given) if text))


def _window(given: object, zone: tzinfo) -> tuple[datetime, datetime] | None:
    if given is None or given == {}:
        return None
    if not isinstance(given, Mapping) or set(given) != {"from", "to"}:
        raise PayloadRefused('window must be {} or {"from": time, "to": time}')
    try:
        return parse_time(str(given["from"]), zone), parse_time(str(given["to"]), zone)
    except ValueError as error:
        raise PayloadRefused("window needs two ISO 8601 times") from error
