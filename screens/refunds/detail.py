"""One claim whole, as lines: what the customer says, what was bought, how such disputes ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from urllib.parse import unquote, urlsplit

from hbdash.store.queries.claims import ClaimDetail, ClaimRow, DeliveryLine, DisputeRecord
from hbdash.texts import N_, _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.causes import cause, remedy
from hbdash.texts.claims import megabytes
from hbdash.texts.reasons import claim_type_label, customer_reason, rejection_reason
from screens.refunds.standing import Standing
from screens.widgets.line import BLANK, Line, beside, heading, left, line, wrap

_DIRECTIONS = {
    "CustomerToMerchant": N_("to us"),
    "MerchantToCustomer": N_("to the customer"),
}
_BY = {"customer": N_("by the customer"), "merchant": N_("by us")}
_TWO_COLUMNS = 104
_ADDRESS_LINES = 4


def head(row: ClaimRow, width: int, now: datetime, zone: tzinfo, *, focused: bool) -> Line:
    """Heading: number, type, order, customer; at its end until when."""
    note = _("{type}, order {order}, {customer}").format(
        type=claim_type_label(row.claim_type), order=row.order_number or "?",
        customer=row.customer or "?",
    )  # fmt: skip
    end = ""
    if row.deadline is not None and row.status == "AwaitingAction":
        end = _("decide by {time}").format(time=fmt.time(row.deadline, now, zone))
    title = _("Claim {number}").format(number=row.number)
    return line(" ") + heading(title, note, end, width=width - 1, focused=focused)


def lines_of(
    row: ClaimRow, detail: ClaimDetail | None, standing: Standing | None, width: int,
    now: datetime, zone: tzinfo,
) -> list[Line]:  # fmt: skip
    """All lines of the claim; ``detail`` is None while it is being read."""
    room = width - 2
    if detail is not None and room >= _TWO_COLUMNS:
        start = room * 56 // 100
        words = [*_words(row, start), BLANK, *_facts(detail, start, now, zone)]
        side = room - start - 4
        more = [*_disputes(detail, side), BLANK, *_photos(detail, side)]
        rows = max(len(words), len(more))
        words += [BLANK] * (rows - len(words))
        more += [BLANK] * (rows - len(more))
        result = [beside(pair, (start, side), 4) for pair in zip(words, more, strict=True)]
    else:
        result = _words(row, room)
        if detail is not None:
            result += [*_facts(detail, room, now, zone), *_disputes(detail, room)]
            result += _photos(detail, room)
    if standing is not None:
        result = [*standing.lines(room), *result]
    if detail is not None:
        result += _ours(detail, room, now, zone)
    else:
        result.append(line((_("Reading …"), "muted")))
    return [line(" ") + one for one in result]


def _words(row: ClaimRow, width: int) -> list[Line]:
    text = row.explanation.strip()
    if not text:
        return [line((_("The customer wrote nothing."), "muted"))]
    return wrap(f"“{text}”", width)


def _facts(detail: ClaimDetail, width: int, now: datetime, zone: tzinfo) -> list[Line]:
    row = detail.row
    facts: list[tuple[str, str]] = [
        (_("Says"), customer_reason(row.reason)),
        (_("Line"), f"{row.sku or '?'} ×{fmt.number(row.quantity)}, {fmt.money(row.amount)}"),
        (_("Product"), row.product),
        (_("Order"), _order(detail, now, zone)),
    ]
    facts += [
        (
            _("Package"),
            ", ".join(part for part in (one.number, one.cargo, one.status) if part),
        )
        for one in detail.packages
    ]
    facts += [(_("Parcel"), _delivery(one, now, zone)) for one in detail.deliveries]
    facts += [
        (_("Customer"), _customer(detail, now, zone)),
        (_("This SKU"), _sku(detail)),
    ]
    states = [one.status for one in detail.requests if one.status]
    if states:
        n = len(states)
        words = ngettext("{n} request: {states}", "{n} requests: {states}", n)
        facts.append((_("Omnitron"), words.format(n=n, states=", ".join(dict.fromkeys(states)))))
    for failure in detail.failures:
        code, params = failure.code, dict(failure.params)
        facts.append((_("Failure"), f"{cause(code, params)}. {remedy(code, params)}"))
    return [one for label, text in facts for one in _fact(label, text, width)]


def _fact(label: str, text: str, width: int) -> list[Line]:
    room = 10
    first, *rest = wrap(text or "?", max(width - room, 10))
    return [
        line((left(label, room - 1), "muted"), " ") + first,
        *(line(" " * room) + one for one in rest),
    ]


def _order(detail: ClaimDetail, now: datetime, zone: tzinfo) -> str:
    row = detail.row
    text = row.order_number or "?"
    if detail.ordered_at is not None:
        day = fmt.time(detail.ordered_at, now, zone)
        text = _("{order} of {day}").format(order=text, day=day)
    there = [one.omnitron_order for one in detail.packages if one.omnitron_order]
    if there:
        text += ", " + _("{order} in Omnitron").format(order=", ".join(there))
    return text


def _delivery(one: DeliveryLine, now: datetime, zone: tzinfo) -> str:
    way = _(_DIRECTIONS[one.direction]) if one.direction in _DIRECTIONS else one.direction
    day = fmt.time(one.at, now, zone) if one.at is not None else ""
    return ", ".join(part for part in (way, one.status, day, one.tracking or one.code) if part)


def _customer(detail: ClaimDetail, now: datetime, zone: tzinfo) -> str:
    known = detail.customer
    name = detail.customer_name or "?"
    if known is None:
        return name
    n = known.orders
    words = ngettext("{n} order", "{n} orders", n).format(n=fmt.number(n))
    if known.since is not None:
        words += ", " + _("the first {time}").format(time=fmt.time(known.since, now, zone))
    if not known.claims:
        return f"{name}, {words}, {_('no other claim')}"
    other = ngettext("{n} other claim", "{n} other claims", known.claims)
    same = _("{n} for this SKU").format(n=fmt.number(known.same_sku))
    return f"{name}, {words}, {other.format(n=fmt.number(known.claims))} ({same})"


def _sku(detail: ClaimDetail) -> str:
    known = detail.sku
    return _("{sold} sold, {returned} returned, {same} of them “{reason}”").format(
        sold=fmt.number(known.sold), returned=fmt.number(known.returned),
        same=fmt.number(known.same_reason), reason=customer_reason(detail.row.reason),
    )  # fmt: skip


def _disputes(detail: ClaimDetail, width: int) -> list[Line]:
    record = detail.disputes
    title = line((_("How such disputes ended"), "bold"), "  ")
    note = _("“{reason}”, last 12 months").format(reason=customer_reason(detail.row.reason))
    first = (title + line((note, "muted"))).cut(width)
    if not record.total:
        return [first, line((_("None of ours is over yet."), "muted"))]
    ended = line(
        ("✓", "success"), " ", _("won {n}").format(n=fmt.number(record.won)), "   ",
        ("×", "error"), " ", _("lost {n}").format(n=fmt.number(record.lost)),
    )  # fmt: skip
    photos = line((_photo_share(record), "muted"))
    if ended.width + photos.width + 3 <= width:
        return [first, ended + line("   ") + photos]
    return [first, ended, photos.cut(width)]


def _photo_share(record: DisputeRecord) -> str:
    return _("with photos: won {a} of {b}, without: {c} of {d}").format(
        a=fmt.number(record.won_with_photos), b=fmt.number(record.with_photos),
        c=fmt.number(record.won_without_photos), d=fmt.number(record.without_photos),
    )  # fmt: skip


def _photos(detail: ClaimDetail, width: int) -> list[Line]:
    photos = detail.customer_photos
    title = line((_("Photos"), "bold"), "  ")
    if not photos:
        return [title + line((_("the customer sent none"), "muted"))]
    key = line(("x", "accent bold"), (" " + _("copy the address"), "muted"))
    result = [(title + line((fmt.number(len(photos)), "muted"), "   ") + key).cut(width)]
    for n, photo in enumerate(photos, 1):
        of = fmt.n_of_m(n, len(photos))
        by = _BY.get(photo.by.lower())
        who = _(by) if by else photo.by
        name = photo_name(photo.url)
        result.append(line((of, "muted"), f" {name}", (f"  {who}", "muted")).cut(width))
        address = wrap(photo.url, width - 2, "muted")
        result += [line("  ") + one for one in address[:_ADDRESS_LINES]]
    return result


def photo_name(url: str) -> str:
    """The last part of an address, as a name."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return url
    return unquote(path.rpartition("/")[2]) or url


