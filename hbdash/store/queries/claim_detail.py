"""One claim whole: what was bought, what came back, who the customer is, how such claims end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, select

from hbdash.domain.claims import CANCELLED, REJECTED
from hbdash.domain.reasons import rejection_reasons
from hbdash.store.bulk import table_of
from hbdash.store.queries.claim_drafts import draft, photos
from hbdash.store.queries.claim_facts import (
    ClaimDetail,
    CustomerHistory,
    CustomerPhoto,
    DecisionLine,
    DeliveryLine,
    FailureLine,
    PackageFact,
    RequestLine,
    SkuHistory,
)
from hbdash.store.queries.claim_rows import (
    ClaimRow,
    claim_select,
    claim_t,
    decision_t,
    request_t,
    row_of,
)
from hbdash.store.queries.disputes import by_customer_reason, by_rejection_reason
from hbdash.store.tables import Failure, MarketLine, MarketOrder, MarketPackage, OmnitronOrder
from hbdash.store.tables.orders import PackageLine

order_t = table_of(MarketOrder)
package_t = table_of(MarketPackage)
line_t = table_of(MarketLine)
inside_t = table_of(PackageLine)
omnitron_t = table_of(OmnitronOrder)
failure_t = table_of(Failure)

_OPEN_FAILURES = ("open", "retrying", "ended")
_UNDONE = (CANCELLED, REJECTED)
"""Claims after which the goods stay sold."""


def claim_detail(
    connection: Connection, channel_id: int, number: str, now: datetime | None = None
) -> ClaimDetail | None:
    """One claim by its number; None if it was never seen.

    now: until when disputes of the last twelve months are counted; the claim's own reading by
    default.
    """
    row = (
        connection.execute(claim_select(channel_id).where(claim_t.c.number == number))
        .mappings()
        .first()
    )
    if row is None:
        return None
    line = row_of(row)
    moment = now or row["seen_at"]
    return ClaimDetail(
        row=line,
        customer_name=row["customer_name"],
        ordered_at=row["ordered_at"],
        line_item_id=row["line_item_id"],
        customer_photos=tuple(
            CustomerPhoto(one.get("url", ""), one.get("by", "")) for one in row["photos"] or ()
        ),
        deliveries=tuple(_delivery(one) for one in row["deliveries"] or ()),
        packages=_packages(connection, channel_id, line.order_number, row["line_item_id"]),
        sku=_sku_history(connection, channel_id, row["sku_key"], line.reason),
        customer=_customer_history(connection, channel_id, line, row["sku_key"]),
        disputes=by_customer_reason(connection, channel_id, line.reason, moment),
        by_reason=by_rejection_reason(connection, channel_id, line.claim_type, moment),
        reasons=rejection_reasons(line.claim_type),
        requests=_requests(connection, channel_id, number),
        decision=_decision(connection, channel_id, number),
        failures=_failures(connection, channel_id, number),
        draft=draft(connection, channel_id, number),
        photos=photos(connection, channel_id, number),
        our_statement=row["our_statement"],
        settled=row["settled"],
        seen_at=row["seen_at"],
    )


def _delivery(one: Mapping[str, Any]) -> DeliveryLine:
    at = one.get("at")
    return DeliveryLine(
        direction=one.get("direction", ""),
        status=one.get("status", ""),
        at=datetime.fromisoformat(at) if at else None,
        tracking=one.get("tracking", ""),
        code=one.get("code", ""),
    )


def _packages(
    connection: Connection, channel_id: int, order_number: str, line_item_id: str
) -> tuple[PackageFact, ...]:
    rows = connection.execute(
        select(
            package_t.c.package_number,
            package_t.c.status,
            package_t.c.cargo,
            package_t.c.added_at,
            omnitron_t.c.number,
        )
        .select_from(
            package_t.outerjoin(
                omnitron_t,
                (omnitron_t.c.channel_id == package_t.c.channel_id)
                & (omnitron_t.c.remote_pk == package_t.c.omnitron_order_id),
            )
        )
        .where(
            package_t.c.channel_id == channel_id,
            package_t.c.order_number == order_number,
            package_t.c.package_number.in_(
                select(inside_t.c.package_number).where(
                    inside_t.c.channel_id == channel_id, inside_t.c.line_item_id == line_item_id
                )
            ),
        )
        .order_by(package_t.c.id)
    )
    return tuple(PackageFact(*row) for row in rows)


def _sku_history(
    connection: Connection, channel_id: int, sku_key: str, reason: str
) -> SkuHistory:  # fmt: skip
    if not sku_key:
        return SkuHistory(0, 0, 0)
    sold = connection.execute(
        select(func.coalesce(func.sum(line_t.c.quantity - line_t.c.cancelled), 0)).where(
            line_t.c.channel_id == channel_id, line_t.c.sku_key == sku_key
        )
    ).scalar_one()
    returned, same = connection.execute(
        select(
            func.coalesce(func.sum(claim_t.c.quantity), 0),
            func.coalesce(
                func.sum(case((claim_t.c.reason == reason, claim_t.c.quantity), else_=0)), 0
            ),
        ).where(
            claim_t.c.channel_id == channel_id,
            claim_t.c.sku_key == sku_key,
            claim_t.c.status.not_in(_UNDONE),
        )
    ).one()
    return SkuHistory(int(sold), int(returned), int(same))


def _customer_history(
    connection: Connection, channel_id: int, line: ClaimRow, sku_key: str
) -> CustomerHistory | None:
    customer = connection.execute(
        select(order_t.c.customer_id).where(
            order_t.c.channel_id == channel_id, order_t.c.order_number == line.order_number
        )
    ).scalar()
    if not customer:
        return None
    theirs = select(order_t.c.order_number).where(
        order_t.c.channel_id == channel_id, order_t.c.customer_id == customer
    )
    orders, since = connection.execute(
        select(func.count(), func.min(order_t.c.placed_at)).where(
            order_t.c.channel_id == channel_id, order_t.c.customer_id == customer
        )
    ).one()
    claims, same = connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((claim_t.c.sku_key == sku_key, 1), else_=0)), 0),
        ).where(
            claim_t.c.channel_id == channel_id,
            claim_t.c.order_number.in_(theirs),
            claim_t.c.number != line.number,
        )
    ).one()
    return CustomerHistory(int(orders), since, int(claims), int(same))


def _requests(connection: Connection, channel_id: int, number: str) -> tuple[RequestLine, ...]:
    rows = connection.execute(
        select(
            request_t.c.remote_id, request_t.c.request_pk, request_t.c.item_pk, request_t.c.status
        )
        .where(request_t.c.channel_id == channel_id, request_t.c.claim_number == number)
        .order_by(request_t.c.k)
    )
    return tuple(RequestLine(*row) for row in rows)


def _decision(connection: Connection, channel_id: int, number: str) -> DecisionLine | None:
    row = connection.execute(
        select(decision_t).where(
            decision_t.c.channel_id == channel_id, decision_t.c.claim_number == number
        )
    ).first()
    if row is None:
        return None
    return DecisionLine(
        verdict=row.verdict,
        state=row.state,
        reason=row.reason,
        statement=row.statement,
        photos=tuple(row.attachments or ()),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        there_at=row.there_at,
        done_at=row.done_at,
        ask_at=row.ask_at,
        refusal=row.refusal or {},
    )


def _failures(connection: Connection, channel_id: int, number: str) -> tuple[FailureLine, ...]:
    rows = connection.execute(
        select(
            failure_t.c.id,
            failure_t.c.code,
            failure_t.c.params,
            failure_t.c.next_at,
            failure_t.c.state,
            failure_t.c.flow,
            failure_t.c.fingerprint,
        )
        .where(
            failure_t.c.channel_id == channel_id,
            failure_t.c.kind == "claim",
            failure_t.c.key == number,
            failure_t.c.state.in_(_OPEN_FAILURES),
        )
        .order_by(failure_t.c.id)
    )
    return tuple(
        FailureLine(
            row.id,
            row.code,
            row.params,
            row.next_at,
            row.state == "ended",
            cause=f"{row.flow}\x1f{row.fingerprint}",
        )
        for row in rows
    )
