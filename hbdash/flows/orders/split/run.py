"""split_packages (R5.14, R9): one package into several at Hepsiburada, one order in Omnitron.

A request is a row of its own from its first run on. Its new packages are looked for at once, then
after 30 s, 1, 2 and 5 min in runs of their own, so that the lane is free meanwhile. Nothing is
split again by itself once it may have been split.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from hbdash.flows.orders.packages import keeping
from hbdash.flows.orders.packages.faults import KIND, OrderFault
from hbdash.flows.orders.packages.parcel import plain
from hbdash.flows.orders.packages.targets import is_broken
from hbdash.flows.orders.split import wish
from hbdash.flows.orders.split.find import find, link
from hbdash.flows.orders.split.requests import asked, due_splits, is_busy, keep_request
from hbdash.flows.orders.split.wish import wishes
from hbdash.hepsiburada.package_writes import PackageWish
from hbdash.runs import intents
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.runs.intents import IntentView
from hbdash.runs.points import point
from hbdash.store.bulk import table_of
from hbdash.store.tables import Intent, PackageSplit
from hbdash.texts.causes import log_text
from hbdash.texts.orders import (
    split_asked_again,
    split_done,
    split_nothing,
    split_taken,
    split_unknown_key,
    split_unsure,
    would_split,
)
from hbdash.transport.errors import AuthRefused, BreakerOpen, NotFound, Refused, RemoteError, Walled

#: Kind of the intents; their key is the package.
SPLIT = "package.split"
#: When the new packages are looked for again, counted from the look before (flows section 6).
LOOKS = tuple(timedelta(seconds=s) for s in (30, 60, 120, 300))
AGAIN = timedelta(seconds=60)

splits_t = table_of(PackageSplit)


def run(ctx: RunContext) -> None:
    """The request that this run was asked with, and whatever else is due."""
    payload = asked(ctx)
    if ctx.dry_run:
        if payload is not None:
            _say_dry(ctx, payload)
        return
    if payload is not None:
        keep_request(ctx, payload)
    rows = due_splits(ctx)
    ctx.progress.total = len(rows)
    for row in rows:
        _serve(ctx, row)
        ctx.go_on()
    if payload is None and not rows:
        for key in ctx.request.keys:
            ctx.journal.add("error", "failed", split_unknown_key(key), kind=KIND, key=key)
            ctx.progress.failed += 1


def _serve(ctx: RunContext, row: dict[str, Any]) -> None:
    """One request as far as it goes now; what is wrong with it is its own."""
    try:
        if row["state"] == "waiting":
            _begin(ctx, row)
        elif row["state"] == "unknown":
            _ask(ctx, row)
        else:
            _look(ctx, row)
    except OrderFault as fault:
        _failed(ctx, row, fault, "failed")
    except (AuthRefused, Walled, BreakerOpen):
        raise
    except Refused as error:
        _refused(ctx, row, error)
    except RemoteError as error:
        ctx.progress.skipped += 1
        with ctx.commit(durable=True) as connection:
            _put(connection, row, ask_at=ctx.now() + AGAIN)
            _say(ctx, row, "waiting", f"{split_unsure()}: {error.message[:200]}")


def _refused(ctx: RunContext, row: dict[str, Any], error: Refused) -> None:
    """A no to anything but the split itself: asked a few times more, then a person's matter."""
    if row["asked"] < len(LOOKS):
        with ctx.commit(durable=True) as connection:
            _put(
                connection, row, asked=row["asked"] + 1, ask_at=ctx.now() + LOOKS[row["asked"]]
            )  # fmt: skip
            _say(ctx, row, "waiting", f"{split_unsure()}: {error.message[:200]}")
        ctx.progress.skipped += 1
        return
    if row["state"] in ("split", "lost"):
        _failed(ctx, row, OrderFault("split.lost", {}, str(error)), "lost")
        return
    standing = _standing(ctx, row)
    with ctx.commit(durable=True) as connection:
        for one in standing:
            intents.settle(connection, one.id, "failed", ctx.now(), {"error": str(error)[:500]})
    fault = OrderFault("split.refused", {"text": error.reason[:300]}, str(error))
    _failed(ctx, row, fault, "failed")


