"""The cause is watched (design rule 8): a cheap test tells that a failure's cause is gone.

Then the penalty is lifted, at Omnitron too, the failure is closed as cured, and the record goes in
a run of its own. The test is not a try.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from hbdash.runs import penalties
from hbdash.runs.context import RunContext
from hbdash.runs.failures import OPEN_STATES, cure
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import Failure
from hbdash.texts.causes import cause
from hbdash.texts.watching import cured_by_itself
from hbdash.transport.errors import RemoteError

#: Failures looked at in one run; the longest unwatched go first.
MOST_AT_ONCE = 2000
WATCH_EVERY = timedelta(seconds=60)


@dataclass(frozen=True)
class Watched:
    """A failure whose cause can be tested."""

    id: int
    flow: str
    kind: str
    key: str
    code: str
    params: dict[str, Any]
    content_type: str | None
    object_pk: int | None


#: Given failures of one code, the ids of those whose cause is gone.
Tester = Callable[[RunContext, Sequence[Watched]], set[int]]


def watch(ctx: RunContext, testers: Mapping[str, Tester]) -> None:
    """Test what is due; close, lift and re-run what is cured."""
    due = _due(ctx, testers)
    by_code: dict[str, list[Watched]] = {}
    for one in due:
        by_code.setdefault(one.code, []).append(one)
    for code, failures in by_code.items():
        try:
            gone = testers[code](ctx, failures)
        except RemoteError as error:
            # One side that does not answer must not keep the other causes from being tested.
            ctx.progress.note.setdefault("untested", {})[code] = str(error)[:200]
            gone = set()
        _watched(ctx, failures)
        cured = [one for one in failures if one.id in gone]
        if cured:
            _cure(ctx, cured)
        ctx.go_on()


def _due(ctx: RunContext, testers: Mapping[str, Tester]) -> list[Watched]:
    table = table_of(Failure)
    statement = (
        select(
            table.c.id,
            table.c.flow,
            table.c.kind,
            table.c.key,
            table.c.code,
            table.c.params,
            table.c.content_type,
            table.c.object_pk,
        )
        .where(
            table.c.channel_id == ctx.channel_id,
            table.c.state.in_(OPEN_STATES),
            table.c.code.in_(sorted(testers)),
            table.c.watch_at <= ctx.now(),
        )
        .order_by(table.c.watch_at)
        .limit(MOST_AT_ONCE)
    )
    if ctx.request.keys:
        statement = statement.where(table.c.key.in_(ctx.request.keys))
    with ctx.db.read() as connection:
        return [Watched(*row) for row in connection.execute(statement)]


def _watched(ctx: RunContext, failures: Sequence[Watched]) -> None:
    table = table_of(Failure)
    with ctx.commit() as connection:
        for part in sliced([one.id for one in failures], 500):
            connection.execute(
                update(table).where(table.c.id.in_(part)).values(watch_at=ctx.now() + WATCH_EVERY)
            )


def _cure(ctx: RunContext, cured: Sequence[Watched]) -> None:
    lift(ctx, cured)
    with ctx.commit() as connection:
        cure(connection, [one.id for one in cured], ctx.now(), "cause_gone")
        for one in cured:
            ctx.journal.add(
                "info",
                "ok",
                cured_by_itself(cause(one.code, one.params)),
                kind=one.kind,
                key=one.key,
                code="failure.cured",
                params={"cause": one.code},
            )
    ctx.progress.ok += len(cured)
    by_flow: dict[str, list[str]] = {}
    for one in cured:
        by_flow.setdefault(one.flow, []).append(one.key)
    for flow, keys in by_flow.items():
        ctx.ask_for_run(flow, tuple(sorted(set(keys))), ctx.spec.id)


def lift(ctx: RunContext, failures: Sequence[Watched]) -> None:
    """Delete the penalties of these records: Omnitron's row through its API, then ours."""
    held: dict[str, list[int]] = {}
    ours: dict[str, list[str]] = {}
    for one in failures:
        if one.content_type is None:
            continue
        # A product without a price is punished as the price is; what Omnitron holds is the product.
        holder = one.kind if one.kind == "product" else one.content_type
        # An order that is not in Omnitron has no number there, hence no row to delete.
        held.setdefault(holder, []).extend(_objects(one))
        for content_type in {holder, one.content_type}:
            ours.setdefault(content_type, []).append(one.key)
    for content_type, pks in held.items():
        if not pks:
            continue
        type_pk = ctx.omnitron.content_type(content_type).pk
        for row in ctx.omnitron.failed_integrations(type_pk, object_ids=sorted(set(pks))) or ():
            ctx.before_write()
            ctx.omnitron.delete_failed_integration(row.pk)
    for content_type, keys in ours.items():
        with ctx.commit() as connection:
            penalties.forgive(connection, ctx.channel_id, content_type, keys)


def _objects(one: Watched) -> list[int]:
    """Omnitron's numbers of the record; two products of one SKU have one failure, with ``pks``."""
    named = [int(pk) for pk in str(one.params.get("pks", "")).split(",") if pk]
    return named or ([] if one.object_pk is None else [one.object_pk])
