"""The report behind figure 3 (R7.1.3, R7.2.4): in the catalogue, not on sale, and why not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, func, select

from hbdash.domain.gates import GateFacts, missing_conditions
from hbdash.store.bulk import table_of
from hbdash.store.queries.wanted import IN_CATALOGUE, ON_SALE, SALEABLE, items, joined, listings
from hbdash.store.tables import Failure

_OPEN = ("open", "retrying", "ended")


@dataclass(frozen=True)
class NotOnSale:
    """A SKU that is not on sale. ``conditions``: what is missing (ids of texts.gates)."""

    sku_key: str
    name: str
    saleable: bool
    """Omnitron deems it saleable: these are what figure 3 counts."""
    conditions: tuple[str, ...]
    reason: str
    """Failure id that stops it, lock reason, or what it waits for."""
    stock: int | None
    price: Decimal | None

    @property
    def at_stake(self) -> Decimal:
        """Raw stock × price, in lira."""
        return (self.price or Decimal(0)) * (self.stock or 0)


def not_on_sale(
    connection: Connection, channel_id: int, *, saleable_only: bool = False
) -> list[NotOnSale]:
    """All of them, most money at stake first."""
    failures = table_of(Failure)
    cause = (
        select(func.min(failures.c.code))
        .where(
            failures.c.channel_id == items.c.channel_id,
            failures.c.key == items.c.sku_key,
            failures.c.state.in_(_OPEN),
        )
        .scalar_subquery()
    )
    statement = (
        select(
            items.c.sku_key, items.c.name, items.c.price, items.c.stock, items.c.categories,
            items.c.has_image, SALEABLE.label("saleable"), listings.c.hb_sku,
            listings.c.is_locked, listings.c.reasons, cause.label("code"),
        )
        .select_from(joined())
        .where(items.c.channel_id == channel_id, IN_CATALOGUE, ~ON_SALE)
    )  # fmt: skip
    if saleable_only:
        statement = statement.where(SALEABLE)
    rows = [
        NotOnSale(
            sku_key=row.sku_key,
            name=row.name,
            saleable=bool(row.saleable),
            conditions=tuple(
                missing_conditions(
                    GateFacts(
                        price=row.price,
                        stock=row.stock,
                        categories=row.categories,
                        images=1 if row.has_image else 0,
                    )
                )
            ),
            reason=_reason(row.code, row.hb_sku, bool(row.is_locked), row.reasons),
            stock=row.stock,
            price=row.price,
        )
        for row in connection.execute(statement)
    ]
    return sorted(rows, key=lambda row: (-row.at_stake, row.sku_key))


def _reason(code: str | None, hb_sku: str | None, locked: bool, reasons: list[str] | None) -> str:
    if locked:
        return f"locked: {', '.join(reasons or ()) or '?'}"
    if code:
        return code
    return "never_sent" if hb_sku is None else ", ".join(reasons or ()) or "not_salable"


def count_by_condition(rows: list[NotOnSale]) -> dict[str, int]:
    """How many miss each condition; a SKU that misses two counts in both."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(row.conditions or (row.reason,))
    return dict(counts.most_common())
