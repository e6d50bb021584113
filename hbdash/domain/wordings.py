"""Texts of Omnitron, Hepsiburada and Akinon's library that mean one of our failures (R8, O§5.5).

People search the guide with the words they read; the same fault is spelt in several ways.
"""

from __future__ import annotations

import re

#: Names of listing upload errors (H§17.6); each is a text of `upload.row`.
UPLOAD_ERRORS = (
    "ProductNotFound", "MismatchingSkusSpecified", "DuplicateHepsiburadaSkuSpecified",
    "DuplicateMerchantSkuSpecified", "MissingHeaders", "InvalidPrice", "InvalidAvailableStock",
    "InvalidDispatchTime", "InvalidMaximumPurchasableQuantity", "DiscountedListingPriceIncrease",
    "DiscountedListingStockDecrease", "MerchantAlreadyListedAgainstProduct",
    "ListingDeletedRecently", "ListingFrozen", "MissingStandardCargoCompany", "OutOfPriceRange",
    "restrictedProductBrand",
)  # fmt: skip

#: Why Hepsiburada keeps a listing off sale (H§17.5); each is a topic `lock.<name>` of the guide.
PRICE_LOCKS = (
    "PriceIsLessThanThreshold", "PriceIsHigherThanThreshold", "ByCheckoutPriceAnomaly",
    "OrderCancellation",
)  # fmt: skip
CONTENT_LOCKS = (
    "BannedProduct", "CatalogExchange", "DuplicateProduct", "IncorrectProductEntry",
    "MissingProductContent", "CounterfeitProduct", "Regulative", "Assortment", "BarcodeError",
    "BrandError", "ProductDescriptionError", "ProductNameError", "PersonalProductError",
    "GroupingOptionError", "WrongCategoryError", "UniversalProductError", "WrongProductAttribute",
    "ImageError", "Unknown",
)  # fmt: skip

_ADDRESS = r"Address is not valid\. channel: ?(?P<channel>\d+) ?code: ?(?P<code>\S+) model: "

_ALL: tuple[tuple[str, str], ...] = (
    # Address errors (O§4.3); the library leaves blanks out.
    (_ADDRESS + r"City\b|integrations_200_10_2\b", "order.address#city"),
    (_ADDRESS + r"Township\b|integrations_200_10_1\b", "order.address#township"),
    (_ADDRESS + r"District\b|integrations_200_10_3\b", "order.address#district"),
    (r"Country code (?P<name>.+?) was not found|Country was not found", "order.address#country"),
    # The setup guide's words and the library's (R8.2, R8.3, R8.7, R8.8, O§5.5).
    (r"Stock data not found|\bStockNotFound\b", "stock.missing"),
    (r"Price data not found|\bPriceNotFound\b", "price.missing"),
    (r"\bProductCategoryNotFound\b", "product.no_category"),
    (r"\bOutOfStockOnInsert\b", "stock.zero_on_create"),
    (r"Product has not been sent", "offer.no_listing"),
    (r"This item information was not sent from the channel", "product.no_result"),
    (
        r"(?P<attribute>[^:]+?) : (?P<value>.+?) was not defined for (?P<category>.+?) attribute",
        "attribute.value_unknown",
    ),
    (r"Failed to suggest product to catalog: (?P<attribute>.+?) is required", "attribute.missing"),
    (r"Failed to suggest product to catalog(?:: (?P<text>.+))?", "mapping.refused"),
    (r"The relevant record is not in queue", "product.not_in_queue"),
    (r"The batch request with (?P<batch>\S+)|batch_request_status_100_1\b", "batch.locked"),
    # Import validation (H§7.1, H§7.2, H§5.2).
    (r"uygun formatta de|0 fiyat 0 stok", "import.bad_number"),
    (r"unique barcode", "product.barcode_twice"),
    (r"can not update product", "product.in_progress"),
    (r"Zorunlu alan|\bMISSING_INFO\b|Ürün bilgileri eksik", "product.missing_info"),
    (r"Category is not a leaf category", "product.category_mismatch"),
    (r"\bPRE_MATCHED\b", "product.pre_matched"),
    (r"\bBLOCKED\b|Reddedilen Ürün", "product.blocked"),
    # Price locks (H§9.3).
    (r"\bMinLock\b|\bPriceIsLessThanOrEqualToZero\b", "price.locked#min"),
    (r"\bMaxLock\b", "price.locked#max"),
    # Orders and claims (H§5.1, H§13.2).
    (r"ongoing change address demand", "pack.address_change"),
    (r"Wrong Claim Status", "remote.refused"),
    (r"Missing Credentials!", "remote.auth"),
    *((r"\bMissingStandar[dt]CargoCompany\b" if name == "MissingStandardCargoCompany"
       else rf"\b{name}\b", f"upload.row#{name.lower()}") for name in UPLOAD_ERRORS),
    *((rf"\b{name}\b", f"lock.{name.lower()}") for name in (*PRICE_LOCKS, *CONTENT_LOCKS)
      if name != "Unknown"),
)  # fmt: skip

