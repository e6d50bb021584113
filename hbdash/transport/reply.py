"""An answer, and the shapes every client reads from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from hbdash.transport.errors import BadShape
from hbdash.transport.recorder import Exchange


@dataclass(frozen=True)
class Reply:
    """A good answer (2xx, or a status the caller expected).

    headers: names in lower case. content: decoded body. elapsed_ms: of the last try.
    correlation_id: theirs, for a call to support (7 days, H§2). request_id: ours.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    exchange: Exchange = field(repr=False)
    repeatable: bool = True

    @property
    def correlation_id(self) -> str:
        return self.exchange.correlation_id

    @property
    def request_id(self) -> str:
        return self.exchange.request_id

    @property
    def elapsed_ms(self) -> float:
        return self.exchange.elapsed_ms

    @property
    def endpoint(self) -> str:
        """`GET /packages/merchantid/{}`, as failures are grouped by."""
        return self.exchange.endpoint

    def json(self) -> Any:
        """The body as Python values. `BadShape` when it is not JSON (orjson: no NaN, UTF-8)."""
        if looks_like_html(self.headers, self.content):
            raise self.bad_shape("", "the answer is a web page, not data")
        try:
            return orjson.loads(self.content)
        except orjson.JSONDecodeError as fault:
            raise self.bad_shape("", f"the answer is no JSON: {fault}") from None

    def bad_shape(self, where: str, why: str) -> BadShape:
        """The error for a field (dotted path, "" for the whole) that can't be read."""
        return BadShape(
            f"{self.endpoint}: {where + ': ' if where else ''}{why}",
            side=self.exchange.side,
            service=self.exchange.service,
            code=str(self.status),
            params={"endpoint": self.endpoint, "field": where, "status": str(self.status)},
            request_text=self.exchange.request_text,
            response_text=self.exchange.response_text,
            correlation_id=self.correlation_id,
            # A write whose answer can't be read was probably done, but nobody knows.
            unknown_outcome=not self.repeatable,
        )


def looks_like_html(headers: Mapping[str, str], content: bytes) -> bool:
    """A page of a firewall, a proxy or a login portal in place of data."""
    if "html" in headers.get("content-type", "").lower():
        return bool(content.strip())
    return content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype", b"<html"))
