"""The claims of Lalezar's afternoon, as in the mockups: to decide, at the marketplace, closed."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import delete, insert, select
from textual.pilot import Pilot

from hbdash.store.bulk import table_of
from hbdash.store.tables import (
    Attachment,
    CancellationRequest,
    Claim,
    ClaimDecision,
    ClaimDraft,
    EngineRequest,
    MarketLine,
    MarketOrder,
)
from screens.refunds.page import RefundsPage
from tests.support import shop
from tests.support.dashboards import SilentDatabase, app_of, press, until

CLAIM = "041987654"
"""The first to decide: a return, 1 h 12 min left."""
PORTAL = "042012003"
NEEDS_REASON = "042011502"
WORDS = "Kilim yırtık geldi, ortasında 10 cm’lik kesik var. Paketi açınca gördüm, iade istiyorum."
STATEMENT = "Kutudan çıkan kilim bizim gönderdiğimiz ürün değildir; q X 4 : ? hepsi metindir."

claim_t, decision_t = table_of(Claim), table_of(ClaimDecision)

_TO_DECIDE: tuple[tuple[str, timedelta, str, str, str, int, str, str, int], ...] = (
    (CLAIM, timedelta(hours=1, minutes=12, seconds=20), "Şönil Kilim 80×150 cm Bordo",
     "ProductIsDamaged", WORDS, 1, "1249.90", "Return", 3),
    ("042003118", timedelta(hours=5, minutes=40, seconds=20), "Pamuklu Çarşaf Takımı Çift Kişilik",
     "SizeTooLarge", "Büyük geldi.", 1, "459.00", "Return", 0),
    ("041990027", timedelta(hours=9, minutes=5, seconds=20), "Porselen Kahve Fincanı 6’lı",
     "MissingProduct", "İki fincan eksik.", 2, "998.00", "MissingItem", 2),
    ("042011450", timedelta(hours=44, seconds=20), "Yünlü Battaniye Iğdır Siyah",
     "PoorQuality", "Tüy döküyor.", 1, "759.00", "Return", 1),
    (NEEDS_REASON, timedelta(hours=44, minutes=5), "Çelik Çaydanlık 2,2 L",
     "WrongProduct", "Başka ürün geldi.", 1, "599.00", "Return", 4),
    (PORTAL, timedelta(hours=46, minutes=1), "Kadife Yastık Kılıfı Üzüm",
     "MissingInvoice", "Faturam yok.", 1, "149.00", "MissingInvoice", 0),
)  # fmt: skip


def add(connection: Any, model: Any, **values: Any) -> None:
    """One row, the model's defaults filled in."""
    row = model(**values)
    table = table_of(model)
    data = {
        column.name: getattr(row, column.name)
        for column in table.columns
        if not (column.name == "id" and getattr(row, "id", None) is None)
    }
    connection.execute(insert(table).values(**data))


def add_claim(
    connection: Any, number: str, *, deadline: datetime | None = None, **own: Any
) -> None:
    """A claim; what is not given is as in the first of the mockup."""
    values: dict[str, Any] = {
        "status": "AwaitingAction", "claim_type": "Return", "reason": "ProductIsDamaged",
        "explanation": WORDS, "quantity": 1, "sku_key": "LZR-10432-BRD",
        "product_name": "Şönil Kilim 80×150 cm Bordo",
        "order_number": "4101877120" if number == CLAIM else f"41018{number[-5:]}",
        "customer_name": "Nazlı Tekin", "amount": Decimal("1249.90"),
        "photos": [], "deliveries": [], "changed_at": shop.ago(hours=5),
        **own,
    }  # fmt: skip
    deadline = deadline or shop.ahead(hours=3)
    add(
        connection, Claim,
        channel_id=shop.CHANNEL, number=number, deadline=deadline, hb_sku="HBCV1",
        line_item_id=f"line-{number}", claimed_at=deadline - timedelta(hours=48),
        ordered_at=shop.ago(days=9), first_seen=shop.ago(hours=5), seen_at=shop.ago(minutes=2),
        **values,
    )  # fmt: skip


def decide(connection: Any, number: str, state: str, **own: Any) -> None:
    """A rejection of ours."""
    values: dict[str, Any] = {
        "verdict": "reject", "reason": "CustomerReturnedWrongItem", "statement": STATEMENT,
        "attachments": [], "decided_by": "mehmet", "decided_at": shop.ago(days=2), "state": state,
        "refusal": {}, **own,
    }  # fmt: skip
    add(connection, ClaimDecision, channel_id=shop.CHANNEL, claim_number=number, **values)


