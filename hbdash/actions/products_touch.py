"""Touching a product's version, so that it is sent again as an update (R4.12, R7.5.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hbdash.actions.actor import Actor, Role
from hbdash.actions.audit import acting
from hbdash.actions.lists import Unusable, check_size, given, in_order
from hbdash.actions.runs import ask
from hbdash.domain.clock import Clock
from hbdash.domain.csvkeys import KeyFile
from hbdash.domain.turkish import sku_key
from hbdash.store.bulk import sliced, table_of
from hbdash.store.database import Database
from hbdash.store.tables import CatalogueItem, Listing, Penalty

FLOW = "touch_version"


@dataclass(frozen=True)
class TouchPlan:
    """What a touch would do; nothing has been done yet."""

    skus: tuple[str, ...]
    """SKU keys, frozen now."""
    unusable: tuple[Unusable, ...] = ()
    unlisted: int = 0
    """Of them, without a listing: perhaps never sent, which the engine asks Omnitron."""
    penalised: int = 0
    """Of them, under a penalty: they go when it is over, or lifted."""

    @property
    def total(self) -> int:
        """How many products would be touched."""
        return len(self.skus)


def plan_touch(
    connection: Connection,
    channel_id: int,
    *,
    keys: Iterable[str] = (),
    file: KeyFile | None = None,
) -> TouchPlan:
    """Which products the given SKUs and file mean."""
    named = given(keys, file)
    spelt: dict[str, str] = {}
    for key in named.keys:
        spelt.setdefault(sku_key(key), key)
    known: set[str] = set()
    listed: set[str] = set()
    punished: set[str] = set()
    items, listings, penalties = table_of(CatalogueItem), table_of(Listing), table_of(Penalty)
    for part in sliced(sorted(spelt), 500):
        known |= set(
            connection.execute(
                select(items.c.sku_key).where(
                    items.c.channel_id == channel_id,
                    items.c.sku_key.in_(part),
                    items.c.is_listed.is_(True),
                )
            ).scalars()
        )
        listed |= set(
            connection.execute(
                select(listings.c.sku_key).where(
                    listings.c.channel_id == channel_id,
                    listings.c.sku_key.in_(part),
                    listings.c.gone.is_(False),
                )
            ).scalars()
        )
        punished |= set(
            connection.execute(
                select(penalties.c.key).where(
                    penalties.c.channel_id == channel_id,
                    penalties.c.content_type == "product",
                    penalties.c.key.in_(part),
                )
            ).scalars()
        )
    unknown = [named.without(spelt[key], "unknown_sku") for key in spelt if key not in known]
    return TouchPlan(
        skus=tuple(key for key in spelt if key in known),
        unusable=in_order([*named.unusable, *unknown]),
        unlisted=len(known - listed),
        penalised=len(known & punished),
    )


def request_touch(
    db: Database, clock: Clock, actor: Actor, channel_id: int, plan: TouchPlan
) -> int:
    """Ask the engine to touch what the plan names; the request's id.

    Raises ``Refused``: ``touch.none``, ``lever.many``, or what the role says.
    """
    with acting(
        db, clock, actor, channel_id, "product.touch", needs=Role.OPERATOR,
        target=str(plan.total), detail={"skus": list(plan.skus)[:500]}, durable=True,
    ) as act:  # fmt: skip
        check_size(plan.skus, "touch.none")
        payload = {"keys": list(plan.skus)}
        return ask(act.connection, clock, actor, channel_id, "run", FLOW, payload)
