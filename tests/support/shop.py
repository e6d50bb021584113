"""Lalezar, a believable shop on a Monday afternoon: what a working channel's database looks like.

Everything is made from one moment and one seed, so that pictures of it stay the same. The numbers
follow the mockups of the look.
"""

from __future__ import annotations

from tests.support.shop_goods import Goods
from tests.support.shop_ground import (
    CHANNEL,
    COLOURS,
    HOLDER,
    ISTANBUL,
    NOW,
    ago,
    ahead,
    clock,
    sku_of,
    today,
)
from tests.support.shop_trouble import Trouble
from tests.support.shop_work import Work

__all__ = [
    "CHANNEL", "COLOURS", "HOLDER", "ISTANBUL", "NOW", "Shop", "ago", "ahead", "clock", "sku_of",
    "today",
]  # fmt: skip


class Shop(Work, Goods, Trouble):
    """Fills one channel of a migrated database. Each part can be left out by not calling it."""

    def everything(self) -> Shop:
        """The afternoon of the mockups."""
        with self.db.write() as connection:
            self.channel(connection)
            self.engine(connection)
            self.figures(connection)
            self.runs(connection)
            self.catalogue(connection)
            self.claims(connection)
            self.orders(connection)
            self.failures(connection)
            self.alarms(connection)
            self.log(connection)
        return self

    def calm(self) -> Shop:
        """The same shop with nothing wrong and nothing urgent."""
        with self.db.write() as connection:
            self.channel(connection)
            self.engine(connection)
            self.figures(connection)
            self.runs(connection, calm=True)
            self.catalogue(connection)
        return self
