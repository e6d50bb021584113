"""Fields of the form: reasons, photos, explanation."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import TextArea

from hbdash.domain.claims import RejectionLimits
from hbdash.store.queries.claims import ClaimDetail, DisputeRecord, Photo
from hbdash.texts import _
from hbdash.texts import formats as fmt
from hbdash.texts.claims import megabytes
from hbdash.texts.reasons import claim_type_label, rejection_reason
from screens.face import Face
from screens.widgets.line import Line, heading, line, safe, spread
from screens.widgets.rows import RowList


def limits_of(face: Face) -> RejectionLimits:
    """Our own limits, from the configuration; its defaults where it says nothing."""
    given = face.limits
    return RejectionLimits(
        photo_max_bytes=int(float(given.get("photo_max_mb", 5)) * 1_000_000),
        photo_max_count=int(given.get("photo_max_count", 5)),
        statement_max=int(given.get("statement_max", 1000)),
    )


@dataclass(frozen=True)
class Reason:
    """One that may be chosen."""

    id: str
    record: DisputeRecord | None
    chosen: bool


class ReasonList(RowList[Reason]):
    """The reasons allowed for the claim's type; space chooses the one under the cursor."""

    BINDINGS = [
        Binding("space", "choose", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Chosen(Message):
        """A reason was chosen."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self) -> None:
        super().__init__(
            key=lambda reason: reason.id, draw_row=self._row, title=_("1 Reason"),
            empty=self._none, id="reasons",
        )  # fmt: skip
        self.value = ""
        self.locked = False

    def fill(self, detail: ClaimDetail, chosen: str) -> None:
        """Show the reasons of a claim."""
        self.value = chosen
        self.show_rows(
            [Reason(id, detail.by_reason.get(id), id == chosen) for id in detail.reasons],
            note=_("allowed for: {type}").format(type=claim_type_label(detail.row.claim_type)),
        )

    def _row(self, reason: Reason, width: int) -> Line:
        mark = ("(•) ", "accent bold") if reason.chosen else ("( ) ", "muted")
        words = line(mark, (rejection_reason(reason.id), "bold" if reason.chosen else ""))
        return spread(words, line((_record(reason.record, width), "muted")), width - 1)

    def _none(self, width: int) -> list[Line]:
        return [line(" ", (_("Only the merchant portal can decide this claim."), "muted"))]

    @property
    def _below(self) -> int:
        return 1 if len(self._rows) > self.size.height - self._above else 0

    def window_line(self, y: int) -> Line:
        if self._below and y == self.size.height - 1:
            more = len(self._rows) - self.room - self.top
            words = _("{n} more below").format(n=more) if more > 0 else ""
            return line("     ", (words, "muted"))
        return super().window_line(y)

    def action_choose(self) -> None:
        """Choose the one under the cursor."""
        if self.selected is not None and not self.locked:
            self.post_message(self.Chosen(self.selected.id))


def _record(record: DisputeRecord | None, width: int) -> str:
    if record is None or not record.total:
        return ""
    won, total = fmt.number(record.won), fmt.number(record.total)
    if width < 56:
        return _("won {won}/{total}").format(won=won, total=total)
    return _("won {won} of {total}").format(won=won, total=total)


class PhotoList(RowList[Photo]):
    """Photos picked so far: name, size, measures."""

    def __init__(self, limits: RejectionLimits) -> None:
        super().__init__(
            key=lambda photo: str(photo.id), draw_row=self._row, title=_("2 Photos"),
            footer=self._keys, empty=self._none, idle_cursor=False, id="photos",
        )  # fmt: skip
        self._limits = limits
        self.adding = ""
        """Name of the file that is being read just now."""

    def fill(self, photos: tuple[Photo, ...]) -> None:
        """Show these."""
        most = self._limits.photo_max_count
        note = _("{n} of at most {most}").format(n=len(photos), most=most)
        self.show_rows(photos, note=note)

    def _row(self, photo: Photo, width: int) -> Line:
        end = line((megabytes(photo.size), "muted"))
        if width >= 40:
            end = line((f"{photo.width}×{photo.height}  ", "muted")) + end
        return spread(line(("✓", "success"), f" {photo.name}"), end, width - 1)

    def _none(self, width: int) -> list[Line]:
        size = megabytes(self._limits.photo_max_bytes)
        return [
            line(" ", (_("No photo yet."), "muted")),
            line(" ", (_("JPEG or PNG, {size} each").format(size=size), "muted")).cut(width),
        ]

    def _keys(self, width: int) -> Line:
        if self.adding:
            words = _("reading {name} …").format(name=self.adding)
            return line((words, "accent")).cut(width)
        result = line(("F3", "accent bold"), f" {_('add a file')}")
        if self.rows:
            result = result + line("  ", ("del", "accent bold"), f" {_('drop')}")
        return result.cut(width)


class Statement(TextArea):
    """The explanation, seen by Hepsiburada and the customer."""

    def __init__(self) -> None:
        super().__init__(
            id="statement", soft_wrap=True, tab_behavior="focus", compact=True,
            highlight_cursor_line=False,
        )  # fmt: skip
        self.cursor_blink = False

    async def _on_paste(self, event: events.Paste) -> None:
        """What is pasted is text: no control characters come in."""
        event.prevent_default()
        event.stop()
        if not self.read_only:
            lines = event.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            self.insert("\n".join(safe(one) for one in lines))


def explanation_title(letters: int, limits: RejectionLimits, width: int, *, focused: bool) -> Line:
    """Heading of the explanation: who sees it, and how many letters of how many."""
    over = letters > limits.statement_max
    count = line(
        (
            fmt.n_of_m(letters, limits.statement_max),
            "error bold" if over else "muted",
        )
    )
    note = _("seen by Hepsiburada and the customer")
    return line(" ") + heading(
        _("3 Explanation"), note, count, width=width - 1, focused=focused
    )  # fmt: skip