def _begin(ctx: RunContext, row: dict[str, Any]) -> None:
    if _standing(ctx, row):
        # A run died with the call on its way: first it is asked what became of that.
        _ask(ctx, row)
        return
    resolved = wish.resolve(ctx, wish.read(row["payload"]))
    number = resolved.target.number
    if is_busy(ctx, row, number):
        # Another request over the same package is on its way: first that one.
        with ctx.commit() as connection:
            _put(connection, row, ask_at=ctx.now() + AGAIN)
        ctx.progress.skipped += 1
        return
    with ctx.commit(durable=True) as connection:
        _put(
            connection, row, package_number=number, groups=resolved.groups,
            order_number=resolved.target.row["order_number"], order_pk=resolved.order_pk,
        )  # fmt: skip
    if resolved.is_nothing:
        with ctx.commit(durable=True) as connection:
            _put(connection, row, state="done", settled_at=ctx.now(), ask_at=None)
            _say(ctx, row, "skipped", split_nothing(number))
        ctx.progress.skipped += 1
        return
    intent_id = ctx.begin_intent(SPLIT, number, {"split": row["id"], "groups": resolved.groups})
    _call(ctx, row, intent_id, wishes(ctx, resolved))


def _call(
    ctx: RunContext,
    row: dict[str, Any],
    intent_id: int,
    groups: Sequence[PackageWish],
    *,
    repeated: bool = False,
) -> None:
    try:
        ctx.hepsiburada.split_package(row["package_number"], groups)
    except Refused as error:
        if repeated and _is_gone(ctx, row["package_number"]):
            # The first call came through just before: what is refused is only its repeat.
            _taken(ctx, row, intent_id)
            return
        with ctx.commit(durable=True) as connection:
            intents.settle(connection, intent_id, "failed", ctx.now(), {"error": str(error)[:500]})
        raise _refusal(ctx, row, error) from error
    except RemoteError as error:
        with ctx.commit(durable=True) as connection:
            if error.unknown_outcome:
                intents.doubt(connection, intent_id, ctx.now())
                _put(connection, row, state="unknown", ask_at=ctx.now() + AGAIN)
                _say(ctx, row, "waiting", split_unsure())
            else:
                outcome = {"error": str(error)[:500]}
                intents.settle(connection, intent_id, "failed", ctx.now(), outcome)
        if not error.unknown_outcome:
            raise
        ctx.progress.skipped += 1
        return
    point("package_split")
    _taken(ctx, row, intent_id)


def _refusal(ctx: RunContext, row: dict[str, Any], error: Refused) -> OrderFault:
    state = ctx.hepsiburada.package(row["package_number"])
    if is_broken(state.status):
        return OrderFault("split.not_open", {"status": state.status}, str(error))
    return OrderFault("split.refused", {"text": error.reason[:300]}, str(error))


def _is_gone(ctx: RunContext, number: str) -> bool:
    """Whether the package was broken up; one that Hepsiburada no longer knows was."""
    try:
        return is_broken(ctx.hepsiburada.package(number).status)
    except NotFound:
        return True


def _ask(ctx: RunContext, row: dict[str, Any]) -> None:
    """An answer that was lost: the package itself says whether it was broken up."""
    standing = _standing(ctx, row)
    if _is_gone(ctx, row["package_number"]):
        _taken(ctx, row, standing[0].id if standing else None)
        return
    if not standing:
        with ctx.commit(durable=True) as connection:
            _put(connection, row, state="waiting", ask_at=None)
        _begin(ctx, {**row, "state": "waiting"})
        return
    if standing[0].ask_at is None or ctx.now() < standing[0].ask_at:
        with ctx.commit(durable=True) as connection:
            if standing[0].ask_at is None:
                intents.doubt(connection, standing[0].id, ctx.now())
            _put(connection, row, state="unknown", ask_at=standing[0].ask_at or ctx.now() + AGAIN)
        ctx.progress.skipped += 1
        return
    # A minute later it is whole: the call never arrived.
    resolved = wish.resolve(ctx, wish.read(row["payload"]))
    ctx.repeat_intent(standing[0].id)
    _call(ctx, row, standing[0].id, wishes(ctx, resolved), repeated=True)


def _standing(ctx: RunContext, row: dict[str, Any]) -> list[IntentView]:
    """The call of this request whose outcome is not settled."""
    if not row["package_number"]:
        return []
    with ctx.db.read() as connection:
        found = intents.unsettled(connection, ctx.channel_id, SPLIT, key=row["package_number"])
    return [one for one in found if one.payload.get("split") == row["id"]]


