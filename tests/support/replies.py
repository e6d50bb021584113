"""Answers made by hand, for what is read from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from hbdash.transport.recorder import Exchange
from hbdash.transport.reply import Reply


def reply(body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer of the order service with this body."""
    exchange = Exchange(
        side="hepsiburada",
        service="oms",
        method="GET",
        path="/packages/merchantid/5f1c2d3e-0000",
        url="http://oms.test/packages",
        at=datetime(2026, 3, 2, tzinfo=UTC),
        params={},
        attempt=1,
        request_id="r1",
        status=status,
        elapsed_ms=1.0,
        correlation_id="c1",
        failure_id="",
        error="",
        request_body=b"",
        response_body=body,
    )
    return Reply(status, dict(headers or {}), body, exchange)
