"""What was read of claims, kept at first sight: rows, log lines of what is new or has moved."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, insert, select, update

from hbdash.domain.claims import ACCEPTED, AWAITING_ACTION, REFUNDED, REJECTED
from hbdash.domain.turkish import sku_key
from hbdash.hepsiburada.models.claims import Claim as RemoteClaim
from hbdash.hepsiburada.models.claims import ClaimStatus
from hbdash.runs.context import RunContext
from hbdash.runs.failures import OPEN_STATES, cure
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import CatalogueItem, Claim, Failure, Listing, MarketLine
from hbdash.texts.claims import claim_ended, claim_moved, claim_opened

claim_t = table_of(Claim)

_STATUS = {status.value.lower(): status.value for status in ClaimStatus}
#: Columns compared to know whether a row has changed.
_COMPARED = (
    "status", "claim_type", "reason", "explanation", "deadline", "quantity", "amount", "photos",
    "deliveries", "finalized_with", "our_statement", "settled", "product_name",
)  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """What one reading changed. moved: claims whose status is another than before."""

    new: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()


def keep_claims(ctx: RunContext, claims: Mapping[str, RemoteClaim], *, counts: bool = True) -> Kept:
    """Write the claims of one list; each that is new or has moved leaves a log line.

    counts: False where they are read on the way to something else, which is what the run counts.
    """
    new: list[str] = []
    moved: list[str] = []
    for part in sliced(sorted(claims), 100):
        with ctx.commit() as connection:
            known = load(connection, ctx.channel_id, part)
            names = _product_names(connection, ctx.channel_id, [claims[n] for n in part], known)
            now = ctx.now()
            rows = [
                _values(claims[number], known.get(number), names.get(number, ""), now)
                for number in part
            ]
            _write(connection, ctx.channel_id, rows, known, now)
            for row in rows:
                before = known.get(row["number"])
                if before is None:
                    new.append(row["number"])
                    _say_new(ctx, row)
                elif before["status"] != row["status"]:
                    moved.append(row["number"])
                    _say_moved(ctx, row, before)
            _cure_moved(connection, ctx.channel_id, [n for n in part if n in moved], now)
    if counts:
        ctx.progress.ok += len(new) + len(moved)
    return Kept(tuple(new), tuple(moved))


def load(
    connection: Connection, channel_id: int, numbers: Collection[str]
) -> dict[str, RowMapping]:
    """Claim rows by number."""
    found: dict[str, RowMapping] = {}
    for part in sliced(sorted(set(numbers)), 500):
        rows = connection.execute(
            select(claim_t).where(claim_t.c.channel_id == channel_id, claim_t.c.number.in_(part))
        ).mappings()
        found.update({row["number"]: row for row in rows})
    return found


def status_word(text: str) -> str:
    """Hepsiburada's status as the enumeration spells it; an unknown one as it came."""
    return _STATUS.get(text.strip().lower(), text.strip())


def _values(
    claim: RemoteClaim, before: RowMapping | None, name: str, now: datetime
) -> dict[str, Any]:
    status = status_word(claim.status)
    deadline = claim.awaiting_action_expire_date or claim.awaiting_pre_approval_expire_date
    return {
        "number": claim.number,
        "status": status,
        "claim_type": claim.claim_type,
        "reason": claim.reason,
        "explanation": claim.explanation,
        "claimed_at": claim.claim_date or (before["claimed_at"] if before else now),
        "ordered_at": claim.order_date,
        # It is gone from the answer once the claim was decided; what became of it needs it.
        "deadline": deadline or (before["deadline"] if before else None),
        "quantity": max(claim.quantity, 1),
        "sku_key": sku_key(claim.merchant_sku),
        "hb_sku": claim.sku,
        "product_name": name,
        "order_number": claim.order_number,
        "line_item_id": claim.line_item_id,
        "customer_name": claim.customer_name,
        "amount": _amount(claim),
        "photos": [{"url": one.image_url, "by": one.reported_by} for one in claim.reports],
        "deliveries": [
            {
                "code": one.delivery_code,
                "status": one.status,
                "direction": one.direction,
                "at": one.created_date.isoformat() if one.created_date else None,
                "package": one.package_number,
                "tracking": one.tracking_number,
            }
            for one in claim.deliveries
        ],
        "finalized_with": claim.finalized_with,
        "our_statement": claim.merchant_rejection_statement,
        "settled": status == REFUNDED,
        "changed_at": _changed_at(claim, status, before, now),
    }


def _amount(claim: RemoteClaim) -> Decimal:
    if claim.total_price_amount is not None:
        return round(claim.total_price_amount, 5)
    return round((claim.price_amount or Decimal(0)) * max(claim.quantity, 1), 5)


