"""Words and rules of claims (H§13, H§17.8–17.11)."""

from __future__ import annotations

STATUSES = (
    "NewRequest", "Accepted", "AwaitingAction", "InDispute", "Rejected", "Refunded", "Cancelled",
    "AwaitingPreApproval",
)  # fmt: skip
STATUS_BY_PATH = {status.lower(): status for status in STATUSES}
TYPES = (
    "Return", "MissingItem", "Missingpart", "DamagedWithReport", "WrongProduct",
    "UndeliveredProduct", "MissingInvoice", "MissingWaranty", "ExtraProduct", "RenewProduct",
    "Change",
)  # fmt: skip
PHYSICAL = frozenset({"Return", "DamagedWithReport", "WrongProduct", "ExtraProduct", "RenewProduct",
                      "Change"})  # fmt: skip
"""Types for which the customer sends something back, so that the claim has a delivery."""

_RETURN_REASONS = frozenset({
    "CustomerReturnedWrongItem", "ProductIsDamaged", "MissingQuantity", "NoSuchAccessory",
    "BoxIsEmptyWithReport", "BoxIsEmptyWithoutReport",
    "SomePartsOrSomeAccessoriesOrSomePapersAreMissing", "ReturnedProductIsNotDelivered",
    "NewProductWillBeSent", "ExtraProductHasBeenReturned", "ProductNotWrong",
    "ProductNotDefective", "StockProblem", "ReturnedProductHasAccountOrPassword",
    "MarkedAsServiceProcess", "Other",
})  # fmt: skip
_MISSING_REASONS = frozenset({
    "ProductSentComplete", "MissingItemOrPartCannotBeSupplied",
    "ClaimedComponentIsNotPartOfTheProduct", "InvoiceReplacesWarranty",
    "PartialShipmentMissingPackageWillBeDelivered", "CustomerProblemSolved", "Other",
})  # fmt: skip
ACCEPTION_REASONS = frozenset({"StockProblem", "ProductNotDefective", "Other"})
FINALIZED_WITH = frozenset({"Refund", "Change"})
PRE_APPROVAL_REASONS = frozenset({"ProductInvestigation"})


def rejection_reasons(claim_type: str) -> frozenset[str]:
    """The values of ``ClaimRejectionReason`` for a claim type.

    Only four types are documented (H§17.11); the others take any documented reason.
    """
    kind = claim_type.lower()
    if kind in ("return", "renewproduct"):
        return _RETURN_REASONS
    if kind in ("missingitem", "missingpart"):
        return _MISSING_REASONS
    return _RETURN_REASONS | _MISSING_REASONS


REASONS = {
    "Return": ("ChangedMindOrUnlikedIt", "PoorQuality", "SizeTooSmall", "SizeTooLarge",
               "IncompatiblyProduct", "FoundCheaper", "NotArrivedWhenNeeded", "ProductIsBroken",
               "ProductIsDamaged", "WrongProductOrderedByCustomer", "Other"),
    "MissingItem": ("MissingProduct",),
    "Missingpart": ("MissingProduct", "Other"),
    "DamagedWithReport": ("ProductIsDamaged", "ProductIsBrokenOrDamaged", "ProductIsBroken"),
    "WrongProduct": ("WrongProduct", "WrongProductSentByMerchant"),
    "UndeliveredProduct": ("NotArrivedWhenNeeded", "Other"),
    "MissingInvoice": ("MissingInvoice", "NotArrivedInvoice", "IncorrectInvoice"),
    "MissingWaranty": ("Other",),
    "ExtraProduct": ("WrongProductSentByMerchant",),
    "RenewProduct": ("ProductIsBroken", "ProductIsDamaged"),
    "Change": ("SizeTooSmall", "SizeTooLarge", "IncompatiblyProduct"),
}  # fmt: skip
"""The customer's reasons that go with a claim type."""

EXPLANATIONS = {
    "ChangedMindOrUnlikedIt": ("", "Rengi ekranda göründüğünden farklı.", "Vazgeçtim."),
    "PoorQuality": ("Kumaşı çok ince, beklediğim kalitede değil.", "İlk yıkamada tüylendi."),
    "SizeTooSmall": ("Yatağıma küçük geldi.", ""),
    "SizeTooLarge": ("", "Ölçüsü büyük geldi, masadan sarkıyor."),
    "ProductIsBroken": ("Kutudan kırık çıktı, fotoğrafları ekledim.", "Kapağının kulpu kopuk."),
    "ProductIsDamaged": ("Kenarında yırtık var.", "Üzerinde leke vardı, paketi açılmıştı."),
    "ProductIsBrokenOrDamaged": ("Kargo tutanağı ektedir.",),
    "MissingProduct": ("6'lı takımdan 5 adet çıktı.", "Siparişimdeki ikinci ürün gelmedi."),
    "WrongProduct": ("Bordo istemiştim, gri geldi.",),
    "WrongProductSentByMerchant": ("Yanlış ürün gönderilmiş.",),
    "NotArrivedWhenNeeded": ("Misafirlerim gelmeden önce gerekliydi.", ""),
    "MissingInvoice": ("Fatura paketten çıkmadı.",),
}
"""What customers write, by reason."""
