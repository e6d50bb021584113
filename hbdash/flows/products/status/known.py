"""What Hepsiburada's catalogue knows of a SKU already (check-product-status, H§7.3, H§17.1)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from hbdash.domain.turkish import sku_key
from hbdash.flows.products.records.model import Cause, Ready
from hbdash.flows.stock_price.products import listings_of
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import Upload, UploadRow

#: There already: an import would be refused, and is not needed. One that Hepsiburada's catalogue
#: team works on is taken in as well; its price and stock follow when it is listed.
ADOPTED = frozenset({"MATCHED", "CREATED", "MATCHED_WITH_STAGED", "IN_EXTERNAL_PROGRESS"})
#: Refused there for good: only a person can go on, and an import can't change it.
BARRED = frozenset({"BLOCKED", "REJECTED"})
#: With a listing, or about to get one.
LISTED = frozenset({"MATCHED", "CREATED", "MATCHED_WITH_STAGED"})
IN_REVIEW = "WAITING"
#: Hepsiburada's own people have it in hand: nothing of it can be changed meanwhile.
IN_WORK = "IN_EXTERNAL_PROGRESS"
_ASKED_AT_ONCE = 50


def statuses(ctx: RunContext, keys: Sequence[str]) -> dict[str, str]:
    """SKU key → status code, of those that the catalogue knows."""
    found: dict[str, str] = {}
    for start in range(0, len(keys), _ASKED_AT_ONCE):
        part = keys[start : start + _ASKED_AT_ONCE]
        answer = ctx.hepsiburada.check_product_status(part)
        found |= {sku_key(sku): status for sku, status in answer.items() if status}
    return found


def listed_anyway(ctx: RunContext, keys: Sequence[str]) -> dict[str, str]:
    """SKU key → MATCHED, of those with a listing that no import made: opened in the panel.

    The catalogue's integration does not know them, and an import would be refused (H§7.3).
    """
    return dict.fromkeys(listings_of(ctx, keys), "MATCHED") if keys else {}


def in_review_as_sent(ctx: RunContext, rows: Sequence[Ready]) -> set[str]:
    """Of products in review there, those that came from an import of ours in this very version.

    Its result never came, so they were not counted; sending them again would change nothing.
    """
    versions = {row.key: row.version for row in rows}
    sent, uploads = table_of(UploadRow), table_of(Upload)
    with ctx.db.read() as connection:
        found = connection.execute(
            select(sent.c.sku_key, sent.c.version)
            .join(uploads, uploads.c.id == sent.c.upload_id)
            .where(
                sent.c.channel_id == ctx.channel_id,
                sent.c.sku_key.in_(sorted(versions)),
                sent.c.kind == "import",
                or_(uploads.c.state == "lost", sent.c.code == "product.no_result"),
            )
        ).all()
    return {row.sku_key for row in found if row.version == versions[row.sku_key]}


def barred_cause(status: str) -> Cause:
    """Why a product that was refused there before is not sent again."""
    code = "product.blocked" if status == "BLOCKED" else "product.refused"
    return Cause(code, {"text": status, "attribute": ""}, status)
