"""What all groups of calls share: the remote, the channel, and reading of pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from hbdash.transport.remote import Remote
from hbdash.transport.reply import Reply
from hbdash.transport.wire import Rows, WireModel, member, parse_one, parse_rows

M = TypeVar("M", bound=WireModel)

API = "/api/v1"
# Django joins `__in` values by commas; longer lists make longer addresses than servers take.
MOST_KEYS = 200
PAGE = 1000


@dataclass(frozen=True)
class Page(Rows[M], Generic[M]):
    """One page (O§1.5). total None: the route answered a bare array, which is the only page."""

    total: int | None = None
    has_next: bool = False


class Calls:
    """Base of the call groups."""

    remote: Remote
    channel_id: int

    def _path(self, *parts: object) -> str:
        """`/api/v1/channel/137/…/`; every path ends in a slash (O§1.1)."""
        return "/".join((API, "channel", str(self.channel_id), *map(str, parts), ""))

    def _page(
        self, path: str, model: type[M], params: Mapping[str, object] | None = None
    ) -> Page[M]:
        return page_of(self.remote.request("GET", path, params=params), model)

    def _pages(
        self,
        path: str,
        model: type[M],
        params: Mapping[str, object] | None = None,
        *,
        limit: int = PAGE,
        first_page: int = 1,
    ) -> Iterator[Page[M]]:
        """All pages by number, from ``first_page`` on, until the envelope names no next one."""
        number = first_page
        while True:
            page = self._page(path, model, {**(params or {}), "page": number, "limit": limit})
            yield page
            if not page.has_next or page.seen == 0:
                return
            number += 1

    def _all(
        self,
        path: str,
        model: type[M],
        params: Mapping[str, object] | None = None,
        *,
        limit: int = PAGE,
    ) -> tuple[M, ...]:
        """All rows of a small list; one that can't be read makes the list useless."""
        rows: list[M] = []
        for page in self._pages(path, model, params, limit=limit):
            if page.faulty:
                raise page.faulty[0]
            rows.extend(page.rows)
        return tuple(rows)

    def _one(self, path: str, model: type[M]) -> M:
        reply = self.remote.request("GET", path)
        return parse_one(model, reply.json(), reply)


def page_of(reply: Reply, model: type[M]) -> Page[M]:
    """The envelope, or a bare array as the only page (O§1.5)."""
    body = reply.json()
    if isinstance(body, list):
        found = parse_rows(model, body, reply)
        return Page(found.rows, found.faulty, total=None, has_next=False)
    if not isinstance(body, dict) or not isinstance(member(body, "results"), list):
        raise reply.bad_shape("results", "neither a page nor a list")
    found = parse_rows(model, member(body, "results"), reply, "results")
    count = member(body, "count")
    total = count if isinstance(count, int) and not isinstance(count, bool) else None
    return Page(found.rows, found.faulty, total=total, has_next=bool(member(body, "next")))


def joined(values: Sequence[object]) -> str:
    """The value of an `__in` filter."""
    return ",".join(str(value) for value in values)


def slices(values: Sequence[object], size: int = MOST_KEYS) -> Iterator[Sequence[object]]:
    """`values` in portions that fit into one address."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def stamp(moment: datetime | None) -> str | None:
    """As Omnitron writes times (O§1.9): UTC, microseconds, Z; a version date survives the trip."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
