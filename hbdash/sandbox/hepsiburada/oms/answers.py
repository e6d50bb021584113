"""Refusals, paging and date windows as the OMS host has them (H§3.2, H§3.3, H§5.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request

from hbdash.sandbox.hepsiburada.wire import DAY, Json, query_time

PAGING_REQUIRED = {"message": "Bad Request limit and offset parameters are required"}
WRONG_DATE = "WrongDateFormat"


class Refused(Exception):
    """Answered with ``status`` and ``content`` as JSON; mostly a bare JSON string."""

    def __init__(self, status: int, content: Any) -> None:
        super().__init__(content)
        self.status = status
        self.content = content

    def answer(self) -> Json:
        return Json(self.content, self.status)


@dataclass(frozen=True)
class Page:
    offset: int
    limit: int

    def envelope(self, total: int, items: list[dict[str, Any]]) -> dict[str, Any]:
        """E4: ``{"totalCount","limit","offset","pageCount","items"}``."""
        return {
            "totalCount": total,
            "limit": self.limit,
            "offset": self.offset,
            "pageCount": math.ceil(total / self.limit),
            "items": items,
        }


def page(
    request: Request, most: int, *, offset_name: str = "offset", required: bool = True
) -> Page:
    """The page asked for; a limit above ``most`` is lowered in silence.

    Parameter names match letter for letter: packages want a capital ``Offset``.
    """
    query = request.query_params
    if required and (offset_name not in query or "limit" not in query):
        raise Refused(400, PAGING_REQUIRED)
    limit, offset = _number(query.get("limit", str(most))), _number(query.get(offset_name, "0"))
    if limit is None or offset is None or limit < 1:
        raise Refused(400, PAGING_REQUIRED)
    return Page(offset, min(limit, most))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


@dataclass(frozen=True)
class Window:
    """``begin`` ≤ time < ``end`` in microseconds UTC."""

    begin: int
    end: int


NOTHING = Window(0, 0)
"""What an ISO date in ``begindate`` comes to: it is taken, and matches nothing (H§3.3)."""


def window(
    request: Request, begin_name: str = "begindate", end_name: str = "enddate", *, clamp: bool
) -> Window | None:
    """The dates asked for, or None without dates.

    With ``clamp`` a range longer than 24 h ends 24 h after its begin, without a word.
    """
    begin = _date(request, begin_name)
    end = _date(request, end_name)
    if begin is None and end is None:
        return None
    if begin == _ISO or end == _ISO:
        return NOTHING
    if begin is None:
        begin = (end or 0) - DAY
    if end is None:
        end = begin + DAY
    if clamp and end - begin > DAY:
        end = begin + DAY
    return Window(begin, end)


_ISO = -1


def _date(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        found = query_time(text)
    except ValueError as problem:
        raise Refused(400, WRONG_DATE) from problem
    return _ISO if found is None else found


def refuse_dates(request: Request) -> None:
    """Four feeds document dates and answer any with 400 ``WrongDateFormat`` (H§10.2)."""
    if "begindate" in request.query_params or "enddate" in request.query_params:
        raise Refused(400, WRONG_DATE)


def body(raw: bytes) -> dict[str, Any]:
    """The request's JSON object; an empty body is an empty object."""
    if not raw.strip():
        return {}
    try:
        content = orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        raise Refused(400, "InvalidRequestBody") from problem
    if not isinstance(content, dict):
        raise Refused(400, "InvalidRequestBody")
    return content
