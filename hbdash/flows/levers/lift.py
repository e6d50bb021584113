"""Lifting penalties (R8.6): Omnitron's rows through its API, then ours; a result per row."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, select

from hbdash.runs.context import RunContext
from hbdash.runs.penalty_mirror import remove
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import Penalty
from hbdash.texts.levers import lift_failed, lifted, was_gone
from hbdash.transport.errors import Refused

#: Rows lifted in one commit.
_AT_ONCE = 50
CODE = "penalty.lifted"


def run(ctx: RunContext) -> None:
    """``ctx.request.keys`` are ids of penalties, frozen when the person confirmed."""
    ids = [int(key) for key in ctx.request.keys if key.isdigit()]
    ctx.progress.total = len(ids)
    for part in sliced(ids, _AT_ONCE):
        _lift(ctx, part)
        ctx.go_on()


def _lift(ctx: RunContext, ids: Sequence[int]) -> None:
    rows = _standing(ctx, ids)
    there = _remote_rows(ctx, rows)
    refused: dict[int, str] = {}
    if not ctx.dry_run:
        for row in rows:
            for pk in there.get(row["id"], ()):
                ctx.before_write()
                try:
                    ctx.omnitron.delete_failed_integration(pk)
                except Refused as error:
                    refused[row["id"]] = error.message[:300]
    good = [row for row in rows if row["id"] not in refused]
    with ctx.commit(durable=True) as connection:
        if not ctx.dry_run:
            remove(connection, [row["id"] for row in good], ctx.now())
        for row in good:
            _say(ctx, "info", "skipped" if ctx.dry_run else "ok", row,
                 lifted(row["content_type"], there=bool(there.get(row["id"]))))  # fmt: skip
        for row in rows:
            if row["id"] in refused:
                _say(ctx, "error", "failed", row,
                     lift_failed(row["content_type"], refused[row["id"]]))  # fmt: skip
        for missing in sorted(set(ids) - {row["id"] for row in rows}):
            ctx.journal.add("info", "skipped", was_gone(), kind="penalty", key=f"#{missing}",
                            code="penalty.gone")  # fmt: skip
    ctx.progress.ok += len(good)
    ctx.progress.failed += len(refused)
    ctx.progress.skipped += len(ids) - len(rows)


def _say(ctx: RunContext, level: str, status: str, row: RowMapping, message: str) -> None:
    ctx.journal.add(
        level, status, message, kind=row["content_type"], key=row["key"],
        code=CODE if status == "ok" else "penalty.not_lifted" if status == "failed" else "",
        params={"penalty": row["id"], "tries": row["tries"], "ended": row["ended"]},
        exchange=ctx.wire.exchange if status == "failed" else None,
    )  # fmt: skip


def _standing(ctx: RunContext, ids: Sequence[int]) -> list[RowMapping]:
    table = table_of(Penalty)
    with ctx.db.read() as connection:
        return list(
            connection.execute(
                select(table)
                .where(table.c.channel_id == ctx.channel_id, table.c.id.in_(ids))
                .order_by(table.c.id)
            )
            .mappings()
            .all()
        )


def _remote_rows(ctx: RunContext, rows: Sequence[RowMapping]) -> dict[int, list[int]]:
    """Penalty id → pks of Omnitron's rows for its object, asked now: ours may be behind."""
    by_type: dict[str, list[RowMapping]] = {}
    for row in rows:
        if row["owner"] == "omnitron" and (row["object_pk"] or row["remote_pk"]):
            by_type.setdefault(row["object_type"] or row["content_type"], []).append(row)
    found: dict[int, list[int]] = {}
    for object_type, mine in by_type.items():
        type_pk = ctx.omnitron.content_type(object_type).pk
        pks = sorted({row["object_pk"] for row in mine if row["object_pk"]})
        listed = ctx.omnitron.failed_integrations(type_pk, object_ids=pks)
        of_object: dict[int, list[int]] = {}
        for one in listed or ():
            of_object.setdefault(one.object_id, []).append(one.pk)
        for row in mine:
            known = of_object.get(row["object_pk"] or 0, [])
            # An Omnitron that does not list its rows still deletes one that is known by number.
            if listed is None and row["remote_pk"] is not None:
                known = [row["remote_pk"]]
            found[row["id"]] = known
    return found
