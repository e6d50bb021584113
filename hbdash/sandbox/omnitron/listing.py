"""Lists: filters, sorting and the page envelope (O§1.5, O§1.6).

A `Source` says what a list reads and by what it may be filtered; unknown query parameters are
ignored, a known one with a value of the wrong kind is a 400.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hbdash.sandbox.omnitron.schema import generation
from hbdash.sandbox.omnitron.web import Call
from hbdash.sandbox.omnitron.wire import Refused, invalid, parse_time

DEFAULT_LIMIT = 10
MAX_LIMIT = 1000
FEW = 20_000
"""Up to so many matches are sorted after the search; SQLite must not walk the whole table in key
order to save that sort, and a `+` before the key keeps it from it."""

ANY = " IN (SELECT value FROM json_each(?))"
"""Equal to any of several values; for a single one it becomes ` = ?`, which is much faster."""

Convert = Callable[[str], Any]
Wire = Callable[[Call, Sequence[sqlite3.Row]], list[dict[str, Any]]]
_COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


@dataclass(frozen=True)
class Filter:
    """One query parameter: an SQL condition with one `?`, which gets a JSON array of values for
    `many`, else the single value."""

    sql: str
    convert: Convert
    many: bool = True
    stable: bool = False
    """Answers change only when the table's shape does, so that counts may be kept."""
    cursor: bool = False
    """`pk__gt`: the count of the next page follows from this one's."""


@dataclass(frozen=True)
class Source:
    """A list: its FROM clause, the filters, and how rows become JSON.

    `shape` names the table of `schema.bump` when the list is swept page by page.
    """

    tables: str
    wire: Wire
    filters: Mapping[str, Filter]
    columns: str = "t.*"
    key: str = "t.pk"
    condition: str = "1"
    sorts: Mapping[str, str] = field(default_factory=dict)
    order: str = ""
    shape: str | None = None
    max_limit: int = MAX_LIMIT
    counted: str | None = None
    """The FROM clause that suffices to count while no filter asks for the objects themselves."""


def number(text: str) -> int:
    """An integer of a query."""
    try:
        value = int(text)
    except ValueError as error:
        raise ValueError("Enter a number.") from error
    if abs(value) >= 2**63:
        raise ValueError("Enter a number.")
    return value


def flag(text: str) -> int:
    """A boolean of a query, as 0 or 1."""
    if text.lower() in ("true", "1"):
        return 1
    if text.lower() in ("false", "0"):
        return 0
    raise ValueError("Select a valid choice.")


def lookups(
    name: str, column: str, convert: Convert = str, *, stable: bool = False
) -> dict[str, Filter]:
    """The usual lookups on a column: equal (also `__exact`), `__in`, and the four comparisons."""
    equal = f"{column}{ANY}"
    found = {
        name: Filter(equal, convert, stable=stable),
        f"{name}__exact": Filter(equal, convert, stable=stable),
        f"{name}__in": Filter(equal, convert),
    }
    if convert is not flag:
        for word, sign in _COMPARE.items():
            found[f"{name}__{word}"] = Filter(f"{column} {sign} ?", convert, many=False)
    return found


def keys(column: str = "t.pk") -> dict[str, Filter]:
    """Lookups on the primary key under both its names."""
    after = Filter(f"{column} > ?", number, many=False, stable=True, cursor=True)
    found = lookups("pk", column, number) | lookups("id", column, number)
    return found | {"pk__gt": after, "id__gt": after}


def times(*names: str, table: str = "t") -> dict[str, Filter]:
    """Lookups on `modified_date` or `created_date`."""
    found: dict[str, Filter] = {}
    for name in names:
        found |= lookups(name, f"{table}.{name.removesuffix('_date')}", parse_time)
    return found


