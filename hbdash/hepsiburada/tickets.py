"""Calls about tickets (H§8): PATCH-like changes of products that are in the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from hbdash.hepsiburada.calls import Calls, segment
from hbdash.hepsiburada.envelopes import count
from hbdash.hepsiburada.errors import NotVisibleYet
from hbdash.hepsiburada.models.tickets import TicketItem, TicketRow, TicketTracking
from hbdash.transport.errors import Refused, retyped
from hbdash.transport.reply import Reply
from hbdash.transport.wire import Rows, member, parse_all, parse_rows

MOST_TICKET_ITEMS = 100
TICKETS_PAGE = 100
_API = "/ticket-api/api/integrator"


class TicketCalls(Calls):
    """Ticket service; it stands on the catalogue's host and counts against its limit."""

    def send_ticket(self, items: Sequence[TicketItem]) -> str:
        """Send changes of at most 100 products; the tracking id. Ask :meth:`ticket_status`.

        After ``unknown_outcome`` look into :meth:`tickets_of` before sending again (flows §10).
        """
        if not 0 < len(items) <= MOST_TICKET_ITEMS:
            raise ValueError(f"a ticket has 1 to {MOST_TICKET_ITEMS} products, not {len(items)}")
        content = orjson.dumps(
            {
                "merchantId": self.merchant_id,
                "items": [{"hbSku": one.hb_sku, **one.fields} for one in items],
            }
        )
        reply = self.ticket_remote.request(
            "POST",
            f"{_API}/import",
            params={"version": 1},
            files={"file": ("integrator-ticket-upload.json", content, "application/json")},
        )
        body = reply.json()
        tracking_id = member(body, "trackingId") or member(member(body, "data"), "trackingId")
        if not isinstance(tracking_id, str) or not tracking_id.strip():
            raise reply.bad_shape("trackingId", "the tracking id is missing")
        return tracking_id

    def ticket_status(self, tracking_id: str) -> Rows[TicketRow]:
        """All products of a ticket, all pages. `NotVisibleYet` for an id that is not known there.

        The page's form is told in words only, so an object with ``items`` and a page of such
        objects are both understood.
        """
        good: list[TicketRow] = []
        faulty: list[Any] = []
        page = 0
        while True:
            reply = self._status_page(tracking_id, page)
            items, pages = _items(reply)
            found = parse_rows(TicketRow, items, reply, "items")
            good += found.rows
            faulty += found.faulty
            page += 1
            if not items or pages is None or page >= pages:
                return Rows(tuple(good), tuple(faulty))

    def _status_page(self, tracking_id: str, page: int) -> Reply:
        try:
            return self.ticket_remote.request(
                "GET",
                f"{_API}/status/{segment(tracking_id)}",
                params={"version": 1, "page": page, "size": TICKETS_PAGE},
            )
        except Refused as error:
            # Which of the two the service answers for an unknown id is not told (H§5.1).
            if error.status in (400, 404):
                raise retyped(NotVisibleYet, error) from None
            raise

    def tickets_of(self, hb_sku: str) -> tuple[TicketTracking, ...]:
        """The tickets in which a product was, newest and oldest in no promised order."""
        path = f"{_API}/merchant/{segment(self.merchant_id)}/hbSku/{segment(hb_sku)}"
        reply = self.ticket_remote.request("GET", path, expect=(404,))
        if reply.status == 404:
            return ()
        body = reply.json()
        rows = body if isinstance(body, list) else member(body, "data", member(body, "content"))
        return parse_all(TicketTracking, rows or [], reply)


def _items(reply: Reply) -> tuple[list[Any], int | None]:
    """The products of one page, and how many pages there are if the answer says so."""
    body = reply.json()
    pages = count(member(body, "totalPages"))
    parts = body
    if isinstance(body, dict):
        wrapped = member(body, "content", member(body, "data"))
        parts = wrapped if wrapped is not None and member(body, "items") is None else body
    parts = parts if isinstance(parts, list) else [parts]
    items: list[Any] = []
    for part in parts:
        inner = member(part, "items")
        if isinstance(inner, list):
            items += inner
        elif member(part, "hbSku") is not None:
            items.append(part)
        else:
            raise reply.bad_shape("items", "neither a list nor a product")
    return items, pages
