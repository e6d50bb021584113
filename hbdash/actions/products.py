"""What people decide about products: a proposed match, and removals that a guard holds."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.audit import acting
from hbdash.actions.runs import ask
from hbdash.domain.clock import Clock
from hbdash.domain.turkish import sku_key
from hbdash.store.bulk import sliced, table_of
from hbdash.store.database import Database
from hbdash.store.queries.prematches import prematches
from hbdash.store.tables import MarketProduct, Removal

#: The flow that carries a decision out.
PREMATCH_FLOW = "prematch"
REMOVAL_FLOW = "product_delete"


def decide_prematch(
    db: Database, clock: Clock, actor: Actor, channel_id: int, sku: str, approve: bool
) -> int:
    """Approve or reject the match that Hepsiburada proposes for a SKU; the engine sends it once.

    Returns the id of the request (``queries.flows.asked`` tells what became of it). Raises
    ``Refused``: ``prematch.none`` (nothing is proposed for it), ``prematch.decided`` with ``who``,
    or what the role says.
    """
    key = sku_key(sku)
    table = table_of(MarketProduct)
    verdict = "approve" if approve else "reject"
    with acting(
        db, clock, actor, channel_id, f"product.prematch_{verdict}",
        needs=Role.OPERATOR, target=key, durable=True,
    ) as act:  # fmt: skip
        found = prematches(act.connection, channel_id, [key])
        if not found or not found[0].proposals:
            raise Refused("prematch.none", {"sku": key})
        (one,) = found
        act.detail["hb_sku"] = one.proposals[0].hb_sku
        # Two people may press at once: the row that still waits for a word takes the first one.
        taken = act.connection.execute(
            update(table)
            .where(
                table.c.channel_id == channel_id,
                table.c.sku_key == key,
                (table.c.decision_state.is_(None)) | (table.c.decision_state == "refused"),
            )
            .values(
                decision=verdict,
                decision_state="waiting",
                decision_hb_sku=one.proposals[0].hb_sku,
                decided_by=actor.name,
                decided_at=clock.now(),
            )
        )
        if not taken.rowcount:
            raise Refused("prematch.decided", {"sku": key, "who": one.decided_by})
        payload = {"keys": [key], "dry_run": False}
        return ask(act.connection, clock, actor, channel_id, "run", PREMATCH_FLOW, payload)


def release_removals(
    db: Database, clock: Clock, actor: Actor, channel_id: int, keys: Sequence[str]
) -> int:
    """Let held removals go: exactly these SKU keys, as they were shown; how many were held.

    Raises ``Refused``: ``removal.none_held``, or what the role says.
    """
    return _decide(db, clock, actor, channel_id, keys, "waiting")


def keep_removals(
    db: Database, clock: Clock, actor: Actor, channel_id: int, keys: Sequence[str]
) -> int:
    """Throw held removals away: these listings stay on sale although the products left.

    They are removed only if a person runs Product Delete for them by hand. Raises as
    :func:`release_removals`.
    """
    return _decide(db, clock, actor, channel_id, keys, "kept")


def held_removals(db: Database, channel_id: int) -> list[str]:
    """SKU keys that a guard holds now: the list to freeze before asking."""
    table = table_of(Removal)
    with db.read() as connection:
        return list(
            connection.execute(
                select(table.c.sku_key)
                .where(table.c.channel_id == channel_id, table.c.state == "held")
                .order_by(table.c.sku_key)
            ).scalars()
        )


def _decide(
    db: Database, clock: Clock, actor: Actor, channel_id: int, keys: Sequence[str], state: str
) -> int:
    table = table_of(Removal)
    word = "release" if state == "waiting" else "keep"
    wanted = sorted({sku_key(key) for key in keys})
    with acting(
        db, clock, actor, channel_id, f"product.removal_{word}",
        needs=Role.OPERATOR, target=str(len(wanted)), detail={"keys": wanted[:500]}, durable=True,
    ) as act:  # fmt: skip
        changed = 0
        for part in sliced(wanted, 500):
            changed += act.connection.execute(
                update(table)
                .where(
                    table.c.channel_id == channel_id,
                    table.c.sku_key.in_(part),
                    table.c.state == "held",
                )
                .values(state=state, changed_at=clock.now(), decided_by=actor.name)
            ).rowcount
        if not changed:
            raise Refused("removal.none_held")
        payload = {"keys": [], "dry_run": False}
        ask(act.connection, clock, actor, channel_id, "run", REMOVAL_FLOW, payload)
        return changed
