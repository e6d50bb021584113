"""What Hepsiburada says of one product that was sent, in our words (H§7.2, H§8, H§17.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from hbdash.flows.products.records.model import Cause
from hbdash.flows.products.status.known import LISTED
from hbdash.hepsiburada.models.products import ProductRow
from hbdash.hepsiburada.models.tickets import APPROVED, IN_PROGRESS, FieldResult, TicketRow

#: Words of the catalogue (H§7.1).
_BARCODE_TWICE = "unique barcode"
_NOT_EDITABLE = "can not update product"
_BAD_NUMBER = re.compile(r"0 fiyat 0 stok|uygun formatta de", re.IGNORECASE)


@dataclass(frozen=True)
class Verdict:
    """causes: empty for a success. status: code of H§17.1, ``""`` when the row was refused.

    there_already: an import was refused since the product is known; its status decides.
    note: a cause that needs a person although the product went through. row: what was read.
    refused_fields: of a ticket, field and ids of attributes. is_looked_at: a ticket whose fields
    are still in progress when its hours are over.
    """

    status: str = ""
    causes: tuple[Cause, ...] = ()
    there_already: bool = False
    note: Cause | None = None
    row: ProductRow | None = None
    refused_fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    is_ticket: bool = False
    is_looked_at: bool = False

    @property
    def row_state(self) -> str:
        """State of the import's or ticket's row: in review until there is a listing, or a word."""
        if self.causes:
            return "failed"
        if self.is_ticket:
            return "in_review" if self.is_looked_at else "accepted"
        return "accepted" if self.status in LISTED else "in_review"


def verdict_of(row: ProductRow) -> Verdict | None:
    """The verdict, or ``None`` while the row is being processed."""
    found = _verdict_of(row)
    return None if found is None else replace(found, row=row)


def _verdict_of(row: ProductRow) -> Verdict | None:
    word = row.import_status.strip().upper()
    if word == "FAILED":
        return _refused(row)
    if word != "SUCCESS":
        return None
    if any(_BAD_NUMBER.search(one.message) for one in row.import_messages):
        text = _joined(one.message for one in row.import_messages)
        return Verdict(row.status_code, (Cause("import.bad_number", {"text": text}, text),))
    status = row.status_code
    if not status and row.validation_results:
        return Verdict(status, (_missing(row),))
    if status == "PRE_MATCHED":
        return Verdict(status, note=proposal(row))
    cause = state_cause(status, row)
    return Verdict(status, () if cause is None else (cause,))


def state_cause(status: str, row: ProductRow | None) -> Cause | None:
    """What is wrong with a product in this state (H§17.1), ``None`` if nothing is.

    row: what Hepsiburada says more of it, if that was read.
    """
    if status == "MISSING_INFO":
        return _missing(row) if row is not None else Cause("product.missing_info")
    if status in ("BLOCKED", "REJECTED"):
        text = _joined(row.reject_reasons_messages) if row is not None else ""
        text = text or (row.product_status if row is not None else status)
        code = "product.blocked" if status == "BLOCKED" else "product.refused"
        return Cause(code, {"text": text, "attribute": ""}, text)
    if status == "PRE_MATCHED":
        return Cause("product.pre_matched") if row is None else proposal(row)
    return None


def ticket_verdict(row: TicketRow, *, late: bool = False) -> Verdict | None:
    """The verdict on a product of a ticket, ``None`` while a field is looked at.

    late: its hours are over. What was refused by then counts; the rest stays in review.
    """
    waits = not row.is_completed or any(one.word == IN_PROGRESS for one in row.update_results)
    if waits and not late:
        return None
    causes = [cause for one in row.update_results for cause in _field_causes(one)]
    if not causes and row.message and not row.update_results:
        causes = [Cause("ticket.rejected", {"attribute": "", "text": row.message}, row.message)]
    refused = tuple(
        (one.field, tuple(a.attribute_id for a in one.attributes if not _is_good(a.field_result)))
        for one in row.update_results
        if not _is_good(one.field_result)
    )
    return Verdict(
        causes=tuple(causes),
        refused_fields=refused,
        is_ticket=True,
        is_looked_at=waits and not causes,
    )


def _field_causes(one: FieldResult) -> list[Cause]:
    if _is_good(one.field_result):
        return []
    bad = [part for part in one.attributes if not _is_good(part.field_result)]
    named = [(part.display_name or part.attribute_id, part.reject_reason) for part in bad]
    return [
        Cause("ticket.rejected", {"attribute": name, "text": text}, text)
        for name, text in named or [(one.field, one.reject_reason)]
    ]


def _is_good(word: str) -> bool:
    return word.strip().upper() in (APPROVED, IN_PROGRESS, "")


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


def proposal(row: ProductRow) -> Cause:
    """A match that only a person may approve: a wrong one sells another product."""
    proposed = next(iter(row.matched_hb_product_info), None)
    params = {
        "hb_sku": proposed.hb_sku if proposed else "",
        "name": proposed.product_name if proposed else "",
    }
    return Cause("product.pre_matched", params)


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text.strip() for text in texts if text.strip()))
