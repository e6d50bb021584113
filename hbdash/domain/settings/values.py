"""Reading single values of a conf that people typed (A14, A15, A16).

Each reader returns the typed value, or its empty form for what is empty, and raises `BadValue`
for what can't be meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_TRUE = frozenset({"true", "1", "yes", "on", "active", "evet", "aktif"})
_FALSE = frozenset({"", "false", "0", "no", "off", "inactive", "passive", "none", "null", "hayır",
                    "pasif"})  # fmt: skip
_TYPOGRAPHIC = str.maketrans({**dict.fromkeys("“”„‟″«»", '"'), **dict.fromkeys("‘’‚‛′", "'")})
_BREAKS = re.compile(r"[\n\r,;]+")
#: Largest id or number of pieces that any of the systems keeps.
_LARGEST = 2**63 - 1


class BadValue(ValueError):
    """A value that can't be meant for its setting."""


def is_empty(value: object) -> bool:
    """None, blank text, and empty lists and objects."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {}, ())


def read_text(value: object) -> str:
    """Text, or a number as text; surrounding blanks are dropped."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise BadValue(type(value).__name__)


def read_integer(value: object) -> int | None:
    """A whole number, also as text; None for what is empty."""
    if is_empty(value):
        return None
    if isinstance(value, bool):
        raise BadValue("bool")
    if isinstance(value, float) and not value.is_integer():
        raise BadValue("fraction")
    try:
        number = int(str(value).strip().removesuffix(".0"))
    except ValueError as fault:
        raise BadValue("no whole number") from fault
    if abs(number) > _LARGEST:
        raise BadValue("too large")
    return number


def read_bool(value: object) -> bool:
    """True or false, also as text or 1 and 0; what is empty is false (A16)."""
    if value is None:
        return False
    if isinstance(value, bool):
        return value
    if isinstance(value, str | int):
        text = str(value).strip().lower()
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
    raise BadValue("neither true nor false")


def read_object(value: object) -> dict[str, object]:
    """A JSON object, also as text, also with typographic quotes (A15); {} for what is empty."""
    if is_empty(value):
        return {}
    if isinstance(value, Mapping):
        return {str(key): one for key, one in value.items()}
    if isinstance(value, str):
        found = _loads(value)
        if isinstance(found, dict):
            return found
    raise BadValue("no JSON object")


def read_list(value: object) -> tuple[str, ...]:
    """Texts in their order, without doubles: a list, JSON text, or one per line or comma."""
    if is_empty(value):
        return ()
    if isinstance(value, str):
        found = _loads(value) if value.lstrip().startswith("[") else None
        value = found if isinstance(found, list) else _BREAKS.split(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = [value]
    if not isinstance(value, list | tuple):
        raise BadValue("no list")
    return tuple(dict.fromkeys(text for text in map(read_text, value) if text))


def read_ids(value: object) -> tuple[dict[str, int], tuple[str, ...]]:
    """Name → id in Omnitron; ids may be numbers or texts (A14). Second: names without an id."""
    ids: dict[str, int] = {}
    bad: list[str] = []
    for name, one in read_object(value).items():
        try:
            number = read_integer(one)
        except BadValue:
            number = None
        if number is None or number < 1:
            bad.append(name)
        else:
            ids[name.strip()] = number
    return ids, tuple(bad)


def _loads(text: str) -> object:
    """JSON as it stands; else with typographic quotes mended; else with single quotes."""
    mended = text.translate(_TYPOGRAPHIC)
    for attempt in (text, mended, mended.replace("'", '"')):
        try:
            return json.loads(attempt)
        except (ValueError, RecursionError):
            continue
    return None