def _ours(detail: ClaimDetail, width: int, now: datetime, zone: tzinfo) -> list[Line]:
    """What we wrote: the decision, else the draft."""
    decision, draft = detail.decision, detail.draft
    if decision is not None and decision.state != "refused":
        when = fmt.time(decision.decided_at, now, zone)
        note = _("by {who}, {time}").format(who=decision.decided_by, time=when)
        title = _("Our approval") if decision.verdict == "accept" else _("Our rejection")
        reason, words = decision.reason, decision.statement
    elif draft is not None:
        when = fmt.time(draft.updated_at, now, zone)
        note = _("by {who}, {time}").format(who=draft.updated_by, time=when)
        title, reason, words = _("Draft"), draft.reason, draft.statement
    elif detail.our_statement:
        title, note, reason, words = _("Our rejection"), "", "", detail.our_statement
    else:
        return []
    result = [BLANK, line((title, "bold"), (f"  {note}", "muted")).cut(width)]
    if reason:
        result.append(line(rejection_reason(reason)).cut(width))
    if words.strip():
        result += wrap(f"“{words.strip()}”", width)
    result += _own_photos(detail, width)
    return result


def _own_photos(detail: ClaimDetail, width: int) -> Sequence[Line]:
    return [
        line(
            ("✓", "success"), f" {photo.name}  ",
            (f"{megabytes(photo.size)}, {photo.width}×{photo.height}", "muted"),
        ).cut(width)
        for photo in detail.photos
    ]  # fmt: skip