_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), id) for pattern, id in _ALL)


def recognise(text: str) -> tuple[str, dict[str, str]] | None:
    """Guide id (`failure` or `failure#variant`) and the parameters read from a text, or None.

    The first that fits wins: more exact wordings stand first.
    """
    for pattern, id in _PATTERNS:
        found = pattern.search(text)
        if found is None:
            continue
        params = {name: value.strip() for name, value in found.groupdict().items() if value}
        if code := params.get("code"):
            channel = params.get("channel", "")
            params.setdefault("name", code.removeprefix(f"{channel}_"))
        return id, params
    return None


#: Guide id → spellings of the same fault that people may have read, the setup guide's first.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "order.address#township": (
        "Address is not valid. channel: 137 code: 137_Merkez model: Township city id: 14",
        "Address is not valid. channel: 137code: 137_Merkez model: Township city id: 14",
        "integrations_200_10_1",
    ),
    "order.address#city": (
        "Address is not valid. channel: 137 code:137_Bolu model: City country id: 1",
        "integrations_200_10_2",
    ),
    "order.address#district": (
        "Address is not valid. channel: 137 code: 137_Karaçayır model: District township id: 5",
        "integrations_200_10_3",
    ),
    "order.address#country": (
        "Country code TR was not found in Omnitron", "Country was not found",
    ),
    "stock.missing": ("Stock data not found", "StockNotFound"),
    "price.missing": ("Price data not found", "PriceNotFound"),
    "product.no_category": ("ProductCategoryNotFound",),
    "stock.zero_on_create": ("OutOfStockOnInsert",),
    "offer.no_listing": ("Product has not been sent",),
    "product.no_result": ("This item information was not sent from the channel. ID is 12227",),
    "attribute.value_unknown": (
        "Failed to suggest product to catalog: Renk : Bordo was not defined for Halı attribute set",
        "Renk : Bordo was not defined for Kilim attribute set",
    ),
    "attribute.missing": ("Failed to suggest product to catalog: Renk is required",),
    "mapping.refused": ("Failed to suggest product to catalog",),
    "product.not_in_queue": (
        "The relevant record is not in queue. the item may have been penalized or check product "
        "is saleable",
    ),
    "batch.locked": ("The batch request with 3b6f", "batch_request_status_100_1"),
    "import.bad_number": (
        "Değer uygun formatta değildir. Listeleme kaydı 0 fiyat 0 stok olarak oluşturulacaktır.",
    ),
    "product.barcode_twice": ("unique barcode",),
    "product.in_progress": ("can not update product",),
    "product.missing_info": ("Zorunlu alan", "MISSING_INFO", "Ürün bilgileri eksik"),
    "product.category_mismatch": ("Category is not a leaf category",),
    "product.pre_matched": ("PRE_MATCHED",),
    "product.blocked": ("BLOCKED", "Reddedilen Ürün"),
    "price.locked#min": ("MinLock",),
    "price.locked#max": ("MaxLock",),
    "pack.address_change": ("Order has an ongoing change address demand",),
    "remote.refused": ("Wrong Claim Status",),
    "remote.auth": ("Missing Credentials!",),
    **{f"upload.row#{name.lower()}": (name,) for name in UPLOAD_ERRORS},
    "upload.row#missingstandardcargocompany": (
        "MissingStandardCargoCompany", "MissingStandartCargoCompany",
    ),
    **{f"lock.{name.lower()}": (name,) for name in (*PRICE_LOCKS, *CONTENT_LOCKS)},
}  # fmt: skip
