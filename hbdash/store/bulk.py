"""Writing many rows at once: Core statements, in key order, changed rows only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

Row = Mapping[str, Any]
T = TypeVar("T")


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a SQLModel class."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def sliced(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """``rows`` in lists of at most ``size``."""
    iterator = iter(rows)
    while part := list(islice(iterator, size)):
        yield part


def upsert(
    connection: Connection,
    model: type[SQLModel],
    rows: Sequence[Row],
    *,
    key: Sequence[str],
    update: Sequence[str] | None = None,
    compare: Sequence[str] | None = None,
) -> None:
    """Insert ``rows``, or update those whose ``key`` exists.

    ``update`` names the columns written on conflict (default: all but the key), ``compare`` those
    of which one must differ for the row to be touched at all: unchanged rows then cost a read.
    Rows are sorted by key first, since random order costs four times as much.
    """
    if not rows:
        return
    table = table_of(model)
    insert: Any
    if connection.dialect.name == "postgresql":
        insert = postgresql.insert(table)
    else:
        insert = sqlite.insert(table)
    written = [c for c in (rows[0].keys() if update is None else update) if c not in key]
    statement: Any
    if written:
        condition = None
        if compare is not None:
            condition = or_(*(table.c[c].is_distinct_from(insert.excluded[c]) for c in compare))
        statement = insert.on_conflict_do_update(
            index_elements=list(key),
            set_={c: insert.excluded[c] for c in written},
            where=condition,
        )
    else:
        statement = insert.on_conflict_do_nothing(index_elements=list(key))
    ordered = sorted(rows, key=lambda row: tuple(row[k] for k in key))
    connection.execute(statement, ordered)


def insert_ignore(connection: Connection, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert ``rows``; those that break a unique rule are left out."""
    if not rows:
        return
    insert: Any = (
        postgresql.insert(table_of(model))
        if connection.dialect.name == "postgresql"
        else sqlite.insert(table_of(model))
    )
    connection.execute(insert.on_conflict_do_nothing(), list(rows))
