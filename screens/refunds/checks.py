"""Above the fields claim, clock and draft; below them checks and what happens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from hbdash.domain.claims import Problem, RejectionLimits, photo_problems, text_problems
from hbdash.domain.states import deadline_state, look_of
from hbdash.store.queries.claims import ClaimDetail
from hbdash.texts import _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.refusals import refusal
from screens.refunds.columns import one_line
from screens.refunds.keeping import Written
from screens.refunds.standing import Standing
from screens.widgets.line import BLANK, Line, cut, heading, line, safe, spread, wrap


def head_lines(detail: ClaimDetail, draft: Line, width: int, now: datetime) -> list[Line]:
    """Two lines: the claim and its clock; what the customer says and the state of the draft."""
    row = detail.row
    title = line((_("Reject claim {number}").format(number=row.number), "bold"), "  ")
    words = line((one_line(row, width), "muted"))
    span = row.left(now)
    clock = BLANK
    if span is not None:
        state = deadline_state(span)
        look = look_of(state)
        style = look.colour.removeprefix("text-") + (" bold" if look.bold else "")
        text = fmt.late(span) if span.total_seconds() <= 0 else _("{span} left").format(
            span=fmt.duration(span)
        )  # fmt: skip
        clock = line((f"{look.sign} {text}", style))
    first = spread(title + words, clock, width - 1)
    said = " ".join(safe(row.explanation).split()) or "–"
    room = max(width - draft.width - 4 - fmt.cells(_("Customer:")), 10)
    quote = line((f"{_('Customer:')} ", "muted"), f"“{cut(said, room - 2)}”")
    second = spread(quote, draft, width - 1)
    return [line(" ") + first, line(" ") + second]


def checks_line(
    detail: ClaimDetail, written: Written, limits: RejectionLimits, width: int, *, tried: bool
) -> Line:
    """What is there and what is missing; what is missing is wrong only once it was tried."""
    row = detail.row
    wrong = {
        problem.field
        for problem in (
            *text_problems(row.claim_type, written.reason, written.statement, limits),
            *photo_problems([(one.name, one.size) for one in detail.photos], limits),
        )
    }
    n = len(written.statement.strip())
    photos = len(detail.photos)
    marks = (
        ("reason", _("reason"), True),
        (
            "statement",
            ngettext("explanation, {n} letter", "explanation, {n} letters", n).format(
                n=fmt.number(n)
            ),
            tried or n > limits.statement_max,
        ),
        (
            "photos",
            ngettext("{n} photo", "{n} photos", photos).format(n=photos) if photos
            else _("no photo"),
            True,
        ),
    )  # fmt: skip
    result = BLANK
    for field, words, now_wrong in marks:
        if field in wrong:
            sign = ("×", "error bold") if tried and now_wrong else ("○", "muted")
        elif field == "photos" and not photos:
            sign = ("·", "muted")
        else:
            sign = ("✓", "success")
        result = result + line(sign, f" {words}   ")
    return spread(result, line(("F9", "accent bold"), f" {_('check, send')}"), width)


def what_happens(detail: ClaimDetail, width: int, *, short: bool) -> list[Line]:
    """What sending does, and that it can't be undone."""
    if short:
        words = line((_("The claim goes to Hepsiburada, which decides. Can’t be undone."), ""))
        return [(line((_("What happens"), "bold"), "  ") + words).cut(width)]
    n = len(detail.photos)
    with_photos = ngettext(
        "It goes to Hepsiburada with reason, explanation and {n} photo, and its request in "
        "Omnitron is marked rejected.",
        "It goes to Hepsiburada with reason, explanation and {n} photos, and its request in "
        "Omnitron is marked rejected.",
        n,
    ).format(n=n)
    after = _(
        "Hepsiburada then decides; you see the outcome under “At the marketplace”. It can’t be "
        "undone from here."
    )
    return [heading(_("What happens"), width=width), *wrap(f"{with_photos} {after}", width)]


def problem_lines(problems: Sequence[Problem], width: int) -> list[Line]:
    """What keeps it from being sent, and what helps."""
    result: list[Line] = []
    for problem in problems:
        first, *rest = wrap(refusal(problem.id, problem.params), max(width - 2, 10), "bold")
        result.append(line(("×", "error bold"), " ") + first)
        result += [line("  ") + one for one in rest]
    return result


def foot_lines(
    detail: ClaimDetail, written: Written, limits: RejectionLimits, problems: Sequence[Problem],
    standing: Standing | None, width: int, height: int, *, tried: bool,
) -> list[Line]:  # fmt: skip
    """The message that counts most, and below it the checks, in ``height`` lines."""
    short = height < 6
    room = height - 1 if short else height - 2
    lines: list[Line] = []
    if problems:
        lines += problem_lines(problems, width)
    elif standing is not None:
        lines += standing.lines(width)
    happens = what_happens(detail, width, short=short)
    if not lines:
        lines = happens
    elif len(lines) + 1 + len(happens) <= room:
        lines += [BLANK, *happens]
    lines = lines[:room] + [BLANK] * (room - len(lines))
    if not short:
        lines.append(BLANK)
    lines.append(checks_line(detail, written, limits, width, tried=tried))
    return [line(" ") + one for one in lines]


def draft_words(
    detail: ClaimDetail, me: str, saved_at: datetime | None, pending: bool, refused: str,
    opened_at: datetime, now: datetime, zone: tzinfo,
) -> Line:  # fmt: skip
    """State of the draft: saved when, being saved, not saved; or that another person writes too."""
    if refused:
        return line((cut(refused, 40), "error bold"))
    draft = detail.draft
    if draft is not None and draft.updated_by != me and draft.updated_at > opened_at:
        text = _("{who} changes it too, {time}").format(
            who=safe(draft.updated_by), time=fmt.time(draft.updated_at, now, zone)
        )
        return line((text, "warning bold"))
    if pending:
        return line((_("saving …"), "muted"))
    at = saved_at or (draft.updated_at if draft is not None else None)
    if at is None:
        return line((_("nothing written yet"), "muted"))
    return line((_("draft saved {time}").format(time=fmt.time(at, now, zone)), "muted"))