def _changed_at(
    claim: RemoteClaim, status: str, before: RowMapping | None, now: datetime
) -> datetime:
    """When the claim left what it was before; a refund that follows an accept changes nothing."""
    if before is not None and status == before["status"]:
        known: datetime = before["changed_at"]
        return known
    if before is not None and (before["status"], status) == (ACCEPTED, REFUNDED):
        accepted: datetime = before["changed_at"]
        return accepted
    if status == REFUNDED and claim.refund_date is not None:
        return min(claim.refund_date, now)
    if status == AWAITING_ACTION and claim.claim_date is not None:
        return min(claim.claim_date, now)
    return now


def _write(
    connection: Connection,
    channel_id: int,
    rows: Sequence[dict[str, Any]],
    known: Mapping[str, RowMapping],
    now: datetime,
) -> None:
    fresh = [row for row in rows if row["number"] not in known]
    if fresh:
        stamp = {"channel_id": channel_id, "first_seen": now, "seen_at": now}
        connection.execute(insert(claim_t), [{**row, **stamp} for row in fresh])
    for row in rows:
        before = known.get(row["number"])
        if before is not None and any(row[name] != before[name] for name in _COMPARED):
            connection.execute(
                update(claim_t).where(claim_t.c.id == before["id"]).values(**row, seen_at=now)
            )
    same = [{"b_id": before["id"]} for before in known.values()]
    if same:
        connection.execute(
            update(claim_t).where(claim_t.c.id == bindparam("b_id")).values(seen_at=now), same
        )


def _product_names(
    connection: Connection,
    channel_id: int,
    claims: Sequence[RemoteClaim],
    known: Mapping[str, RowMapping],
) -> dict[str, str]:
    """Claim number → name of the product: from the mirror, else from the order's line."""
    names = {n: row["product_name"] for n, row in known.items() if row["product_name"]}
    nameless = [claim for claim in claims if claim.number not in names]
    if not nameless:
        return names
    item, line, listing = table_of(CatalogueItem), table_of(MarketLine), table_of(Listing)
    keys = {claim.number: sku_key(claim.merchant_sku) for claim in nameless}
    # merchantSku may be missing; the listing then knows whose hbSku it is.
    by_hb = _pairs(
        connection,
        select(listing.c.hb_sku, listing.c.sku_key).where(
            listing.c.channel_id == channel_id,
            listing.c.hb_sku.in_([c.sku for c in nameless if not c.merchant_sku]),
        ),
    )
    keys |= {c.number: by_hb[c.sku] for c in nameless if c.sku in by_hb and not keys[c.number]}
    by_sku = _pairs(
        connection,
        select(item.c.sku_key, item.c.name).where(
            item.c.channel_id == channel_id, item.c.sku_key.in_(sorted(set(keys.values())))
        ),
    )
    by_line = _pairs(
        connection,
        select(line.c.line_item_id, line.c.name).where(
            line.c.channel_id == channel_id,
            line.c.line_item_id.in_([claim.line_item_id for claim in nameless]),
        ),
    )
    for claim in nameless:
        names[claim.number] = (
            by_sku.get(keys[claim.number]) or by_line.get(claim.line_item_id) or ""
        )
    return names


def _pairs(connection: Connection, statement: Select[Any]) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(statement)}


def _say_new(ctx: RunContext, row: Mapping[str, Any]) -> None:
    ctx.journal.add(
        "info",
        "ok",
        claim_opened(row["claim_type"], row["reason"], row["quantity"], row["amount"]),
        kind="claim",
        key=row["number"],
        code="claim.seen",
        params={"status": row["status"], "order": row["order_number"]},
    )


def _say_moved(ctx: RunContext, row: Mapping[str, Any], before: RowMapping) -> None:
    ours = bool(row["our_statement"]) and before["status"] != AWAITING_ACTION
    text = claim_moved(row["status"])
    if ours and row["status"] in (REJECTED, ACCEPTED, REFUNDED):
        text = claim_ended(row["status"] == REJECTED)
    ctx.journal.add(
        "info",
        "ok",
        text,
        kind="claim",
        key=row["number"],
        code="claim.moved",
        params={"from": before["status"], "to": row["status"]},
    )


def _cure_moved(
    connection: Connection, channel_id: int, numbers: Sequence[str], now: datetime
) -> None:
    """What kept a claim from being decided is no failure once it was decided, by whomever."""
    if not numbers:
        return
    failures = table_of(Failure)
    ids = connection.execute(
        select(failures.c.id).where(
            failures.c.channel_id == channel_id,
            failures.c.kind == "claim",
            failures.c.key.in_(list(numbers)),
            failures.c.state.in_(OPEN_STATES),
        )
    ).scalars()
    cure(connection, list(ids), now, "cause_gone")
