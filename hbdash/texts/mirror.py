"""Sentences about the readings of both sides."""

from __future__ import annotations

from hbdash.texts.formats import number
from hbdash.texts.labels import side_label
from hbdash.texts.translate import _


def swept(side: str, rows: int) -> str:
    """A whole reading ended."""
    return _("{side} read whole: {n} rows").format(side=side_label(side), n=number(rows))


def shrunk(side: str, rows: int, before: int) -> str:
    """A whole reading that is not believed (design rule 13)."""
    return _(
        "{side} answered {n} rows where there were {before}: not believed, nothing changed"
    ).format(side=side_label(side), n=number(rows), before=number(before))


def compared(kind: str, differing: int, corrected: int) -> str:
    """What a comparison found."""
    what = _("stock") if kind == "stock" else _("price")
    return _("{n} SKUs differ in {what}, {done} corrected since the last time").format(
        n=number(differing), what=what, done=number(corrected)
    )
