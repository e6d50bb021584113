"""The bands of the frame as lines: header, tabs, footer, the sentence about trouble, too small."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from textual.geometry import Size

from hbdash.domain.states import deadline_state, look_of
from hbdash.store.queries.deadlines import Deadline
from hbdash.store.queries.overview import FrameFigures
from hbdash.texts import _, ngettext
from hbdash.texts import formats as fmt
from screens.actions import actions_of, key_text
from screens.face import EngineTrouble, Host
from screens.live import Trouble
from screens.pages import PAGES
from screens.widgets.line import BLANK, Line, line, spread, wrap

if TYPE_CHECKING:
    from screens.frame import Page


def header(
    host: Host, frame: FrameFigures | None, at: datetime | None, trouble: Trouble | None, width: int
) -> Line:
    """Channel, environment, engine, state of the data; failures and nearest deadline at the end.

    When it is tight this goes first: program name, engine if it is here, clock. Never:
    environment, state of the data when it is stale, failures, deadline.
    """
    channel = host.channel
    wide = width >= 120
    production = channel.environment == "production"
    pill = _pill(host, production)
    name = channel.brand + (f" · {channel.name}" if wide and channel.name else "")
    end = _end(host, frame, wide)
    data = _data(host, at, trouble)
    engine = _engine(host, frame, wide)
    program = (" hbdash ", "muted") if width >= 140 else ("", "")
    for parts in (
        (engine, data),
        (engine if _elsewhere(host, frame) else BLANK, data),
        (engine if _elsewhere(host, frame) else BLANK, data if trouble else BLANK),
        (BLANK, data if trouble else BLANK),
    ):
        start = line(program, " ", (name, "bold"), "  ", pill)
        for part in parts:
            if part.width:
                start = start + line("  ") + part
        if start.width + end.width + 2 <= width:
            break
    start = start if start.width + end.width + 2 <= width else start.cut(width - end.width - 2)
    whole = spread(start, end + line(" "), width)
    if not production:
        return whole
    spans = tuple(
        (text, " ".join(["on-production", *(w for w in ("bold", "reverse") if w in style.split())]))
        for text, style in whole.spans
    )
    return Line(spans, "production")


def _pill(host: Host, production: bool) -> Line:
    if production:
        word = _("PRODUCTION")
        if host.palette.mode == "none":
            return line((f"[{word}]", "bold"))
        return line((f" {word} ", "on-production bold reverse"))
    word = _("SANDBOX")
    if host.palette.mode == "none":
        return line(f"[{word.lower()}]")
    return line((f" {word} ", "sandbox bold /sandbox-ground"))


def _elsewhere(host: Host, frame: FrameFigures | None) -> bool:
    return not host.face.engine_here()


def _engine(host: Host, frame: FrameFigures | None, wide: bool) -> Line:
    if host.face.engine_here():
        return line((_("engine here"), "muted"))
    if host.face.engine_trouble() is not None and not (
        frame is not None and frame.lease is not None and frame.lease.alive
    ):
        return line((_("engine failed"), "error bold"))
    if frame is None:
        return BLANK
    lease = frame.lease
    if lease is None:
        return line((_("no engine yet"), "warning"))
    if not lease.alive:
        return line((_("engine lost"), "error bold"))
    return line(
        (_("engine on {host}").format(host=lease.host) if wide else _("view only"), "warning")
    )


def _data(host: Host, at: datetime | None, trouble: Trouble | None) -> Line:
    zone = host.channel.zone
    if trouble is not None:
        if at is None:
            return line((_("▲ not connected"), "warning bold"))
        when = fmt.since(at, host.now(), zone)
        return line((_("▲ stale {since}").format(since=when), "warning bold"))
    if at is None:
        return line((_("connecting"), "muted"))
    return line((_("live {time}").format(time=fmt.time(at, at, zone)), "muted"))


def _end(host: Host, frame: FrameFigures | None, wide: bool) -> Line:
    if frame is None:
        return BLANK
    n = frame.open_failures
    if not n and frame.lease is None:
        return BLANK  # nobody ever looked
    if n:
        text = ngettext("open failure", "open failures", n) if wide else _("failures")
        failures = line((fmt.number(n), "error bold"), f" {text}")
    else:
        text = _("no open failures") if wide else _("no failures")
        failures = line(("✓", "success"), (f" {text}", "muted"))
    if frame.deadline is None:
        return failures
    gap = "   " if wide else "  "
    return failures + line(gap) + deadline_words(frame.deadline, host.now(), wide)


def deadline_words(deadline: Deadline, now: datetime, wide: bool) -> Line:
    """``▲ claim 041987654 in 1 h 12 min``, or without the number where it is narrow."""
    left = deadline.at - now
    state = deadline_state(left)
    look = look_of(state)
    style = look.colour + (" bold" if look.bold or state == "missed" else "")
    kind = _("claim") if deadline.kind == "claim" else _("order")
    span = fmt.late(left) if state == "missed" else fmt.duration(left)
    if not wide:
        words = f" {kind} {span}"
    elif state == "missed":
        words = f" {kind} {deadline.key} {span}"
    else:
        words = " " + _("{kind} {key} in {span}").format(kind=kind, key=deadline.key, span=span)
    return line((look.sign + words, style))


def tabs(page_id: str, frame: FrameFigures | None, width: int) -> Line:
    """Digit and name of each page; what can't wait as a coloured mark, or as a count."""
    full = width >= 100
    result = line(" ") if full else BLANK
    for number, spec in enumerate(PAGES):
        waiting = frame.tab(spec.id) if frame is not None else None
        active = spec.id == page_id
        style = "accent bold underline" if active else ""
        name = _(spec.label) if full else _(spec.short)
        if number:
            result = result + line("   " if full else " ")
        result = result + line((f"{spec.digit} {name}", style))
        colour = f"{waiting.colour} bold" if waiting is not None else ""
        if full:
            if waiting is not None:
                result = result + line(" ", (fmt.number(waiting.count), colour))
        else:
            result = result + line(("•", colour) if waiting is not None else " ")
    return result.cut(width)


