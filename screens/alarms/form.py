"""The form of a rule: what is watched, from which limit, and at once what it would have done."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from hbdash.actions import alarms
from hbdash.actions.actor import Refused
from hbdash.actions.alarms import RuleRefused, Trial
from hbdash.domain.alarms import (
    METRICS,
    WINDOW_LEAST,
    WINDOW_MOST,
    WINDOW_USUAL,
    RuleDraft,
    RuleProblem,
    Severity,
    Unit,
    problems_of,
)
from hbdash.store.queries.alarms import RuleRow
from hbdash.texts import N_, _
from hbdash.texts import formats as fmt
from hbdash.texts.alarms import metric_label, rule_sentence, severity_label
from hbdash.texts.labels import flow_label
from hbdash.texts.refusals import refusal
from screens.alarms.doing import place
from screens.alarms.fields import Buttons, Chooser, Field
from screens.alarms.rows import own_name
from screens.alarms.trial import now_line, past_line
from screens.face import host
from screens.widgets.dialog import BoxEdge, BoxFoot, Overlay, environment_line
from screens.widgets.line import BLANK, Line, line
from screens.widgets.lines import Lines

_UNITS = {
    Unit.MINUTES: N_("minutes"), Unit.HOURS: N_("hours"), Unit.PERCENT: N_("percent"),
    Unit.COUNT: "",
}  # fmt: skip


class RuleForm(Overlay[int]):
    """A new rule, or a rule to change. Dismissed with its id once it is saved, else None."""

    BINDINGS = [
        Binding("f9", "save", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    class Tried(Message):
        """What the draft would have done came from the worker."""

        def __init__(self, draft: RuleDraft, trial: Trial) -> None:
            super().__init__()
            self.draft = draft
            self.trial = trial

    def __init__(self, rule: RuleRow | None = None) -> None:
        super().__init__()
        self.rule = rule
        self._trial: Trial | None = None
        metric = rule.metric if rule else next(iter(METRICS))
        spec = METRICS.get(metric)
        limit = rule.limit if rule else (spec.usual if spec else 1)
        metrics = [(id, metric_label(id)) for id in METRICS]
        flows = [(id, flow_label(id)) for id in alarms.watchable()]
        severities = [(str(s), severity_label(s)) for s in Severity]
        severity = rule.severity if rule else Severity.WARNING
        window = (rule.window_min if rule else None) or WINDOW_USUAL
        self._fields = {
            "metric": Field("metric", _("Watch"), Chooser(metrics, metric, id="metric")),
            "flow": Field(
                "flow", _("Flow"), Chooser(flows, (rule and rule.flow) or "stock", id="flow")
            ),
            "limit": Field("limit", _("Limit"), _number(limit, "limit")),
            "window": Field("window", _("Window"), _number(window, "window")),
            "severity": Field(
                "severity", _("Severity"), Chooser(severities, str(severity), id="severity")
            ),
            "name": Field(
                "name",
                _("Name"),
                Input(
                    own_name(rule) if rule else "", id="name", compact=True, classes="-wide",
                    placeholder=_("not needed"),
                ),
            ),
            "active": Field(
                "active",
                _("Watched"),
                Chooser(
                    [("yes", _("yes")), ("no", _("no, switched off"))],
                    "no" if rule and not rule.is_active else "yes",
                    id="active",
                ),
            ),
        }  # fmt: skip

    def compose(self) -> ComposeResult:
        with Vertical(id="box", classes="-dialog"):
            yield BoxEdge(_("Change the rule") if self.rule else _("New rule"), kind="warning")
            with Vertical(id="inside"):
                yield Lines([BLANK], ground="panel", classes="gap")
                yield from self._fields.values()
                yield Lines(draw=self._effect, ground="panel", id="effect")
                yield Buttons()
            yield BoxFoot(kind="warning")

    def on_mount(self) -> None:
        """The cursor on what is watched."""
        box = self.query_one("#box")
        box.styles.width = min(self.app.size.width - 2, 92)
        box.styles.height = 18
        self._fields["metric"].widget.focus()
        self._follow()

    # --- what is filled in

    @property
    def draft(self) -> RuleDraft:
        """The form as a draft; a limit that is no number becomes 0, which no metric allows."""
        at = {name: field.value for name, field in self._fields.items()}
        spec = METRICS[at["metric"]]
        return RuleDraft(
            metric=at["metric"],
            limit=_whole(at["limit"]),
            flow=at["flow"] if spec.of_flow else None,
            window_min=_whole(at["window"]) or -1 if spec.windowed else None,
            severity=at["severity"],
            name=at["name"],
            is_active=at["active"] == "yes",
        )

    @on(Chooser.Turned)
    def _turned(self, event: Chooser.Turned) -> None:
        if self.focused is self._fields["metric"].widget:
            usual = METRICS[self._fields["metric"].value].usual
            limit = self._fields["limit"].widget
            assert isinstance(limit, Input)
            limit.value = str(usual)
        self._follow()

    @on(Input.Changed)
    def _changed(self) -> None:
        self._follow()

    def _follow(self) -> None:
        """Show only the fields that the metric uses, what is wrong, and try the draft."""
        draft = self.draft
        spec = METRICS[draft.metric]
        self._fields["flow"].display = spec.of_flow
        self._fields["window"].display = spec.windowed
        unit = _(_UNITS[spec.unit]) if _UNITS[spec.unit] else ""
        allowed = _("{unit}{least} to {most}").format(
            unit=f"{unit}, " if unit else "",
            least=fmt.number(spec.least),
            most=fmt.number(spec.most),
        )
        self._fields["limit"].allow(allowed)
        self._fields["window"].allow(
            _("{unit}{least} to {most}").format(
                unit=_("minutes") + ", ", least=WINDOW_LEAST, most=fmt.number(WINDOW_MOST)
            )
        )
        problems = problems_of(draft, alarms.watchable())
        self._mark(problems)
        self._trial = None
        if not problems:
            self._try(draft)
        self.query_one("#effect", Lines).redraw()

    def _mark(self, problems: Sequence[RuleProblem]) -> None:
        for name, field in self._fields.items():
            mine = [problem for problem in problems if problem.field == name]
            field.wrong(refusal(mine[0].id, mine[0].params) if mine else "")

    # --- what it would do

    def _try(self, draft: RuleDraft) -> None:
        db, clock, _actor, channel_id = place(host(self))

        def work() -> None:
            self.post_message(self.Tried(draft, alarms.test_rule(db, clock, channel_id, draft)))

        self.run_worker(
            work, thread=True, exclusive=True, exit_on_error=False, group="trial",
            description="try the rule",
        )  # fmt: skip

    @on(Tried)
    def _tried(self, event: Tried) -> None:
        if event.draft == self.draft:
            self._trial = event.trial
            self.query_one("#effect", Lines).redraw()

    def _effect(self, width: int) -> Sequence[Line]:
        owner, draft = host(self), self.draft
        now, zone = owner.now(), owner.channel.zone
        lines = [BLANK, line((rule_sentence(draft.metric, draft.flow, draft.limit), "bold"))]
        if self._trial is not None:
            lines += [now_line(self._trial, now), past_line(self._trial, now, zone)]
        else:
            lines += [BLANK, BLANK]
        channel = owner.channel
        return [
            *lines,
            BLANK,
            environment_line(channel.environment, f"{channel.brand} · {channel.name}"),
            BLANK,
        ]

    # --- saving

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_save()

    @on(Buttons.Pressed)
    def _pressed(self, event: Buttons.Pressed) -> None:
        if event.save:
            self.action_save()
        else:
            self.action_close()

    def action_save(self) -> None:
        """Save; what is wrong stands beside its field, and the form stays."""
        owner = host(self)
        try:
            saved = alarms.save_rule(
                *place(owner), self.draft, self.rule.id if self.rule is not None else None
            )
        except RuleRefused as refused:
            self._mark(refused.problems)
            first = self._fields.get(refused.problems[0].field)
            if first is not None:
                first.widget.focus()
            return
        except Refused as refused:
            owner.say(refusal(refused.id, refused.params), "error")
            return
        draft = self.draft
        owner.say(_("Saved: {rule}").format(
            rule=rule_sentence(draft.metric, draft.flow, draft.limit)
        ))  # fmt: skip
        self.dismiss(saved)


def _number(value: int, id: str) -> Input:
    return Input(str(value), id=id, type="integer", compact=True, max_length=7)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0
