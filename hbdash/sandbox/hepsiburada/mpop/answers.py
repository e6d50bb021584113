"""Envelopes and refusals of the catalogue host (H§3.1 E1 and E2, H§5)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request

from hbdash.sandbox.hepsiburada.wire import Json


class Internal(Exception):
    """500 in the host's own form; also its answer to a missing or impossible parameter."""


class Told(Exception):
    """200 with ``success: false`` and a code of H§5.2."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def answer(self) -> Json:
        return Json(
            {
                "success": False,
                "code": self.code,
                "version": 1,
                "message": self.message,
                "data": None,
            }
        )


@dataclass(frozen=True)
class Page:
    """``page`` counts from 0."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        return self.number * self.size

    def answer(self, total: int, rows: list[Any], headers: dict[str, str] | None = None) -> Json:
        """E1."""
        pages = math.ceil(total / self.size)
        return Json(
            {
                "success": True,
                "code": 0,
                "version": 1,
                "message": None,
                "totalElements": total,
                "totalPages": pages,
                "number": self.number,
                "numberOfElements": len(rows),
                "first": self.number == 0,
                "last": self.number >= pages - 1,
                "data": rows,
            },
            headers=headers,
        )


def page(request: Request, most: int, default: int = 1000, *, required: bool = False) -> Page:
    """``page`` and ``size``; a larger size is lowered to ``most`` in silence."""
    query = request.query_params
    if required and not {"page", "size"} <= set(query):
        raise Internal("paging is mandatory")
    number, size = query.get("page", "0"), query.get("size", str(default))
    if not (number.isdecimal() and size.isdecimal()) or int(size) < 1:
        raise Internal("page or size is no number")
    return Page(int(number), min(int(size), most))


def single(data: Any) -> Json:
    """E2."""
    return Json({"success": True, "code": 0, "version": 1, "message": None, "data": data})


def internal() -> Json:
    """The 500 body (H§5.1)."""
    return Json(
        {
            "message": "global.messages.error.internalServerError",
            "description": "Internal server error",
            "fieldErrors": None,
        },
        500,
    )


def spring(status: int, error: str, path: str, now: datetime) -> Json:
    """The body of an unknown path and the like; the path lacks the ``/product`` prefix."""
    at = now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}+0000"
    return Json(
        {
            "timestamp": at,
            "status": status,
            "error": error,
            "message": error,
            "path": path[path.find("/product") + len("/product") :] if "/product" in path else path,
        },
        status,
    )
