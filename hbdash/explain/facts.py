"""Everything the gates ask of a SKU, read from our tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from hbdash.domain.gates import NOT_LOOKED, GateFacts
from hbdash.domain.offers import wanted_stock
from hbdash.domain.settings import ChannelSettings
from hbdash.explain.flows import channel_settings
from hbdash.store.bulk import table_of
from hbdash.store.queries.wanted import held_by_sku
from hbdash.store.tables import (
    CatalogueItem,
    Channel,
    Failure,
    Listing,
    Offer,
    Penalty,
    Upload,
    UploadRow,
)

#: Failures that tell what the Mapper or the marketplace's attributes lack.
_MAPPING = ("mapping.refused", "attribute.missing", "attribute.value_unknown")
_CONTENT_TYPES = ("product", "productprice", "productstock")


@dataclass(frozen=True)
class SkuFacts:
    """What is known of a SKU. Rows are ``None`` where there is none."""

    key: str
    settings: ChannelSettings | None
    channel: RowMapping
    item: RowMapping | None
    listing: RowMapping | None
    offers: Mapping[str, RowMapping]
    penalties: tuple[RowMapping, ...]
    failures: tuple[RowMapping, ...]
    held: int
    last_import: RowMapping | None

    @property
    def buffer(self) -> int:
        """Buffer Stock (R2.28), 0 when empty."""
        return (self.settings.buffer_stock or 0) if self.settings else 0

    @property
    def wanted(self) -> int | None:
        """What ought to be there; ``None`` without a stock record."""
        if self.item is None or self.item["stock"] is None:
            return None
        return wanted_stock(self.item["stock"], None, self.buffer, self.held, False)


def sku_facts(connection: Connection, channel_id: int, key: str) -> SkuFacts:
    """Read it all; ``key`` is a SKU key."""

    def one(model: Any, **equal: Any) -> RowMapping | None:
        table = table_of(model)
        statement = select(table).where(table.c.channel_id == channel_id)
        for name, value in equal.items():
            statement = statement.where(table.c[name] == value)
        return connection.execute(statement).mappings().first()

    def many(model: Any, column: str, *where: Any) -> tuple[RowMapping, ...]:
        table = table_of(model)
        statement = select(table).where(
            table.c.channel_id == channel_id, table.c[column] == key, *where
        )
        return tuple(connection.execute(statement).mappings())

    channels, penalties = table_of(Channel), table_of(Penalty)
    failures = table_of(Failure)
    channel = (
        connection.execute(select(channels).where(channels.c.id == channel_id)).mappings().one()
    )
    held = held_by_sku(channel_id)
    units = connection.execute(select(held.c.units).where(held.c.sku_key == key)).scalar()
    return SkuFacts(
        key=key,
        settings=channel_settings(connection, channel),
        channel=channel,
        item=one(CatalogueItem, sku_key=key),
        listing=one(Listing, sku_key=key, gone=False),
        offers={row["kind"]: row for row in many(Offer, "sku_key")},
        penalties=many(Penalty, "key", penalties.c.content_type.in_(_CONTENT_TYPES)),
        failures=many(
            Failure,
            "key",
            failures.c.state.in_(("open", "retrying", "ended")),
            failures.c.content_type.in_(_CONTENT_TYPES),
        ),
        held=int(units or 0),
        last_import=_last_import(connection, channel_id, key),
    )


def _last_import(connection: Connection, channel_id: int, key: str) -> RowMapping | None:
    rows, uploads = table_of(UploadRow), table_of(Upload)
    return (
        connection.execute(
            select(rows, uploads.c.state.label("upload_state"), uploads.c.sent_at)
            .join(uploads, uploads.c.id == rows.c.upload_id)
            .where(rows.c.channel_id == channel_id, rows.c.sku_key == key, rows.c.kind == "import")
            .order_by(rows.c.upload_id.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )


def gate_facts(facts: SkuFacts, now: datetime) -> GateFacts:
    """The facts as the gates ask them."""
    item, listing = facts.item, facts.listing
    known: dict[str, Any] = {
        "channel_active": facts.channel["is_active"],
        "listed": listing is not None,
    }
    flag = "stock" if listing is not None else "product_create"
    if facts.settings is not None:
        known |= {"flag": flag, "flag_on": facts.settings.flags.is_on(flag)}
    if item is None:
        known["in_catalogue"] = False
    else:
        known |= {
            "in_catalogue": item["is_listed"],
            "simple": item["is_simple"],
            "active": item["is_active"],
            "categories": item["categories"],
            "price": item["price"],
            "stock": item["stock"],
            "wanted_stock": facts.wanted,
            "images": 1 if item["has_image"] else 0,
        }
    missing = tuple(
        str(f["params"].get("attribute") or f["params"].get("text") or f["code"])
        for f in facts.failures
        if f["code"] in _MAPPING
    )
    if missing or listing is not None:
        known["missing_attributes"] = missing
    standing = [p for p in facts.penalties if p["ended"] or (p["next_at"] and p["next_at"] > now)]
    known["penalty_ended"] = any(p["ended"] for p in standing)
    waits = [p["next_at"] for p in standing if p["next_at"] is not None]
    known["penalty_until"] = max(waits) if waits else None
    in_flight = [o["sent_at"] for o in facts.offers.values() if o["upload_id"] is not None]
    importing = facts.last_import is not None and facts.last_import["upload_state"] == "sent"
    if importing and facts.last_import is not None:
        in_flight.append(facts.last_import["sent_at"])
    if facts.last_import is not None and facts.last_import["state"] == "in_review":
        # What Hepsiburada's catalogue said of it when it was taken in.
        known["marketplace_status"] = facts.last_import["remote_text"]
    known["pending_upload"] = min(in_flight) if in_flight else None
    if listing is not None:
        known |= {
            "lock_reasons": tuple(listing["reasons"] or ("?",)) if listing["is_locked"] else (),
            "suspended": listing["is_suspended"],
            "frozen": listing["is_frozen"],
            "salable": listing["is_salable"],
        }
        if not listing["is_locked"] and listing["is_salable"]:
            # Something on its way does not keep a SKU from being on sale.
            known["pending_upload"] = NOT_LOOKED if in_flight else None
    return GateFacts(**known)
