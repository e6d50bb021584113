"""Splitting a package: asked for by a person, the command line or a webhook (R5.14, R9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.audit import acting
from hbdash.actions.runs import ask
from hbdash.domain.clock import Clock
from hbdash.domain.split_payload import SplitPayloadRefused, read_split
from hbdash.store.database import Database

FLOW = "split_packages"


def request_split(
    db: Database, clock: Clock, actor: Actor, channel_id: int, payload: Mapping[str, Any]
) -> int:
    """Store a request to split a package; the request's id.

    payload: a delivery or its inner part, as ``domain.split_payload`` reads it. Raises ``Refused``:
    ``split.payload`` with ``why``, or what the role says. Whether the package can be split is for
    the run to say, which asks Hepsiburada.
    """
    with acting(
        db, clock, actor, channel_id, "package.split", needs=Role.OPERATOR, durable=True
    ) as act:
        request = ask_split(act.connection, clock, actor, channel_id, payload)
        act.target = read_split(payload).key
        act.detail["request"] = request
        return request


def ask_split(
    connection: Connection,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    payload: Mapping[str, Any],
    correlation_id: str = "",
) -> int:
    """The request inside the transaction of who asks; ``Refused`` split.payload with ``why``."""
    try:
        wish = read_split(payload)
    except SplitPayloadRefused as fault:
        raise Refused("split.payload", {"why": fault.reason}) from fault
    # With a key it is a run by hand, so that two requests at once are two runs.
    content: dict[str, Any] = {"keys": [wish.key], "dry_run": False, "split": dict(payload)}
    if correlation_id:
        content["correlation_id"] = correlation_id
    return ask(connection, clock, actor, channel_id, "run", FLOW, content)
