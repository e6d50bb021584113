"""The HTTP edge: token, JSON bodies, methods and errors, so that a handler is a plain function.

A handler takes a `Call` and returns the JSON value of a 200, or a `Reply` with another status.
Paths end in a slash and no redirect mends one that does not (O§1.1).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hbdash.sandbox.omnitron.wire import SECOND, Refused, micros, not_found

if TYPE_CHECKING:
    import sqlite3

    from hbdash.sandbox.omnitron.sweeps import Sweeps
    from hbdash.sandbox.world import World

LOGIN_FAILURES_A_MINUTE = 60
BODY_METHODS = ("POST", "PUT", "PATCH")


@dataclass
class Reply:
    """An answer with another status than 200; `data` None sends an empty body."""

    status: int
    data: Any = None


@dataclass
class State:
    """What one running server remembers beside the database; losing it changes no answer."""

    sweeps: Sweeps
    failed_logins: list[int] = field(default_factory=list)


@dataclass
class Call:
    """One request: where it goes, what it asks and what it carries."""

    world: World
    state: State
    request: Request
    body: Any

    @property
    def db(self) -> sqlite3.Connection:
        return self.world.db

    @property
    def now(self) -> int:
        """The sandbox clock in microseconds."""
        return micros(self.world.clock.now())

    def number(self, name: str) -> int:
        """An integer of the path."""
        return int(self.request.path_params[name])

    def text(self, name: str) -> str:
        return str(self.request.path_params[name])

    @property
    def document(self) -> dict[str, Any]:
        """The body as an object; anything else is a 400."""
        if not isinstance(self.body, dict):
            kind = type(self.body).__name__
            message = f"Invalid data. Expected a dictionary, but got {kind}."
            raise Refused(400, {"non_field_errors": [message], "code": "invalid"})
        return self.body


Handler = Callable[[Call], Any]


def answer(status: int, data: Any) -> Response:
    """The response Omnitron would write for this value."""
    if data is None:
        return Response(status_code=status)
    return Response(orjson.dumps(data), status_code=status, media_type="application/json")


async def _body(request: Request) -> Any:
    if request.method not in BODY_METHODS:
        return None
    raw = await request.body()
    if not raw:
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        message = f'Unsupported media type "{kind}" in request.'
        raise Refused(415, {"detail": message, "code": "unsupported_media_type"})
    try:
        return orjson.loads(raw)
    except json.JSONDecodeError as error:
        message = f"JSON parse error - {error}"
        raise Refused(400, {"detail": message, "code": "parse_error"}) from error


def _check_token(world: World, request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme != "Token" or not key:
        message = "Authentication credentials were not provided."
        raise Refused(401, {"detail": message, "code": "not_authenticated"})
    found = world.db.execute("SELECT 1 FROM om_token WHERE key = ?", (key,)).fetchone()
    if found is None:
        raise Refused(401, {"detail": "Invalid token.", "code": "authentication_failed"})


def route(
    world: World, state: State, path: str, methods: dict[str, Handler], *, open_: bool = False
) -> Route:
    """A route with a handler per method; an `open_` one needs no token."""

    async def endpoint(request: Request) -> Response:
        try:
            if not open_:
                _check_token(world, request)
            handler = methods.get("GET" if request.method == "HEAD" else request.method)
            if handler is None:
                message = f'Method "{request.method}" not allowed.'
                raise Refused(405, {"detail": message, "code": "method_not_allowed"})
            if request.path_params.get("channel", world.channel_id) != world.channel_id:
                raise not_found()
            result = handler(Call(world, state, request, await _body(request)))
        except Refused as error:
            return answer(error.status, error.body)
        if isinstance(result, Reply):
            return answer(result.status, result.data)
        return answer(200, result)

    every = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Route(path, endpoint, methods=every)


def throttled(state: State, now: int) -> bool:
    """Whether too many logins failed within the last minute (O§1.2)."""
    state.failed_logins[:] = [at for at in state.failed_logins if now - at < 60 * SECOND]
    return len(state.failed_logins) >= LOGIN_FAILURES_A_MINUTE
