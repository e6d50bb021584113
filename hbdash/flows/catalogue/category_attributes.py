"""Category Attribute and Values (R5.2): what leaves ask for, into Omnitron, a part in each run.

Brands come with them wherever Hepsiburada gives them as an attribute with values.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from hbdash.flows.catalogue.closing import note_closed, note_open
from hbdash.flows.catalogue.members import refresh_members
from hbdash.flows.catalogue.sync import CategorySync
from hbdash.flows.catalogue.targets import due_targets
from hbdash.flows.catalogue.wanted import Target, of_category
from hbdash.hepsiburada.categories import CategoryClosed
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import Category
from hbdash.texts.catalogue import tree_first

_MEMBERS_OLDER_THAN = timedelta(hours=20)


def run(ctx: RunContext) -> None:
    """The categories that are due, those with products first."""
    if not has_tree(ctx):
        return
    refresh_members(ctx, _MEMBERS_OLDER_THAN)
    sync = CategorySync(ctx)
    targets = due_targets(ctx)
    ctx.progress.total = len(targets)
    closed = []
    for target in targets:
        ctx.go_on()
        if bring_category(ctx, sync, target):
            closed.append(target.category_id)
    if closed:
        # Its products wait for a person: Compare Attributes tells them.
        ctx.ask_for_run("compare_attributes", tuple(closed), ctx.spec.id)


def bring_category(ctx: RunContext, sync: CategorySync, target: Target) -> bool:
    """Bring one category into step; true if it is closed and holds products."""
    try:
        found = ctx.hepsiburada.category_attributes(target.ask_id)
    except CategoryClosed as why:
        ctx.progress.skipped += 1
        return not ctx.dry_run and note_closed(ctx, target, why) > 0
    if not ctx.dry_run:
        note_open(ctx, target)
    base = frozenset(one.id for one in found.base)
    sync.bring(target, of_category(found), base)
    return False


def has_tree(ctx: RunContext) -> bool:
    """Whether Category Node has run; else it is asked for, and says when it is done."""
    t = table_of(Category)
    with ctx.db.read() as connection:
        known = connection.execute(
            select(t.c.category_id).where(t.c.channel_id == ctx.channel_id).limit(1)
        ).first()
    if known is None:
        ctx.journal.add("warning", "waiting", tree_first(), kind="category", code="tree.unknown")
        with ctx.commit():
            pass
        ctx.ask_for_run("category_node", (), ctx.spec.id)
    return known is not None
