"""Omnitron's whole list of penalties, as it stands: lifted there, left by others, or ours (R3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from hbdash.domain.turkish import sku_key
from hbdash.omnitron.models.batch import FailedIntegration
from hbdash.runs import penalty_mirror
from hbdash.runs.context import RunContext
from hbdash.runs.penalty_mirror import Unknown
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import CatalogueItem, OmnitronOrder
from hbdash.texts.levers import lifted_there

#: What goes through Omnitron's batches, and so is punished by it.
TYPES = ("product", "productprice", "productstock", "order", "cancellationrequest")


def run(ctx: RunContext) -> None:
    """Read every type's rows; write what differs; a row that is gone was lifted there."""
    for object_type in TYPES:
        _read(ctx, object_type)
        ctx.go_on()


def _read(ctx: RunContext, object_type: str) -> None:
    begun = ctx.now()
    type_pk = ctx.omnitron.content_type(object_type).pk
    rows = ctx.omnitron.failed_integrations(type_pk)
    if rows is None:
        ctx.progress.note["not_listed"] = True
        return
    # A filter that this route does not know is ignored (O§5.6).
    mine = [row for row in rows if row.content_type_pk in (None, type_pk)]
    rule = ctx.settings.retry.rule_for(object_type)
    missing: set[int] = set()
    for part in sliced(mine, 500):
        with ctx.commit() as connection:
            missing |= penalty_mirror.keep(
                connection, ctx.channel_id, object_type, part, rule, begun
            )
        ctx.go_on()
    strangers = [row for row in mine if row.object_id in missing]
    for part in sliced(strangers, 500):
        found = _named(ctx, object_type, part)
        with ctx.commit() as connection:
            penalty_mirror.adopt(connection, ctx.channel_id, object_type, found, rule, begun)
    _clear(ctx, object_type, [row.pk for row in mine if row.is_active], begun)
    ctx.progress.ok += len(mine)


def _clear(ctx: RunContext, object_type: str, standing: Iterable[int], begun: datetime) -> None:
    with ctx.commit(durable=True) as connection:
        gone = penalty_mirror.clear_lifted(connection, ctx.channel_id, object_type, standing, begun)
        for row in gone:
            ctx.journal.add(
                "info", "ok", lifted_there(row["content_type"]), kind=row["content_type"],
                key=row["key"], code="penalty.lifted", params={"tries": row["tries"]},
            )  # fmt: skip
    ctx.progress.ok += len(gone)


def _named(ctx: RunContext, object_type: str, rows: Sequence[FailedIntegration]) -> list[Unknown]:
    """Rows with the key of their object; what nobody here knows keeps its number."""
    pks = [row.object_id for row in rows]
    keys = _keys(ctx, object_type, pks)
    if object_type == "product":
        unknown = [pk for pk in pks if pk not in keys]
        keys |= {one.pk: sku_key(one.sku) for one in ctx.omnitron.products(unknown)}
    return [Unknown(keys.get(row.object_id) or f"#{row.object_id}", row) for row in rows]


def _keys(ctx: RunContext, object_type: str, pks: Sequence[int]) -> dict[int, str]:
    """Object number → SKU key or order number, as far as our tables have it."""
    items, orders = table_of(CatalogueItem), table_of(OmnitronOrder)
    sources: dict[str, tuple[ColumnElement[int], ColumnElement[str]]] = {
        "product": (items.c.product_pk, items.c.sku_key),
        "productprice": (items.c.price_pk, items.c.sku_key),
        "productstock": (items.c.stock_pk, items.c.sku_key),
        "order": (orders.c.remote_pk, orders.c.package_number),
    }
    if object_type not in sources:
        return {}
    number, key = sources[object_type]
    table = orders if object_type == "order" else items
    found: dict[int, str] = {}
    with ctx.db.read() as connection:
        for part in sliced(pks, 500):
            rows = connection.execute(
                select(number, key).where(table.c.channel_id == ctx.channel_id, number.in_(part))
            )
            found.update({row[0]: row[1] for row in rows})
    return found
