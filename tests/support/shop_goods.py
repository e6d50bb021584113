"""What Lalezar sells: catalogue and listings, claims and orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from hbdash.store.tables import (
    CancellationRequest,
    CatalogueItem,
    Claim,
    Listing,
    MarketLine,
    MarketOrder,
    MarketPackage,
    Offer,
)
from tests.support.shop_ground import (
    CHANNEL,
    COLOURS,
    Ground,
    ago,
    ahead,
    sku_of,
    today,
)


class Goods(Ground):
    """Goods, and what customers do with them."""

    # --- goods

    def catalogue(self, connection: Connection, skus: int = 40) -> None:
        """Some SKUs on both sides, with their offers; one of them locked by its price."""
        names = ("Dokuma Peştemal", "Bambu Havlu", "Çift Kişilik Nevresim", "Şal Desenli Örtü")
        for n in range(skus):
            key = sku_of(n)
            price = Decimal("299.00") + n * 10
            name = f"{names[n % 4]} {COLOURS[n % 5]} 90×170"
            self._add(
                connection, CatalogueItem,
                channel_id=CHANNEL, sku_key=key, product_pk=5_000 + n, sku=key, name=name,
                name_folded=name.lower(), base_code=f"LZR-{20_418 + n // 5}", categories=1,
                has_image=True, price=price, price_pk=7_000 + n, stock=10 + n, stock_pk=8_000 + n,
                changed_at=ago(hours=20), read_at=ago(minutes=10), sweep=3, is_simple=True,
                is_active=True, is_listed=True,
            )  # fmt: skip
            self._add(
                connection, Listing,
                channel_id=CHANNEL, sku_key=key, hb_sku=f"HBCV0000{4_000 + n}", merchant_sku=key,
                listing_id=f"l-{n}", price=price, stock=7 + n, is_salable=n != 0, is_locked=n == 0,
                reasons=["PriceLock"] if n == 0 else [], read_at=ago(minutes=9), sweep=3,
                price_min=Decimal("349.00") if n == 0 else None,
                price_max=Decimal("1200.00") if n == 0 else None,
            )  # fmt: skip
            for kind, value in (("stock", 7 + n), ("price", int(price * 100_000))):
                waiting = kind == "price" and 0 < n <= 31
                self._add(
                    connection, Offer,
                    channel_id=CHANNEL, sku_key=key, kind=kind, wanted=value, wanted_version=2,
                    wanted_at=today(13, 40) if waiting else ago(hours=1), sent=value,
                    sent_version=1 if waiting else 2, sent_at=ago(minutes=30),
                    confirmed=value, confirmed_version=1 if waiting else 2,
                    confirmed_at=ago(minutes=29), lag_ms=48_000,
                    state="waiting" if waiting else "confirmed",
                )  # fmt: skip

    # --- claims and orders

    def claims(self, connection: Connection) -> None:
        """Six claims to decide, the first in 1 h 12 min; some decided earlier."""
        waiting = [
            ("041987654", ahead(hours=1, minutes=12, seconds=20), "DefectiveItem",
             "Kumaşta yırtık var, fotoğrafları ekledim.", "1249.90"),
            ("042003118", ahead(hours=5, minutes=40, seconds=20), "WrongItem",
             "Yanlış renk geldi.", "459.00"),
            ("042010077", ahead(hours=44, seconds=20), "ChangeOfMind", "Vazgeçtim.", "780.20"),
            ("042010078", ahead(hours=45), "MissingPart", "Kutuda bir parça eksik.", "1000.00"),
            ("042010079", ahead(hours=46), "DefectiveItem", "Leke var.", "900.00"),
            ("042010080", ahead(hours=47), "LateDelivery", "Geç geldi.", "1100.00"),
        ]  # fmt: skip
        for n, (number, deadline, reason, words, amount) in enumerate(waiting):
            self._claim(
                connection, n, number, "AwaitingAction", deadline, reason, words, Decimal(amount)
            )
            self._add(
                connection, CancellationRequest,
                channel_id=CHANNEL, remote_id=f"{number}-1", claim_number=number, k=1,
                request_pk=60_000 + n, item_pk=61_000 + n, status="open",
                created_at=ago(hours=4), changed_at=ago(hours=4),
            )  # fmt: skip
        for n, (number, status) in enumerate(
            (("041900001", "InDispute"), ("041900002", "Accepted"), ("041900003", "Rejected")), 6
        ):
            self._claim(
                connection, n, number, status, ago(days=2), "DefectiveItem", "Kırık geldi.",
                Decimal("512.00"),
            )  # fmt: skip

    def _claim(
        self, connection: Connection, n: int, number: str, status: str, deadline: datetime,
        reason: str, words: str, amount: Decimal,
    ) -> None:  # fmt: skip
        self._add(
            connection, Claim,
            channel_id=CHANNEL, number=number, status=status, claim_type="Return", reason=reason,
            explanation=words, claimed_at=deadline - timedelta(hours=48),
            ordered_at=deadline - timedelta(days=9), deadline=deadline, quantity=1,
            sku_key="LZR-20418-İND", hb_sku="HBCV00004000",
            product_name="Dokuma Peştemal İndigo 90×170", order_number=f"41029{30_000 + n}",
            line_item_id=f"li-{n}", customer_name="Zeynep Öztürk", amount=amount,
            photos=[{"url": "https://images.example/1.jpg", "by": "customer"}] if n < 2 else [],
            deliveries=[], first_seen=ago(hours=5), seen_at=ago(minutes=2),
            changed_at=ago(hours=5), settled=False,
        )  # fmt: skip

    def orders(self, connection: Connection) -> None:
        """Eight orders that are not in Omnitron (Bolu / Merkez), seven to hand over."""
        for n in range(8):
            due = ahead(hours=2, minutes=28, seconds=20) if n < 2 else ahead(hours=17, minutes=n)
            number = "4102938847" if n == 0 else f"41029{38_900 + n}"
            self._order(connection, n, number, "failed", due, Decimal("2318.00") - n * 100)
        for n in range(8, 15):
            number = f"41029{40_000 + n}"
            self._order(connection, n, number, "written", ahead(hours=17, minutes=n),
                        Decimal("1288.90"))  # fmt: skip

    def _order(
        self, connection: Connection, n: int, number: str, state: str, due: datetime,
        total: Decimal,
    ) -> None:  # fmt: skip
        self._add(
            connection, MarketOrder,
            channel_id=CHANNEL, order_number=number, customer_id=f"c-{n}",
            customer_name="Kadir Yılmaz", placed_at=today(14, 20), first_seen=today(14, 21),
        )  # fmt: skip
        self._add(
            connection, MarketPackage,
            channel_id=CHANNEL, package_number=f"33018{77_214 + n}", order_number=number,
            status="Open", state=state, due_at=due, added_at=today(14, 20), cargo="hepsiJET",
            total=total, city="Bolu", town="Merkez", first_seen=today(14, 21),
            seen_at=today(14, 31), payload={},
        )  # fmt: skip
        self._add(
            connection, MarketLine,
            channel_id=CHANNEL, line_item_id=f"line-{n}", order_number=number,
            sku_key=sku_of(n + 1), name="Dokuma Peştemal İndigo 90×170", quantity=2,
        )  # fmt: skip
