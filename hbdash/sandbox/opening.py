"""What waits for the merchant when a new sandbox starts: open orders and claims of every state."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from hbdash.sandbox import sides
from hbdash.sandbox.earlier import write_to_omnitron
from hbdash.sandbox.hepsiburada import marketplace
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
    """Place the orders over the last twenty minutes, and open :data:`CLAIMS` on older ones.

    The books begin after it: what the shop's past holds is nobody's effect.
    """
    rng = random.Random(f"{world.seed}:opening")
    now = world.clock.now()
    claimed = [
        marketplace.place_order(
            world, placed_at=now - timedelta(hours=rng.randrange(72, 240)), business=False
        )
        for _ in CLAIMS
    ]
    sides.tick(world)
    for number, claim in zip(claimed, CLAIMS, strict=True):
        write_to_omnitron(world, number)
        _open(world, rng, number, claim)
    # a shop of 60 SKUs must not be sold out before it opens
    for n in range(min(ORDERS, max(8, world.skus // 10))):
        marketplace.place_order(
            world,
            unmapped=n in UNMAPPED_ORDERS,
            business=n in BUSINESS_ORDERS,
            placed_at=now - timedelta(seconds=rng.randrange(60, 1_200)),
        )
    world.books.begin()
    world.commit()


def _open(world: World, rng: random.Random, order_number: str, claim: OpenClaim) -> None:
    story = claim_story(rng)
    number = marketplace.open_claim(
        world,
        order_number=order_number,
        claim_type=claim.claim_type or "Return",
        reason=claim.reason or "Other",
        photos=story.photos if claim.photos is None else claim.photos,
        deadline=world.clock.now() + claim.left,
    )
    if claim.settled == "InDispute":
        # rejected by the merchant earlier; Hepsiburada has not decided yet
        world.db.execute(
            "UPDATE hb_claim SET status = 'InDispute', rejection_reason = ?, statement = ?"
            " WHERE number = ?",
            ("ProductNotDefective", "Ürün incelendi, kusur bulunmadı.", number),
        )
    elif claim.settled is not None:
        marketplace.settle_claim(world, number, claim.settled)
