"""gettext's mark for texts that stand in tables; `hbdash.texts` translates them when shown."""

from __future__ import annotations


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """Marks a text for translation and returns it unchanged."""
    return message