def _taken(ctx: RunContext, row: dict[str, Any], intent_id: int | None) -> None:
    """Hepsiburada split it: its packages are looked for at once."""
    now = ctx.now()
    with ctx.commit(durable=True) as connection:
        if intent_id is None:
            at = now
        else:
            intents.settle(connection, intent_id, "done", now, {"groups": len(row["groups"])})
            at = _called_at(connection, intent_id) or now
        _put(connection, row, state="split", split_at=at, asked=0, ask_at=now)
        keeping.leave_package(connection, ctx.channel_id, row["package_number"], "Unpacked", now)
        _say(ctx, row, "ok", split_taken(row["package_number"]))
    with ctx.db.read() as connection:
        fresh = connection.execute(
            select(splits_t).where(splits_t.c.id == row["id"])
        ).mappings().one()  # fmt: skip
    _look(ctx, dict(fresh))


def _called_at(connection: Any, intent_id: int) -> Any:
    table = table_of(Intent)
    return connection.execute(select(table.c.called_at).where(table.c.id == intent_id)).scalar()


def _look(ctx: RunContext, row: dict[str, Any]) -> None:
    """Look for the new packages; all found, they are linked."""
    groups = find(ctx, row)
    whole = all(group["package"] for group in groups)
    if whole:
        link(ctx, row, groups)
        with ctx.commit(durable=True) as connection:
            _put(connection, row, state="done", groups=groups, settled_at=ctx.now(), ask_at=None)
            numbers = [group["package"] for group in groups]
            _say(ctx, row, "ok", split_done(row["package_number"], numbers))
            ctx.failures.passed(KIND, row["package_number"])
        ctx.progress.ok += 1
        return
    if row["asked"] >= len(LOOKS):
        with ctx.commit() as connection:
            _put(connection, row, groups=groups)
        _failed(ctx, {**row, "groups": groups}, OrderFault("split.lost", {}), "lost")
        return
    with ctx.commit(durable=True) as connection:
        _put(
            connection, row, groups=groups, asked=row["asked"] + 1,
            ask_at=ctx.now() + LOOKS[row["asked"]],
        )  # fmt: skip
        _say(ctx, row, "waiting", split_asked_again(row["package_number"]))
    ctx.progress.skipped += 1


def _failed(ctx: RunContext, row: dict[str, Any], fault: OrderFault, state: str) -> None:
    """A request that can't be followed: a person must look. It is not tried again by itself."""
    key = row["package_number"] or str(fault.params.get("package") or row["key"])
    params = plain({"package": key, "order": row["order_number"], **fault.params})
    with ctx.commit(durable=True) as connection:
        _put(connection, row, state=state, settled_at=ctx.now(), ask_at=None)
        line = _say(ctx, row, "failed", log_text(fault.code, params), fault.code, params)
        ctx.failures.met(
            Met(
                KIND, key, fault.code, params, content_type="order", object_pk=row["order_pk"],
                remote_text=plain(fault.remote_text), line=line,
            )
        )  # fmt: skip
    ctx.progress.failed += 1


def _put(connection: Any, row: dict[str, Any], **values: Any) -> None:
    connection.execute(update(splits_t).where(splits_t.c.id == row["id"]).values(**values))
    row.update(values)


def _say(
    ctx: RunContext,
    row: dict[str, Any],
    status: str,
    text: str,
    code: str = "",
    params: dict[str, Any] | None = None,
) -> Any:
    package, order = row["package_number"], row["order_number"]
    level = {"failed": "error", "waiting": "warning"}.get(status, "info")
    return ctx.journal.add(
        level, status, text, kind=KIND, key=order or package or row["key"], code=code,
        params=params or {"package": package, "order": order}, exchange=ctx.wire.exchange,
    )  # fmt: skip


def _say_dry(ctx: RunContext, payload: dict[str, Any]) -> None:
    try:
        resolved = wish.resolve(ctx, wish.read(payload["split"]))
    except OrderFault as fault:
        ctx.journal.add(
            "error", "failed", log_text(fault.code, fault.params), kind=KIND, code=fault.code,
            params=fault.params,
        )  # fmt: skip
        ctx.progress.failed += 1
        return
    number = resolved.target.number
    text = would_split(number, [sum(group["lines"].values()) for group in resolved.groups])
    ctx.journal.add(
        "info", "skipped", text, kind=KIND, key=resolved.target.row["order_number"] or number,
        params={"package": number},
    )  # fmt: skip
    ctx.progress.ok += 1
