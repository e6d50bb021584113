"""Sentences about stock and price on their way."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hbdash.texts.formats import money, number
from hbdash.texts.runs import reason
from hbdash.texts.translate import _, ngettext


def value(kind: str, units: int | None) -> str:
    """An offer's integer value: pieces for stock, 10⁻⁵ lira for price."""
    if units is None:
        return "?"
    return money(Decimal(units) / 100_000) if kind == "price" else number(units)


def no_such_product(key: str) -> str:
    """A key that was asked for by hand and that Omnitron does not have."""
    return _("{key}: Omnitron has no such product on this channel").format(key=key)


def would_send(kind: str, units: int) -> str:
    """Dry run, good row."""
    return _("would send {value}").format(value=value(kind, units))


def would_not_send(kind: str, code: str, params: Mapping[str, Any]) -> str:
    """Dry run, faulty or skipped row."""
    if code == "skip.by_hepsiburada":
        return _("left out: Hepsiburada keeps this stock itself")
    return _("would not send: {why}").format(why=reason(code, params))


def chunk_sent(kind: str, rows: int, upload: str) -> str:
    """One upload went out."""
    text = (
        ngettext("{n} stock sent", "{n} stocks sent", rows)
        if kind == "stock"
        else ngettext("{n} price sent", "{n} prices sent", rows)
    )
    return _("{what}, upload {upload}").format(what=text.format(n=number(rows)), upload=upload)


def chunk_settled(kind: str, accepted: int, failed: int) -> str:
    """One upload has its result."""
    what = _("stock") if kind == "stock" else _("price")
    return _("{what} upload done: {ok} accepted, {failed} refused").format(
        what=what, ok=number(accepted), failed=number(failed)
    )


def confirmed(kind: str, count: int) -> str:
    """Values were read back equal."""
    text = (
        ngettext("{n} stock read back and confirmed", "{n} stocks read back and confirmed", count)
        if kind == "stock"
        else ngettext(
            "{n} price read back and confirmed", "{n} prices read back and confirmed", count
        )
    )
    return text.format(n=number(count))
