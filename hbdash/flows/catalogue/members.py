"""Which products stand in which node of the channel's tree (O§3.6), read page by page."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from sqlalchemy import Connection, delete, func, select, update

from hbdash.flows.catalogue.errors import is_shrunk
from hbdash.runs.context import RunContext
from hbdash.runs.failures import OPEN_STATES
from hbdash.store.bulk import table_of, upsert
from hbdash.store.tables import CatalogueItem, Category, CategoryMember, Cursor, Failure

_CURSOR = ("compare_attributes", "members")
_PAGE = 1000
#: Failures that a change of a category's attributes may have cured (design rule 8).
_WOKEN = (
    "mapping.refused", "attribute.missing", "attribute.value_unknown", "attribute.same_name",
    "product.category_mismatch", "product.category_closed",
)  # fmt: skip


def refresh_members(ctx: RunContext, older_than: timedelta) -> None:
    """Read the memberships anew if the last whole reading is older than that."""
    began = ctx.now()
    if not _is_due(ctx, older_than) or ctx.settings.category_tree_id is None:
        return
    tree = ctx.omnitron.category_tree(ctx.settings.category_tree_id)
    root = tree.category_root.path if tree.category_root is not None else ""
    t = table_of(CategoryMember)
    here = t.c.channel_id == ctx.channel_id
    with ctx.db.read() as connection:
        before = connection.execute(select(func.count()).where(here)).scalar_one()
    seen = 0
    for page in ctx.omnitron.product_category_pages():
        rows = {
            (row.product, row.category_pk): {
                "channel_id": ctx.channel_id,
                "product_pk": row.product,
                "node_pk": row.category_pk,
                "run_id": ctx.run_id,
            }
            for row in page.rows
            if row.category is None or (row.category.path.startswith(root) and root)
        }
        seen += len(rows)
        with ctx.commit() as connection:
            upsert(
                connection,
                CategoryMember,
                list(rows.values()),
                key=("channel_id", "product_pk", "node_pk"),
            )
        ctx.go_on()
    with ctx.commit() as connection:
        if not is_shrunk(seen, before):
            connection.execute(delete(t).where(here, t.c.run_id != ctx.run_id))
        upsert(
            connection,
            Cursor,
            [{"channel_id": ctx.channel_id, "flow": _CURSOR[0], "name": _CURSOR[1], "at": began}],
            key=("channel_id", "flow", "name"),
        )


def _is_due(ctx: RunContext, older_than: timedelta) -> bool:
    t = table_of(Cursor)
    with ctx.db.read() as connection:
        at = connection.execute(
            select(t.c.at).where(
                t.c.channel_id == ctx.channel_id, t.c.flow == _CURSOR[0], t.c.name == _CURSOR[1]
            )
        ).scalar()
    return at is None or not timedelta(0) <= ctx.now() - at < older_than


def product_counts(
    connection: Connection, channel_id: int, category_ids: Collection[str] | None = None
) -> dict[str, int]:
    """Category → products in it, only those that hold any."""
    m, c = table_of(CategoryMember), table_of(Category)
    statement = (
        select(c.c.category_id, func.count())
        .select_from(m.join(c, (c.c.channel_id == m.c.channel_id) & (c.c.node_pk == m.c.node_pk)))
        .where(m.c.channel_id == channel_id)
        .group_by(c.c.category_id)
    )
    if category_ids is not None:
        statement = statement.where(c.c.category_id.in_(category_ids))
    return {row[0]: row[1] for row in connection.execute(statement)}


def products_in(ctx: RunContext, category_id: str) -> Iterator[list[tuple[str, int]]]:
    """The products of a category as (SKU key, product), in portions."""
    m, c, i = table_of(CategoryMember), table_of(Category), table_of(CatalogueItem)
    after = 0
    while True:
        with ctx.db.read() as connection:
            rows = connection.execute(
                select(i.c.sku_key, i.c.product_pk)
                .select_from(
                    m.join(c, (c.c.channel_id == m.c.channel_id) & (c.c.node_pk == m.c.node_pk))
                    .join(i, (i.c.channel_id == m.c.channel_id)
                          & (i.c.product_pk == m.c.product_pk))
                )
                .where(
                    m.c.channel_id == ctx.channel_id,
                    c.c.category_id == category_id,
                    m.c.product_pk > after,
                )
                .order_by(m.c.product_pk)
                .limit(_PAGE)
            ).all()  # fmt: skip
        if not rows:
            return
        yield [(row.sku_key, row.product_pk) for row in rows]
        after = rows[-1].product_pk


def wake(ctx: RunContext, connection: Connection, node_pk: int | None) -> None:
    """Let the watched causes of a category's products be tested at the next look."""
    if node_pk is None:
        return
    f, m = table_of(Failure), table_of(CategoryMember)
    products = select(m.c.product_pk).where(
        m.c.channel_id == ctx.channel_id, m.c.node_pk == node_pk
    )
    connection.execute(
        update(f)
        .where(
            f.c.channel_id == ctx.channel_id,
            f.c.state.in_(OPEN_STATES),
            f.c.watched.is_(True),
            f.c.code.in_(_WOKEN),
            f.c.object_pk.in_(products),
        )
        .values(watch_at=ctx.now())
    )
