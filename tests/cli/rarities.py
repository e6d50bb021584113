"""Rows that the shop of the pictures lacks, without which a key would never appear."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from PIL import Image
from sqlalchemy import insert, select, update

from hbdash.actions.actor import Actor, Role
from hbdash.actions.claims import add_photo, save_draft
from hbdash.config import RefundsConfig
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import CatalogueItem, Claim, Difference, FlowRun, Listing, MarketPackage
from hbdash.store.tables.orders import PackageLine
from tests.support.shop import CHANNEL, NOW, clock

DRAFTED = "042003118"
_AYSE = Actor("ayse", Role.OPERATOR, "dashboard")


def add_rarities(db: Database, folder: Path) -> None:
    """A difference that stands, a claim with package, draft and photo, a run for given keys."""
    items, listings, claims = table_of(CatalogueItem), table_of(Listing), table_of(Claim)
    with db.write() as connection:
        connection.execute(update(listings).values(price=listings.c.price + Decimal(1)))
        keys = connection.execute(select(items.c.sku_key)).scalars().all()
        connection.execute(
            insert(table_of(Difference)),
            [
                {"channel_id": CHANNEL, "sku_key": key, "kind": "price", "ours": 0, "theirs": 1,
                 "found_at": NOW - timedelta(hours=1), "asked_at": NOW}
                for key in keys
            ],
        )  # fmt: skip
        claim = connection.execute(select(claims).where(claims.c.number == DRAFTED)).one()
        connection.execute(
            insert(table_of(MarketPackage)).values(
                channel_id=CHANNEL, package_number="3301899001", order_number=claim.order_number,
                status="Delivered", state="written", total=claim.amount, first_seen=NOW,
                seen_at=NOW, payload={},
            )
        )  # fmt: skip
        connection.execute(
            insert(table_of(PackageLine)).values(
                channel_id=CHANNEL, package_number="3301899001",
                line_item_id=claim.line_item_id, quantity=1,
            )
        )  # fmt: skip
        connection.execute(
            update(table_of(FlowRun))
            .where(table_of(FlowRun).c.flow == "product_create")
            .values(keys=["LZR-20418-İND"])
        )
    save_draft(
        db, clock(), _AYSE, CHANNEL, DRAFTED, reason="ProductNotWrong", statement="Doğru ürün."
    )
    photo = folder / "etiket.png"
    Image.new("RGB", (4, 4), "teal").save(photo)
    add_photo(db, clock(), _AYSE, CHANNEL, DRAFTED, photo, RefundsConfig())
