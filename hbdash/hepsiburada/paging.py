"""Reading feeds whole, while rows come and go (H§3.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from hbdash.hepsiburada.envelopes import Wrapped
from hbdash.transport.reply import Reply
from hbdash.transport.wire import Rows, WireModel, parse_rows

M = TypeVar("M", bound=WireModel)


@dataclass(frozen=True)
class FeedPage(Rows[M], Generic[M]):
    """One page of a feed. total None: the feed does not say how many there are."""

    total: int | None = None
    offset: int = 0


def feed_page(
    reply: Reply, unwrap: Callable[[Reply], Wrapped], model: type[M], offset: int
) -> FeedPage[M]:
    """The answer's rows in the envelope that `unwrap` knows."""
    wrapped = unwrap(reply)
    found = parse_rows(model, wrapped.items, reply)
    return FeedPage(found.rows, found.faulty, total=wrapped.total, offset=offset)


def all_pages(read: Callable[[int], FeedPage[M]], limit: int) -> Iterator[FeedPage[M]]:
    """Pages from offset 0 to the end: what the total says, else the first empty one.

    limit: what was asked for. A page with more rows repeats some, and the next begins all the
    same where this one should have ended; one with fewer is a smaller page size.
    """
    offset = 0
    while True:
        page = read(offset)
        yield page
        offset += min(page.seen, limit)
        if page.seen == 0 or (page.total is not None and offset >= page.total):
            return
