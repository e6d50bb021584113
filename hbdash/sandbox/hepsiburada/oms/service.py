"""Routes of the OMS host. Paths ignore case; refusals are mostly bare JSON strings (H§5.1)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hbdash.sandbox.hepsiburada.guard import Guard, Manners, Refusal
from hbdash.sandbox.hepsiburada.oms.answers import Refused
from hbdash.sandbox.hepsiburada.oms.claims import Claims
from hbdash.sandbox.hepsiburada.oms.order_reads import OrderReads
from hbdash.sandbox.hepsiburada.oms.package_reads import PackageReads
from hbdash.sandbox.hepsiburada.oms.package_writes import PackageWrites
from hbdash.sandbox.hepsiburada.wire import Json
from hbdash.sandbox.limits import Verdict
from hbdash.sandbox.world import World

_Handler = Callable[[Request], Response]


def app(world: World) -> Starlette:
    """The OMS service, to be mounted at ``/oms``."""
    return Starlette(
        routes=[
            Route(path, _checked(world, run), methods=[verb]) for verb, path, run in _table(world)
        ],
        middleware=[Middleware(Guard, world=world, manners=_MANNERS)],
        exception_handlers={HTTPException: _http_error},
    )


def _table(world: World) -> list[tuple[str, str, _Handler]]:
    orders, packages, claims = OrderReads(world), PackageReads(world), Claims(world)
    writes = PackageWrites(world, packages)
    o, p = "/orders/merchantid/{merchant}", "/packages/merchantid/{merchant}"
    one, line = p + "/packagenumber/{package}", "/lineitems/merchantid/{merchant}"
    c, number = "/claims/merchantid/{merchant}", "/claims/number/{number}"
    return [
        ("GET", o, orders.open_lines),
        ("GET", o + "/paymentawaiting", orders.payment_awaiting),
        ("GET", o + "/cancelled", orders.cancelled),
        ("GET", o + "/ordernumber/{number}", orders.by_number),
        ("GET", line + "/packageablewith/lineitemid/{line}", orders.packageable_with),
        ("POST", line + "/id/{line}/cancelbymerchant", writes.cancel),
        ("PUT", line + "/orderlineid/{line}/cargocompany", writes.line_carrier),
        ("PUT", line + "/orderlineid/{line}/laborcost", writes.labor_cost),
        (
            "GET",
            "/delivery/changeablecargocompanies/merchantid/{merchant}/orderlineid/{line}",
            orders.changeable_carriers,
        ),
        ("GET", p, packages.ready),
        ("POST", p, writes.create),
        ("GET", p + "/shipped", packages.shipped),
        ("GET", p + "/delivered", packages.delivered),
        ("GET", p + "/undelivered", packages.undelivered),
        ("GET", p + "/missing-invoice", packages.missing_invoice),
        ("GET", p + "/status/unpacked", packages.unpacked),
        ("GET", one, packages.one),
        ("GET", one + "/labels", packages.labels),
        ("GET", one + "/changablecargocompanies", packages.carriers),
        ("PUT", one + "/changecargocompany", writes.package_carrier),
        ("PUT", one + "/invoice", writes.invoice),
        ("PUT", one + "/warehouse", writes.warehouse),
        ("POST", one + "/split", writes.split),
        ("POST", one + "/unpack", writes.unpack),
        ("POST", one + "/intransit", writes.in_transit),
        ("POST", one + "/deliver", writes.deliver),
        ("POST", one + "/undeliver", writes.undeliver),
        ("GET", c, claims.all),
        ("GET", c + "/status/{status}", claims.by_status),
        ("POST", number + "/accept", claims.accept),
        ("POST", number + "/reject", claims.reject),
        ("POST", number + "/preapprovalconfirm", claims.confirm_pre_approval),
    ]


def _checked(world: World, run: _Handler) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        if request.path_params.get("merchant", world.merchant_id) != world.merchant_id:
            return Json("Forbidden", 403)
        if request.method != "GET":
            request.state.body = await request.body()
        try:
            return run(request)
        except Refused as refused:
            return refused.answer()

    return handle


def _refuse(reason: Refusal, path: str) -> Response:
    """Nothing in the body, and yet a JSON content type."""
    status = 403 if reason is Refusal.USER_AGENT else 401
    return Response(status_code=status, media_type="application/json")


def _over_limit(verdict: Verdict) -> Response:
    return Json("TooManyRequest", 429, headers=verdict.headers())


_MANNERS = Manners(_refuse, _over_limit, lambda world: world.limits.oms, lower_case_paths=True)


async def _http_error(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)  # registered for it alone
    return Json(problem.detail, problem.status_code)
