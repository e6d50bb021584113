"""The outermost layer of the sandbox: commits, counts requests and carries out faults.

A broken connection is made at the transport, below HTTP, so that a client sees exactly what a
broken connection looks like: the peer closed before or within the answer.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hbdash.sandbox.faults import FaultRule
from hbdash.sandbox.world import World

Headers = list[tuple[bytes, bytes]]

_WALL = (
    "<html><head><title>Access Denied</title></head><body><h1>Access Denied</h1>\n"
    "You don't have permission to access this server.<p>Reference #18.5e7d1402.1773</p>"
    "</body></html>"
)
_PAGE = (
    "<!doctype html><html lang='tr'><head><title>Bakım</title></head>"
    "<body><p>Kısa bir bakım çalışması yapıyoruz.</p></body></html>"
)
_JSON = (b"content-type", b"application/json")
_HTML = (b"content-type", b"text/html; charset=utf-8")
_MANGLERS = {"half", "malformed", "drip"}
_LIST_KEYS = ("items", "listings", "results", "data", "cargoFirms")
_IDS = re.compile(r"(?<=/)([0-9a-fA-F-]{32,36}|\d+)(?=/|$)")


@dataclass
class Answer:
    """One complete answer, taken from the service or made up."""

    status: int = 200
    headers: Headers = field(default_factory=list)
    body: bytes = b""

    async def send(self, message: Message) -> None:
        """Take in what the service sends."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message.get("headers", []))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    def head(self) -> Message:
        kept = [(name, value) for name, value in self.headers if name != b"content-length"]
        if self.status != 204:
            kept.append((b"content-length", str(len(self.body)).encode()))
        return {"type": "http.response.start", "status": self.status, "headers": kept}


