"""What the steps of Product Create and Product Update hand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hbdash.hepsiburada.models.products import ImportRow
from hbdash.omnitron.models.batch import FailedReason
from hbdash.omnitron.models.catalogue import MappedProduct, Price, Product, Stock

PRODUCT, PRICE, STOCK = "product", "productprice", "productstock"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Cause:
    """Why a product can't go: a failure id with its parameters, and the other side's own text."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    reason: FailedReason = FailedReason.CHANNEL_APP


@dataclass(frozen=True)
class Material:
    """Everything that was read about one product.

    categories: remote id of each node of the channel's tree that it stands in, ``None`` for a
    node that has none. held: units ordered there that Omnitron does not have. causes: what the
    reading itself met, so that the rest may be missing.
    """

    product: Product
    key: str
    mapped: MappedProduct | None
    categories: tuple[str | None, ...] | None
    price: Price | None
    stock: Stock | None
    held: int = 0
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True)
class Ready:
    """A product that passed every gate, as the row of an import. batch_id: ours, once committed.

    remote_id: under which Omnitron knows it there already; that form is kept (flows section 2).
    """

    product: Product
    key: str
    price: Price
    stock: Stock
    row: ImportRow
    batch_id: int = 0
    remote_id: str | None = None

    @property
    def version(self) -> int:
        """The product's version in microseconds, as ``UploadRow.version`` keeps it."""
        return version_of(self.product.modified_date)


@dataclass(frozen=True)
class Change:
    """What changed of a product in the catalogue, as one item of a ticket; flat fields (H§8)."""

    product: Product
    key: str
    hb_sku: str
    fields: Mapping[str, object]
    batch_id: int = 0
    remote_id: str | None = None

    @property
    def version(self) -> int:
        """As that of :class:`Ready`."""
        return version_of(self.product.modified_date)


#: What goes out and waits for its result.
Outgoing = Ready | Change


@dataclass(frozen=True)
class Settled:
    """A product that needs nothing to be sent: why, for log and report."""

    product: Product
    key: str
    text: str
    code: str
    status: str = ""
    remote_id: str | None = None


@dataclass(frozen=True)
class Refusal:
    """A product that stays here, and everything that is wrong with it."""

    product: Product
    key: str
    causes: tuple[Cause, ...]


def version_of(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)
