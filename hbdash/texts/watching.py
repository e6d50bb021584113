"""Sentences about causes that went away."""

from __future__ import annotations

from hbdash.texts.translate import _


def cured_by_itself(cause: str) -> str:
    """A watched cause is gone; the record goes in the next run."""
    return _("cause gone, tried again at once: {cause}").format(cause=cause)
