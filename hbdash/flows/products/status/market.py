"""What Hepsiburada's catalogue says of our products, kept until there is nothing to wait for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from hbdash.hepsiburada.models.products import MatchedProduct, ProductRow
from hbdash.store.bulk import sliced, table_of, upsert
from hbdash.store.tables import MarketProduct

#: Done: a record of the catalogue with a listing. Everything else is looked at again.
SETTLED = frozenset({"MATCHED", "CREATED"})
PRE_MATCHED = "PRE_MATCHED"
_SOONEST, _LATEST = timedelta(minutes=5), timedelta(days=1)
_KEY = ("channel_id", "sku_key")


@dataclass(frozen=True)
class Seen:
    """One SKU as it was seen just now. ``None`` leaves what is known of it as it is."""

    sku_key: str
    status: str
    product_pk: int | None = None
    hb_sku: str | None = None
    text: str | None = None
    matched: tuple[MatchedProduct, ...] | None = None

    @classmethod
    def of(cls, key: str, row: ProductRow, product_pk: int | None = None) -> Seen:
        """From a row of an import's result or of a status list."""
        said = [f"{one.attribute_name}: {one.message}" for one in row.validation_results]
        return cls(
            sku_key=key,
            status=row.status_code,
            product_pk=product_pk,
            hb_sku=row.hb_sku,
            text="; ".join(filter(None, (*row.reject_reasons_messages, *said)))[:4000],
            matched=row.matched_hb_product_info,
        )


def load(connection: Connection, channel_id: int, keys: Iterable[str]) -> dict[str, RowMapping]:
    """SKU key → what we know."""
    table = table_of(MarketProduct)
    found: dict[str, RowMapping] = {}
    for part in sliced(sorted(set(keys)), 500):
        rows = connection.execute(
            select(table).where(table.c.channel_id == channel_id, table.c.sku_key.in_(part))
        ).mappings()
        found.update({row["sku_key"]: row for row in rows})
    return found


def note(connection: Connection, channel_id: int, seen: Sequence[Seen], now: datetime) -> None:
    """Keep what was seen; a state that lasts is asked for ever more rarely, but without end."""
    standing = load(connection, channel_id, [one.sku_key for one in seen])
    rows: list[dict[str, Any]] = []
    for one in seen:
        before = standing.get(one.sku_key)
        same = before is not None and before["status"] == one.status
        since = before["since"] if before is not None and same else now
        known: Mapping[str, Any] = {} if before is None else dict(before)
        rows.append(
            {
                "channel_id": channel_id,
                "sku_key": one.sku_key,
                "product_pk": one.product_pk or known.get("product_pk"),
                "status": one.status,
                "hb_sku": one.hb_sku or known.get("hb_sku"),
                "since": since,
                "seen_at": now,
                "ask_at": next_look(one.status, since, now),
                "remote_text": _kept(one.text, known, "remote_text", same, ""),
                "matched": _matched(one.matched)
                if one.matched is not None
                else _kept(None, known, "matched", same, []),
                "fields": known.get("fields") or {},
                "sent_at": known.get("sent_at"),
                # A word on a proposal counts only as long as there is one.
                **{
                    name: known.get(name) if one.status == PRE_MATCHED and same else empty
                    for name, empty in _DECISION.items()
                },
            }
        )
    upsert(connection, MarketProduct, rows, key=_KEY)


_DECISION: dict[str, Any] = {
    "decision": None,
    "decision_state": None,
    "decision_hb_sku": "",
    "decided_by": None,
    "decided_at": None,
}


def _kept(value: Any, known: Mapping[str, Any], name: str, same: bool, empty: Any) -> Any:
    if value is not None:
        return value
    return known.get(name, empty) if same else empty


def _matched(proposals: Sequence[MatchedProduct]) -> list[dict[str, Any]]:
    return [
        {
            "hb_sku": one.hb_sku,
            "product_name": one.product_name,
            "brand": one.brand,
            "images": list(one.images),
            "variants": [[pair.name, pair.value] for pair in one.variant_type_attributes],
        }
        for one in proposals
    ]


def next_look(status: str, since: datetime, now: datetime) -> datetime | None:
    """A tenth of the time the state has lasted from now, within 5 minutes and a day."""
    if status in SETTLED:
        return None
    return now + min(max((now - since) / 10, _SOONEST), _LATEST)


def due(connection: Connection, channel_id: int, now: datetime, limit: int) -> list[RowMapping]:
    """Rows whose state is to be asked for, the longest waiting first."""
    table = table_of(MarketProduct)
    return list(
        connection.execute(
            select(table)
            .where(
                table.c.channel_id == channel_id,
                table.c.ask_at.is_not(None),
                table.c.ask_at <= now,
            )
            .order_by(table.c.ask_at)
            .limit(limit)
        ).mappings()
    )


def asked(
    connection: Connection, channel_id: int, rows: Sequence[RowMapping], now: datetime
) -> None:
    """They were asked for and nothing changed."""
    table = table_of(MarketProduct)
    if rows:
        connection.execute(
            update(table)
            .where(table.c.channel_id == channel_id, table.c.sku_key == bindparam("b_key"))
            .values(seen_at=now, ask_at=bindparam("b_at")),
            [
                {"b_key": row["sku_key"], "b_at": next_look(row["status"], row["since"], now)}
                for row in rows
            ],
        )


def decided(connection: Connection, channel_id: int) -> list[RowMapping]:
    """Proposals on which a person has decided and that are not carried out yet."""
    table = table_of(MarketProduct)
    return list(
        connection.execute(
            select(table)
            .where(table.c.channel_id == channel_id, table.c.decision_state == "waiting")
            .order_by(table.c.decided_at)
        ).mappings()
    )


def decision(connection: Connection, channel_id: int, key: str, state: str) -> None:
    """A decision was carried out (``done``) or can't be (``refused``)."""
    table = table_of(MarketProduct)
    connection.execute(
        update(table)
        .where(table.c.channel_id == channel_id, table.c.sku_key == key)
        .values(decision_state=state)
    )


def keep_fields(
    connection: Connection,
    channel_id: int,
    digests: Mapping[str, Mapping[str, str]],
    now: datetime,
) -> None:
    """SKU key → digest of each field that was sent just now; others stay as sent before."""
    standing = load(connection, channel_id, digests)
    upsert(
        connection,
        MarketProduct,
        [
            {
                "channel_id": channel_id,
                "sku_key": key,
                "status": "",
                "since": now,
                "seen_at": now,
                "remote_text": "",
                "matched": [],
                "decision_hb_sku": "",
                "fields": {**(standing[key]["fields"] if key in standing else {}), **fields},
                "sent_at": now,
            }
            for key, fields in digests.items()
        ],
        key=_KEY,
        update=("fields", "sent_at"),
    )


def forget_fields(
    connection: Connection, channel_id: int, refused: Mapping[str, Iterable[str] | None]
) -> None:
    """SKU key → fields that were not taken, ``None`` for all: the next time they go again."""
    table = table_of(MarketProduct)
    standing = load(connection, channel_id, refused)
    for key, names in refused.items():
        if key in standing:
            gone = None if names is None else set(names)
            kept = {
                name: digest
                for name, digest in standing[key]["fields"].items()
                if gone is not None and name not in gone
            }
            connection.execute(
                update(table)
                .where(table.c.channel_id == channel_id, table.c.sku_key == key)
                .values(fields=kept)
            )
