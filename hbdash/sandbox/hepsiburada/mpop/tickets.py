"""Tickets: changes to products that are in the catalogue, looked at field by field (H§8).

The service answers errors in its own form (H§5.1) and knows only 400, 403, 405 and 409.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hbdash.sandbox.hepsiburada.mpop.ticket_review import FIELDS, advance, result
from hbdash.sandbox.hepsiburada.pace import pace
from hbdash.sandbox.hepsiburada.wire import SECOND, Json, date_text, micros, new_uuid
from hbdash.sandbox.world import World

PATH = "/ticket-api/api/integrator"


class _Bad(Exception):
    """Answered with a status and the service's own body."""

    def __init__(self, status: int, message: str, field: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.field = field

    def answer(self) -> Json:
        errors = [{"objectName": "integrator", "field": self.field, "message": str(self)}]
        return Json(
            {
                "message": str(self),
                "description": str(self),
                "fieldErrors": errors if self.field else [],
            },
            self.status,
        )


def routes(world: World) -> list[Route]:
    """The three calls."""
    tickets = Tickets(world)
    return [
        Route(f"{PATH}/import", tickets.take, methods=["POST"]),
        Route(f"{PATH}/status/{{tracking}}", _plain(tickets.status), methods=["GET"]),
        Route(
            f"{PATH}/merchant/{{merchant}}/hbSku/{{sku}}", _plain(tickets.history), methods=["GET"]
        ),
    ]


def _plain(run: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        try:
            return run(request)
        except _Bad as bad:
            return bad.answer()

    return handle


class Tickets:
    """Handlers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.db = world.db

    async def take(self, request: Request) -> Response:
        """``import``: multipart, one part named ``file`` (``integrator-ticket-upload.json``)."""
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            return _Bad(400, "file must not be null", "file").answer()
        try:
            form = await request.form()
        except HTTPException:
            return _Bad(400, "file can not be read", "file").answer()
        part = form.get("file")
        if not isinstance(part, UploadFile):
            return _Bad(400, "file must not be null", "file").answer()
        content = await part.read()
        await form.close()
        try:
            return Json({"trackingId": self._accept(content)})
        except _Bad as bad:
            return bad.answer()

    def _accept(self, content: bytes) -> str:
        try:
            body = orjson.loads(content)
        except orjson.JSONDecodeError as problem:
            raise _Bad(400, "file is no JSON", "file") from problem
        items = body.get("items") if isinstance(body, dict) else None
        if not isinstance(items, list) or not items:
            raise _Bad(400, "items must not be empty", "items")
        if body.get("merchantId") != self.world.merchant_id:
            raise _Bad(403, "merchantId is not yours")
        for item in items:
            if not isinstance(item, dict) or not item.get("hbSku"):
                raise _Bad(400, "hbSku must not be blank", "items.hbSku")
            unknown = sorted(set(item) - {"hbSku", *FIELDS})
            if unknown:
                raise _Bad(400, f"unknown field {unknown[0]}", f"items.{unknown[0]}")
        now = micros(self.world.clock.now())
        tracking = new_uuid(self.world.rng)
        self.db.execute(
            "INSERT INTO hb_ticket (tracking_id, created, ready) VALUES (?, ?, ?)",
            (tracking, now, now + int(pace(self.db).ticket * SECOND)),
        )
        self.db.executemany(
            "INSERT INTO hb_ticket_item (tracking_id, ordinal, hb_sku, content)"
            " VALUES (?, ?, ?, ?)",
            [
                (tracking, n, str(item["hbSku"]), orjson.dumps(item).decode())
                for n, item in enumerate(items)
            ],
        )
        return tracking

    def status(self, request: Request) -> Response:
        """``status/{trackingId}``: a page of the ticket's products."""
        advance(self.world)
        number, size = self._paging(request)
        tracking = request.path_params["tracking"]
        if not self.db.execute(
            "SELECT 1 FROM hb_ticket WHERE tracking_id = ?", (tracking,)
        ).fetchone():
            raise _Bad(400, f"trackingId not found: {tracking}", "trackingId")
        total = self.db.execute(
            "SELECT count(*) FROM hb_ticket_item WHERE tracking_id = ?", (tracking,)
        ).fetchone()[0]
        rows = self.db.execute(
            "SELECT * FROM hb_ticket_item WHERE tracking_id = ? ORDER BY ordinal LIMIT ? OFFSET ?",
            (tracking, size, number * size),
        ).fetchall()
        pages = -(-total // size)
        content = {"merchantId": self.world.merchant_id, "items": [_wire(row) for row in rows]}
        return Json(
            {
                "content": [content] if rows else [],
                "totalElements": total,
                "totalPages": pages,
                "number": number,
                "size": size,
                "first": number == 0,
                "last": number >= pages - 1,
            }
        )

    def _paging(self, request: Request) -> tuple[int, int]:
        query = request.query_params
        number, size = query.get("page", "0"), query.get("size", "20")
        if not number.isdecimal() or not size.isdecimal() or int(size) < 1:
            raise _Bad(400, "page and size must be numbers", "page")
        return int(number), min(int(size), self.world.limits.products_page)

    def history(self, request: Request) -> Response:
        """``merchant/{m}/hbSku/{sku}``: the tickets of one product."""
        if request.path_params["merchant"] != self.world.merchant_id:
            raise _Bad(403, "merchantId is not yours")
        rows = self.db.execute(
            "SELECT DISTINCT t.tracking_id, t.created FROM hb_ticket t JOIN hb_ticket_item i"
            " USING (tracking_id) WHERE i.hb_sku = ? ORDER BY t.seq DESC",
            (request.path_params["sku"],),
        )
        return Json([{"trackingId": row[0], "createdAt": date_text(row[1])} for row in rows])


def _wire(row: sqlite3.Row) -> dict[str, Any]:
    content = orjson.loads(row["content"])
    if row["results"] is None:
        names = dict.fromkeys(FIELDS[name] for name in content if name in FIELDS)
        results = [result(name, "IN_PROGRESS") for name in names]
    else:
        results = orjson.loads(row["results"])
    return {
        "hbSku": row["hb_sku"],
        "message": row["message"],
        "productStatus": "UNCOMPLETED" if row["results"] is None else "COMPLETED",
        "updateResults": results,
    }
