"""The shipping service: cargo firms and profiles (H§12)."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hbdash.sandbox.hepsiburada.cargo import CARRIERS
from hbdash.sandbox.hepsiburada.guard import Guard, Manners, Refusal
from hbdash.sandbox.hepsiburada.wire import Json
from hbdash.sandbox.limits import Verdict
from hbdash.sandbox.world import World


def app(world: World) -> Starlette:
    """The shipping service, to be mounted at ``/shipping``; its flag is the inverted ``error``."""

    async def cargo_firms(request: Request) -> Response:
        if request.path_params["merchant"] != world.merchant_id:
            return _problem(403, "Forbidden")
        return Json({"cargoFirms": [_label()], "error": False, "msg": ""})

    async def profiles(request: Request) -> Response:
        if request.path_params["merchant"] != world.merchant_id:
            return _problem(403, "Forbidden")
        profile = {
            "id": 4211,
            "name": "Standart",
            "createdAt": "2024-02-01T09:30:00Z",
            "updatedAt": "2025-10-06T12:11:04Z",
        }
        return Json({"profiles": [profile]})

    return Starlette(
        routes=[
            Route("/cargoFirms/{merchant}", cargo_firms),
            Route("/profiles/{merchant}", profiles),
        ],
        middleware=[Middleware(Guard, world=world, manners=_MANNERS)],
    )


def _label() -> dict[str, Any]:
    return {
        "labelId": 1,
        "labelName": "STANDARD",
        "labelDisplayName": "Standart Teslimat",
        "labelDisplayOrder": 1,
        "cargoFirms": [
            {
                "cargoFirmId": carrier.id,
                "cargoFirmName": carrier.name,
                "cargoFirmDisplayOrder": order,
                "isExceptional": False,
                "isVisible": True,
            }
            for order, carrier in enumerate(CARRIERS, start=1)
        ],
    }


def _problem(status: int, text: str) -> Json:
    return Json({"cargoFirms": None, "error": True, "msg": text}, status)


def _refuse(reason: Refusal, path: str) -> Response:
    if reason is Refusal.USER_AGENT:
        return _problem(403, "Forbidden")
    return _problem(401, "Unauthorized")


def _over_limit(verdict: Verdict) -> Response:
    return Json("TooManyRequest", 429, headers=verdict.headers())


_MANNERS = Manners(_refuse, _over_limit, lambda world: world.limits.oms)
