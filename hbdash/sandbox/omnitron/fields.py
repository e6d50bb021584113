"""Checks of request bodies: which fields, of which kind, how long, and Omnitron's words for each.

A parser takes the JSON value and returns the clean one, or raises ValueError with the message.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from hbdash.sandbox.omnitron.wire import Refused, money, parse_time

Parser = Callable[[Any], Any]
MISSING = object()
REQUIRED = "This field is required."
NOT_NULL = "This field may not be null."


@dataclass(frozen=True)
class Field:
    """One field of a body. Left out and not required, it takes `default`, or no key at all."""

    parse: Parser
    required: bool = False
    null: bool = False
    default: Any = MISSING


def text(longest: int | None = None, *, blank: bool = True) -> Parser:
    """Text, or a number as text; longer than `longest` or blank is refused."""

    def parse(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError("Not a valid string.")
        result = str(value)
        if not blank and not result.strip():
            raise ValueError("This field may not be blank.")
        if longest is not None and len(result) > longest:
            raise ValueError(f"Ensure this field has no more than {longest} characters.")
        return result

    return parse


def integer(value: Any) -> int:
    """A whole number, also as text."""
    try:
        if isinstance(value, bool | float):
            raise TypeError
        return int(value)
    except (TypeError, ValueError) as error:
        raise ValueError("A valid integer is required.") from error


def natural(value: Any) -> int:
    """A whole number from 0 on."""
    result = integer(value)
    if result < 0:
        raise ValueError("Ensure this value is greater than or equal to 0.")
    return result


def boolean(value: Any) -> bool:
    """true or false, also as text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ValueError("Must be a valid boolean.")


def decimal(value: Any) -> str:
    """Money as text with two decimals; text or number comes in."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("A valid number is required.")
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("A valid number is required.") from error
    if not amount.is_finite():
        raise ValueError("A valid number is required.")
    if amount != round(amount, 2):
        raise ValueError("Ensure that there are no more than 2 decimal places.")
    return money(amount)


def mapping(value: Any) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise ValueError("Value must be valid JSON object.")
    return value


def listing(value: Any) -> list[Any]:
    """A JSON array."""
    if not isinstance(value, list):
        raise ValueError(f'Expected a list of items but got type "{type(value).__name__}".')
    return value


def choice(*words: str) -> Parser:
    """One of the words, as spelt."""

    def parse(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f'"{value}" is not a valid choice.')
        return value

    return parse


def reference(db: sqlite3.Connection, table: str, condition: str = "1") -> Parser:
    """The number of a row that exists."""

    def parse(value: Any) -> int:
        number = integer(value)
        found = db.execute(f"SELECT 1 FROM {table} WHERE pk = ? AND {condition}", (number,))
        if found.fetchone() is None:
            raise ValueError(f'Invalid pk "{number}" - object does not exist.')
        return number

    return parse


def problems(
    body: Mapping[str, Any], fields: Mapping[str, Field], *, partial: bool = False
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The clean values and, per field, what is wrong. `partial` is a PATCH: nothing is required."""
    clean: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for name, field in fields.items():
        value = body.get(name, MISSING)
        if value is MISSING:
            if field.required and not partial:
                wrong[name] = [REQUIRED]
            elif field.default is not MISSING and not partial:
                clean[name] = field.default
        elif value is None:
            if field.null:
                clean[name] = None
            else:
                wrong[name] = [NOT_NULL]
        else:
            try:
                clean[name] = field.parse(value)
            except ValueError as error:
                wrong[name] = [str(error)]
    return clean, wrong


def clean(
    body: Mapping[str, Any], fields: Mapping[str, Field], *, partial: bool = False
) -> dict[str, Any]:
    """The clean values, or the 400 that names every wrong field."""
    values, wrong = problems(body, fields, partial=partial)
    if wrong:
        code = "required" if all(said == [REQUIRED] for said in wrong.values()) else "invalid"
        raise Refused(400, {**wrong, "code": code})
    return values


time = parse_time
