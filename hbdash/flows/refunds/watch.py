"""Tests of the causes of this family's failures."""

from __future__ import annotations

from collections.abc import Sequence

from hbdash.flows.refunds.items import known_items
from hbdash.flows.refunds.keep import load
from hbdash.runs.context import RunContext
from hbdash.runs.watching import Tester, Watched


def _item_is_known(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
    """The order of the claim was written meanwhile: our ledger has items of its line."""
    with ctx.db.read() as connection:
        claims = load(connection, ctx.channel_id, [one.key for one in failures])
        return {
            one.id
            for one in failures
            if one.key in claims
            and known_items(connection, ctx.channel_id, claims[one.key]["line_item_id"])
        }


TESTERS: dict[str, Tester] = {"claim.item_unknown": _item_is_known}
