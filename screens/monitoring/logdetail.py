"""A line of the log in full: what happened, what it means, what to do, request and response."""

from __future__ import annotations

import json
from datetime import datetime, tzinfo

from hbdash.domain.failures import FAILURES
from hbdash.store.log.reader import LogRow
from hbdash.store.queries.failures import FailureRecord
from hbdash.texts import N_, _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.causes import meaning, remedy
from hbdash.texts.labels import failure_state, flow_label
from screens.monitoring import logrows
from screens.monitoring.chips import status_label
from screens.monitoring.reading import LineDetail
from screens.widgets.line import BLANK, Line, cut, left, line, middle, safe, wrap, wrap_spans

KINDS = {
    "product": N_("Product"), "productstock": N_("Stock of"), "productprice": N_("Price of"),
    "order": N_("Order"), "package": N_("Package"), "claim": N_("Claim"),
    "cancellationrequest": N_("Claim"), "category": N_("Category"), "run": N_("Run"),
    "listing": N_("Listing"), "upload": N_("Upload"),
}  # fmt: skip
_LONGEST_BODY = 20_000


def title(row: LogRow) -> str:
    """``Order 4102938847``; of a line without a key its flow."""
    if row.key:
        kind = KINDS.get(row.kind)
        return f"{_(kind)} {row.key}" if kind else row.key
    return flow_label(row.flow)


def note(row: LogRow, failure: FailureRecord | None) -> str:
    """``Order Create, run 88,411, try 1 of 3``."""
    parts = [flow_label(row.flow)] if row.key else []
    if row.run_id is not None:
        parts.append(_("run {n}").format(n=fmt.number(row.run_id)))
    if failure is not None and failure.tries:
        tries = fmt.number(failure.tries)
        if failure.max_tries:
            tries = fmt.n_of_m(failure.tries, failure.max_tries)
        parts.append(_("try {n}").format(n=tries))
    return ", ".join(parts)


def message_lines(row: LogRow, width: int, most: int | None = None) -> list[Line]:
    """The other side's own words, unchanged, broken to the width; ``…`` where it is cut."""
    text = row.message if most is None else row.message[: width * (most + 1) * 4]
    lines = wrap(text, width, "bold" if row.level != "info" else "")
    if most is not None and len(lines) > most:
        last = lines[most - 1].text
        lines = [*lines[: most - 1], line((cut(last + " …", width) if len(last) + 2 <= width
                                           else cut(last + "…", width), "bold"))]  # fmt: skip
    return lines


def about_lines(
    row: LogRow, failure: FailureRecord | None, width: int, now: datetime, zone: tzinfo, *,
    long: bool,
    read: bool,
) -> list[Line]:  # fmt: skip
    """What it means and what to do, with the state of the failure; nothing for what is well."""
    lines: list[Line] = []
    if row.code in FAILURES:
        means, does = (_("What it means"), _("What to do")) if long else (_("Means"), _("Do"))
        style = "bold" if long else "muted"
        pad = 0 if long else 7
        what = meaning(row.code, row.params)
        extra = stakes(failure, now, zone)
        lines += _labelled(means, f"{what} {extra}".strip(), width, style, pad)
        if long:
            lines.append(BLANK)
        lines += _labelled(does, remedy(row.code, row.params), width, style, pad)
        lines += state_lines(failure, width, now, zone) if read else []
    else:
        took = "" if row.duration_ms is None else _(", {ms} ms").format(
            ms=fmt.number(row.duration_ms)
        )  # fmt: skip
        lines.append(line((status_label(row.status) + took, "muted")))
    return lines


def _labelled(label: str, text: str, width: int, style: str, pad: int) -> list[Line]:
    return wrap_spans(line((left(label, pad) if pad else f"{label}  ", style)) + line(text), width)


