"""Default Attributes (R5.3): Hepsiburada's fixed fields as attributes of the whole channel.

They are the same in every category (H§6.2), so any open leaf tells them. What hbdash fills by
itself is not demanded of the Mapper (flows §3).
"""

from __future__ import annotations

from sqlalchemy import select

from hbdash.flows.catalogue.category_attributes import has_tree
from hbdash.flows.catalogue.sync import CategorySync
from hbdash.flows.catalogue.wanted import Target, of_channel
from hbdash.hepsiburada.categories import CategoryClosed
from hbdash.hepsiburada.models.categories import CategoryAttributes
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import Category, CategoryAttribute
from hbdash.store.tables.catalogue import EVERY_CATEGORY

SET_NAME, SET_REMOTE_ID = "Hepsiburada Default Attributes", "default"
#: Leaves tried until one is open.
_TRIED = 10


def run(ctx: RunContext) -> None:
    """Read the base attributes once, write what differs."""
    if not has_tree(ctx):
        return
    found = _read(ctx)
    if found is None:
        ctx.progress.skipped += 1
        return
    ask_id, attributes = found
    target = Target(
        EVERY_CATEGORY, ask_id, SET_NAME, SET_REMOTE_ID, is_first=_is_first(ctx)
    )  # fmt: skip
    CategorySync(ctx).bring(target, of_channel(attributes), frozenset())


def _read(ctx: RunContext) -> tuple[str, CategoryAttributes] | None:
    t = table_of(Category)
    with ctx.db.read() as connection:
        leaves = connection.execute(
            select(t.c.category_id)
            .where(t.c.channel_id == ctx.channel_id, t.c.state == "leaf")
            .order_by(t.c.attributes_at.is_(None), t.c.category_id)
            .limit(_TRIED)
        ).scalars().all()  # fmt: skip
    for category_id in leaves:
        try:
            return category_id, ctx.hepsiburada.category_attributes(category_id)
        except CategoryClosed:
            continue
    return None


def _is_first(ctx: RunContext) -> bool:
    t = table_of(CategoryAttribute)
    with ctx.db.read() as connection:
        known = connection.execute(
            select(t.c.attribute_id)
            .where(t.c.channel_id == ctx.channel_id, t.c.category_id == EVERY_CATEGORY)
            .limit(1)
        ).first()
    return known is None
