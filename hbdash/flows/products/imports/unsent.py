"""What surely never arrived at Hepsiburada: an import or ticket as if it had not been made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from hbdash.flows.products.records import rows as book
from hbdash.flows.products.status import market
from hbdash.runs import batches
from hbdash.store.bulk import table_of
from hbdash.store.tables import BatchObject, Upload, UploadRow


def let_go(connection: Connection, upload_id: int, state: str, now: datetime) -> None:
    """It was surely never taken in: Omnitron offers its products again once the batch closes.

    Nor are their fields there, so the next time all of them go.
    """
    uploads, objects, rows = table_of(Upload), table_of(BatchObject), table_of(UploadRow)
    channel_id, note = connection.execute(
        select(uploads.c.channel_id, uploads.c.note).where(uploads.c.id == upload_id)
    ).one()
    keys = connection.execute(select(rows.c.sku_key).where(rows.c.upload_id == upload_id)).scalars()
    market.forget_fields(connection, channel_id, dict.fromkeys(keys))
    book.change(connection, upload_id, state=state, settled_at=now)
    connection.execute(
        update(objects)
        .where(
            objects.c.batch_id.in_(note.get("batches", ())),
            objects.c.upload_id == upload_id,
            objects.c.verdict.is_(None),
        )
        .values(verdict=batches.RELEASED)
    )