def footer(page: Page[Any], width: int) -> Line:
    """The keys that help now; ``?`` and ``q`` always."""
    face = page.host.face
    keymap = face.keymap
    actions = sorted((a for a in actions_of(page.page_id) if a.footer), key=lambda a: a.footer)
    offered = [a for a in actions if not a.writes or face.actor.may(a.role)]
    last = [a for a in offered if a.id in ("help", "back")]
    first = page.own_keys()
    shown = {key for key, _label in first}
    entries = first + [
        (key_text(a, keymap), _(a.label))
        for a in offered
        if a not in last and page.offers(a) and key_text(a, keymap) not in shown
    ]
    tail = [(key_text(a, keymap), _(a.label)) for a in last]
    if page.page_id == PAGES[0].id:
        tail = [(key, _("quit") if label == _("back") else label) for key, label in tail]
    gap = "   " if width >= 120 else "  "
    if page.too_small:
        entries, tail = [], tail[-1:]
    room = width - 1 - _keys(tail, gap).width - len(gap)
    kept: list[tuple[str, str]] = []
    for entry in entries:
        if _keys([*kept, entry], gap).width <= room:
            kept.append(entry)
    return line(" ") + _keys([*kept, *tail], gap)


def _keys(entries: Sequence[tuple[str, str]], gap: str) -> Line:
    result = BLANK
    for number, (key, label) in enumerate(entries):
        result = result + line(gap if number else "", (key, "accent bold"), f" {label}")
    return result


def trouble(host: Host, trouble: Trouble, at: datetime | None) -> Line:
    """What happened, what it means, what to do, in one line."""
    zone, now = host.channel.zone, host.now()
    next_try = trouble.next_try.astimezone(zone)
    again = _("Database silent, next try at {time} ({n}.)").format(
        time=f"{next_try:%H:%M:%S}", n=trouble.tries
    )
    start = (
        _("Figures as of {time}.").format(time=fmt.time(at, now, zone))
        if at is not None
        else _("Nothing read yet.")
    )
    return line(
        ("▲", "warning"), (f" {start} ", "warning bold"), again, "  ", ("r", "accent bold"),
        f" {_('now')}",
    )  # fmt: skip


def engine_trouble(host: Host, trouble: EngineTrouble) -> Line:
    """Why nothing is run from here, when it is tried again, what else can be done."""
    next_try = trouble.next_try.astimezone(host.channel.zone)
    return line(
        ("×", "error"),
        (f" {_('The engine does not start here:')} ", "error bold"),
        f"{trouble.text.rstrip('.')}. ",
        _("Next try at {time}.").format(time=f"{next_try:%H:%M:%S}"),
        (f" {_('hbdash check says what is wrong.')}", "muted"),
    )


def too_small(
    host: Host,
    frame: FrameFigures | None,
    verdict: Sequence[Line],
    size: Size,
    least: tuple[int, int],
) -> list[Line]:
    """Size there, size needed, and still the most urgent facts."""
    width, height = least
    room = max(size.width - 8, 20)
    more: list[str] = []
    if size.width < width:
        more.append(_("wider by {n}").format(n=width - size.width))
    if size.height < height:
        more.append(_("higher by {n}").format(n=height - size.height))
    words = [
        (
            _("This window is {here}. hbdash needs {needed}.").format(
                here=f"{size.width} × {size.height}", needed=f"{width} × {height}"
            ),
            "bold",
        ),
        ("", ""),
        (
            _("Make it {more}, or use a smaller font (often ctrl and minus).").format(
                more=_(" and ").join(more)
            ),
            "",
        ),
    ]
    lines = [BLANK]
    for text, style in words:
        lines.extend(wrap(text, room, style))
    lines.append(BLANK)
    facts = [one for one in verdict if one.width][:2]
    if frame is not None and frame.deadline is not None:
        facts.append(deadline_words(frame.deadline, host.now(), wide=True))
    if facts:
        lines.append(line((_("Meanwhile:"), "muted")))
        lines.extend(fact.cut(room) for fact in facts)
        lines.append(BLANK)
    lines.extend(wrap(_("Nothing is stopped by this: the engine runs on."), room, "muted"))
    lines.extend(wrap(_("hbdash status prints the same, in any width."), room, "muted"))
    return [line("    ") + one for one in lines]
