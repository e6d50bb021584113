"""Runs asked for by people and webhooks: a row, taken by whoever holds the lease."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.audit import acting
from hbdash.domain.clock import Clock
from hbdash.flows.registry import FLOWS
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import EngineRequest, FlowRun

#: More keys than this belong into a file, and into a later version.
MOST_KEYS = 5_000


def request_run(
    db: Database,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    flow: str,
    *,
    keys: Sequence[str] = (),
    window: tuple[datetime, datetime] | None = None,
    dry_run: bool = False,
) -> int:
    """Ask for a run; the request's id. ``window`` only for flows that know one (rule 9).

    Raises ``Refused``: ``flow.unknown``, ``flow.not_built``, ``flow.no_keys``, ``flow.no_window``,
    ``flow.window_order``, ``flow.many_keys``, or what the role says.
    """
    clean = tuple(dict.fromkeys(key.strip() for key in keys if key.strip()))
    payload: dict[str, Any] = {"keys": list(clean), "dry_run": dry_run}
    if window is not None:
        payload["window"] = [moment.isoformat() for moment in window]
    with acting(
        db, clock, actor, channel_id, "flow.run",
        needs=Role.OPERATOR, target=flow, detail=payload, durable=True,
    ) as act:  # fmt: skip
        check_run(flow, clean, window)
        return ask(act.connection, clock, actor, channel_id, "run", flow, payload)


def request_cancel(db: Database, clock: Clock, actor: Actor, channel_id: int, run_id: int) -> int:
    """Ask a run to stop at its next safe point; the request's id."""
    runs = table_of(FlowRun)
    with acting(
        db, clock, actor, channel_id, "flow.cancel",
        needs=Role.OPERATOR, target=str(run_id), durable=True,
    ) as act:  # fmt: skip
        row = act.connection.execute(
            select(runs.c.flow, runs.c.state).where(
                runs.c.id == run_id, runs.c.channel_id == channel_id
            )
        ).first()
        if row is None or row.state != "running":
            raise Refused("run.not_running")
        act.detail["flow"] = row.flow
        payload = {"run_id": run_id}
        return ask(act.connection, clock, actor, channel_id, "cancel_run", row.flow, payload)


def ask(
    connection: Connection,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    kind: str,
    flow: str | None,
    payload: dict[str, Any],
) -> int:
    """Write the request inside the transaction of the action that asks."""
    return int(
        connection.execute(
            insert(table_of(EngineRequest))
            .values(
                channel_id=channel_id,
                kind=kind,
                flow=flow,
                payload=payload,
                requested_by=actor.name,
                requested_at=clock.now(),
                state="waiting",
                answer={},
            )
            .returning(table_of(EngineRequest).c.id)
        ).scalar_one()
    )


def check_run(flow: str, keys: Sequence[str], window: tuple[datetime, datetime] | None) -> None:
    """Raise ``Refused`` unless the flow takes such a run, as :func:`request_run` says."""
    spec = FLOWS.get(flow)
    if spec is None:
        raise Refused("flow.unknown", {"flow": flow})
    if not spec.built:
        raise Refused("run.not_built")
    if keys and not spec.key_kind:
        raise Refused("flow.no_keys", {"flow": flow})
    if len(keys) > MOST_KEYS:
        raise Refused("flow.many_keys", {"n": len(keys), "most": MOST_KEYS})
    if window is not None and not spec.windowed:
        raise Refused("flow.no_window", {"flow": flow})
    if window is not None and window[0] >= window[1]:
        raise Refused("flow.window_order")
