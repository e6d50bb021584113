"""``/control``: what a test or a demo asks of the sandbox itself (docs/sandbox.md).

No credentials: the sandbox listens on the loopback and holds invented data only.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hbdash.sandbox import figures, objects, sides
from hbdash.sandbox.activity import Activity
from hbdash.sandbox.arguments import Wrong, fitted, is_number, signature
from hbdash.sandbox.faults import KINDS
from hbdash.sandbox.world import World

Handler = Callable[[Request], Awaitable[Any]]
_FARTHEST = 20 * 365 * 86400.0


def app(world: World, activity: Activity) -> Starlette:
    """The control service."""
    control = Control(world, activity)
    routes: list[tuple[str, str, Handler]] = [
        ("GET", "/state", control.state),
        ("GET", "/figures", control.figures),
        ("GET", "/effects", control.effects),
        ("GET", "/requests", control.requests),
        ("DELETE", "/requests", control.forget_requests),
        ("GET", "/clock", control.clock),
        ("POST", "/clock", control.move_clock),
        ("POST", "/tick", control.tick),
        ("GET", "/faults", control.faults),
        ("POST", "/faults", control.add_fault),
        ("DELETE", "/faults", control.clear_faults),
        ("DELETE", "/faults/{id:int}", control.remove_fault),
        ("GET", "/limits", control.limits),
        ("POST", "/limits", control.change_limits),
        ("GET", "/activity", control.activity_state),
        ("POST", "/activity", control.change_activity),
        ("GET", "/do", control.actions),
        ("POST", "/do/{action}", control.do),
        ("GET", "/claims/{number}", control.claim),
        ("GET", "/orders/{number}", control.order),
        ("GET", "/listings/{sku}", control.listing),
        ("GET", "/photos/{number}", control.photos),
        ("GET", "/photos/{number}/{ordinal:int}", control.photo),
    ]
    return Starlette(routes=[_route(world, *route) for route in routes])


def _route(world: World, method: str, path: str, handler: Handler) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            result = await handler(request)
        except Wrong as wrong:
            world.rollback()
            return _json({"error": str(wrong)}, wrong.status)
        return result if isinstance(result, Response) else _json(result)

    return Route(path, endpoint, methods=[method])


class Control:
    """The handlers, in the order of the routes above."""

    def __init__(self, world: World, activity: Activity) -> None:
        self.world = world
        self.activity = activity

    async def state(self, request: Request) -> Any:
        """Everything at a glance; ``?figures=0`` leaves the eight figures out."""
        state = {
            "seed": self.world.seed,
            "skus": self.world.skus,
            "clock": _clock(self.world),
            "activity": self.activity.as_json(),
            "faults": [rule.as_json() for rule in self.world.faults.rules()],
            "limits": self.world.limits.numbers(),
            "effects": self.world.books.counts(),
            **sides.snapshots(self.world),
        }
        if request.query_params.get("figures") != "0":
            state["figures"] = figures.figures(self.world)
        return state

    async def figures(self, request: Request) -> Any:
        return figures.figures(self.world)

    async def effects(self, request: Request) -> Any:
        asked = request.query_params
        kind, key = asked.get("kind"), asked.get("key")
        after, limit = _whole(asked.get("after", "0")), _whole(asked.get("limit", "1000"))
        rows = self.world.books.effects(kind, key, after, min(limit, 100_000))
        return {
            "count": sum(c["effects"] for c in self.world.books.counts(kind, key).values()),
            "kinds": self.world.books.counts(kind, key),
            "effects": [row.as_json() for row in rows],
        }

    async def requests(self, request: Request) -> Any:
        rows = self.world.books.requests()
        for name in ("service", "method"):
            wanted = request.query_params.get(name)
            rows = [row for row in rows if wanted is None or row[name] == wanted]
        return {"count": sum(row["count"] for row in rows), "requests": rows}

    async def forget_requests(self, request: Request) -> Any:
        self.world.books.forget_requests()
        return {"count": 0, "requests": []}

    async def clock(self, request: Request) -> Any:
        return _clock(self.world)

    async def move_clock(self, request: Request) -> Any:
        seconds = (await _body(request)).get("move_seconds")
        if not is_number(seconds):
            raise Wrong('send {"move_seconds": n}')
        if abs(self.world.clock.offset_seconds + seconds) > _FARTHEST:
            raise Wrong("the clock goes no further than 20 years from today")
        self.world.clock.move(float(seconds))
        sides.tick(self.world)
        return _clock(self.world)

    async def tick(self, request: Request) -> Any:
        sides.tick(self.world)
        return _clock(self.world)

    async def faults(self, request: Request) -> Any:
        rules = [rule.as_json() for rule in self.world.faults.rules()]
        return {"faults": rules, "kinds": KINDS}

    async def add_fault(self, request: Request) -> Any:
        try:
            return _json(self.world.faults.add(**await _body(request)).as_json(), 201)
        except ValueError as error:
            raise Wrong(str(error)) from error

    async def clear_faults(self, request: Request) -> Any:
        self.world.faults.clear()
        return {"faults": []}

    async def remove_fault(self, request: Request) -> Any:
        if not self.world.faults.remove(request.path_params["id"]):
            raise Wrong("no such fault", 404)
        return {"faults": [rule.as_json() for rule in self.world.faults.rules()]}

    async def limits(self, request: Request) -> Any:
        return self.world.limits.numbers()

    async def change_limits(self, request: Request) -> Any:
        try:
            self.world.limits.change(await _body(request))
        except ValueError as error:
            raise Wrong(str(error)) from error
        return self.world.limits.numbers()

    async def activity_state(self, request: Request) -> Any:
        return self.activity.as_json()

    async def change_activity(self, request: Request) -> Any:
        seconds = (await _body(request)).get("seconds")
        if not is_number(seconds) or seconds < 0:
            raise Wrong('send {"seconds": n}, 0 to stop')
        self.activity.pace(float(seconds))
        return self.activity.as_json()

    async def actions(self, request: Request) -> Any:
        return {name: signature(act) for name, act in sorted(sides.actions().items())}

    async def do(self, request: Request) -> Any:
        name = request.path_params["action"]
        act = sides.actions().get(name)
        if act is None:
            raise Wrong(f"no such action; known: {', '.join(sorted(sides.actions()))}", 404)
        arguments = fitted(act, await _body(request), self.world)
        try:
            result = act(self.world, **arguments)
        except (ValueError, LookupError, ArithmeticError) as error:
            raise Wrong(f"{name}: {error}", 409) from error
        self.world.commit()
        return {"result": result}

    async def claim(self, request: Request) -> Any:
        return _found(objects.claim(self.world, request.path_params["number"]))

    async def order(self, request: Request) -> Any:
        return _found(objects.order(self.world, request.path_params["number"]))

    async def listing(self, request: Request) -> Any:
        return _found(objects.listing(self.world, request.path_params["sku"]))

    async def photos(self, request: Request) -> Any:
        return {"photos": objects.photos(self.world, request.path_params["number"])}

    async def photo(self, request: Request) -> Any:
        asked = request.path_params
        found = _found(objects.photo(self.world, asked["number"], asked["ordinal"]))
        return Response(found[0], media_type=found[1])


def _clock(world: World) -> dict[str, Any]:
    return {"now": world.clock.now().isoformat(), "offset_seconds": world.clock.offset_seconds}


def _found(value: Any) -> Any:
    if value is None:
        raise Wrong("not found", 404)
    return value


def _whole(text: str) -> int:
    with contextlib.suppress(ValueError):
        return max(0, int(text))
    raise Wrong(f"{text!r} is no whole number")


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if not raw:
        return {}
    try:
        content = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Wrong(f"the body is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise Wrong("the body must be a JSON object")
    return content


def _json(content: Any, status: int = 200) -> Response:
    return Response(
        orjson.dumps(content, default=str), status_code=status, media_type="application/json"
    )
