"""What customers claim: types and reasons as Hepsiburada names them (H§17.9, H§17.10)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class ClaimStory:
    """Why a customer sends something back; ``photos`` is how many pictures they add."""

    claim_type: str
    reason: str
    photos: int


_RETURN = (
    "ChangedMindOrUnlikedIt", "PoorQuality", "SizeTooSmall", "SizeTooLarge", "IncompatiblyProduct",
    "ProductIsBrokenOrDamaged", "FoundCheaper", "NotArrivedWhenNeeded",
    "WrongProductOrderedByCustomer", "Other",
)  # fmt: skip
# claim type: weight, reasons, how often with photos
_TYPES: dict[str, tuple[int, tuple[str, ...], float]] = {
    "Return": (58, _RETURN, 0.25),
    "DamagedWithReport": (10, ("ProductIsDamaged", "ProductIsBroken"), 1.0),
    "WrongProduct": (9, ("WrongProduct", "WrongProductSentByMerchant"), 0.7),
    "Change": (6, ("SizeTooSmall", "SizeTooLarge"), 0.0),
    "MissingItem": (6, ("MissingProduct",), 0.4),
    "Missingpart": (3, ("MissingProduct",), 0.6),
    "RenewProduct": (3, ("ProductIsBroken", "PoorQuality"), 0.8),
    "MissingInvoice": (2, ("NotArrivedInvoice", "IncorrectInvoice", "MissingInvoice"), 0.0),
    "ExtraProduct": (1, ("WrongProductSentByMerchant",), 0.5),
    "UndeliveredProduct": (1, ("NotArrivedWhenNeeded",), 0.0),
    "MissingWaranty": (1, ("Other",), 0.0),
}


def claim_story(rng: random.Random) -> ClaimStory:
    """A random claim, the usual ones most often."""
    names = list(_TYPES)
    claim_type = rng.choices(names, [_TYPES[name][0] for name in names])[0]
    _, reasons, with_photos = _TYPES[claim_type]
    photos = rng.randrange(1, 4) if rng.random() < with_photos else 0
    return ClaimStory(claim_type, rng.choice(reasons), photos)


def time_left(rng: random.Random) -> timedelta:
    """How long the merchant still has: mostly a day or two, some hours, now and then minutes."""
    draw = rng.random()
    if draw < 0.10:
        return timedelta(minutes=rng.randrange(20, 56))
    if draw < 0.28:
        return timedelta(minutes=rng.randrange(60, 240))
    return timedelta(minutes=rng.randrange(240, 48 * 60))