class Misbehaviour:
    """ASGI middleware round every service; ``/control`` is never disturbed."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        service, path = split_path(scope["path"])
        rules: list[FaultRule] = []
        if service != "control":
            rules = self._world.faults.for_request(service, scope["method"], path)
        status = 0

        async def counting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            if rules:
                await self._disturbed(rules, scope, receive, send, counting)
            else:
                await self._served(scope, receive, counting)
        finally:
            if service not in ("control", ""):
                route = route_of(path, scope.get("path_params", {}))
                self._world.books.request(service, scope["method"], route, status)

    async def _served(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the service; what it did is committed before its answer leaves."""

        async def committing(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] != 500:
                self._world.commit()
            await send(message)

        try:
            await self._app(scope, receive, committing)
        except BaseException:
            self._world.rollback()
            raise
        self._world.commit()

    async def _disturbed(
        self, rules: list[FaultRule], scope: Scope, receive: Receive, raw: Send, send: Send
    ) -> None:
        for slow in (r for r in rules if r.kind == "latency"):
            extra = self._world.rng.random() * slow.jitter
            await asyncio.sleep((slow.seconds or 0.0) + extra)
        rule = next((r for r in rules if r.kind not in ("latency", "duplicate", "shuffle")), None)
        list_faults = [r.kind for r in rules if r.kind in ("duplicate", "shuffle")]
        if rule is None and not list_faults:
            await self._served(scope, receive, send)
            return
        if rule is not None and rule.kind == "drop":
            await cut(raw, receive)
            return
        answer = Answer()
        if rule is None or rule.after_effect or rule.kind in (*_MANGLERS, "lost_answer"):
            await self._served(scope, receive, answer.send)
            for kind in list_faults:
                answer.body = mangle_lists(answer.body, kind, self._world)
        if rule is None:
            await send(answer.head())
            await send({"type": "http.response.body", "body": answer.body})
            return
        await self._carry_out(rule, answer, receive, raw, send)

    async def _carry_out(
        self, rule: FaultRule, answer: Answer, receive: Receive, raw: Send, send: Send
    ) -> None:
        if rule.kind == "lost_answer":
            await cut(raw, receive)
        elif rule.kind == "timeout":
            await wait_for_hang_up(receive, rule.seconds or 0.0)
            await cut(raw, receive)
        elif rule.kind == "half":
            await self._half(answer, receive, raw, send)
        elif rule.kind == "drip":
            await self._drip(rule, answer, send)
        else:
            made = replacement(rule, answer, self._world)
            await send(made.head())
            await send({"type": "http.response.body", "body": made.body})

    @staticmethod
    async def _half(answer: Answer, receive: Receive, raw: Send, send: Send) -> None:
        if answer.body:
            await send(answer.head())
            half = answer.body[: len(answer.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
        await cut(raw, receive)

    @staticmethod
    async def _drip(rule: FaultRule, answer: Answer, send: Send) -> None:
        await send(answer.head())
        size = max(1, -(-len(answer.body) // rule.pieces))
        for start in range(0, len(answer.body), size):
            piece = answer.body[start : start + size]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(rule.seconds or 0.0)
        await send({"type": "http.response.body", "body": b""})


def replacement(rule: FaultRule, answer: Answer, world: World) -> Answer:
    """The answer that a fault puts in the place of the real one."""
    given = [(name.lower().encode(), value.encode()) for name, value in rule.headers.items()]
    if rule.kind == "rate_limit":
        reset = str(max(1, round(rule.seconds or 0.0)))
        limit = str(world.limits.oms_per_second)
        headers = {"x-ratelimit-limit": limit, "x-ratelimit-remaining": "0"}
        headers["x-ratelimit-reset"] = reset
        made = [(name.encode(), value.encode()) for name, value in headers.items()]
        return Answer(429, [_JSON, *made, *given], (rule.body or '"TooManyRequest"').encode())
    if rule.kind == "wall":
        return Answer(
            403,
            [_HTML, (b"content-encoding", b"gzip"), (b"server", b"AkamaiGHost"), *given],
            gzip.compress(_WALL.encode(), mtime=0),
        )
    if rule.kind == "html":
        return Answer(200, [_HTML, *given], (rule.body or _PAGE).encode())
    if rule.kind == "empty":
        return Answer(200, [_JSON, *given], b"")
    if rule.kind == "malformed":
        broken = answer.body[: len(answer.body) * 2 // 3] if len(answer.body) > 3 else b'{"a": tru'
        status = answer.status if answer.status != 204 else 200
        return Answer(status, [_JSON, *given], broken + b'"\x00,')
    return Answer(rule.status, [_JSON, *given], rule.body.encode())


def mangle_lists(body: bytes, kind: str, world: World) -> bytes:
    """Repeat or mix the rows of the answer's list; any other body comes back as it is."""
    try:
        content: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    if isinstance(content, list):
        content = _mangled(content, kind, world)
    elif isinstance(content, dict):
        for key in _LIST_KEYS:
            if isinstance(content.get(key), list):
                content[key] = _mangled(content[key], kind, world)
    return orjson.dumps(content)


def _mangled(rows: list[Any], kind: str, world: World) -> list[Any]:
    if kind == "shuffle":
        return rows[::-1] if len(rows) < 3 else world.rng.sample(rows, len(rows))
    twice = {0, *(i for i in range(len(rows)) if world.rng.random() < 0.4)}
    return [row for i, row in enumerate(rows) for _ in range(2 if i in twice else 1)]


async def wait_for_hang_up(receive: Receive, seconds: float) -> None:
    """Return when the client has closed the connection, or after ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


async def cut(send: Send, receive: Receive) -> None:
    """Close the connection under the answer, as a dying proxy does.

    ASGI has no message for that; uvicorn's ``send`` is a method of the request's cycle, which
    holds the transport.
    """
    transport: asyncio.Transport = send.__self__.transport  # type: ignore[attr-defined]
    transport.close()
    await wait_for_hang_up(receive, 2.0)


def split_path(path: str) -> tuple[str, str]:
    """``/oms/orders/…`` → ``("oms", "/orders/…")``."""
    service, _, rest = path.lstrip("/").partition("/")
    return service, "/" + rest


def route_of(path: str, parameters: dict[str, Any]) -> str:
    """The path with its parameters replaced by their names, other ids by ``{id}``."""
    names = {str(value): f"{{{name}}}" for name, value in parameters.items() if name != "path"}
    named = "/".join(names.get(segment, segment) for segment in path.split("/"))
    return _IDS.sub("{id}", named)
