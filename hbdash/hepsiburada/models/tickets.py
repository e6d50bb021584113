"""Tickets: changes to products that the catalogue has already (H§8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from hbdash.transport.wire import (
    Key,
    NullIsEmpty,
    OptionalKey,
    OptionalMoment,
    Text,
    WireModel,
)

#: A field that is still looked at.
IN_PROGRESS = "IN_PROGRESS"
APPROVED = "APPROVED"


@dataclass(frozen=True)
class TicketItem:
    """One product of a ticket. fields: only what changes, by its name there (``productName``,
    ``image1``, ``attributes`` …); an empty text would delete, so none is ever given."""

    hb_sku: str
    fields: Mapping[str, object]


class AttributeResult(WireModel):
    """What became of one attribute of a ticket."""

    attribute_id: Text = ""
    display_name: Text = ""
    reject_reason: Text = ""
    field_result: Text = ""


class FieldResult(WireModel):
    """What became of one field: APPROVED, REJECTED, IN_PROGRESS or PARTIAL_APPROVED."""

    field: Text = ""
    field_result: Text = ""
    reject_reason: Text = ""
    attributes: Annotated[tuple[AttributeResult, ...], NullIsEmpty] = ()

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "field": ("fieldname", "updatefield", "name", "type"),
        "reject_reason": ("message", "reason"),
        "attributes": ("attributeresults", "attribute"),
    }

    @property
    def word(self) -> str:
        return self.field_result.strip().upper()


class TicketRow(WireModel):
    """One product's state in a ticket. product_status: COMPLETED or UNCOMPLETED."""

    hb_sku: Key
    message: Text = ""
    product_status: Text = ""
    update_results: Annotated[tuple[FieldResult, ...], NullIsEmpty] = ()

    @property
    def is_completed(self) -> bool:
        return self.product_status.strip().upper() == "COMPLETED"


class TicketTracking(WireModel):
    """A ticket of the past (H§8)."""

    tracking_id: Key
    created_at: OptionalMoment = None
    hb_sku: OptionalKey = None

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {"created_at": ("createddate",)}
