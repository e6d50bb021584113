"""Claims, their requests in Omnitron, drafts, decisions, and the photos that go with them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from hbdash.store.types import (
    big_field,
    id_field,
    json_field,
    key_field,
    lira_field,
    moment_field,
)


class Claim(SQLModel, table=True):
    """A claim at Hepsiburada (H§13.1): one line item, one quantity."""

    __table_args__ = (
        UniqueConstraint("channel_id", "number"),
        Index("claim_by_status", "channel_id", "status", "deadline"),
        Index("claim_by_sku", "channel_id", "sku_key"),
        Index("claim_by_order", "channel_id", "order_number"),
    )

    id: int | None = id_field()
    channel_id: int
    number: str = key_field()
    status: str = key_field()
    """Hepsiburada's word (H§17.8)."""
    claim_type: str = key_field()
    reason: str = key_field()
    explanation: str = ""
    claimed_at: datetime = moment_field()
    ordered_at: datetime | None = moment_field(None)
    deadline: datetime | None = moment_field(None)
    quantity: int = 1
    sku_key: str = key_field("")
    hb_sku: str = key_field("")
    product_name: str = ""
    order_number: str = key_field("")
    line_item_id: str = key_field("")
    customer_name: str = ""
    amount: Decimal = lira_field(Decimal(0))
    photos: list[dict[str, Any]] = json_field(list)
    """``[{"url", "by"}]``."""
    deliveries: list[dict[str, Any]] = json_field(list)
    finalized_with: str | None = None
    our_statement: str | None = None
    """merchantRejectionStatement as read back."""
    note_id: str | None = key_field(None)
    """Why no request was made in Omnitron (``claim.item_unknown``, ``claim.too_old`` …)."""
    settled: bool = False
    """Reported as refunded; never sent as accept or reject."""
    first_seen: datetime = moment_field()
    seen_at: datetime = moment_field()
    changed_at: datetime = moment_field()


class CancellationRequest(SQLModel, table=True):
    """A cancellation or refund request in Omnitron (O§6.8): one per unit of a claim."""

    __tablename__ = "cancellation_request"
    __table_args__ = (
        UniqueConstraint("channel_id", "remote_id"),
        Index("request_by_claim", "channel_id", "claim_number"),
        Index("request_by_item", "channel_id", "item_pk"),
    )

    id: int | None = id_field()
    channel_id: int
    remote_id: str = key_field()
    """``{claim number}-{k}``, k from 1 to the claim's quantity."""
    claim_number: str = key_field()
    k: int
    request_pk: int | None = big_field(None, index=True)
    item_pk: int | None = big_field(None)
    cancellation_type: str = key_field("refund")
    status: str = key_field("")
    """Omnitron's word, lower case: open, approved, confirmed, rejected, completed …"""
    batch_closed: bool = False
    created_at: datetime = moment_field()
    changed_at: datetime = moment_field()


class ClaimDraft(SQLModel, table=True):
    """A rejection being written; it survives everything but the decision itself."""

    __tablename__ = "claim_draft"
    __table_args__ = (UniqueConstraint("channel_id", "claim_number"),)

    id: int | None = id_field()
    channel_id: int
    claim_number: str = key_field()
    reason: str = key_field("")
    statement: str = ""
    updated_by: str = ""
    updated_at: datetime = moment_field()


class Attachment(SQLModel, table=True):
    """A photo picked for a rejection, in the database: the worker may be another machine."""

    id: int | None = id_field()
    channel_id: int
    claim_number: str = key_field(index=True)
    name: str
    mime: str = key_field()
    size: int
    """Bytes."""
    width: int
    height: int
    sha256: str = key_field()
    added_by: str
    added_at: datetime = moment_field()
    data: bytes = Field(sa_type=LargeBinary)


class ClaimDecision(SQLModel, table=True):
    """What was decided, once per claim number (design rule 2)."""

    __tablename__ = "claim_decision"
    __table_args__ = (UniqueConstraint("channel_id", "claim_number"),)

    id: int | None = id_field()
    channel_id: int
    claim_number: str = key_field()
    verdict: str = key_field()
    """``reject`` or ``accept``."""
    reason: str = key_field("")
    statement: str = ""
    attachments: list[int] = json_field(list)
    decided_by: str
    decided_at: datetime = moment_field()
    state: str = key_field("waiting")
    """``waiting``, ``sending``, ``unknown``, ``there`` (done at Hepsiburada, Omnitron pending),
    ``done``, or ``refused`` (Hepsiburada said no; the draft is kept)."""
    there_at: datetime | None = moment_field(None)
    done_at: datetime | None = moment_field(None)
    ask_at: datetime | None = moment_field(None)
    refusal: dict[str, Any] = json_field()
    """``{"id", "params", "text"}`` of a refusal."""
    request_id: int | None = big_field(None)
