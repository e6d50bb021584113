"""Compare Attributes (R5.18): what Hepsiburada changed in categories that hold our products.

Differences are written, listed and told; watched causes of the products are tested again; a
category that is no longer an active, available leaf opens a failure on each product in it.
"""

from __future__ import annotations

from datetime import timedelta

from hbdash.flows.catalogue.category_attributes import bring_category, has_tree
from hbdash.flows.catalogue.closing import cure_freed, fail_products
from hbdash.flows.catalogue.members import refresh_members
from hbdash.flows.catalogue.sync import CategorySync
from hbdash.flows.catalogue.targets import used_targets
from hbdash.runs.context import RunContext

_MEMBERS_OLDER_THAN = timedelta(hours=1)


def run(ctx: RunContext) -> None:
    """All categories with products, the fullest first; by hand those that are named."""
    if not has_tree(ctx):
        return
    refresh_members(ctx, timedelta(0) if ctx.request.keys else _MEMBERS_OLDER_THAN)
    sync = CategorySync(ctx)
    targets = used_targets(ctx)
    ctx.progress.total = len(targets)
    for target in targets:
        ctx.go_on()
        if bring_category(ctx, sync, target):
            fail_products(ctx, target)
    if not ctx.dry_run:
        cure_freed(ctx)
