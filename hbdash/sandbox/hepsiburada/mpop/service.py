"""Routes of the catalogue host (H§6, H§7), with Spring's error bodies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hbdash.sandbox.hepsiburada.guard import Guard, Manners, Refusal
from hbdash.sandbox.hepsiburada.mpop import imports, tickets
from hbdash.sandbox.hepsiburada.mpop.answers import Internal, Told, internal, single, spring
from hbdash.sandbox.hepsiburada.mpop.categories import Categories
from hbdash.sandbox.hepsiburada.mpop.products import Products
from hbdash.sandbox.hepsiburada.wire import Json
from hbdash.sandbox.limits import Verdict
from hbdash.sandbox.world import World

_Handler = Callable[[Request], Response]


def app(world: World) -> Starlette:
    """The catalogue service, to be mounted at ``/mpop``."""
    categories, products = Categories(world), Products(world)
    c, p = "/product/api/categories", "/product/api/products"
    table: list[tuple[str, str, _Handler]] = [
        ("GET", c + "/get-all-categories", categories.all),
        ("GET", c + "/{category:int}/attributes", categories.attributes),
        ("GET", c + "/{category:int}/attribute/{attribute}/values", categories.values),
        ("GET", p + "/status/{tracking}", products.import_status),
        ("GET", p + "/trackingId-history", products.history),
        ("POST", p + "/check-product-status", products.check_status),
        ("GET", p + "/products-by-merchant-and-status", products.by_status),
        ("GET", p + "/all-products-of-merchant/{merchant}", products.all),
        ("POST", p + "/approve-prematch", products.approve),
        ("POST", p + "/reject-prematch", products.reject),
    ]
    routes = [Route(path, _checked(world, run), methods=[verb]) for verb, path, run in table]
    routes.append(Route(p + "/import", _import(world), methods=["POST"]))
    routes += tickets.routes(world)
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, world=world, manners=_manners(world))],
        exception_handlers={HTTPException: _http_error(world)},
    )


def _checked(world: World, run: _Handler) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        if request.path_params.get("merchant", world.merchant_id) != world.merchant_id:
            return _forbidden(world, request.url.path)
        if request.method != "GET":
            request.state.body = await request.body()
        return _answer(world, request, run)

    return handle


def _answer(world: World, request: Request, run: _Handler) -> Response:
    try:
        return run(request)
    except Told as told:
        return told.answer()
    except Internal:
        return internal()
    except imports.WrongMerchant:
        return _forbidden(world, request.url.path)


def _import(world: World) -> Callable[[Request], Awaitable[Response]]:
    """``products/import``: multipart, one part named ``file`` that is a JSON array."""

    async def handle(request: Request) -> Response:
        kind = request.headers.get("content-type", "")
        if not kind.startswith("multipart/form-data"):
            return Told(3002, "Invalid file type").answer()
        try:
            form = await request.form()
        except HTTPException:
            return Told(3001, "Invalid file content").answer()
        part = form.get("file")
        if not isinstance(part, UploadFile):
            return Told(3003, "File is missing").answer()
        content = await part.read()
        await form.close()
        return _answer(
            world,
            request,
            lambda _: single({"trackingId": imports.accept(world, content)}),
        )

    return handle


def _forbidden(world: World, path: str) -> Json:
    return spring(403, "Forbidden", path, world.clock.now())


def _manners(world: World) -> Manners:
    def refuse(reason: Refusal, path: str) -> Response:
        if reason is Refusal.CREDENTIALS:
            return spring(401, "Unauthorized", path, world.clock.now())
        return _forbidden(world, path)

    def over_limit(verdict: Verdict) -> Response:
        return spring(403, "Forbidden", "", world.clock.now())

    return Manners(refuse, over_limit, lambda known: known.limits.catalogue)


def _http_error(world: World) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, HTTPException)  # registered for it alone
        return spring(problem.status_code, problem.detail, request.url.path, world.clock.now())

    return handle
