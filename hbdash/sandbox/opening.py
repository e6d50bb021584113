"""What waits for the merchant when a new sandbox starts: open orders and claims of every state."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from hbdash.sandbox import sides
from hbdash.sandbox.seed.claims import claim_story
from hbdash.sandbox.world import World

ORDERS = 24
UNMAPPED_ORDERS = (5, 17)
BUSINESS_ORDERS = (3, 11)


@dataclass(frozen=True)
class OpenClaim:
    """A claim to begin with; None for type and reason takes a usual one."""

    left: timedelta
    claim_type: str | None = None
    reason: str | None = None
    photos: int | None = None
    settled: str | None = None


CLAIMS: tuple[OpenClaim, ...] = (
    OpenClaim(timedelta(minutes=35), "DamagedWithReport", "ProductIsDamaged", 2),
    OpenClaim(timedelta(hours=3, minutes=10), "Return", "PoorQuality", 1),
    OpenClaim(timedelta(hours=10, minutes=40), "MissingItem", "MissingProduct", 0),
    OpenClaim(timedelta(hours=24, minutes=20), "Return", "SizeTooLarge", 0),
    OpenClaim(timedelta(hours=29), "WrongProduct", "WrongProductSentByMerchant", 3),
    OpenClaim(timedelta(hours=36, minutes=5), "Change", "SizeTooSmall", 0),
    OpenClaim(timedelta(hours=41)),
    OpenClaim(timedelta(hours=46, minutes=50), "Return", "ChangedMindOrUnlikedIt", 0),
    OpenClaim(timedelta(hours=20), "MissingInvoice", "NotArrivedInvoice", 0),
    OpenClaim(timedelta(hours=30), "Return", "FoundCheaper", 0, "Refunded"),
    OpenClaim(timedelta(hours=30), "Return", "ProductIsBrokenOrDamaged", 1, "Refunded"),
    OpenClaim(timedelta(hours=26), "Missingpart", "MissingProduct", 1, "Refunded"),
    OpenClaim(timedelta(hours=12), "Return", "SizeTooSmall", 0, "Accepted"),
    OpenClaim(timedelta(hours=15), "RenewProduct", "ProductIsBroken", 2, "InDispute"),
    OpenClaim(timedelta(hours=8), "Return", "ProductIsBrokenOrDamaged", 1, "InDispute"),
)


def open_orders_and_claims(world: World) -> None:
    """Place the orders over the last ten hours and open :data:`CLAIMS`."""
    rng = random.Random(f"{world.seed}:opening")
    now = world.clock.now()
    # a shop of 60 SKUs must not be sold out before it opens
    orders = min(ORDERS, max(8, world.skus // 10))
    for n in range(orders):
        sides.marketplace.place_order(
            world,
            unmapped=n in UNMAPPED_ORDERS,
            business=n in BUSINESS_ORDERS,
            placed_at=now - timedelta(minutes=rng.randrange(4, 600)),
        )
    for claim in CLAIMS:
        story = claim_story(rng)
        number = sides.marketplace.open_claim(
            world,
            claim_type=claim.claim_type or "Return",
            reason=claim.reason or ("Other" if story.claim_type != "Return" else story.reason),
            photos=story.photos if claim.photos is None else claim.photos,
            deadline=now + claim.left,
        )
        if claim.settled is not None:
            sides.marketplace.settle_claim(world, number, claim.settled)
    sides.tick(world)
