"""``/files``: product images and claim photos, drawn when asked for."""

from __future__ import annotations

from functools import lru_cache

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hbdash.sandbox.photos import jpeg
from hbdash.sandbox.world import World

_HIGHEST = 20


@lru_cache(maxsize=256)
def picture(seed: int, folder: str, key: str, number: int) -> bytes:
    """The JPEG at ``/files/{folder}/{key}/{number}.jpg``; the same for the same seed."""
    return jpeg(f"{seed}:{folder}:{key}:{number}", f"{key} · {number}")


def app(world: World) -> Starlette:
    async def show(request: Request) -> Response:
        number = request.path_params["number"]
        if not 1 <= number <= _HIGHEST:
            return PlainTextResponse("Not Found", status_code=404)
        folder = request.path_params["folder"]
        if folder not in ("products", "claims"):
            return PlainTextResponse("Not Found", status_code=404)
        body = picture(world.seed, folder, request.path_params["key"], number)
        return Response(body, media_type="image/jpeg")

    return Starlette(routes=[Route("/{folder}/{key}/{number:int}.jpg", show)])