def fill(db: SilentDatabase) -> SilentDatabase:
    """The claims of the mockups in place of the shop's own."""
    with db.write() as connection:
        clear(connection)
        for number, left, product, reason, words, n, amount, type_, photos in _TO_DECIDE:
            add_claim(
                connection, number, deadline=shop.NOW + left, product_name=product, reason=reason,
                explanation=words, quantity=n, amount=Decimal(amount), claim_type=type_,
                photos=[
                    {"url": f"https://images.hepsiburada.example/{number}/IMG_447{k}.jpg",
                     "by": "Customer"}
                    for k in range(1, photos + 1)
                ],
                deliveries=[
                    {"direction": "CustomerToMerchant", "status": "Delivered",
                     "at": shop.ago(days=1).isoformat(), "tracking": "HJ7740218", "code": "1"}
                ] if number == CLAIM else [],
            )  # fmt: skip
        add(
            connection, CancellationRequest,
            channel_id=shop.CHANNEL, remote_id=f"{NEEDS_REASON}-1", claim_number=NEEDS_REASON,
            k=1, request_pk=61, item_pk=62, status="rejected", created_at=shop.ago(hours=4),
            changed_at=shop.ago(hours=1),
        )  # fmt: skip
        add(
            connection, ClaimDraft,
            channel_id=shop.CHANNEL, claim_number="042003118", reason="", statement="Etiket",
            updated_by="mehmet", updated_at=shop.ago(minutes=20),
        )  # fmt: skip
        add(
            connection, MarketOrder,
            channel_id=shop.CHANNEL, order_number="4101877120", customer_id="c-nazli",
            customer_name="Nazlı Tekin", placed_at=shop.ago(days=9), first_seen=shop.ago(days=9),
        )  # fmt: skip
        add(
            connection, MarketLine,
            channel_id=shop.CHANNEL, line_item_id=f"line-{CLAIM}", order_number="4101877120",
            sku_key="LZR-10432-BRD", name="Şönil Kilim 80×150 cm Bordo", quantity=41,
        )  # fmt: skip
        _earlier(connection)
    return db


def _earlier(connection: Any) -> None:
    add_claim(connection, "041955120", status="InDispute", product_name="Çelik Çaydanlık 2,2 L",
              amount=Decimal("599.00"), changed_at=shop.ago(days=2))  # fmt: skip
    decide(connection, "041955120", "done", done_at=shop.ago(days=2))
    for n, (status, reason) in enumerate(
        (
            ("Rejected", "CustomerReturnedWrongItem"), ("Rejected", "CustomerReturnedWrongItem"),
            ("Refunded", "CustomerReturnedWrongItem"), ("Refunded", "ProductIsDamaged"),
            ("Refunded", "BoxIsEmptyWithoutReport"), ("Rejected", "ReturnedProductIsNotDelivered"),
        )
    ):  # fmt: skip
        number = f"0419{n}1246"
        add_claim(connection, number, status=status, changed_at=shop.ago(days=4 + n))
        attachments = [900 + n] if status == "Rejected" else []
        decide(connection, number, "done", reason=reason, done_at=shop.ago(days=5 + n),
               decided_at=shop.ago(days=5 + n), attachments=attachments)  # fmt: skip
    add_claim(connection, "041800001", status="Accepted", changed_at=shop.ago(days=30))


def clear(connection: Any) -> None:
    """No claim at all."""
    for model in (Claim, ClaimDecision, ClaimDraft, CancellationRequest, Attachment):
        connection.execute(delete(table_of(model)))


def photo(folder: Path, name: str = "etiket.jpg", colour: str = "firebrick") -> Path:
    """A small real picture on disk."""
    path = folder / name
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "PNG" if name.endswith("png") else "JPEG")
    path.write_bytes(buffer.getvalue())
    return path


# Looking at what is there -----------------------------------------------------------------------


def rows(db: SilentDatabase, model: Any, **equal: Any) -> list[dict[str, Any]]:
    """Rows of a table."""
    table = table_of(model)
    statement = select(table).order_by(table.c.id)
    for name, value in equal.items():
        statement = statement.where(table.c[name] == value)
    with db.read() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def draft(db: SilentDatabase, number: str = CLAIM) -> dict[str, Any] | None:
    """The draft of a claim."""
    found = rows(db, ClaimDraft, claim_number=number)
    return found[0] if found else None


def decisions(db: SilentDatabase, number: str = CLAIM) -> list[dict[str, Any]]:
    """Decisions of a claim."""
    return rows(db, ClaimDecision, claim_number=number)


def requests(db: SilentDatabase) -> list[dict[str, Any]]:
    """Requests to the engine for a rejection."""
    return rows(db, EngineRequest, flow="reject_refund")


# Going there ------------------------------------------------------------------------------------


def page_of(pilot: Pilot[Any]) -> RefundsPage:
    """The page."""
    page = app_of(pilot).page
    assert isinstance(page, RefundsPage)
    return page


async def on_refunds(pilot: Pilot[Any], *, detail: bool = True) -> RefundsPage:
    """Press 4, and wait until the list and the claim under the cursor are there."""
    await press(pilot, "4")
    app = app_of(pilot)

    def ready() -> bool:
        page = app.page
        if not isinstance(page, RefundsPage) or page.snapshot is None:
            return False
        if not detail:
            return True
        read = page.snapshot.detail
        return read is not None and read.row.number == page.number

    await until(pilot, ready, "refunds")
    await pilot.pause()
    return page_of(pilot)


async def in_form(pilot: Pilot[Any]) -> RefundsPage:
    """Press 4 and X."""
    page = await on_refunds(pilot)
    await press(pilot, "X")
    await until(pilot, lambda: page.form.number is not None, "form")
    return page


async def saved(pilot: Pilot[Any]) -> None:
    """Wait until what was typed is in the database."""
    form = page_of(pilot).form
    await until(pilot, lambda: form.keeper is not None and not form.keeper.pending, "draft saved")
