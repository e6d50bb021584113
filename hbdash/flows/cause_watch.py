"""Tests the causes of open failures once a minute (design rule 8)."""

from __future__ import annotations

from hbdash.flows.catalogue.watch import TESTERS as CATALOGUE_TESTERS
from hbdash.flows.orders.split.again import split_again
from hbdash.flows.orders.watch import TESTERS as ORDER_TESTERS
from hbdash.flows.products.watch import TESTERS as PRODUCT_TESTERS
from hbdash.flows.refunds.again import ask_again
from hbdash.flows.refunds.watch import TESTERS as CLAIM_TESTERS
from hbdash.flows.stock_price.idle import collect_idle
from hbdash.flows.stock_price.watch import TESTERS as OFFER_TESTERS
from hbdash.runs.context import RunContext
from hbdash.runs.watching import Tester, watch

#: Failure id → its test, from the families that know the cause.
TESTERS: dict[str, Tester] = {
    **OFFER_TESTERS,
    **PRODUCT_TESTERS,
    **CATALOGUE_TESTERS,
    **ORDER_TESTERS,
    **CLAIM_TESTERS,
}


def run(ctx: RunContext) -> None:
    """One look at all causes that are due to be looked at."""
    watch(ctx, TESTERS)
    # A rejection whose answer was lost must not wait for the next reading of claims.
    ask_again(ctx)
    split_again(ctx)
    collect_idle(ctx)
