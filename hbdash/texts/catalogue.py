"""Sentences about categories, attributes and values, and the words of their states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hbdash.texts.formats import number
from hbdash.texts.translate import N_, _, ngettext

#: State of a category → its word.
_STATES = {
    "leaf": N_("open"),
    "branch": N_("has categories below"),
    "closed": N_("closed"),
    "gone": N_("gone"),
    "outside": N_("not configured any more"),
}
#: Kind of change → what happened.
_CHANGES = {
    "new": N_("new category"),
    "renamed": N_("renamed, was “{before}”"),
    "moved": N_("moved"),
    "closed": N_("closed by Hepsiburada"),
    "gone": N_("gone at Hepsiburada"),
    "opened": N_("open again"),
    "added": N_("attribute added"),
    "removed": N_("attribute gone"),
    "mandatory": N_("became mandatory"),
    "optional": N_("is not mandatory any more"),
    "variant": N_("variant axis changed"),
    "type": N_("type changed"),
}


def category_state(state: str) -> str:
    """``leaf`` → open."""
    return _(_STATES[state]) if state in _STATES else state


def change_text(kind: str, detail: Mapping[str, Any]) -> str:
    """What changed, in a few words."""
    examples = [str(one) for one in detail.get("examples", ())]
    count = int(detail.get("count", 0))
    if kind == "values_added":
        text = ngettext("{n} value added: {examples}", "{n} values added: {examples}", count)
    elif kind == "values_lost":
        text = ngettext("{n} value gone: {examples}", "{n} values gone: {examples}", count)
    else:
        text = _(_CHANGES[kind]) if kind in _CHANGES else kind
    shown = ", ".join(examples) + (", …" if count > len(examples) else "")
    return text.format(
        n=number(count), examples=shown, before=str(detail.get("before", ""))
    )  # fmt: skip


def tree_in_step(nodes: int, written: Mapping[str, int]) -> str:
    """The tree was read, and what of it was written."""
    counts = {
        "created": _("{n} new"),
        "adopted": _("{n} taken over"),
        "renamed": _("{n} renamed"),
        "moved": _("{n} moved"),
    }
    said = [text.format(n=number(written[key])) for key, text in counts.items() if written.get(key)]
    text = ngettext("{n} category in step", "{n} categories in step", nodes)
    return ", ".join([text.format(n=number(nodes)), *said])


def would_write(nodes: int) -> str:
    """Dry run of the tree."""
    text = ngettext("would write {n} category", "would write {n} categories", nodes)
    return text.format(n=number(nodes))


def category_left(name: str, state: str, products: int) -> str:
    """A category that takes no products any more."""
    text = ngettext(
        "{name} is {state} at Hepsiburada; {n} product stands in it",
        "{name} is {state} at Hepsiburada; {n} products stand in it",
        products,
    )
    return text.format(name=name, state=category_state(state), n=number(products))


def category_opened(name: str) -> str:
    """A category takes products again."""
    return _("{name} takes products again").format(name=name)


def category_changed(name: str, changes: list[str], products: int) -> str:
    """What Hepsiburada changed in a category."""
    what = "; ".join(changes)
    text = ngettext("{name}: {what} ({n} product)", "{name}: {what} ({n} products)", products)
    return text.format(name=name, what=what, n=number(products))


def category_written(name: str, writes: int) -> str:
    """What of a category was written into Omnitron."""
    text = ngettext("{name}: {n} entry written", "{name}: {n} entries written", writes)
    return text.format(name=name, n=number(writes))


def attribute_change(attribute: str, change: str) -> str:
    """A change and the attribute it is about."""
    return _("{attribute}: {change}").format(attribute=attribute, change=change)


def tree_first() -> str:
    """There is no tree yet."""
    return _("No categories are known yet: Category Node runs first")
