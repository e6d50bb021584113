"""A person asks to try some failures again: lift their penalties, run their flows."""

from __future__ import annotations

from sqlalchemy import select, update

from hbdash.runs.context import RunContext
from hbdash.runs.failures import OPEN_STATES
from hbdash.runs.watching import Watched, lift
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import Failure


def run(ctx: RunContext) -> None:
    """``ctx.request.keys`` are ids of failures, frozen when the person confirmed."""
    failures = _open(ctx)
    ctx.progress.total = len(failures)
    for part in sliced(failures, 200):
        lift(ctx, part)
        _note(ctx, part)
        ctx.progress.ok += len(part)
        ctx.go_on()
    by_flow: dict[str, set[str]] = {}
    for one in failures:
        by_flow.setdefault(one.flow, set()).add(one.key)
    for flow, keys in by_flow.items():
        # A failure of a whole run has no key: its flow simply runs.
        named = tuple(sorted(key for key in keys if key))
        ctx.ask_for_run(flow, named, ctx.request.started_by)


def _open(ctx: RunContext) -> list[Watched]:
    table = table_of(Failure)
    found: list[Watched] = []
    with ctx.db.read() as connection:
        for part in sliced(sorted({int(key) for key in ctx.request.keys}), 500):
            rows = connection.execute(
                select(
                    table.c.id,
                    table.c.flow,
                    table.c.kind,
                    table.c.key,
                    table.c.code,
                    table.c.params,
                    table.c.content_type,
                    table.c.object_pk,
                ).where(
                    table.c.channel_id == ctx.channel_id,
                    table.c.id.in_(part),
                    table.c.state.in_(OPEN_STATES),
                )
            )
            found.extend(Watched(*row) for row in rows)
    return found


def _note(ctx: RunContext, failures: list[Watched]) -> None:
    table = table_of(Failure)
    with ctx.commit() as connection:
        connection.execute(
            update(table)
            .where(table.c.id.in_([one.id for one in failures]))
            .values(state="retrying", next_at=ctx.now(), penalty_id=None)
        )