def stakes(failure: FailureRecord | None, now: datetime, zone: tzinfo) -> str:
    """``Due 17:00, ₺2,318.00.``"""
    if failure is None:
        return ""
    parts = []
    if failure.deadline is not None:
        parts.append(_("due {time}").format(time=fmt.time(failure.deadline, now, zone)))
    if failure.amount:
        parts.append(fmt.money(failure.amount))
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def state_lines(
    failure: FailureRecord | None, width: int, now: datetime, zone: tzinfo
) -> list[Line]:
    """Where the failure stands; that it is over, where it is not open any more."""
    if failure is None:
        return [line((_("Not open any more: it was cured or closed."), "muted"))]
    state = failure_state(
        failure.state, tries=failure.tries, max_tries=failure.max_tries, next_at=failure.next_at,
        now=now, zone=zone,
    )  # fmt: skip
    text = _("{state}, {since}").format(state=state, since=fmt.since(failure.first_at, now, zone))
    if failure.watched:
        text += "; " + _("its cause is tested every minute")
    return [one.all("muted") for one in wrap(text, width)]


def key_line(row: LogRow) -> Line:
    """The keys that lead on from here."""
    keys = [("h", _("story"))] if row.key else []
    if row.code in FAILURES:
        keys.insert(0, ("o", _("cure")))
    keys += [("y", _("copy")), ("m", _("ticket"))]
    result = BLANK
    for key, label in keys:
        result = result + line((key, "accent bold"), f" {label}   ")
    return result


# Request and response -------------------------------------------------------------------------


def exchange_lines(found: LineDetail | None, width: int) -> list[Line]:
    """Request and response, masked, JSON set out line by line."""
    if found is None:
        return []
    detail = found.detail
    if not detail.request and not detail.response:
        return [line((_("Nothing was asked of the other side for this line,"), "muted")),
                line((_("or its request and response are no longer kept."), "muted"))]  # fmt: skip
    lines: list[Line] = []
    for name, body in ((_("Request"), detail.request), (_("Response"), detail.response)):
        if not body:
            continue
        took = ""
        if name == _("Response") and detail.row.duration_ms is not None:
            took = _("in {ms} ms").format(ms=fmt.number(detail.row.duration_ms))
        lines.append(line((name, "bold"), ("  " + took if took else "", "muted")))
        lines += body_lines(body, width)
        lines.append(BLANK)
    if detail.correlation_id:
        lines.append(line((_("Correlation id"), "muted"), f"  {detail.correlation_id}"))
    return lines[:-1] if lines and lines[-1] == BLANK else lines


def body_lines(body: str, width: int) -> list[Line]:
    """A body as lines that fit; what is no JSON as it came."""
    lines: list[Line] = []
    for text in _pretty(body[:_LONGEST_BODY]).split("\n"):
        text = safe(text)
        indent = len(text) - len(text.lstrip(" "))
        while text:
            piece = cut(text, width)
            if piece.endswith("…") and piece != text:
                piece = piece[:-1] or text[:1]
            lines.append(line(piece))
            text = text[len(piece) :]
            if text:
                text = " " * min(indent + 2, max(width - 8, 0)) + text.lstrip(" ")
    return lines


def _pretty(body: str) -> str:
    head, newline, rest = body.partition("\n\n")
    for before, text in (("", body), (head + newline, rest)):
        if text.lstrip()[:1] in ("{", "["):
            try:
                return before + json.dumps(json.loads(text), ensure_ascii=False, indent=2)
            except ValueError:
                continue
    return body


# Story ----------------------------------------------------------------------------------------


def story_lines(
    found: LineDetail | None, width: int, now: datetime, zone: tzinfo, most: int
) -> list[Line]:
    """What else happened to the key, newest first: ``14:31:40 × Order Create: …``."""
    if found is None or not found.story or most < 2:
        return []
    rows = found.story
    n = ngettext("{n} line", "{n} lines", len(rows)).format(n=fmt.number(len(rows)))
    lines = [line((_("Story of {key}").format(key=middle(found.detail.row.key, 24)), "bold"),
                  (f"  {_('newest first')}, {n}", "muted"))]  # fmt: skip
    for row in rows[: most - 1]:
        sign = logrows._SIGNS.get(row.level, ("·", "muted"))
        when = logrows.clock(row.at, now, zone, dated=True)
        text = f"{flow_label(row.flow)}: {row.message[:400]}"
        lines.append(
            line(
                (left(when, 11), "muted"),
                " ",
                sign,
                " ",
                text,
            ).cut(width)
        )
    return lines
