"""The marketplace's catalogue: categories, products and their imports (H§6, H§7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from hbdash.transport.wire import (
    Flag,
    Key,
    NullIsEmpty,
    OptionalAmount,
    OptionalKey,
    OptionalMoment,
    OptionalWhole,
    Text,
    Texts,
    WireModel,
)


class Category(WireModel):
    """A category (H§6.1). paths: names from the root to itself."""

    category_id: Key
    name: Text
    display_name: Text = ""
    parent_category_id: OptionalKey = None
    paths: Texts = ()
    leaf: Flag
    status: Text
    available: Flag
    type: Text = ""

    @property
    def takes_products(self) -> bool:
        return self.leaf and self.available and self.status.upper() == "ACTIVE"


@dataclass(frozen=True)
class ImportRow:
    """One product of an import (H§7.1). attributes: every field, keyed by attribute id; prices
    with a comma, whole numbers as text, see flows §4."""

    category_id: int
    attributes: Mapping[str, object]


class ImportMessage(WireModel):
    """A remark on a row; severity INFORMATION, WARNING or ERROR."""

    severity: Text = ""
    message: Text


class ValidationResult(WireModel):
    """What is wrong with one attribute."""

    attribute_name: Text = ""
    message: Text = ""


class NamedValue(WireModel):
    """A variant attribute as people read it."""

    name: Text = ""
    value: Text = ""


class MatchedProduct(WireModel):
    """The product that Hepsiburada proposes for ours."""

    hb_sku: Text = ""
    product_name: Text = ""
    brand: Text = ""
    images: Texts = ()
    variant_type_attributes: Annotated[tuple[NamedValue, ...], NullIsEmpty] = ()


class ProductRow(WireModel):
    """A product as the catalogue sees it (H§7.2, H§7.3).

    product_status: an enum code or its Turkish label, see `status_code`. import_status: PROCESSING,
    SUCCESS or FAILED in an import; "" elsewhere. SUCCESS only means the row was taken in.
    """

    merchant_sku: Key
    hb_sku: OptionalKey = None
    barcode: Text = ""
    product_name: Text = ""
    variant_group_id: Text = ""
    category_id: OptionalKey = None
    product_status: Text = ""
    import_status: Text = ""
    item_order_id: OptionalWhole = None
    import_messages: Annotated[tuple[ImportMessage, ...], NullIsEmpty] = ()
    validation_results: Annotated[tuple[ValidationResult, ...], NullIsEmpty] = ()
    reject_reasons_messages: Texts = ()
    matched_hb_product_info: Annotated[tuple[MatchedProduct, ...], NullIsEmpty] = ()
    quality_score: OptionalAmount = None

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "product_status": ("status",),
        "reject_reasons_messages": ("rejectreasons",),
    }

    @property
    def status_code(self) -> str:
        """The status as a code of H§17.1, whichever form was sent; "" when there is none yet."""
        return status_code(self.product_status)

    @property
    def is_processing(self) -> bool:
        return self.import_status.strip().upper() == "PROCESSING"


class Tracking(WireModel):
    """An import of the past (H§7.3)."""

    tracking_id: Key
    created_date: OptionalMoment = None


class SkuStatus(WireModel):
    """What the catalogue knows of a SKU."""

    merchant_sku: Key
    status: Text = ""

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {"status": ("productstatus",)}

    @property
    def status_code(self) -> str:
        return status_code(self.status)


class SkuStatuses(WireModel):
    """The statuses of one merchant's SKUs."""

    merchant: Text = ""
    sku_status_list: Annotated[tuple[SkuStatus, ...], NullIsEmpty]


# H§17.1: the label on the wire → the code, both without Turkish letters.
_LABELS = {
    "incelenecek": "WAITING",
    "urun bilgileri eksik": "MISSING_INFO",
    "eslesen": "PRE_MATCHED",
    "satisa hazir": "MATCHED",
    "on katalog eslesen": "MATCHED_WITH_STAGED",
    "yaratildi": "CREATED",
    "reddedilen eslesme": "REJECTED",
    "reddedildi": "REJECTED",
    "reddedilen urun": "BLOCKED",
    "katalog surecinde": "IN_EXTERNAL_PROGRESS",
}
_ASCII = str.maketrans("çğıöşüâîû", "cgiosuaiu")
# A spelling some SDKs carry.
_MISSPELT = {"IN_EXTRENAL_PROGESS": "IN_EXTERNAL_PROGRESS"}


def status_code(text: str) -> str:
    """A product status as its code, from a code or from a Turkish label; unknown ones as sent."""
    word = " ".join(text.split())
    lowered = word.replace("İ", "i").replace("I", "ı").lower().translate(_ASCII)
    if lowered in _LABELS:
        return _LABELS[lowered]
    code = word.upper().replace(" ", "_")
    return _MISSPELT.get(code, code)
