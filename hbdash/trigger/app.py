"""``POST /flow-trigger/{slug}/{flow}`` as an ASGI application (R9, O§8).

Answers are JSON: 202 with ``{"correlation_id"}`` once the call is stored, else ``{"error", …}``
with an id, a sentence and, where there is one, the way out. The caller's token is looked at before
anything that could tell a stranger which channels and flows there are.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from hbdash.actions.actor import Refused
from hbdash.actions.triggers import Accepted
from hbdash.texts.refusals import refusal

logger = logging.getLogger(__name__)

SIGNATURE = "x-whisperer-signature"
#: Refusal → status; every other one is a 422: understood, and not to be done.
STATUSES: Mapping[str, int] = {
    "trigger.method": 405,
    "trigger.path": 404,
    "trigger.token": 401,
    "trigger.signature": 401,
    "trigger.unknown_slug": 404,
    "trigger.unknown_flow": 404,
    "trigger.media_type": 415,
    "trigger.too_large": 413,
    "trigger.json": 400,
    "trigger.slow": 408,
    "trigger.stopped": 409,
    "trigger.differs": 409,
    "run.not_built": 409,
    "trigger.busy": 503,
}

#: slug, flow and the body's JSON → what became of it; raises ``Refused``.
Accept = Callable[[str, str, object], Accepted]


@dataclass(frozen=True)
class Door:
    """What a call must show and keep to.

    receive_s: within this the body must be here. signing_secret: empty where calls need no
    signature.
    """

    token: str
    signing_secret: str = ""
    body_max: int = 256 * 1024
    receive_s: float = 10.0


def trigger_app(accept: Accept, door: Door) -> Starlette:
    """The application. ``accept`` is called in a thread, since it writes to the database."""
    endpoint = _Endpoint(accept, door)
    every = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
    app = Starlette(
        routes=[
            Route("/flow-trigger/{slug}/{flow}", endpoint.call, methods=every),
            Route("/{rest:path}", endpoint.elsewhere, methods=every),
        ]
    )
    app.router.redirect_slashes = False
    return app


class _Endpoint:
    def __init__(self, accept: Accept, door: Door) -> None:
        self._accept = accept
        self._door = door

    async def call(self, request: Request) -> Response:
        """One delivery, from its headers to its answer."""
        try:
            accepted = await self._received(request)
        except Refused as refused:
            return _refused(refused)
        except ClientDisconnect:
            return _answer(400, {"error": "trigger.json"})
        return _answer(202, {"correlation_id": accepted.correlation_id})

    async def elsewhere(self, request: Request) -> Response:
        """Any other address."""
        return _refused(Refused("trigger.path"))

    async def _received(self, request: Request) -> Accepted:
        if request.method != "POST":
            raise Refused("trigger.method")
        self._check_token(request)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refused("trigger.media_type")
        raw = await self._body(request)
        self._check_signature(request, raw)
        try:
            body = orjson.loads(raw)
        except json.JSONDecodeError as error:
            raise Refused("trigger.json") from error
        asked = request.path_params
        try:
            return await run_in_threadpool(self._accept, asked["slug"], asked["flow"], body)
        except SQLAlchemyError as error:
            # Not stored, so not accepted: the sender keeps the event and comes again.
            logger.warning("a call could not be stored: %s", error)
            raise Refused("trigger.busy") from error

    def _check_token(self, request: Request) -> None:
        scheme, _blank, token = request.headers.get("authorization", "").partition(" ")
        given, wanted = token.strip().encode(), self._door.token.encode()
        right = hmac.compare_digest(_of_one_length(given), _of_one_length(wanted))
        if scheme.lower() != "token" or not right or not wanted:
            raise Refused("trigger.token")

    def _check_signature(self, request: Request, raw: bytes) -> None:
        """``sha256=<HMAC of the exact body>`` (O§9.2)."""
        secret = self._door.signing_secret
        if not secret:
            return
        wanted = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        given = request.headers.get(SIGNATURE, "").strip().lower()
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            raise Refused("trigger.signature")

    async def _body(self, request: Request) -> bytes:
        """The whole body, refused as soon as it is too long or too late."""
        too_large = Refused("trigger.too_large", {"most": self._door.body_max})
        said = request.headers.get("content-length", "")
        if said.isdecimal() and int(said) > self._door.body_max:
            raise too_large
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._door.receive_s):
                async for part in request.stream():
                    size += len(part)
                    if size > self._door.body_max:
                        raise too_large
                    parts.append(part)
        except TimeoutError as error:
            raise Refused("trigger.slow", {"seconds": round(self._door.receive_s)}) from error
        return b"".join(parts)


def _of_one_length(text: bytes) -> bytes:
    """So that the time of the comparison does not tell the length either."""
    return hashlib.sha256(text).digest()


def _refused(refused: Refused) -> Response:
    status = STATUSES.get(refused.id, 422)
    document: dict[str, Any] = {
        "error": refused.id,
        "message": refusal(refused.id, refused.params),
    }
    if refused.params:
        document["params"] = refused.params
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Token"
    elif status == 405:
        headers["Allow"] = "POST"
    elif status == 503:
        headers["Retry-After"] = "5"
    return _answer(status, document, headers)


def _answer(status: int, document: Any, headers: Mapping[str, str] | None = None) -> Response:
    # One call a connection: a sender has one event, and idle connections are only attack surface.
    return Response(
        orjson.dumps(document, default=str),
        status_code=status,
        media_type="application/json",
        headers={"Connection": "close", **(headers or {})},
    )
