"""Columns of the three lists: as wide as their content, the product taking what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from hbdash.domain.states import ClaimState, DeadlineState, deadline_state, look_of
from hbdash.store.queries.claims import ClaimRow
from hbdash.texts import N_, _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.claims import market_status
from hbdash.texts.labels import claim_state
from hbdash.texts.reasons import claim_type_label, customer_reason, rejection_reason
from screens.widgets.line import Line, cut, left, line, middle, right

Cell = tuple[str, str]
"""Text and style."""

_HEADERS = {
    "left": N_("decide in"), "state": N_("state"), "number": N_("claim"),
    "product": N_("product"), "says": N_("customer says"), "ours": N_("our reason"),
    "quantity": N_("qty"), "amount": N_("amount"), "type": N_("type"), "photos": N_("photos"),
    "note": N_("owner"), "when": N_("since"), "by": N_("by"),
}  # fmt: skip
_RIGHT = ("left", "quantity", "amount", "photos", "when")
_MOST = {"says": 30, "ours": 34, "type": 18, "note": 14, "state": 24, "by": 12, "number": 14}
_MOST_NARROW = {"says": 15, "ours": 16, "note": 13, "state": 14, "by": 8, "number": 11}
_PLANS = {
    "decide": (
        ("left", "number", "product", "says", "amount", "note"),
        ("left", "number", "product", "says", "quantity", "amount", "type", "photos", "note"),
    ),
    "market": (
        ("state", "number", "product", "ours", "amount", "when"),
        ("state", "number", "product", "ours", "amount", "when", "by"),
    ),
    "closed": (
        ("state", "number", "product", "ours", "amount", "when"),
        ("state", "number", "product", "ours", "amount", "when", "by"),
    ),
}
_LEAST_PRODUCT, _ENOUGH_PRODUCT = 12, 28
_SORTED_BY = {"deadline": "left", "amount": "amount", "product": "product", "changed": "when"}


@dataclass(frozen=True)
class Columns:
    """Names and widths of the columns of a list in a window."""

    names: tuple[str, ...]
    widths: tuple[int, ...]
    sort: str

    def header(self) -> Line:
        """Names of the columns; the sorted one is bold."""
        parts: list[tuple[str, str]] = [("  ", "")]
        for name, width in zip(self.names, self.widths, strict=True):
            text = _(_HEADERS[name])
            placed = right(text, width) if name in _RIGHT else left(text, width)
            bold = _SORTED_BY.get(self.sort) == name
            parts += [(placed, "bold" if bold else "muted"), (" ", "")]
        return line(*parts)

    def row(self, row: ClaimRow, now: datetime, zone: tzinfo) -> Line:
        """One claim."""
        sign = _sign(row, now)
        parts: list[tuple[str, str]] = [sign, (" ", "")]
        for name, width in zip(self.names, self.widths, strict=True):
            text, style = cell(name, row, now, zone)
            if name in _RIGHT:
                placed = right(text, width)
            else:
                placed = left(middle(text, width) if name == "number" else text, width)
            parts += [(placed, style), (" ", "")]
        return line(*parts)


def columns_of(
    part: str, rows: Sequence[ClaimRow], width: int, now: datetime, zone: tzinfo, sort: str
) -> Columns:
    """The columns for ``width`` cells; from 110 cells the second-rank ones too."""
    narrow, wide = _PLANS[part]
    roomy = width >= 110
    names = wide if roomy else narrow
    most = _MOST if roomy else _MOST_NARROW
    widths = {}
    for name in names:
        if name == "product":
            continue
        texts = [cell(name, row, now, zone)[0] for row in rows] + [_(_HEADERS[name])]
        content = max(map(fmt.cells, texts))
        widths[name] = min(content, most.get(name, content))
    least = _ENOUGH_PRODUCT if roomy else _LEAST_PRODUCT
    spare = width - 2 - sum(widths.values()) - len(names)
    for name in ("says", "ours", "type", "state", "note"):
        if spare >= least:
            break
        if name in widths:
            give = min(least - spare, max(widths[name] - 9, 0))
            widths[name] -= give
            spare += give
    longest = max([fmt.cells(row.product) for row in rows] + [_LEAST_PRODUCT])
    widths["product"] = max(min(spare, longest), 1)
    return Columns(names, tuple(widths[name] for name in names), sort)


def cell(name: str, row: ClaimRow, now: datetime, zone: tzinfo) -> Cell:
    """Text and style of one cell."""
    match name:
        case "left":
            return _left(row, now)
        case "state":
            if row.status == "AwaitingPreApproval":
                return (market_status(row.status), "muted")
            look = look_of(row.state)
            return (claim_state(row.state), look.colour.removeprefix("text-"))
        case "number":
            return (row.number, "")
        case "product":
            return (row.product or "?", "")
        case "says":
            return (customer_reason(row.reason), "")
        case "ours":
            return (rejection_reason(row.rejection_reason) if row.rejection_reason else "–", "")
        case "quantity":
            return (fmt.number(row.quantity), "")
        case "amount":
            return (fmt.money(row.amount), "")
        case "type":
            return (claim_type_label(row.claim_type), "muted")
        case "photos":
            return (fmt.number(row.photos) if row.photos else "–", "")
        case "when":
            return (fmt.time(row.decided_at or row.changed_at, now, zone), "muted")
        case "by":
            return (row.decided_by or "–", "muted")
        case _:
            return _note(row)


def _sign(row: ClaimRow, now: datetime) -> Cell:
    closed_to_us = row.state not in (
        ClaimState.TO_DECIDE, ClaimState.REASON_NEEDED, ClaimState.PORTAL_ONLY,
    )  # fmt: skip
    if closed_to_us or row.state is ClaimState.PORTAL_ONLY or row.status == "AwaitingPreApproval":
        pending = row.status == "AwaitingPreApproval"
        look = look_of(ClaimState.PORTAL_ONLY if pending else row.state)
    else:
        span = row.left(now)
        look = look_of(DeadlineState.FAR if span is None else deadline_state(span))
    return (look.sign, look.colour.removeprefix("text-") + (" bold" if look.bold else ""))


def _left(row: ClaimRow, now: datetime) -> Cell:
    span = row.left(now)
    if span is None:
        return ("–", "muted")
    state = deadline_state(span)
    look = look_of(state)
    late = state is DeadlineState.MISSED
    style = "muted" if row.state is ClaimState.PORTAL_ONLY and not late else (
        look.colour.removeprefix("text-") + (" bold" if look.bold or late else "")
    )  # fmt: skip
    return (fmt.late(span) if late else fmt.duration(span), style)


def _note(row: ClaimRow) -> Cell:
    if row.state is ClaimState.PORTAL_ONLY:
        return (_("portal"), "muted")
    if row.decision == "refused":
        return (_("refused"), "error bold")
    if row.state is ClaimState.REASON_NEEDED:
        return (_("reason needed"), "warning bold")
    return (row.owner, "") if row.owner else ("–", "muted")


def words_of(row: ClaimRow) -> str:
    """What the filter searches: everything the list says about a claim, and what it leaves out."""
    return " ".join(
        (
            row.number, row.product, row.sku, row.order_number, row.customer,
            customer_reason(row.reason), claim_type_label(row.claim_type), row.explanation,
            claim_state(row.state), row.owner or "", _note(row)[0],
        )
    )  # fmt: skip


def one_line(row: ClaimRow, width: int) -> str:
    """The claim in a few words: type, product, pieces, customer, money."""
    n = row.quantity
    pieces = ngettext("{n} piece", "{n} pieces", n).format(n=fmt.number(n))
    words = [
        claim_type_label(row.claim_type), row.product, pieces, row.customer or "?",
        fmt.money(row.amount),
    ]  # fmt: skip
    return cut(", ".join(words), width)
