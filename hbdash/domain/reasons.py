"""Why something is cancelled, returned or rejected (R2.17, R2.18, R2.25, R2.31, H§17.9 to 17.11).

The names are the wire's; what people read is in `hbdash.texts.reasons`.
"""

from __future__ import annotations

from collections.abc import Mapping

from hbdash.domain.turkish import squeezed

#: Claim types as Hepsiburada documents them; its own two misspellings are mended (H§17.9).
CLAIM_TYPES: tuple[str, ...] = (
    "Return", "MissingItem", "MissingPart", "DamagedWithReport", "WrongProduct",
    "UndeliveredProduct", "MissingInvoice", "MissingWarranty", "ExtraProduct", "RenewProduct",
    "Change",
)  # fmt: skip

#: Customer's reasons: an open set, new ones may come (H§17.10).
CUSTOMER_REASONS: tuple[str, ...] = (
    "PoorQuality", "ChangedMindOrUnlikedIt", "ProductIsBroken", "ProductIsDamaged",
    "ProductIsBrokenOrDamaged", "SizeTooSmall", "SizeTooLarge", "IncompatiblyProduct",
    "MissingProduct", "WrongProduct", "WrongProductOrderedByCustomer",
    "WrongProductSentByMerchant", "ProductIsWrongWeight", "ProductHasExpired", "FoundCheaper",
    "NotArrivedWhenNeeded", "NotArrivedInvoice", "IncorrectInvoice", "MissingInvoice", "Other",
)  # fmt: skip

_RETURNED: tuple[str, ...] = (
    "CustomerReturnedWrongItem", "ProductIsDamaged", "MissingQuantity", "NoSuchAccessory",
    "BoxIsEmptyWithReport", "BoxIsEmptyWithoutReport",
    "SomePartsOrSomeAccessoriesOrSomePapersAreMissing", "ReturnedProductIsNotDelivered",
    "NewProductWillBeSent", "ExtraProductHasBeenReturned", "ProductNotWrong",
    "ProductNotDefective", "StockProblem", "ReturnedProductHasAccountOrPassword",
    "MarkedAsServiceProcess", "Other",
)  # fmt: skip
_MISSING: tuple[str, ...] = (
    "ProductSentComplete", "MissingItemOrPartCannotBeSupplied",
    "ClaimedComponentIsNotPartOfTheProduct", "InvoiceReplacesWarranty",
    "PartialShipmentMissingPackageWillBeDelivered", "CustomerProblemSolved", "Other",
)  # fmt: skip
_PUBLISHED: dict[str, tuple[str, ...]] = {
    "Return": _RETURNED,
    "RenewProduct": _RETURNED,
    "MissingItem": _MISSING,
    "MissingPart": _MISSING,
}

#: Every ClaimRejectionReason of H§17.11.
REJECTION_REASONS: tuple[str, ...] = tuple(dict.fromkeys((*_RETURNED, *_MISSING)))

_TYPE_BY_SPELLING = {name.lower(): name for name in CLAIM_TYPES} | {
    "missingwaranty": "MissingWarranty"
}


def claim_type(text: str | None) -> str | None:
    """The type meant, in the spelling of `CLAIM_TYPES`; None for one that we don't know.

    Spellings vary between Hepsiburada's pages (Missingpart, MissingWaranty), so case and blanks
    don't count.
    """
    return _TYPE_BY_SPELLING.get(squeezed(text or "").replace("_", ""))


def portal_only(type_: str | None) -> bool:
    """True for claims that can be accepted in the merchant portal alone, as it takes an invoice."""
    return claim_type(type_) == "MissingInvoice"


def reasons_published(type_: str | None) -> bool:
    """True if Hepsiburada publishes which rejection reasons that type takes (H§17.11)."""
    return claim_type(type_) in _PUBLISHED


def rejection_reasons(type_: str | None) -> tuple[str, ...]:
    """ClaimRejectionReason values to offer for a claim of that type; none where only the portal
    can decide.

    For types without a published list the one for returned goods is offered: a wrong choice is
    refused by Hepsiburada and the draft is kept.
    """
    if portal_only(type_):
        return ()
    return _PUBLISHED.get(claim_type(type_) or "", _RETURNED)


def refund_reason(
    mapping: Mapping[str, int], default: int | None, reason: str | None
) -> int | None:
    """Omnitron's reason for a customer's reason: mapped (R2.17), else the default (R2.18).

    None: neither is set (`setting.missing`).
    """
    return _mapped(mapping, reason, default)


def cancel_reason(mapping: Mapping[str, int], default: int | None, code: str | None) -> int | None:
    """Omnitron's reason for a cancelReasonCode: mapped (R2.31), else R2.25. None: neither."""
    return _mapped(mapping, code, default)


def _mapped(mapping: Mapping[str, int], name: str | None, default: int | None) -> int | None:
    if not name:
        return default
    if name in mapping:
        return mapping[name]
    wanted = squeezed(name)
    return next((number for key, number in mapping.items() if squeezed(key) == wanted), default)
