"""The menu that runs a flow by hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from hbdash.actions.actor import Refused
from hbdash.domain.flowspec import FlowSpec
from hbdash.store.queries.flows import FlowState
from hbdash.store.queries.overview import FrameFigures
from hbdash.texts import _
from hbdash.texts import formats as fmt
from hbdash.texts.labels import flow_label
from hbdash.texts.refusals import refusal
from screens.dashboard import flows
from screens.face import host
from screens.runmenu.confirm import confirm_dialog
from screens.runmenu.data import MENU, MenuSnapshot, menu_snapshot
from screens.runmenu.detail import detail
from screens.runmenu.how import How, HowList, keys_of, kind_words, window_of
from screens.widgets.dialog import AskDialog, BoxEdge, BoxFoot, LiveOverlay
from screens.widgets.line import BLANK, Line, left, line, right, spread
from screens.widgets.lines import Lines
from screens.widgets.rows import RowList


class RunMenu(LiveOverlay[None]):
    """All flows with their state; right, what the one under the cursor does and whether it may."""

    BINDINGS = [
        Binding("q", "close", show=False),
        Binding("P", "pause", show=False),
        Binding("w", "why", show=False),
    ]

    def __init__(self, flow: str | None = None) -> None:
        super().__init__()
        self._flow = flow or "stock"
        self._data: MenuSnapshot | None = None
        self._list = RowList[FlowState](
            key=lambda state: state.id, draw_row=self._row, ground="panel", id="menu",
            keep_order=False,
        )  # fmt: skip
        self._detail = Lines(draw=self._draw_detail, ground="panel", id="detail")
        self._how = HowList()
        self._keys = Lines(draw=self._draw_keys, ground="panel", id="keys")

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield BoxEdge(_("Run a flow"), _("{n} flows").format(n=len(MENU)))
            with Vertical(id="inside"):
                with Horizontal(id="columns"):
                    yield self._list
                    with Vertical(id="right"):
                        yield self._detail
                        yield Lines(
                            [line(("│", "rule"), " ", (_("How"), "bold"))],
                            ground="panel",
                            id="how-title",
                        )
                        yield self._how
                yield self._keys
            yield BoxFoot()

    def on_mount(self) -> None:
        """The cursor on the flow that was asked for."""
        self._fit()
        self._list.show_rows([FlowState(spec, None, None, None) for spec in MENU])
        self._list.move_to(self._flow)
        self._list.focus()
        self._how.for_flow(self._spec)

    def on_resize(self, event: events.Resize) -> None:
        """As large as it needs, at most the window."""
        self._fit()

    def _fit(self) -> None:
        size = self.app.size
        box = self.query_one("#box")
        box.styles.width = min(size.width - 2, 108)
        box.styles.height = min(size.height - 2, 33)
        inner = min(size.width - 2, 108) - 6
        self._list.styles.width = inner * 46 // 100 if size.width < 120 else 54

    # --- live

    def load(self, connection: Connection) -> MenuSnapshot:
        owner = host(self)
        return menu_snapshot(connection, owner.channel.id, self._flow, owner.now())

    def receive(self, frame: FrameFigures, snapshot: MenuSnapshot, at: datetime) -> None:
        self._data = snapshot
        self._list.show_rows(snapshot.states)
        self._list.move_to(self._flow)
        self._detail.redraw()
        self._keys.redraw()

    @property
    def _spec(self) -> FlowSpec:
        return next(spec for spec in MENU if spec.id == self._flow)

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        if event.row is None or event.row.id == self._flow:
            return
        self._flow = event.row.id
        self._how.for_flow(self._spec)
        self._detail.redraw()
        self._keys.redraw()
        host(self).read_again()

    # --- drawing

    def _row(self, state: FlowState, width: int) -> Line:
        zone, now = host(self).channel.zone, host(self).now()
        words, style = flows.word(state)
        mark = line(" ", flows.sign(state), " ")
        name_style = "muted" if not state.spec.built or state.state == "refused" else ""
        name = flow_label(state.id)
        if width < 48:
            return spread(mark + line((name, name_style)), line((words, style)), width - 1)
        text, text_style = flows.result(state, now, zone)
        when = fmt.time(state.run.started_at, now, zone) if state.run is not None else ""
        start = mark + line((left(name, 20), name_style), " ", (words, style))
        start = start + (line(" ", (text, text_style)) if text else BLANK)
        return spread(start, line((right(when, 6), "muted")), width - 1)

    def _draw_detail(self, width: int) -> list[Line]:
        owner = host(self)
        room = self._detail.size.height
        lines = detail(self._spec, self._data, width - 2, room, owner.now(), owner.channel.zone)
        return [line(("│ ", "rule")) + one for one in lines] + [
            line(("│", "rule")) for _n in range(room - len(lines))
        ]

    def _draw_keys(self, width: int) -> list[Line]:
        keys = [
            ("enter", _("dry run") if self._how.how.dry_run else _("run")),
            ("P", _("resume") if self._paused else _("pause until …")),
            ("tab", _("how")),
            ("esc", _("close")),
        ]
        result = BLANK
        for key, label in keys:
            result = result + line((key, "accent bold"), f" {label}   ")
        return [result]

    @property
    def _paused(self) -> bool:
        state = self._state
        return state is not None and state.pause is not None and state.pause.scope == "flow"

    @property
    def _state(self) -> FlowState | None:
        data = self._data
        if data is None:
            return None
        return next((state for state in data.states if state.id == self._flow), None)

    # --- choosing how

    @on(HowList.Chosen)
    def _chosen(self, event: HowList.Chosen) -> None:
        if event.choice == "keys":
            self._ask_keys()
        elif event.choice == "window":
            self._ask_window()
        self._keys.redraw()

    def _ask_keys(self) -> None:
        kind = kind_words(self._spec)

        def take(text: str | None) -> None:
            if text:
                self._how.set(How("keys", keys=keys_of(text), dry_run=self._how.how.dry_run))

        title = _("{flow} for given {kind}").format(flow=flow_label(self._flow), kind=kind)
        body = _("Separated by blanks, commas or lines. The regular cursor does not move.")
        self.app.push_screen(
            AskDialog(title, body, value=" ".join(self._how.how.keys), deed=_("take")), take
        )

    def _ask_window(self) -> None:
        owner = host(self)

        def check(text: str) -> str | None:
            if window_of(text, owner.now(), owner.channel.zone) is None:
                return _("Not a past window: 10:00 - 12:00, or 6h.")
            return None

        def take(text: str | None) -> None:
            if text:
                window = window_of(text, owner.now(), owner.channel.zone)
                self._how.set(How("window", window=window, dry_run=self._how.how.dry_run))

        body = _(
            "10:00 - 12:00 of today, 2026-11-22 10:00 - 14:00, or 6h for the last six hours. "
            "The regular cursor does not move."
        )
        title = _("{flow} for a past window").format(flow=flow_label(self._flow))
        self.app.push_screen(AskDialog(title, body, deed=_("take"), check=check), take)

    # --- doing

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.run_flow()

    def run_flow(self) -> None:
        """Ask, then hand the run to the engine; a refusal says why."""
        owner, data, how = host(self), self._data, self._how.how
        if data is None or data.flow != self._flow:
            return
        gate = data.stopped_by
        if gate is not None and not (how.dry_run and self._spec.built):
            text = _("{flow} can’t run now: {why}").format(
                flow=flow_label(self._flow), why=gate.text
            )
            owner.say(f"{text} {gate.way_out}".strip(), "error")
            return
        if how.mode == "keys" and not how.keys:
            self._ask_keys()
            return
        dialog = confirm_dialog(self._spec, data, how, owner.now(), owner.channel.zone)

        def answered(yes: bool | None) -> None:
            if yes:
                self._request(how)

        self.app.push_screen(dialog, answered)

    def _request(self, how: How) -> None:
        from hbdash.actions.runs import request_run

        owner = host(self)
        try:
            request_id = request_run(
                owner.face.db, owner.face.clock, owner.face.actor, owner.channel.id, self._flow,
                keys=how.keys, window=how.window, dry_run=how.dry_run,
            )  # fmt: skip
        except Refused as refused:
            owner.say(refusal(refused.id, refused.params), "error")
            return
        self.dismiss(None)
        owner.progress(request_id)

    def action_pause(self) -> None:
        """Pause the flow until a time, or resume it."""
        from screens.runmenu.pausing import pause_or_resume

        state = self._state
        if state is not None:
            pause_or_resume(self, state)

    def action_why(self) -> None:
        """Why it can't run stands on the right already: say so."""
        gate = self._data.stopped_by if self._data is not None else None
        host(self).say(gate.text if gate is not None else _("Nothing stops it."), "warning")
