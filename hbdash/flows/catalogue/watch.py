"""The test of a closed category (design rule 8): open again, or the product stands elsewhere."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from sqlalchemy import select

from hbdash.flows.products.intake.catalogue import Catalogue
from hbdash.flows.products.intake.gather import nodes_of
from hbdash.hepsiburada.categories import CategoryClosed
from hbdash.runs.context import RunContext
from hbdash.runs.watching import Tester, Watched
from hbdash.store.bulk import table_of
from hbdash.store.tables import Category

#: How long products are looked at one by one in one run.
_LOOK_S = 10.0


def opened_or_left(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
    """``product.category_closed``: one call per category, then one per product."""
    gone: set[int] = set()
    by_category: dict[str, list[Watched]] = {}
    for one in failures:
        by_category.setdefault(str(one.params.get("category_id", "")), []).append(one)
    until = time.monotonic() + _LOOK_S
    for category_id, held in by_category.items():
        if category_id and _is_open(ctx, category_id):
            gone |= {one.id for one in held}
            continue
        catalogue = Catalogue(ctx)
        for one in random.sample(held, len(held)):
            if ctx.stop.is_set or time.monotonic() > until:
                break
            if one.object_pk is not None and _stands_well(ctx, catalogue, one.object_pk):
                gone.add(one.id)
    return gone


def _is_open(ctx: RunContext, category_id: str) -> bool:
    try:
        ctx.hepsiburada.category_attributes(category_id)
    except CategoryClosed:
        return False
    return True


def _stands_well(ctx: RunContext, catalogue: Catalogue, product_pk: int) -> bool:
    """In one category or more, and all of them open as far as is known."""
    nodes = nodes_of(ctx, catalogue, product_pk)
    ids = [found for found in catalogue.node_remote_ids(nodes).values() if found is not None]
    t = table_of(Category)
    with ctx.db.read() as connection:
        states = connection.execute(
            select(t.c.state).where(t.c.channel_id == ctx.channel_id, t.c.category_id.in_(ids))
        ).scalars().all()  # fmt: skip
    return bool(ids) and len(states) == len(ids) and all(state == "leaf" for state in states)


TESTERS: dict[str, Tester] = {"product.category_closed": opened_or_left}
