"""Plain resources: a table, a list, a body's fields, and what makes two rows twins (O§1.7)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hbdash.sandbox.omnitron.fields import Field, clean
from hbdash.sandbox.omnitron.listing import Source, keys, page, times
from hbdash.sandbox.omnitron.web import Call, Reply
from hbdash.sandbox.omnitron.wire import invalid, not_found, refused

Shape = Callable[[Call, sqlite3.Row], dict[str, Any]]
Fields = Callable[[Call], dict[str, Field]]


@dataclass(frozen=True)
class Resource:
    """One kind of row. unique: columns of which no two rows may agree."""

    name: str
    table: str
    source: Source
    shape: Shape
    fields: Fields
    unique: tuple[str, ...]

    def index(self, call: Call) -> Any:
        """GET the list."""
        return page(call, self.source)

    def show(self, call: Call) -> Any:
        """GET one."""
        return self.shape(call, self._row(call, call.number("pk")))

    def create(self, call: Call) -> Reply:
        """POST: 201, 400 with what is wrong, 406 for a twin."""
        values = self.values(call)
        self._refuse_twin(call, values)
        values |= {"created": call.now, "modified": call.now}
        columns = ", ".join(values)
        pk = call.db.execute(
            f"INSERT INTO {self.table} ({columns}) VALUES ({', '.join('?' * len(values))})",
            tuple(values.values()),
        ).lastrowid
        self._note(call, pk or 0, "created")
        return Reply(201, self.shape(call, self._row(call, pk or 0)))

    def change(self, call: Call) -> Any:
        """PATCH: the given fields."""
        row = self._row(call, call.number("pk"))
        values = self.values(call, partial=True)
        self._refuse_twin(call, dict(row) | values, besides=row["pk"])
        call.db.execute(
            f"UPDATE {self.table} SET {''.join(f'{name} = ?, ' for name in values)}"
            "modified = max(?, modified + 1) WHERE pk = ?",
            (*values.values(), call.now, row["pk"]),
        )
        self._note(call, row["pk"], "changed")
        return self.show(call)

    def routes(self) -> dict[str, Mapping[str, Callable[[Call], Any]]]:
        """Path → method → handler."""
        return {
            f"{self.name}/": {"GET": self.index, "POST": self.create},
            f"{self.name}/{{pk:int}}/": {"GET": self.show, "PATCH": self.change},
        }

    def values(self, call: Call, *, partial: bool = False) -> dict[str, Any]:
        """The columns that a body sets."""
        values = clean(call.document, self.fields(call), partial=partial)
        channel = values.pop("channel", call.world.channel_id)
        if channel != call.world.channel_id:
            raise invalid("channel", f'Invalid pk "{channel}" - object does not exist.')
        if "schema" in values:
            values["schema"] = json.dumps(values["schema"], ensure_ascii=False)
        return values

    def _refuse_twin(self, call: Call, values: Mapping[str, Any], besides: int = 0) -> None:
        if not self.unique:
            return
        same = " AND ".join(f"{column} IS ?" for column in self.unique)
        twin = call.db.execute(
            f"SELECT 1 FROM {self.table} WHERE {same} AND pk <> ?",
            (*(values.get(column) for column in self.unique), besides),
        ).fetchone()
        if twin is not None:
            raise refused(f"The fields {', '.join(self.unique)} must make a unique set.")

    def _note(self, call: Call, pk: int, what: str) -> None:
        call.world.books.effect(f"omnitron.{self.name}", str(pk), {"what": what})

    def _row(self, call: Call, pk: int) -> sqlite3.Row:
        row: sqlite3.Row | None = call.db.execute(
            f"SELECT {self.source.columns} FROM {self.source.tables} WHERE t.pk = ?", (pk,)
        ).fetchone()
        if row is None:
            raise not_found()
        return row


def resource(
    name: str,
    table: str,
    shape: Shape,
    fields: Fields,
    filters: Mapping[str, Any],
    unique: tuple[str, ...],
) -> Resource:
    """A resource of one table. The channel is in the path, so a filter by it changes nothing."""

    def wire(call: Call, rows: Any) -> list[dict[str, Any]]:
        return [shape(call, row) for row in rows]

    source = Source(f"{table} t", wire, {**keys(), **filters, **times("modified_date")})
    return Resource(name, table, source, shape, fields, unique)
