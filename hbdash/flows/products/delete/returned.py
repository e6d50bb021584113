"""A product that came back into the catalogue: its SKU is free again, and goes on sale (R5.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from hbdash.flows.products.records.model import PRODUCT
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import Removal
from hbdash.texts.products import is_back

RETURNING = "returning"


@dataclass(frozen=True)
class Back:
    """SKUs whose removal ended just now."""

    keys: tuple[str, ...]

    def ask_for_offers(self, ctx: RunContext) -> None:
        """Their price and stock go at once: Omnitron may see nothing changed."""
        if self.keys:
            for flow in ("price", "stock"):
                ctx.ask_for_run(flow, self.keys, ctx.spec.id)


def came_back(ctx: RunContext, connection: Connection, keys: Sequence[str]) -> Back:
    """End the removal of these SKUs, if there is one; activated once price and stock are there."""
    table = table_of(Removal)
    back: list[str] = []
    for part in sliced(sorted(set(keys)), 500):
        here = (
            (table.c.channel_id == ctx.channel_id)
            & table.c.sku_key.in_(part)
            & (table.c.state != RETURNING)
        )
        found = list(connection.execute(select(table.c.sku_key).where(here)).scalars())
        if found:
            connection.execute(
                update(table).where(here).values(state=RETURNING, changed_at=ctx.now())
            )
        back += found
    for key in back:
        ctx.journal.add("info", "ok", is_back(), kind=PRODUCT, key=key, code="product.returned")
    return Back(tuple(back))
