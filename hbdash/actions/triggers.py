"""Calls of other systems that start flows: stored once, refused with the reason (R9)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection, RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.audit import Act, acting
from hbdash.actions.packages import ask_split
from hbdash.actions.runs import ask, check_run
from hbdash.domain.clock import TURKEY, Clock
from hbdash.domain.triggers import PayloadRefused, TriggerCall, read_call, read_run
from hbdash.explain.flows import why_not
from hbdash.flows.registry import FLOWS
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.log.writer import LogLine, LogWriter
from hbdash.store.tables import TriggerEvent
from hbdash.texts.trigger import accepted_line

#: The sender repeats an event for up to 12 weeks (O§9.3); two more for its clock and ours.
EVENT_LASTS = timedelta(weeks=14)
#: A caller without uuid may ask for the same again on the next day (flows section 6).
BODY_LASTS = timedelta(hours=24)
SPLIT = "split_packages"

#: Who a call is in the audit trail: its token has been checked before it comes here.
CALLER = Actor("webhook", Role.OPERATOR, "webhook")


@dataclass(frozen=True)
class Accepted:
    """What became of a call: stored, or known from an earlier delivery."""

    correlation_id: str
    request_id: int | None
    repeated: bool


def accept_call(
    db: Database,
    clock: Clock,
    channel_id: int,
    flow: str,
    body: object,
    *,
    zone: tzinfo = TURKEY,
) -> Accepted:
    """Store the event and the request to the engine in one transaction, or raise ``Refused``.

    body: the JSON of the call. zone: of times without one. Refusals: ``trigger.unknown_flow``;
    ``trigger.payload`` (with ``why``) and ``split.payload`` for what can't be understood;
    ``trigger.stopped`` when the flow can't run now, with the gate's own words; ``trigger.differs``
    when the uuid came before with other content; those of :func:`check_run`.
    """
    if flow not in FLOWS:
        raise Refused("trigger.unknown_flow", {"flow": flow})
    try:
        call = read_call(body)
        try:
            return _accept(db, clock, channel_id, flow, call, zone)
        except IntegrityError:
            # The same event came twice at once and the other delivery was stored first.
            return _accept(db, clock, channel_id, flow, call, zone)
    except PayloadRefused as error:
        raise Refused("trigger.payload", {"why": str(error)}) from error


def _accept(
    db: Database, clock: Clock, channel_id: int, flow: str, call: TriggerCall, zone: tzinfo
) -> Accepted:
    digest = _digest(call.content)
    key = f"event:{call.uuid}" if call.uuid else f"body:{digest}"
    now = clock.now()
    with acting(
        db, clock, CALLER, channel_id, "flow.trigger", needs=Role.OPERATOR, target=flow,
        detail={"event": key, "type": call.event_type}, durable=True,
    ) as act:  # fmt: skip
        known = _known(act.connection, channel_id, flow, key, now)
        if known is not None:
            return _again(act, known, digest, now)
        _check_gates(act.connection, channel_id, flow, now)
        correlation = uuid4().hex
        act.detail["correlation_id"] = correlation
        request = _ask(act.connection, clock, channel_id, flow, call, correlation, zone)
        act.connection.execute(
            insert(table_of(TriggerEvent)).values(
                channel_id=channel_id,
                flow=flow,
                key=key,
                digest=digest,
                event_type=call.event_type,
                correlation_id=correlation,
                request_id=request,
                received_at=now,
                last_at=now,
                deliveries=1,
                expires_at=now + (EVENT_LASTS if call.uuid else BODY_LASTS),
            )
        )
        line = LogLine(
            at=now, flow=flow, level="info", status="waiting", kind="trigger", key=correlation,
            code="trigger.accepted", params={"event": call.event_type, "request": request},
            message=accepted_line(call.event_type, correlation), correlation_id=correlation,
            request=orjson.dumps(call.content).decode(),
        )  # fmt: skip
        LogWriter(db, channel_id).write(act.connection, [line])
    return Accepted(correlation, request, repeated=False)


def _check_gates(connection: Connection, channel_id: int, flow: str, now: datetime) -> None:
    gate = why_not(connection, channel_id, flow, now)
    if gate is not None:
        raise Refused(
            "trigger.stopped", {"gate": gate.name, "why": gate.text, "way_out": gate.way_out}
        )


def _known(
    connection: Connection, channel_id: int, flow: str, key: str, now: datetime
) -> RowMapping | None:
    """The event of an earlier delivery; one whose time is over makes room for the new one."""
    events = table_of(TriggerEvent)
    here = (events.c.channel_id == channel_id, events.c.flow == flow, events.c.key == key)
    connection.execute(delete(events).where(*here, events.c.expires_at <= now))
    return connection.execute(select(events).where(*here)).mappings().first()


def _again(act: Act, known: RowMapping, digest: str, now: datetime) -> Accepted:
    if known["digest"] != digest:
        raise Refused("trigger.differs", {"correlation_id": known["correlation_id"]})
    events = table_of(TriggerEvent)
    act.connection.execute(
        update(events)
        .where(events.c.id == known["id"])
        .values(deliveries=events.c.deliveries + 1, last_at=now)
    )
    act.changed = False
    return Accepted(known["correlation_id"], known["request_id"], repeated=True)


def _ask(
    connection: Connection,
    clock: Clock,
    channel_id: int,
    flow: str,
    call: TriggerCall,
    correlation: str,
    zone: tzinfo,
) -> int:
    if flow == SPLIT:
        return ask_split(connection, clock, CALLER, channel_id, call.content, correlation)
    wanted = read_run(call.content, zone)
    check_run(flow, wanted.keys, wanted.window)
    payload: dict[str, Any] = {
        "keys": list(wanted.keys), "dry_run": wanted.dry_run, "correlation_id": correlation,
    }  # fmt: skip
    if wanted.window is not None:
        payload["window"] = [moment.isoformat() for moment in wanted.window]
    return ask(connection, clock, CALLER, channel_id, "run", flow, payload)


def _digest(content: Mapping[str, Any]) -> str:
    """Of the content, not of the bytes: the order of keys does not make another event."""
    try:
        text = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        # What was parsed can only be too deep to be written again.
        raise PayloadRefused("the payload is nested too deeply") from error
    return hashlib.sha256(text).hexdigest()
