"""The questions before a claim is rejected or approved, with everything that will be sent."""

from __future__ import annotations

from hbdash.store.queries.claims import ClaimDetail
from hbdash.texts import _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.claims import megabytes
from hbdash.texts.reasons import rejection_reason
from screens.face import Host
from screens.refunds.keeping import Written
from screens.widgets.dialog import ConfirmDialog
from screens.widgets.line import BLANK, Line, cut, left, line, safe, wrap

_LABEL = 14
_ROOM = 50


def confirm_dialog(
    host: Host, detail: ClaimDetail, written: Written, *, engine: bool
) -> ConfirmDialog:
    """Cancel first and default; X or the deed sends."""
    row = detail.row
    words = " ".join(safe(written.statement).split())
    n = len(written.statement.strip())
    letters = ngettext("{n} letter", "{n} letters", n).format(n=fmt.number(n))
    size = sum(photo.size for photo in detail.photos)
    count = len(detail.photos)
    photos = f"{fmt.number(count)}, {megabytes(size)}" if count else _("none")
    stays = _("{amount} stays with us if Hepsiburada agrees").format(amount=fmt.money(row.amount))
    body: list[str | Line] = []
    for label, text in (
        (_("Reason"), rejection_reason(written.reason)),
        (_("Explanation"), f"{letters}, “{cut(words, 28)}”"),
        (_("Photos"), photos),
        (_("Amount"), stays),
    ):
        body += _field(label, text)
    return ConfirmDialog(
        _("Reject claim {number}?").format(number=safe(row.number)), body + _where(host, engine),
        deed=_("Reject the claim"), key="X",
    )  # fmt: skip


def approve_dialog(host: Host, detail: ClaimDetail, *, engine: bool) -> ConfirmDialog:
    """Cancel first and default; A or the deed refunds the customer."""
    row = detail.row
    body: list[str | Line] = []
    units = ngettext("{n} unit", "{n} units", row.quantity).format(n=fmt.number(row.quantity))
    goes_back = _("{amount} goes back to the customer").format(amount=fmt.money(row.amount))
    for label, text in (
        (_("Product"), f"{safe(row.product)}, {units}"),
        (_("Amount"), goes_back),
    ):
        body += _field(label, text)
    if detail.draft is not None:
        body.append(_("The rejection that is being written is thrown away."))
    return ConfirmDialog(
        _("Approve claim {number}?").format(number=safe(row.number)), body + _where(host, engine),
        deed=_("Refund the customer"), key="A",
    )  # fmt: skip


def _where(host: Host, engine: bool) -> list[str | Line]:
    """Which side it goes to, as whom, and that it is for good."""
    if host.channel.environment == "production":
        goes = _("PRODUCTION: goes to Hepsiburada at once, as {who}.")
    else:
        goes = _("SANDBOX: goes to the test side only, as {who}.")
    body: list[str | Line] = [BLANK, goes.format(who=host.face.actor.name)]
    if not engine:
        body.append(_("No engine runs now: it is kept, and sent as soon as one does."))
    body.append(_("It can’t be taken back from here."))
    return body


def _field(label: str, text: str) -> list[Line]:
    first, *rest = wrap(text, _ROOM)
    return [
        line((left(label, _LABEL), "muted")) + first,
        *(line(" " * _LABEL) + one for one in rest),
    ]
