"""What the screen shows of one claim, as plain types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hbdash.store.queries.claim_drafts import Draft, Photo
from hbdash.store.queries.claim_rows import ClaimRow
from hbdash.store.queries.disputes import DisputeRecord


@dataclass(frozen=True)
class CustomerPhoto:
    """A photo at Hepsiburada: its address, and who sent it (``Customer``, ``Merchant``)."""

    url: str
    by: str


@dataclass(frozen=True)
class DeliveryLine:
    """A parcel of the claim: ``CustomerToMerchant`` or back."""

    direction: str
    status: str
    at: datetime | None
    tracking: str
    code: str


@dataclass(frozen=True)
class PackageFact:
    """A package in which the line was sent, and its order in Omnitron (None: not written)."""

    number: str
    status: str
    cargo: str
    added_at: datetime | None
    omnitron_order: str | None


@dataclass(frozen=True)
class SkuHistory:
    """The SKU over all orders that this installation saw."""

    sold: int
    returned: int
    same_reason: int
    """Of the returned, how many with this customer's reason."""


@dataclass(frozen=True)
class CustomerHistory:
    """The customer as far as this installation knows."""

    orders: int
    since: datetime | None
    claims: int
    """Besides this one."""
    same_sku: int
    """Of these, for the same SKU."""


@dataclass(frozen=True)
class RequestLine:
    """Our request in Omnitron, one per unit; ``request_pk`` None: its outcome is not known yet."""

    remote_id: str
    request_pk: int | None
    item_pk: int | None
    status: str


@dataclass(frozen=True)
class DecisionLine:
    """What was decided here, and where it stands."""

    verdict: str
    state: str
    """waiting, sending, unknown, there, done or refused."""
    reason: str
    statement: str
    photos: tuple[int, ...]
    decided_by: str
    decided_at: datetime
    there_at: datetime | None
    done_at: datetime | None
    ask_at: datetime | None
    refusal: Mapping[str, Any]


@dataclass(frozen=True)
class FailureLine:
    """An open failure of this claim; words by ``texts.causes``."""

    id: int
    code: str
    params: Mapping[str, Any]
    next_at: datetime | None
    ended: bool
    cause: str = ""
    """Key of its cause, as ``queries.causes.Cause.key``."""


@dataclass(frozen=True)
class ClaimDetail:
    """Everything that the screen shows of one claim."""

    row: ClaimRow
    customer_name: str
    """Whole; lists show ``row.customer``."""
    ordered_at: datetime | None
    line_item_id: str
    customer_photos: tuple[CustomerPhoto, ...]
    deliveries: tuple[DeliveryLine, ...]
    packages: tuple[PackageFact, ...]
    sku: SkuHistory
    customer: CustomerHistory | None
    """None: the order is not known here."""
    disputes: DisputeRecord
    """How disputes with this customer's reason ended for us."""
    by_reason: Mapping[str, DisputeRecord]
    """ClaimRejectionReason → how it ended for us, for this claim type."""
    reasons: tuple[str, ...]
    """What may be chosen for this claim type (H§17.11); none where only the portal decides."""
    requests: tuple[RequestLine, ...]
    decision: DecisionLine | None
    failures: tuple[FailureLine, ...]
    draft: Draft | None
    photos: tuple[Photo, ...]
    """Ours: of the draft, or that went with the decision."""
    our_statement: str | None
    """merchantRejectionStatement as Hepsiburada shows it."""
    settled: bool = False
    seen_at: datetime | None = None
