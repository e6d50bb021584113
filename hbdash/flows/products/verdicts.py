"""What Hepsiburada says of one imported product, in our words (H§7.2, H§17.1; flows section 4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hbdash.flows.products.known import LISTED
from hbdash.flows.products.model import Cause
from hbdash.hepsiburada.models.products import ProductRow

#: Words of the catalogue (H§7.1).
_BARCODE_TWICE = "unique barcode"
_NOT_EDITABLE = "can not update product"
_BAD_NUMBER = re.compile(r"0 fiyat 0 stok|uygun formatta de", re.IGNORECASE)


@dataclass(frozen=True)
class Verdict:
    """causes: empty for a success. status: code of H§17.1, ``""`` when the row was refused.

    there_already: an import was refused since the product is known; its status decides.
    note: a cause that needs a person although the product went through.
    """

    status: str = ""
    causes: tuple[Cause, ...] = ()
    there_already: bool = False
    note: Cause | None = None

    @property
    def row_state(self) -> str:
        """State of the import's row: in review until there is a listing."""
        if self.causes:
            return "failed"
        return "accepted" if self.status in LISTED else "in_review"


def verdict_of(row: ProductRow) -> Verdict | None:
    """The verdict, or ``None`` while the row is being processed."""
    word = row.import_status.strip().upper()
    if word == "FAILED":
        return _refused(row)
    if word != "SUCCESS":
        return None
    if any(_BAD_NUMBER.search(one.message) for one in row.import_messages):
        text = _joined(one.message for one in row.import_messages)
        return Verdict(row.status_code, (Cause("import.bad_number", {"text": text}, text),))
    status = row.status_code
    if status == "MISSING_INFO" or (not status and row.validation_results):
        return Verdict(status, (_missing(row),))
    if status in ("BLOCKED", "REJECTED"):
        text = _joined(row.reject_reasons_messages) or row.product_status
        code = "product.blocked" if status == "BLOCKED" else "product.refused"
        return Verdict(status, (Cause(code, {"text": text, "attribute": ""}, text),))
    if status == "PRE_MATCHED":
        return Verdict(status, note=_proposal(row))
    return Verdict(status)


def _refused(row: ProductRow) -> Verdict:
    errors = [one for one in row.import_messages if one.severity.upper() == "ERROR"]
    text = _joined(one.message for one in errors or row.import_messages)
    words = text.lower()
    if _BARCODE_TWICE in words:
        cause = Cause("product.barcode_twice", {"barcode": row.barcode, "text": text}, text)
    else:
        cause = Cause("product.refused", {"text": text, "attribute": ""}, text)
    return Verdict("", (cause,), there_already=_NOT_EDITABLE in words)


def _missing(row: ProductRow) -> Cause:
    said = [f"{one.attribute_name}: {one.message}".strip(": ") for one in row.validation_results]
    first = next((one.attribute_name for one in row.validation_results), "")
    text = "; ".join(said)
    return Cause("product.missing_info", {"attribute": first, "text": text}, text)


def _proposal(row: ProductRow) -> Cause:
    """A match that only a person may approve: a wrong one sells another product."""
    proposed = next(iter(row.matched_hb_product_info), None)
    params = {
        "hb_sku": proposed.hb_sku if proposed else "",
        "name": proposed.product_name if proposed else "",
    }
    return Cause("product.pre_matched", params)


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text.strip() for text in texts if text.strip()))
