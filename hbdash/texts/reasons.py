"""Words for claim types, customers' reasons and rejection reasons (H§17.9 to H§17.11)."""

from __future__ import annotations

from hbdash.domain.reasons import claim_type
from hbdash.texts.translate import N_, _

_TYPES = {
    "Return": N_("Return"),
    "MissingItem": N_("Missing item"),
    "MissingPart": N_("Missing part"),
    "DamagedWithReport": N_("Damaged, with a report"),
    "WrongProduct": N_("Wrong product"),
    "UndeliveredProduct": N_("Not delivered"),
    "MissingInvoice": N_("Missing invoice"),
    "MissingWarranty": N_("Missing warranty"),
    "ExtraProduct": N_("Extra product"),
    "RenewProduct": N_("Exchange for a new one"),
    "Change": N_("Exchange"),
}
_CUSTOMER = {
    "PoorQuality": N_("poor quality"),
    "ChangedMindOrUnlikedIt": N_("changed mind, or did not like it"),
    "ProductIsBroken": N_("broken"),
    "ProductIsDamaged": N_("damaged"),
    "ProductIsBrokenOrDamaged": N_("arrived broken or damaged"),
    "SizeTooSmall": N_("too small"),
    "SizeTooLarge": N_("too large"),
    "IncompatiblyProduct": N_("size does not fit"),
    "MissingProduct": N_("a product is missing"),
    "WrongProduct": N_("wrong product came"),
    "WrongProductOrderedByCustomer": N_("ordered the wrong product"),
    "WrongProductSentByMerchant": N_("wrong product was sent"),
    "ProductIsWrongWeight": N_("wrong weight"),
    "ProductHasExpired": N_("past its date"),
    "FoundCheaper": N_("found it cheaper"),
    "NotArrivedWhenNeeded": N_("did not come in time"),
    "NotArrivedInvoice": N_("no invoice came"),
    "IncorrectInvoice": N_("the invoice is wrong"),
    "MissingInvoice": N_("no invoice"),
    "Other": N_("other"),
}
_REJECTION = {
    "CustomerReturnedWrongItem": N_("The customer sent back another item"),
    "ProductIsDamaged": N_("Damaged by the customer"),
    "MissingQuantity": N_("Fewer pieces came back"),
    "NoSuchAccessory": N_("The product has no such accessory"),
    "BoxIsEmptyWithReport": N_("Empty box, with a carrier’s report"),
    "BoxIsEmptyWithoutReport": N_("Empty box, without a report"),
    "SomePartsOrSomeAccessoriesOrSomePapersAreMissing": N_(
        "Parts, accessories or papers are missing"
    ),
    "ReturnedProductIsNotDelivered": N_("The parcel never reached us"),
    "NewProductWillBeSent": N_("A new product will be sent"),
    "ExtraProductHasBeenReturned": N_("A product that is not ours came back"),
    "ProductNotWrong": N_("It is the product that was ordered"),
    "ProductNotDefective": N_("Checked: nothing is wrong with it"),
    "StockProblem": N_("No stock for an exchange"),
    "ReturnedProductHasAccountOrPassword": N_("An account or password is still on it"),
    "MarkedAsServiceProcess": N_("It is with the service"),
    "ProductSentComplete": N_("The product was sent complete"),
    "MissingItemOrPartCannotBeSupplied": N_("The missing part can’t be supplied"),
    "ClaimedComponentIsNotPartOfTheProduct": N_("The part does not belong to the product"),
    "InvoiceReplacesWarranty": N_("The invoice serves as warranty"),
    "PartialShipmentMissingPackageWillBeDelivered": N_("The rest comes in another parcel"),
    "CustomerProblemSolved": N_("Solved with the customer"),
    "Other": N_("Other"),
}


def claim_type_label(type_: str | None) -> str:
    """A claim's type in words, in any spelling; an unknown one as it came."""
    known = claim_type(type_)
    return _(_TYPES[known]) if known else (type_ or "?")


def customer_reason(reason: str | None) -> str:
    """The customer's reason in words; the set is open, an unknown one is shown as it came."""
    return _(_CUSTOMER[reason]) if reason in _CUSTOMER else (reason or "?")


def rejection_reason(reason: str) -> str:
    """A ClaimRejectionReason in words; an unknown one as it is."""
    return _(_REJECTION[reason]) if reason in _REJECTION else reason
