"""Requests that stand in Omnitron: kept, recognised after a lost answer, followed, committed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from hbdash.domain.claims import AWAITING_ACTION, is_about, request_id
from hbdash.flows.refunds.faults import CONTENT_TYPE
from hbdash.flows.refunds.items import REQUEST
from hbdash.omnitron.models.order import CancellationRequest as RemoteRequest
from hbdash.omnitron.orders import REFUND
from hbdash.runs import batches, intents
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import CancellationRequest, Claim, ClaimDecision
from hbdash.texts.claims import request_adopted, request_status, request_unsure
from hbdash.transport.errors import NotFound

claim_t = table_of(Claim)
request_t = table_of(CancellationRequest)
decision_t = table_of(ClaimDecision)

OPEN = "open"
APPROVED = ("approved", "confirmed")
"""Omnitron's words for an approved request; left for approve_refunds, whose queue `updates/` is."""
_AT_ONCE = 100


def keep_request(
    ctx: RunContext,
    number: str,
    k: int,
    made: RemoteRequest,
    versions: dict[int, datetime],
    *,
    intent_id: int | None = None,
) -> None:
    """Write the request down and settle its intent; its batch follows at the end of the run."""
    now = ctx.now()
    remote_id = request_id(number, k)
    status = made.status.strip().lower()
    with ctx.commit(durable=True) as connection:
        connection.execute(
            insert(request_t).values(
                channel_id=ctx.channel_id,
                remote_id=remote_id,
                claim_number=number,
                k=k,
                request_pk=made.pk,
                item_pk=made.order_item,
                cancellation_type=REFUND,
                status=status,
                batch_closed=False,
                created_at=now,
                changed_at=now,
            )
        )
        # A claim that was rejected while this request was on its way: it has to be rejected too.
        connection.execute(
            update(decision_t)
            .where(
                decision_t.c.channel_id == ctx.channel_id,
                decision_t.c.claim_number == number,
                decision_t.c.verdict == "reject",
                decision_t.c.state == "done",
            )
            .values(state="there", ask_at=now)
        )
        if intent_id is not None:
            intents.settle(connection, intent_id, "done", now, {"request": made.pk})
        if status != OPEN:
            ctx.journal.add(
                "warning", "ok", request_status(remote_id, made.status), kind="claim", key=number,
                code="claim.request_status", params={"status": made.status},
            )  # fmt: skip
    if made.modified_date is not None:
        versions[made.pk] = made.modified_date


def find_written(
    ctx: RunContext,
    number: str,
    k: int,
    item: int,
    versions: dict[int, datetime],
    *,
    intent_id: int | None = None,
) -> bool:
    """Look for a request whose answer was lost; keep it if it is there (flows section 10).

    By its remote id if it was committed, else by its item and the number in its description.
    """
    remote_id = request_id(number, k)
    for action in ctx.omnitron.integration_actions(CONTENT_TYPE, remote_id=remote_id):
        try:
            found = ctx.omnitron.cancellation_request(action.object_id)
        except NotFound:
            continue
        _adopt(ctx, number, k, found, versions, intent_id)
        return True
    with ctx.db.read() as connection:
        ours = set(
            connection.execute(
                select(request_t.c.request_pk).where(
                    request_t.c.channel_id == ctx.channel_id, request_t.c.item_pk == item
                )
            ).scalars()
        )
    for found in ctx.omnitron.cancellation_requests(kind=REFUND, order_item=item):
        if found.pk not in ours and is_about(number, found.description):
            _adopt(ctx, number, k, found, versions, intent_id)
            return True
    return False


def _adopt(
    ctx: RunContext,
    number: str,
    k: int,
    found: RemoteRequest,
    versions: dict[int, datetime],
    intent_id: int | None,
) -> None:
    remote_id = request_id(number, k)
    ctx.journal.add(
        "info", "ok", request_adopted(remote_id), kind="claim", key=number,
        code="claim.request_found", params={"request": found.pk},
    )  # fmt: skip
    keep_request(ctx, number, k, found, versions, intent_id=intent_id)
    ctx.progress.ok += 1


