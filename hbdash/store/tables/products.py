"""Products as Hepsiburada's catalogue knows them, and products that left ours."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from hbdash.store.types import big_field, json_field, key_field, moment_field

_ASKED = text("ask_at IS NOT NULL")
_DECIDED = text("decision_state = 'waiting'")


class MarketProduct(SQLModel, table=True):
    """One SKU in Hepsiburada's catalogue (H§17.1), as far as we sent it or asked for it.

    A review has no end of its own: ``ask_at`` says when its state is asked for next.
    """

    __tablename__ = "market_product"
    __table_args__ = (
        Index("market_product_ask", "channel_id", "ask_at",
              sqlite_where=_ASKED, postgresql_where=_ASKED),
        Index("market_product_status", "channel_id", "status"),
        Index("market_product_decided", "channel_id", "decision_state",
              sqlite_where=_DECIDED, postgresql_where=_DECIDED),
        {"sqlite_with_rowid": False},
    )  # fmt: skip

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sku_key: str = key_field(primary_key=True)
    product_pk: int | None = big_field(None)
    status: str = key_field("")
    """Code of H§17.1; empty while it is not known there."""
    hb_sku: str | None = key_field(None)
    since: datetime = moment_field()
    """When this status was seen first."""
    seen_at: datetime = moment_field()
    ask_at: datetime | None = moment_field(None)
    """``None`` once there is nothing more to wait for."""
    remote_text: str = ""
    """What Hepsiburada says about it: what is missing, why it was refused."""
    matched: list[dict[str, Any]] = json_field(list)
    """Proposals of a PRE_MATCHED product: ``hb_sku``, ``product_name``, ``brand``, ``images``."""
    fields: dict[str, str] = json_field()
    """Field → digest of what was sent last, so that a ticket carries only what changed."""
    sent_at: datetime | None = moment_field(None)
    decision: str | None = key_field(None)
    """A person's word on the proposal: ``approve`` or ``reject``."""
    decision_state: str | None = key_field(None)
    """``waiting``, ``done`` or ``refused``."""
    decision_hb_sku: str = key_field("")
    """The proposal that the person saw: another one is never approved in its place."""
    decided_by: str | None = None
    decided_at: datetime | None = moment_field(None)


class Removal(SQLModel, table=True):
    """A product that left the channel's catalogue, on its way off sale (R5.6, A3).

    As long as the row stands no stock, price or correction goes to its SKU.
    """

    __table_args__ = (
        Index("removal_state", "channel_id", "state"),
        {"sqlite_with_rowid": False},
    )

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sku_key: str = key_field(primary_key=True)
    product_pk: int = big_field()
    action_pk: int = big_field()
    """Omnitron's integration action of the product, which is deleted at the end."""
    remote_id: str | None = key_field(None)
    state: str = key_field()
    """``held`` (a guard asks), ``kept`` (a person said no), ``waiting``, ``zero_sent``,
    ``off_sale`` (deactivated, not yet read back), ``removed``, ``returning``."""
    uploads: int = 0
    """How often stock 0 was sent."""
    batch_id: int | None = big_field(None)
    found_at: datetime = moment_field()
    changed_at: datetime = moment_field()
    decided_by: str | None = None
