"""Which categories a run takes up, and in which order (flows §3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from hbdash.domain.turkish import sku_key
from hbdash.flows.catalogue.faults import note_unknown
from hbdash.flows.catalogue.members import product_counts
from hbdash.flows.catalogue.wanted import Target
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import CatalogueItem, Category, CategoryMember

#: How old the attributes of a category may get, with products in it and without.
USED_EVERY = timedelta(hours=23)
OTHERS_EVERY = timedelta(days=7)
_TAKING_PART = ("leaf", "branch", "closed", "gone")


def due_targets(ctx: RunContext) -> list[Target]:
    """Leaves whose attributes were never read or are too old: with products first, then new ones,
    then the oldest."""
    if ctx.request.keys:
        return keyed_targets(ctx)
    now = ctx.now()
    with ctx.db.read() as connection:
        counts = product_counts(connection, ctx.channel_id)
        t = table_of(Category)
        rows = connection.execute(
            select(t).where(t.c.channel_id == ctx.channel_id, t.c.state == "leaf")
        ).all()
    due = []
    for row in rows:
        used, at = bool(counts.get(row.category_id)), row.attributes_at
        if at is None or now - at >= (USED_EVERY if used else OTHERS_EVERY):
            age = (now - at).total_seconds() if at is not None else float("inf")
            due.append((not used, -age, row.category_id, target_of(row)))
    return [target for *_, target in sorted(due, key=lambda one: one[:3])]


def used_targets(ctx: RunContext) -> list[Target]:
    """Categories that hold products, whatever became of them; the fullest first."""
    if ctx.request.keys:
        return keyed_targets(ctx)
    with ctx.db.read() as connection:
        counts = product_counts(connection, ctx.channel_id)
        found = _by_ids(connection, ctx.channel_id, sorted(counts))
    return sorted(found, key=lambda target: (-counts[target.category_id], target.category_id))


def keyed_targets(ctx: RunContext) -> list[Target]:
    """The categories that were asked for; a SKU stands for those that it is in."""
    with ctx.db.read() as connection:
        found = {t.category_id: t for t in _by_ids(connection, ctx.channel_id, ctx.request.keys)}
        for key in ctx.request.keys:
            if key in found:
                continue
            of_sku = _of_sku(connection, ctx.channel_id, sku_key(key))
            found |= {target.category_id: target for target in of_sku}
            if not of_sku:
                note_unknown(ctx, key)
    return list(found.values())


def target_of(row: Row[Any]) -> Target:
    """From a row of our table."""
    return Target(
        row.category_id, row.category_id, row.name, row.category_id, row.node_pk, row.set_pk,
        row.attributes_at is None,
    )  # fmt: skip


def _by_ids(connection: Connection, channel_id: int, ids: Sequence[str]) -> list[Target]:
    t = table_of(Category)
    found = []
    for part in sliced(ids, 500):
        rows = connection.execute(
            select(t).where(
                t.c.channel_id == channel_id,
                t.c.category_id.in_(part),
                t.c.state.in_(_TAKING_PART),
            )
        )
        found += [target_of(row) for row in rows]
    return found


def _of_sku(connection: Connection, channel_id: int, key: str) -> list[Target]:
    t, m, i = table_of(Category), table_of(CategoryMember), table_of(CatalogueItem)
    rows = connection.execute(
        select(t)
        .select_from(
            i.join(m, (m.c.channel_id == i.c.channel_id) & (m.c.product_pk == i.c.product_pk))
            .join(t, (t.c.channel_id == m.c.channel_id) & (t.c.node_pk == m.c.node_pk))
        )
        .where(i.c.channel_id == channel_id, i.c.sku_key == key)
    )  # fmt: skip
    return [target_of(row) for row in rows]
