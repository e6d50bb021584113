"""What a rule says now and would have done in the last 24 h, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from textual.app import ComposeResult
from textual.containers import Vertical

from hbdash.actions.alarms import PastFiring, Trial
from hbdash.texts import _
from hbdash.texts import formats as fmt
from hbdash.texts.alarms import amount_text, firing_title, firing_value, rule_sentence
from screens.face import host
from screens.widgets.dialog import BoxEdge, BoxFoot, Overlay
from screens.widgets.line import BLANK, Line, left, line, right, wrap
from screens.widgets.lines import Lines

_MOST = 8
"""Past firings listed; more are counted."""


def now_line(trial: Trial, now: datetime) -> Line:
    """``now 2 min: it would not ring``."""
    worst, draft = trial.worst, trial.draft
    if worst is None:
        return line((_("Nothing to measure now: it would not ring."), "muted"))
    value = firing_value(draft.metric, worst.value, worst.params, now)
    if worst.subject:
        named = firing_title(draft.metric, draft.flow, draft.limit, worst.subject)
        value = f"{value} ({named})"
    if trial.would_fire:
        return line(("▲", "warning"), " ", _("Now {value}: it would ring.").format(value=value))
    if not worst.may_fire:
        return line(
            ("·", "muted"), " ",
            _("Now {value}: too early to say, the engine has just started.").format(value=value),
        )  # fmt: skip
    return line(("✓", "success"), " ", _("Now {value}: it would not ring.").format(value=value))


def past_line(trial: Trial, now: datetime, zone: tzinfo) -> Line:
    """``In the last 24 h it would have rung twice, last 14:05.``."""
    if not trial.has_past:
        return line((_("Of this nothing older than the present is known."), "muted"))
    n = len(trial.past)
    if n == 0:
        return line((_("In the last 24 h it would not have rung."), "muted"))
    once = _("In the last 24 h it would have rung once, at {time}.")
    often = _("In the last 24 h it would have rung {n} times, last at {time}.")
    words = once if n == 1 else often
    time = fmt.time(trial.past[-1].began, now, zone)
    return line(words.format(n=fmt.number(n), time=time))


def firing_lines(trial: Trial, now: datetime, zone: tzinfo) -> list[Line]:
    """``14:05 – 14:20   15 min   worst 22 min``; the newest first."""
    shown = [_past(one, trial, now, zone) for one in reversed(trial.past[-_MOST:])]
    hidden = len(trial.past) - len(shown)
    if hidden > 0:
        shown.append(line((_("{n} more before these").format(n=fmt.number(hidden)), "muted")))
    return shown


def _past(one: PastFiring, trial: Trial, now: datetime, zone: tzinfo) -> Line:
    begin = fmt.time(one.began, now, zone)
    end = fmt.time(one.ended, now, zone) if one.ended is not None else _("still")
    lasted = fmt.duration((one.ended or now) - one.began)
    worst = _("worst {value}").format(value=amount_text(trial.draft.metric, one.worst))
    return line(left(f"{begin} – {end}", 24), (right(lasted, 12), "muted"), "   ", worst)


class TrialOverlay(Overlay[None]):
    """What a rule would have done. Nothing is written by it."""

    def __init__(self, trial: Trial) -> None:
        super().__init__()
        self.trial = trial

    def compose(self) -> ComposeResult:
        with Vertical(id="box", classes="-dialog"):
            yield BoxEdge(_("What would this rule have done?"), _("nothing is written"))
            with Vertical(id="inside"):
                yield Lines(draw=self._words, ground="panel", id="words")
            yield BoxFoot()

    def on_mount(self) -> None:
        """Size to the words."""
        width = min(self.app.size.width - 8, 72)
        box = self.query_one("#box")
        lines = self._words(width - 6)
        box.styles.width, box.styles.height = width, len(lines) + 2
        self.query_one("#words").styles.height = len(lines)

    def _words(self, width: int) -> Sequence[Line]:
        owner, draft = host(self), self.trial.draft
        now, zone = owner.now(), owner.channel.zone
        lines = [BLANK]
        lines += wrap(rule_sentence(draft.metric, draft.flow, draft.limit), width, "bold")
        lines += [BLANK, now_line(self.trial, now), past_line(self.trial, now, zone)]
        lines += firing_lines(self.trial, now, zone)
        return [*lines, BLANK, line(("esc", "accent bold"), " ", _("close"))]
