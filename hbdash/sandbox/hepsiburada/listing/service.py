"""Routes of the listing host (H§9). The path is lower case only, and the errors are plain text."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hbdash.sandbox.hepsiburada.guard import Guard, Manners, Refusal
from hbdash.sandbox.hepsiburada.listing import rows as rows_of
from hbdash.sandbox.hepsiburada.listing import uploads
from hbdash.sandbox.hepsiburada.wire import Json, iso_time, micros
from hbdash.sandbox.limits import Verdict
from hbdash.sandbox.world import World

_LIST_FILTERS = (("merchantSkuList", "sku_key"), ("hbSkuList", "hb_sku"))
FILTER_VALUES = 50


class _Bad(Exception):
    """Answered as 400 with this plain text."""


def app(world: World) -> Starlette:
    """The listing service, to be mounted at ``/listing``."""
    return Starlette(
        routes=_Service(world).routes(),
        middleware=[Middleware(Guard, world=world, manners=_MANNERS)],
    )


def _refuse(reason: Refusal, path: str) -> Response:
    if reason is Refusal.USER_AGENT:
        return PlainTextResponse("Forbidden", 403)
    return PlainTextResponse("Missing Credentials!", 401)


def _over_limit(verdict: Verdict) -> Response:
    return PlainTextResponse("Too Many Requests", 429)


_MANNERS = Manners(_refuse, _over_limit, lambda world: world.limits.listing)
_Handler = Callable[[Request], Response]


class _Service:
    def __init__(self, world: World) -> None:
        self.world = world
        self.db = world.db

    def routes(self) -> list[Route]:
        own = "/listings/merchantid/{merchant}"
        table: list[tuple[str, str, _Handler]] = [
            ("GET", own, self.listings),
            ("POST", own + "/bulk-unlock", self.bulk_unlock),
            ("POST", own + "/sku/{sku}/activate", self.activate),
            ("POST", own + "/sku/{sku}/deactivate", self.deactivate),
            ("GET", own + "/{kind}/id/{id}", self.upload_status),
        ]
        routes = [Route(path, self._checked(run), methods=[verb]) for verb, path, run in table]
        routes += [
            Route(own + f"/{kind}", self._upload, methods=["POST"]) for kind in uploads.KINDS
        ]
        routes.append(Route("/listings/{word}/{rest:path}", self._wrong_case))
        return routes

    def _checked(self, run: _Handler) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            if request.path_params["merchant"] != self.world.merchant_id:
                return PlainTextResponse("Forbidden", 403)
            if request.method == "POST":
                request.state.body = await request.body()
            try:
                return run(request)
            except _Bad as problem:
                return PlainTextResponse(str(problem), 400)

        return handle

    async def _wrong_case(self, request: Request) -> Response:
        wrong = request.path_params["word"].lower() == "merchantid"
        return PlainTextResponse("Bad Request" if wrong else "Not Found", 400 if wrong else 404)

    async def _upload(self, request: Request) -> Response:
        if request.path_params["merchant"] != self.world.merchant_id:
            return PlainTextResponse("Forbidden", 403)
        kind = request.url.path.rsplit("/", 1)[1]
        try:
            return Json({"id": uploads.accept(self.world, kind, await request.body())})
        except uploads.UploadRefused as refused:
            return PlainTextResponse(refused.text, refused.status)

    def upload_status(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        answer = uploads.status(self.world, kind, request.path_params["id"])
        return PlainTextResponse("Upload not found", 404) if answer is None else Json(answer)

    def listings(self, request: Request) -> Response:
        offset, limit = _number(request, "offset", 0), _number(request, "limit", 10)
        if limit < 1:
            raise _Bad("limit must be greater than 0")
        limit = min(limit, self.world.limits.listings_page)
        where, arguments = self._filters(request)
        rows, total = self._page(where, arguments, offset, limit)
        found = [rows_of.wire(row) for row in rows]
        return Json({"listings": found, "totalCount": total, "limit": limit, "offset": offset})

    def _filters(self, request: Request) -> tuple[str, list[Any]]:
        query = request.query_params
        where: list[str] = []
        arguments: list[Any] = []
        for name, column in _LIST_FILTERS:
            if name not in query:
                continue
            values = [value.strip() for value in query[name].split(",") if value.strip()]
            if len(values) > FILTER_VALUES:
                raise _Bad(f"{name} can contain at most {FILTER_VALUES} items")
            if column == "sku_key":
                values = ["".join(value.split()).upper() for value in values]
            where.append(f"{column} IN ({','.join('?' * len(values))})")
            arguments += values
        for name, wanted in (("salable-listings", 1), ("notsalable-listings", 0)):
            if query.get(name, "").lower() == "true":
                where.append("salable = ?")
                arguments.append(wanted)
        for name, sign in (("updateStartDate", ">="), ("updateEndDate", "<=")):
            if name in query:
                try:
                    arguments.append(iso_time(query[name]))
                except ValueError as problem:
                    raise _Bad(f"The value '{query[name]}' is not valid for {name}.") from problem
                where.append(f"changed {sign} ?")
        if "productId" in query:
            where.append("hb_sku = ?")
            arguments.append("HBCV" + query["productId"][2:])
        return " AND ".join(where), arguments

    def _page(
        self, where: str, arguments: list[Any], offset: int, limit: int
    ) -> tuple[list[sqlite3.Row], int]:
        if not where:  # n is dense, so any page is one key range
            total = self.db.execute("SELECT max(n) FROM hb_listing").fetchone()[0] or 0
            rows = self.db.execute(
                "SELECT * FROM hb_listing WHERE n > ? ORDER BY n LIMIT ?", (offset, limit)
            )
            return rows.fetchall(), total
        total = self.db.execute(
            f"SELECT count(*) FROM hb_listing WHERE {where}", arguments
        ).fetchone()[0]
        # each order is that of an index, so that no page sorts or scans the whole table
        order = "changed, n" if "changed" in where else "n"
        rows = self.db.execute(
            "SELECT * FROM hb_listing WHERE n IN"
            f" (SELECT n FROM hb_listing WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?)"
            f" ORDER BY {order}",
            (*arguments, limit, offset),
        )
        return rows.fetchall(), total

    def activate(self, request: Request) -> Response:
        row = self._row(request)
        if row["price"] <= 0 or row["stock"] <= 0:
            raise _Bad("Price and stock must be greater than zero to activate a listing")
        return self._set_deactivated(row, 0)

    def deactivate(self, request: Request) -> Response:
        return self._set_deactivated(self._row(request), 1)

    def _row(self, request: Request) -> sqlite3.Row:
        row = rows_of.find(self.db, hb_sku=request.path_params["sku"])
        if row is None:
            raise _Bad("ProductNotFound")
        return row

    def _set_deactivated(self, row: sqlite3.Row, value: int) -> Response:
        now = micros(self.world.clock.now())
        self.db.execute(
            "UPDATE hb_listing SET deactivated = ?, changed = ? WHERE n = ?", (value, now, row["n"])
        )
        self.world.books.effect(
            "hepsiburada.deactivate" if value else "hepsiburada.activate", row["merchant_sku"]
        )
        return Response(status_code=200)

    def bulk_unlock(self, request: Request) -> Response:
        skus = _json(request).get("hbSkuList")
        if not isinstance(skus, list) or not skus:
            raise _Bad("hbSkuList cannot be empty")
        now = micros(self.world.clock.now())
        for sku in skus:
            row = rows_of.find(self.db, hb_sku=str(sku))
            if row is not None and rows_of.unlock(self.db, row, rows_of.PRICE_LOCKS, now):
                self.world.books.effect("hepsiburada.unlock", row["merchant_sku"])
        return Response(status_code=200)


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isdecimal():
        raise _Bad(f"The value '{text}' is not valid for {name}.")
    return int(text)


def _json(request: Request) -> dict[str, Any]:
    try:
        body = orjson.loads(request.state.body)
    except orjson.JSONDecodeError as problem:
        raise _Bad("Request body could not be read") from problem
    return body if isinstance(body, dict) else {}
