"""Column types that keep money, time and identifiers exact on SQLite and PostgreSQL alike.

Money is an integer of 10⁻⁵ lira in the database and :class:`~decimal.Decimal` outside; time is an
integer of microseconds since the epoch (UTC) and an aware ``datetime`` outside; keys collate by
code point on both databases (design section 3, "Data, decided once").
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine
from sqlmodel import Field

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LIRA_SCALE = 100_000

#: An id that SQLite can use as its row id.
Id = BigInteger().with_variant(Integer, "sqlite")


def to_micros(moment: datetime) -> int:
    """Microseconds since the epoch of an aware moment; a naive one is a programming error."""
    if moment.tzinfo is None:
        raise ValueError(f"naive time {moment!r}")
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_micros(value: int) -> datetime:
    """The aware UTC moment of a count of microseconds since the epoch."""
    return EPOCH + timedelta(microseconds=value)


def to_lira5(amount: Decimal) -> int:
    """Whole 10⁻⁵ lira of an amount; more than five decimals are a programming error."""
    scaled = amount * LIRA_SCALE
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} has more than five decimals")
    return int(scaled)


class Moment(TypeDecorator[datetime]):
    """An aware ``datetime``, stored as integer microseconds UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_micros(value)


class Lira(TypeDecorator[Decimal]):
    """A ``Decimal`` amount, stored as integer 10⁻⁵ lira."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else to_lira5(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / LIRA_SCALE


class Key(TypeDecorator[str]):
    """An identifier or other text that is compared by code point on both databases."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Text(collation="C"))
        return dialect.type_descriptor(Text())


def id_field() -> Any:
    """An integer key made by the database."""
    return Field(default=None, primary_key=True, sa_type=Id)


def key_field(default: Any = ..., **options: Any) -> Any:
    """An identifier: text, compared by code point."""
    return Field(default, sa_type=Key, **options)


def moment_field(default: Any = ..., **options: Any) -> Any:
    """An aware moment."""
    return Field(default, sa_type=Moment, **options)


def lira_field(default: Any = ..., **options: Any) -> Any:
    """An amount of money."""
    return Field(default, sa_type=Lira, **options)


def big_field(default: Any = ..., **options: Any) -> Any:
    """A 64-bit integer that is no key of its own table."""
    return Field(default, sa_type=BigInteger, **options)


def json_field(default_factory: Any = dict, **options: Any) -> Any:
    """A small JSON value that no query looks into."""
    return Field(default_factory=default_factory, sa_type=JSON, **options)
