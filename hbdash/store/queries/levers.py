"""What came of each row of a lever: lifted, touched, sent or refused, from the run's own lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from hbdash.store.bulk import table_of
from hbdash.store.log.tables import LogEntry, LogFacet

entry_t, facet_t = table_of(LogEntry), table_of(LogFacet)


@dataclass(frozen=True)
class RowResult:
    """One row of a lever's list."""

    kind: str
    key: str
    status: str
    """``ok``, ``sent``, ``skipped`` or ``failed``."""
    code: str
    message: str
    params: dict[str, Any]


@dataclass(frozen=True)
class RowResults:
    """The first rows in the order they were done, and how many there are."""

    rows: tuple[RowResult, ...]
    total: int


def row_results(connection: Connection, run_id: int, limit: int = 5_000) -> RowResults:
    """Results per row of one run; lines without a key speak of the run and are left out."""
    mine = (entry_t.c.run_id == run_id, entry_t.c.key != "")
    total = connection.execute(select(func.count()).select_from(entry_t).where(*mine)).scalar_one()
    rows = connection.execute(
        select(
            entry_t.c.kind, entry_t.c.key, facet_t.c.status, entry_t.c.code, entry_t.c.message,
            entry_t.c.params,
        )
        .join(facet_t, facet_t.c.id == entry_t.c.facet_id)
        .where(*mine)
        .order_by(entry_t.c.id)
        .limit(limit)
    )  # fmt: skip
    found = tuple(RowResult(*row[:5], dict(row[5] or {})) for row in rows)
    return RowResults(found, int(total))
