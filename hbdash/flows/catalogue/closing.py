"""Categories that take no products any more, and the products that stand in them."""

from __future__ import annotations

from sqlalchemy import select

from hbdash.flows.catalogue.keeping import change, note_changes, set_state
from hbdash.flows.catalogue.members import product_counts, products_in
from hbdash.flows.catalogue.wanted import Target
from hbdash.hepsiburada.categories import CategoryClosed
from hbdash.runs.context import RunContext
from hbdash.runs.failures import OPEN_STATES, Met, cure
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import CatalogueItem, Category, CategoryMember, Failure
from hbdash.texts.catalogue import category_left, category_opened

CODE = "product.category_closed"


def note_closed(ctx: RunContext, target: Target, why: CategoryClosed) -> int:
    """Mark the category, say so once; returns the number of products in it."""
    state = "branch" if why.code == "1001" else "gone" if why.is_gone else "closed"
    t, now = table_of(Category), ctx.now()
    with ctx.commit() as connection:
        before = connection.execute(
            select(t.c.state).where(
                t.c.channel_id == ctx.channel_id, t.c.category_id == target.category_id
            )
        ).scalar_one()
        counts = product_counts(connection, ctx.channel_id, [target.category_id])
        products = counts.get(target.category_id, 0)
        if before != state:
            detail = {"name": target.name, "products": products}
            set_state(connection, ctx.channel_id, [target.category_id], state, now)
            kind = "gone" if state == "gone" else "closed"
            row = change(ctx.channel_id, ctx.run_id, target.category_id, kind, now, detail)
            note_changes(connection, [row])
            ctx.journal.add(
                "warning" if products else "info", "ok",
                category_left(target.name, state, products), kind="category",
                key=target.category_id, code=f"category.{state}", params=detail,
            )  # fmt: skip
    return products


def fail_products(ctx: RunContext, target: Target) -> None:
    """A failure for each product of a closed category; by portions, there may be many."""
    params = {"category": target.name, "category_id": target.category_id}
    for portion in products_in(ctx, target.category_id):
        for key, product_pk in portion:
            ctx.failures.met(Met("product", key, CODE, params, object_pk=product_pk))
        with ctx.commit():
            pass
        ctx.go_on()


def note_open(ctx: RunContext, target: Target) -> None:
    """A category that was marked takes products (again)."""
    t, now = table_of(Category), ctx.now()
    with ctx.commit() as connection:
        before = connection.execute(
            select(t.c.state).where(
                t.c.channel_id == ctx.channel_id, t.c.category_id == target.category_id
            )
        ).scalar_one()
        if before == "leaf":
            return
        set_state(connection, ctx.channel_id, [target.category_id], "leaf", now)
        detail = {"name": target.name}
        row = change(ctx.channel_id, ctx.run_id, target.category_id, "opened", now, detail)
        note_changes(connection, [row])
        ctx.journal.add(
            "info", "ok", category_opened(target.name), kind="category",
            key=target.category_id, code="category.opened", params=detail,
        )  # fmt: skip


def cure_freed(ctx: RunContext) -> int:
    """Close the failures of products that stand in no closed category any more."""
    f, i = table_of(Failure), table_of(CatalogueItem)
    m, c = table_of(CategoryMember), table_of(Category)
    held = (
        select(i.c.sku_key)
        .select_from(
            i.join(m, (m.c.channel_id == i.c.channel_id) & (m.c.product_pk == i.c.product_pk))
            .join(c, (c.c.channel_id == m.c.channel_id) & (c.c.node_pk == m.c.node_pk))
        )
        .where(i.c.channel_id == ctx.channel_id, c.c.state != "leaf")
    )  # fmt: skip
    with ctx.commit() as connection:
        ids = connection.execute(
            select(f.c.id).where(
                f.c.channel_id == ctx.channel_id,
                f.c.code == CODE,
                f.c.state.in_(OPEN_STATES),
                f.c.key.not_in(held),
            )
        ).scalars().all()  # fmt: skip
        for part in sliced(ids, 500):
            cure(connection, part, ctx.now(), "cause_gone")
    return len(ids)
