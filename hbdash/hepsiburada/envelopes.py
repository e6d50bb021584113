"""The forms in which the services wrap what they answer (H§3.1, E1 … E8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hbdash.hepsiburada.errors import NotVisibleYet
from hbdash.transport.errors import Refused
from hbdash.transport.reply import Reply
from hbdash.transport.verdict import complaint
from hbdash.transport.wire import member

# "Nothing in this bucket" and "the filter matched nothing": empty lists, no errors (H§5.3).
_EMPTY_CODES = {"4008", "4014"}
_NOT_VISIBLE_CODE = "4000"


@dataclass(frozen=True)
class Wrapped:
    """The rows inside an envelope, still raw, and what it says about paging.

    total: rows in all; pages: pages in all; limit: page size used. None: it does not say.
    """

    items: Sequence[Any]
    total: int | None = None
    pages: int | None = None
    limit: int | None = None


def catalogue_rows(reply: Reply) -> Wrapped:
    """E1. Codes 4008 and 4014 are an empty list; 4000 is `NotVisibleYet`; others `Refused`."""
    body = _object(reply)
    if _catalogue_refusal(reply, body) is not None:
        return Wrapped(())
    return Wrapped(
        _list(reply, member(body, "data"), "data"),
        total=count(member(body, "totalElements")),
        pages=count(member(body, "totalPages")),
    )


def catalogue_value(reply: Reply) -> Any:
    """E2: `data`, None for approvals. Refusals as in `catalogue_rows`; empty codes give None."""
    body = _object(reply)
    if _catalogue_refusal(reply, body) is not None:
        return None
    return member(body, "data")


def listing_rows(reply: Reply) -> Wrapped:
    """E3: offers, with the page size the service really used."""
    body = _object(reply)
    total = count(member(body, "totalCount"))
    items = member(body, "listings")
    if items is None and total != 0:
        raise reply.bad_shape("listings", "missing")
    limit = count(member(body, "limit"))
    return Wrapped(_list(reply, items, "listings"), total=total, limit=limit)


def oms_rows(reply: Reply) -> Wrapped:
    """E4; also an array of one such page, as the unpacked feed is specified (H§11.2)."""
    body = reply.json()
    if isinstance(body, list):
        if len(body) == 1 and isinstance(member(body[0], "items"), list):
            body = body[0]
        else:
            return Wrapped(body)
    if not isinstance(body, dict):
        raise reply.bad_shape("", "not an object")
    total = count(member(body, "totalCount"))
    items = member(body, "items")
    if items is None and total != 0:
        raise reply.bad_shape("items", "missing")
    return Wrapped(
        _list(reply, items, "items"),
        total=total,
        pages=count(member(body, "pageCount")),
        limit=count(member(body, "limit")),
    )


def bare_rows(reply: Reply) -> Wrapped:
    """E5 and E6: a bare array, its counts in `X-Total-Count` and its sisters, if at all."""
    body = reply.json()
    return Wrapped(
        _list(reply, body, ""),
        total=count(reply.headers.get("x-total-count")),
        pages=count(reply.headers.get("x-total-pages")),
        limit=count(reply.headers.get("x-limit")),
    )


def shipping_value(reply: Reply, name: str) -> Any:
    """E7: the member `name`; `error: true` (an inverted flag) is `Refused`."""
    body = _object(reply)
    error = member(body, "error")
    if error is True or (isinstance(error, dict) and member(body, "success") is False):
        raise refused(reply, "")
    return member(body, name)


def counted_rows(reply: Reply) -> Wrapped:
    """E8: finance `{count, items}`, promotions `{Data: {Items}}`, questions `{data}`."""
    body = _object(reply)
    data = member(body, "data")
    if isinstance(data, dict):
        total = count(member(data, "totalCount"))
        return Wrapped(_list(reply, member(data, "items"), "Data.Items"), total=total)
    if isinstance(data, list):
        total = count(member(body, "totalItemCount"))
        return Wrapped(data, total=total, pages=count(member(body, "totalPageCount")))
    return Wrapped(_list(reply, member(body, "items"), "items"), total=count(member(body, "count")))


def refused(reply: Reply, code: str, kind: type[Refused] = Refused) -> Refused:
    """A no inside a 200, in the service's own words. Nothing was done."""
    own_code, text = complaint(reply.status, reply.headers, reply.content)
    exchange = reply.exchange
    return kind(
        text,
        side=exchange.side,
        service=exchange.service,
        code=code or own_code,
        params={"endpoint": reply.endpoint, "status": str(reply.status)},
        request_text=exchange.request_text,
        response_text=exchange.response_text,
        correlation_id=reply.correlation_id,
    )


def count(value: object) -> int | None:
    """A count, as a number or as digits; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and value.isascii() and value.strip().isdigit():
        return int(value.strip()[:18])
    return None


def _catalogue_refusal(reply: Reply, body: dict[str, Any]) -> str | None:
    """The code of an empty answer; raises for every other no; None for a yes."""
    success = member(body, "success")
    raw_code = member(body, "code", 0)
    code = "" if raw_code is None else str(raw_code)
    if success is not False and code in {"", "0"}:
        return None
    if code in _EMPTY_CODES:
        return code
    raise refused(reply, code, NotVisibleYet if code == _NOT_VISIBLE_CODE else Refused)


def _object(reply: Reply) -> dict[str, Any]:
    body = reply.json()
    if not isinstance(body, dict):
        raise reply.bad_shape("", "not an object")
    return body


def _list(reply: Reply, items: object, where: str) -> list[Any]:
    if items is None:
        return []
    if not isinstance(items, list):
        raise reply.bad_shape(where, "not a list")
    return items
