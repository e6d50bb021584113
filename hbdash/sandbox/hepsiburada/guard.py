"""What stands before every Hepsiburada service: rate limit, credentials, correlation id.

Each service refuses in its own form (H§4, H§5.1); the forms are given by the services.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hbdash.sandbox.limits import RateCounter, Verdict
from hbdash.sandbox.world import World


class Refusal(Enum):
    """Why a request is turned away before it reaches the service."""

    CREDENTIALS = "missing or wrong merchant id or service key"
    USER_AGENT = "the User-Agent is not the registered integrator name"
    MERCHANT = "the merchant in the path is not the one of the credentials"


@dataclass(frozen=True)
class Manners:
    """How one service refuses and counts."""

    refuse: Callable[[Refusal, str], Response]
    over_limit: Callable[[Verdict], Response]
    counter: Callable[[World], RateCounter]
    lower_case_paths: bool = False


class Guard:
    """ASGI middleware round one service.

    Routes whose path names a merchant check it themselves: only they know which segment it is.
    """

    def __init__(self, app: ASGIApp, world: World, manners: Manners) -> None:
        self.app = app
        self.world = world
        self.manners = manners

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.manners.lower_case_paths:
            scope["path"] = scope["path"].lower()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-correlation-id"] = str(uuid.uuid4())
            await send(message)

        answer = self._check(scope)
        await (answer or self.app)(scope, receive, send_with_id)

    def _check(self, scope: Scope) -> Response | None:
        caller = scope["client"][0] if scope.get("client") else ""
        verdict = self.manners.counter(self.world).hit(caller)
        if not verdict.allowed:
            return self.manners.over_limit(verdict)
        headers = Headers(scope=scope)
        path = scope["path"]
        if not self._known(headers.get("authorization", "")):
            return self.manners.refuse(Refusal.CREDENTIALS, path)
        if headers.get("user-agent") != self.world.user_agent:
            return self.manners.refuse(Refusal.USER_AGENT, path)
        return None

    def _known(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            given = base64.b64decode(token, validate=True)
        except (binascii.Error, ValueError):
            return False
        right = f"{self.world.merchant_id}:{self.world.service_key}".encode()
        return secrets.compare_digest(given, right)
