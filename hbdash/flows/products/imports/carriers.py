"""The two ways in which products go out: an import (H§7.1) and a ticket (H§8).

Sending, halving, recovery and asking for results are the same for both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import RowMapping

from hbdash.domain.turkish import sku_key
from hbdash.flows.products.imports import fields as fields_of_ticket
from hbdash.flows.products.records import rows as book
from hbdash.flows.products.records.model import Change, Outgoing, Ready
from hbdash.flows.products.status.verdicts import Verdict, ticket_verdict, verdict_of
from hbdash.hepsiburada.errors import NotVisibleYet
from hbdash.hepsiburada.models.products import ProductRow
from hbdash.hepsiburada.models.tickets import TicketItem, TicketRow
from hbdash.runs.context import RunContext
from hbdash.texts.products import (
    change_sent,
    import_found,
    import_halved,
    import_lost,
    import_sent,
    import_sought,
    product_sent,
    ticket_found,
    ticket_halved,
    ticket_lost,
    ticket_sent,
    ticket_sought,
)


@dataclass(frozen=True)
class Answer:
    """What is known of an import or ticket: rows by SKU key.

    complete: no further row can come.
    """

    rows: Mapping[str, ProductRow | TicketRow]
    complete: bool


@dataclass(frozen=True)
class Words:
    """What is said of it."""

    sent: Callable[[int, str], str]
    one_sent: Callable[[str], str]
    halved: Callable[[int, str], str]
    sought: Callable[[int], str]
    found: Callable[[int, str], str]
    lost: Callable[[int], str]


class Carrier(Protocol):
    """An import or a ticket. ``kind`` names uploads and rows in our tables."""

    kind: str
    words: Words

    def send(self, ctx: RunContext, rows: Sequence[Outgoing]) -> str: ...

    def digests(self, row: Outgoing) -> dict[str, str]: ...

    def history(self, ctx: RunContext, payload: Mapping[str, Any]) -> list[tuple[str, Any]]: ...

    def is_mine(self, ctx: RunContext, tracking_id: str, payload: Mapping[str, Any]) -> bool: ...

    def read(self, ctx: RunContext, upload: RowMapping) -> Answer: ...

    def verdict(self, row: ProductRow | TicketRow) -> Verdict | None: ...


class _Import:
    kind = book.KIND
    words = Words(
        import_sent, product_sent, import_halved, import_sought, import_found, import_lost
    )

    def send(self, ctx: RunContext, rows: Sequence[Outgoing]) -> str:
        return ctx.hepsiburada.import_products([r.row for r in rows if isinstance(r, Ready)])

    def digests(self, row: Outgoing) -> dict[str, str]:
        if not isinstance(row, Ready):
            return {}
        return fields_of_ticket.digests(fields_of_ticket.fields_of(row.row.attributes))

    def history(self, ctx: RunContext, payload: Mapping[str, Any]) -> list[tuple[str, Any]]:
        return [(row.tracking_id, row.created_date) for row in ctx.hepsiburada.tracking_history()]

    def is_mine(self, ctx: RunContext, tracking_id: str, payload: Mapping[str, Any]) -> bool:
        try:
            pages = list(ctx.hepsiburada.import_status(tracking_id))
        except NotVisibleYet:
            return False
        there = {sku_key(row.merchant_sku) for page in pages for row in page.rows}
        return there == set(payload["skus"])

    def read(self, ctx: RunContext, upload: RowMapping) -> Answer:
        rows: dict[str, ProductRow] = {}
        complete = True
        for page in ctx.hepsiburada.import_status(upload["tracking_id"]):
            rows |= {sku_key(row.merchant_sku): row for row in page.rows}
            # A row that can't be read may be any of ours.
            complete = complete and not page.faulty
        # Rows may come one after the other: those that are not listed yet are waited for.
        complete = complete and len(rows) >= upload["rows"]
        return Answer(rows, complete and not any(row.is_processing for row in rows.values()))

    def verdict(self, row: ProductRow | TicketRow) -> Verdict | None:
        return verdict_of(row) if isinstance(row, ProductRow) else None


class _Ticket:
    kind = book.TICKET
    words = Words(ticket_sent, change_sent, ticket_halved, ticket_sought, ticket_found, ticket_lost)

    def send(self, ctx: RunContext, rows: Sequence[Outgoing]) -> str:
        return ctx.hepsiburada.send_ticket(
            [
                TicketItem(row.hb_sku, fields_of_ticket.as_members(row.fields))
                for row in rows
                if isinstance(row, Change)
            ]
        )

    def digests(self, row: Outgoing) -> dict[str, str]:
        return fields_of_ticket.digests(row.fields) if isinstance(row, Change) else {}

    def history(self, ctx: RunContext, payload: Mapping[str, Any]) -> list[tuple[str, Any]]:
        hb_sku = next(iter(payload["hb_skus"].values()))
        return [(row.tracking_id, row.created_at) for row in ctx.hepsiburada.tickets_of(hb_sku)]

    def is_mine(self, ctx: RunContext, tracking_id: str, payload: Mapping[str, Any]) -> bool:
        try:
            rows = ctx.hepsiburada.ticket_status(tracking_id).rows
        except NotVisibleYet:
            return False
        return {row.hb_sku for row in rows} == set(payload["hb_skus"].values())

    def read(self, ctx: RunContext, upload: RowMapping) -> Answer:
        found = ctx.hepsiburada.ticket_status(upload["tracking_id"])
        keys = {hb_sku: key for key, hb_sku in upload["note"].get("hb_skus", {}).items()}
        rows = {keys[row.hb_sku]: row for row in found.rows if row.hb_sku in keys}
        complete = not found.faulty and len(rows) >= upload["rows"]
        return Answer(rows, complete and all(row.is_completed for row in rows.values()))

    def verdict(self, row: ProductRow | TicketRow) -> Verdict | None:
        return ticket_verdict(row) if isinstance(row, TicketRow) else None


IMPORT: Carrier = _Import()
TICKET: Carrier = _Ticket()


def intent_kind(ctx: RunContext, carrier: Carrier) -> str:
    """Each flow asks for its own: what it reports belongs to its failures."""
    own = carrier.kind == book.KIND and ctx.spec.id != "product_create"
    return f"{carrier.kind}_again" if own else carrier.kind
