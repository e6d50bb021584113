"""What a search of the log asks, and its translation into index arms.

A filter by flow, level and status becomes one arm per facet that exists, each read backwards from
its index and merged by the database (``MERGE (UNION ALL)`` on SQLite, ``Merge Append`` on
PostgreSQL); so fifty lines cost the same in ten million rows as in a hundred, also when most of
the filter's combinations are rare. A key or a run has an index of its own and needs one arm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text

from hbdash.domain.turkish import fold
from hbdash.store.bulk import sliced, table_of
from hbdash.store.log.ids import id_floor
from hbdash.store.log.tables import LogFacet

NO_END = 2**63 - 1
_ARMS = 450
"""SQLite joins at most 500 SELECTs."""


@dataclass(frozen=True)
class LogFilter:
    """What to show. Empty tuples and texts ask for everything."""

    channel_id: int
    flows: tuple[str, ...] = ()
    not_flows: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    key: str = ""
    """The whole key, as written."""
    text: str = ""
    """Parts of words, in any order; Turkish letters are folded, case does not matter."""
    not_text: str = ""
    """Parts of words of which none may occur."""
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    run_id: int | None = None


@dataclass(frozen=True)
class Facet:
    """What a facet's number stands for."""

    flow: str
    level: str
    status: str


@dataclass(frozen=True)
class Search:
    """A filter, translated; lines have ids from ``low`` up to but not including ``high``."""

    facets: Mapping[int, Facet]
    arms: tuple[str, ...]
    """SQL conditions that exclude each other."""
    values: Mapping[str, Any]
    by_facet: bool
    """Nothing but facets and time is asked, so that the counters know the answer."""
    words: tuple[str, ...]
    not_words: tuple[str, ...]
    low: int
    high: int

    def ids(
        self,
        connection: Connection,
        limit: int,
        *,
        low: int = 0,
        high: int = NO_END,
        oldest_first: bool = False,
        offset: int = 0,
        with_words: bool = True,
    ) -> list[int]:
        """Ids of lines, newest first unless ``oldest_first``."""
        order = f"ORDER BY id {'ASC' if oldest_first else 'DESC'}"
        # PostgreSQL merges the arms only if each is ordered by itself; SQLite takes no such arms.
        each = "" if connection.dialect.name == "sqlite" else f"{order} LIMIT :most"
        unions = list(self.unions("id", with_words=with_words, each=each))
        values = self._bounds(low, high) | {"most": limit + offset}
        if len(unions) == 1:
            sql = f"{unions[0]} {order} LIMIT :limit OFFSET :offset"
            values |= {"limit": limit, "offset": offset}
            return list(connection.scalars(text(sql), values))
        found: list[int] = []
        for sql in unions:
            found += connection.scalars(text(f"{sql} {order} LIMIT :most"), values)
        return sorted(found, reverse=not oldest_first)[offset : offset + limit]

    def count(self, connection: Connection, limit: int, *, low: int = 0, high: int = NO_END) -> int:
        """How many lines match, looking at no more than ``limit``."""
        values = self._bounds(low, high) | {"limit": limit}
        counts = (
            connection.scalar(text(f"SELECT count(*) FROM ({sql} LIMIT :limit) AS found"), values)
            for sql in self.unions("id", with_words=True)
        )
        return min(sum(n or 0 for n in counts), limit)

    def count_by(
        self, connection: Connection, width: int, *, above: int = 0
    ) -> list[tuple[int, int, int]]:
        """(slot, facet, lines) for slots ``width`` ids wide from ``low``, of ids from ``above``."""
        values = self._bounds(above, NO_END) | {"start": self.low, "width": width}
        found: list[tuple[int, int, int]] = []
        for sql in self.unions("id, facet_id", with_words=True):
            statement = text(
                "SELECT (id - :start) / :width AS slot, facet_id, count(*)"
                f" FROM ({sql}) AS found GROUP BY 1, 2"
            )
            found += [(slot, facet, n) for slot, facet, n in connection.execute(statement, values)]
        return found

    @property
    def by_text(self) -> bool:
        """Whether each line's text must be read."""
        return bool(self.words or self.not_words)

    @property
    def facet_list(self) -> str:
        """The facets' numbers, as SQL lists them."""
        return _listed(self.facets)

    def _bounds(self, low: int, high: int) -> dict[str, Any]:
        words = {f"word{n}": word for n, word in enumerate((*self.words, *self.not_words))}
        low, high = max(low, self.low), min(high, self.high)
        return {**self.values, **words, "low": low, "high": high}

    def unions(self, columns: str, *, with_words: bool, each: str = "") -> Iterator[str]:
        """Statements that together give ``columns`` of all lines; nearly always one.

        ``each`` ends every arm of several, which then stand in brackets.
        """
        rest = "id >= :low AND id < :high"
        if with_words:
            # position(:x IN y) and instr(y, :x) have no common spelling, replace() does.
            signs = ["<>"] * len(self.words) + ["="] * len(self.not_words)
            rest += "".join(
                f" AND replace(folded, :word{n}, '') {sign} folded" for n, sign in enumerate(signs)
            )
        for arms in sliced(self.arms, _ARMS):
            selects = [f"SELECT {columns} FROM log_entry WHERE {arm} AND {rest}" for arm in arms]
            if each and len(selects) > 1:
                selects = [f"({one} {each})" for one in selects]
            yield " UNION ALL ".join(selects)


def translate(connection: Connection, wanted: LogFilter) -> Search:
    """The search that answers ``wanted`` on this database."""
    table = table_of(LogFacet)
    rows = connection.execute(
        select(table.c.id, table.c.channel_id, table.c.flow, table.c.level, table.c.status)
    ).all()
    facets = {
        number: Facet(flow, level, status)
        for number, channel, flow, level, status in rows
        if channel == wanted.channel_id
        and (not wanted.flows or flow in wanted.flows)
        and flow not in wanted.not_flows
        and (not wanted.levels or level in wanted.levels)
        and (not wanted.statuses or status in wanted.statuses)
    }
    everything = len(facets) == len(rows)
    arms: tuple[str, ...] = ()
    values: dict[str, Any] = {}
    # The plus keeps the facet's own index out of it: a key or a run is always the rarer.
    of_facets = "" if everything else f" AND +facet_id IN ({_listed(facets)})"
    if not facets:
        pass
    elif wanted.key:
        arms = (f"key = :key AND key <> ''{of_facets}",)
        values = {"key": wanted.key}
        if wanted.run_id is not None:
            arms = (f"{arms[0]} AND +run_id = :run_id",)
            values["run_id"] = wanted.run_id
    elif wanted.run_id is not None:
        arms = (f"run_id = :run_id{of_facets}",)
        values = {"run_id": wanted.run_id}
    elif everything:
        arms = ("1 = 1",)
    else:
        arms = tuple(f"facet_id = {number}" for number in sorted(facets))
    words = tuple(dict.fromkeys(fold(wanted.text).split()))
    not_words = tuple(dict.fromkeys(fold(wanted.not_text).split()))
    return Search(
        facets=facets,
        arms=arms,
        values=values,
        by_facet=not words and not not_words and not wanted.key and wanted.run_id is None,
        words=words,
        not_words=not_words,
        low=0 if wanted.since is None else id_floor(wanted.since),
        high=NO_END if wanted.until is None else id_floor(wanted.until),
    )


def _listed(facets: Mapping[int, Facet]) -> str:
    return ", ".join(map(str, sorted(facets)))