def page(call: Call, source: Source, extra: str = "1", *values: Any) -> dict[str, Any]:
    """The envelope of one page; `extra` narrows the list beyond what the query asks."""
    query = _query(call, source, extra, values)
    limit = min(_positive(call, "limit", DEFAULT_LIMIT), source.max_limit)
    wanted = _positive(call, "page", 1)
    count = _count(call, query)
    last = max(1, -(-count // limit))
    if wanted > last:
        raise Refused(404, {"detail": "Invalid page.", "code": "not_found"})
    if not query.swept and count <= FEW and query.order.startswith(source.key):
        query.order = f"+{query.order}"
    rows = _rows(call, source, query, wanted, limit)
    if rows and wanted == 1 and query.swept and query.cursor is not None:
        following = query.moved_to(rows[-1]["pk"])
        call.state.sweeps.keep_count(following, count - len(rows))
    return envelope(call, count, wanted, last, source.wire(call, rows))


def envelope(
    call: Call, count: int, wanted: int, last: int, results: list[dict[str, Any]]
) -> dict[str, Any]:
    """`{count, next, previous, results}` with absolute addresses."""

    def at(number: int) -> str:
        return str(call.request.url.include_query_params(page=number))

    return {
        "count": count,
        "next": at(wanted + 1) if wanted < last else None,
        "previous": at(wanted - 1) if wanted > 1 else None,
        "results": results,
    }


def given(call: Call, source: Source, name: str) -> list[Any] | None:
    """The converted values of a filter that the query holds, else None."""
    texts = [text for text in call.request.query_params.getlist(name) if text != ""]
    if not texts:
        return None
    if name.endswith("__in"):
        texts = [part.strip() for text in texts for part in text.split(",") if part.strip()]
    try:
        return [source.filters[name].convert(text) for text in texts]
    except ValueError as error:
        raise invalid(name, str(error)) from error


def conditions_of(
    call: Call, source: Source, skip: Sequence[str] = ()
) -> tuple[list[str], list[Any]]:
    """The SQL conditions of the query's filters and their values."""
    used = _used(call, source, skip)
    return [use.sql for use, _ in used], [value for _, value in used]


def _used(call: Call, source: Source, skip: Sequence[str] = ()) -> list[tuple[Filter, Any]]:
    found: list[tuple[Filter, Any]] = []
    for name in dict.fromkeys(call.request.query_params):
        use = source.filters.get(name)
        if use is None or name in skip or (values := given(call, source, name)) is None:
            continue
        if use.many and len(values) == 1:
            use = replace(use, sql=use.sql.replace(ANY, " = ?"), many=False)
        found.append((use, json.dumps(values) if use.many else values[-1]))
    return found


@dataclass
class _Query:
    where: str
    arguments: list[Any]
    counted: str
    order: str
    note: tuple[Any, ...] | None
    cursor: int | None
    swept: bool

    def moved_to(self, pk: int) -> Any:
        """The note of the same query whose `pk__gt` is the given key."""
        arguments = list(self.arguments)
        if self.cursor is not None:
            arguments[self.cursor] = pk
        return (self.note, tuple(arguments))


def _query(call: Call, source: Source, extra: str, values: Sequence[Any]) -> _Query:
    used = _used(call, source)
    where = " AND ".join((source.condition, extra, *(use.sql for use, _ in used)))
    order = _order(call, source)
    note = cursor = None
    if source.shape is not None and all(use.stable for use, _ in used):
        note = (source.tables, generation(call.db, source.shape), where)
        cursors = [at for at, (use, _) in enumerate(used) if use.cursor]
        cursor = len(values) + cursors[-1] if cursors else None
    arguments = [*values, *(value for _, value in used)]
    alone = source.counted is not None and not any("t." in use.sql for use, _ in used)
    counted = source.counted if source.counted is not None and alone else source.tables
    swept = note is not None and order == source.key
    return _Query(where, arguments, counted, order, note, cursor, swept)


def _positive(call: Call, name: str, default: int) -> int:
    text = call.request.query_params.get(name)
    if not text:
        return default
    if not text.isdigit() or int(text) < 1:
        if name == "limit":
            return default
        raise Refused(404, {"detail": "Invalid page.", "code": "not_found"})
    return min(int(text), 10**9)


def _order(call: Call, source: Source) -> str:
    sorts = {"pk": source.key, "id": source.key, **source.sorts}
    asked = call.request.query_params.get("sort", "")
    column = sorts.get(asked.removeprefix("-"))
    if column is None:
        return source.order or source.key
    direction = " DESC" if asked.startswith("-") else ""
    tie = "" if column == source.key else f", {source.key}"
    return f"{column}{direction}{tie}"


def _count(call: Call, query: _Query) -> int:
    note = None if query.note is None else (query.note, tuple(query.arguments))
    if note is not None and (known := call.state.sweeps.count(note)) is not None:
        return known
    sql = f"SELECT count(*) FROM {query.counted} WHERE {query.where}"
    count = int(call.db.execute(sql, query.arguments).fetchone()[0])
    if note is not None:
        call.state.sweeps.keep_count(note, count)
    return count


def _rows(call: Call, source: Source, query: _Query, wanted: int, limit: int) -> list[sqlite3.Row]:
    where, arguments, offset = query.where, query.arguments, (wanted - 1) * limit
    note = (query.note, tuple(arguments), limit)
    if query.swept and wanted > 1:
        end = call.state.sweeps.end_of_page((note, wanted - 1))
        if end is not None:
            where, arguments, offset = f"{where} AND {source.key} > ?", [*arguments, end], 0
    sql = (
        f"SELECT {source.columns} FROM {source.tables} WHERE {where}"
        f" ORDER BY {query.order} LIMIT {limit} OFFSET {offset}"
    )
    rows = call.db.execute(sql, arguments).fetchall()
    if query.swept and rows:
        call.state.sweeps.keep_end((note, wanted), rows[-1]["pk"])
    return rows
