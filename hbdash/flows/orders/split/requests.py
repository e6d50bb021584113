"""Requests to split packages, as rows: kept once, taken up while they are not done."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, or_, select

from hbdash.domain.split_payload import SplitPayloadRefused, read_split
from hbdash.flows.orders.packages.parcel import plain
from hbdash.runs.context import RunContext
from hbdash.store.bulk import insert_ignore, table_of
from hbdash.store.tables import EngineRequest, PackageSplit

#: States in which a request is gone on with by itself.
UNSETTLED = ("waiting", "unknown", "split")

splits_t, requests_t = table_of(PackageSplit), table_of(EngineRequest)


def asked(ctx: RunContext) -> dict[str, Any] | None:
    """The payload of the request of this run, if it came with one."""
    if ctx.request.request_id is None:
        return None
    with ctx.db.read() as connection:
        payload = connection.execute(
            select(requests_t.c.payload).where(requests_t.c.id == ctx.request.request_id)
        ).scalar()
    return payload if isinstance(payload, dict) and payload.get("split") is not None else None


def keep_request(ctx: RunContext, payload: dict[str, Any]) -> None:
    """A row for the request, however often its run is repeated."""
    content = payload["split"]
    try:
        key = read_split(content).key
    except SplitPayloadRefused:
        key = str(payload.get("correlation_id") or ctx.request.request_id)
    with ctx.commit(durable=True) as connection:
        insert_ignore(
            connection,
            PackageSplit,
            [
                {
                    "channel_id": ctx.channel_id,
                    "request_id": ctx.request.request_id,
                    "requested_by": ctx.request.started_by,
                    "correlation_id": str(payload.get("correlation_id") or ""),
                    "key": plain(key),
                    "package_number": "",
                    "order_number": "",
                    "order_pk": None,
                    "payload": plain(content),
                    "groups": [],
                    "state": "waiting",
                    "asked": 0,
                    "ask_at": None,
                    "requested_at": ctx.now(),
                    "split_at": None,
                    "settled_at": None,
                }
            ],
        )


def due_splits(ctx: RunContext) -> list[dict[str, Any]]:
    """Requests that can be gone on with now; a person's key takes up a lost one as well."""
    by_itself = and_(
        splits_t.c.state.in_(UNSETTLED),
        or_(splits_t.c.ask_at.is_(None), splits_t.c.ask_at <= ctx.now()),
    )
    named = and_(
        splits_t.c.state.in_((*UNSETTLED, "lost")),
        or_(splits_t.c.key.in_(ctx.request.keys), splits_t.c.package_number.in_(ctx.request.keys)),
    )
    with ctx.db.read() as connection:
        rows = connection.execute(
            select(splits_t)
            .where(splits_t.c.channel_id == ctx.channel_id, or_(by_itself, named))
            .order_by(splits_t.c.id)
        ).mappings()
        return [dict(row) for row in rows]


def is_busy(ctx: RunContext, row: dict[str, Any], number: str) -> bool:
    """Whether an earlier request over the same package is on its way."""
    with ctx.db.read() as connection:
        return (
            connection.execute(
                select(splits_t.c.id).where(
                    splits_t.c.channel_id == ctx.channel_id,
                    splits_t.c.package_number == number,
                    splits_t.c.state.in_(UNSETTLED),
                    splits_t.c.id < row["id"],
                )
            ).first()
            is not None
        )