def recover_requests(ctx: RunContext, versions: dict[int, datetime]) -> None:
    """Ask for every request whose outcome is not known, before any other is made.

    One that is nowhere after a minute was never taken: its intent ends, and it is made anew.
    """
    with ctx.db.read() as connection:
        waiting = intents.unsettled(connection, ctx.channel_id, REQUEST)
    for intent in waiting:
        known: dict[str, Any] = intent.payload
        number, k, item = str(known["claim"]), int(known["k"]), int(known["order_item"])
        if intent.surely_never_left:
            _end(ctx, intent.id)
        elif find_written(ctx, number, k, item, versions, intent_id=intent.id):
            pass
        elif intent.ask_at is None:
            with ctx.commit(durable=True) as connection:
                intents.doubt(connection, intent.id, ctx.now())
        elif intent.ask_at <= ctx.now():
            _end(ctx, intent.id)
        ctx.go_on()


def _end(ctx: RunContext, intent_id: int) -> None:
    with ctx.commit(durable=True) as connection:
        intents.settle(connection, intent_id, "failed", ctx.now(), {"looked": "not there"})


def say_unsure(ctx: RunContext, number: str, k: int) -> None:
    """Log that a request's outcome is a state of its own for a minute."""
    with ctx.commit():
        ctx.journal.add(
            "warning", "waiting", request_unsure(request_id(number, k)), kind="claim", key=number,
            code="claim.request_unsure", exchange=ctx.wire.exchange,
        )  # fmt: skip


def follow_requests(ctx: RunContext, versions: dict[int, datetime]) -> None:
    """What people did with our requests in Omnitron itself; one rejected there needs a reason.

    Approved ones stay in Omnitron's queue: they are approve_refunds' to take.
    """
    changed = {one.pk: one for one in ctx.omnitron.cancellation_request_updates()}
    for part in sliced(sorted(changed), 500):
        with ctx.commit() as connection:
            rows = connection.execute(
                select(request_t, claim_t.c.status.label("claim_status"))
                .outerjoin(
                    claim_t,
                    (claim_t.c.channel_id == request_t.c.channel_id)
                    & (claim_t.c.number == request_t.c.claim_number),
                )
                .where(
                    request_t.c.channel_id == ctx.channel_id, request_t.c.request_pk.in_(part)
                )
            ).mappings().all()  # fmt: skip
            for row in rows:
                found = changed[row["request_pk"]]
                status = found.status.strip().lower()
                values: dict[str, Any] = {}
                if status != row["status"]:
                    values = {"status": status, "changed_at": ctx.now()}
                    if row["claim_status"] == AWAITING_ACTION:
                        ctx.journal.add(
                            "info", "ok", request_status(row["remote_id"], found.status),
                            kind="claim", key=row["claim_number"], code="claim.request_status",
                            params={"status": status},
                        )  # fmt: skip
                    ctx.progress.ok += 1
                if status not in APPROVED and found.modified_date is not None:
                    values["batch_closed"] = False
                    versions[found.pk] = found.modified_date
                if values:
                    connection.execute(
                        update(request_t).where(request_t.c.id == row["id"]).values(**values)
                    )


def commit_requests(ctx: RunContext, versions: dict[int, datetime]) -> None:
    """Commit requests into a batch and close it: only then does Omnitron know their remote ids
    and list their changes (O§6.8)."""
    with ctx.db.read() as connection:
        rows = connection.execute(
            select(request_t)
            .where(
                request_t.c.channel_id == ctx.channel_id,
                request_t.c.batch_closed.is_(False),
                request_t.c.request_pk.is_not(None),
            )
            .order_by(request_t.c.id)
        ).mappings().all()  # fmt: skip
    for part in sliced(rows, _AT_ONCE):
        objects = []
        for row in part:
            version = versions.get(row["request_pk"])
            if version is None:
                version = ctx.omnitron.cancellation_request(row["request_pk"]).modified_date
            objects.append(
                batches.Held(
                    CONTENT_TYPE, row["request_pk"], row["remote_id"], version, row["remote_id"]
                )
            )
        batch = batches.commit_batch(ctx, CONTENT_TYPE, objects)
        with ctx.commit() as connection:
            batches.give_verdicts(
                connection,
                [batches.ObjectVerdict(batch.id, one.pk, None, one.remote_id) for one in objects],
            )
        batches.close_complete(ctx, CONTENT_TYPE)
        with ctx.commit() as connection:
            connection.execute(
                update(request_t)
                .where(request_t.c.id.in_([row["id"] for row in part]))
                .values(batch_closed=True)
            )
        ctx.go_on()
