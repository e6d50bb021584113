"""The catalogue in use. English is the source and needs no file."""

from __future__ import annotations

import gettext as _gettext
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "tr")
DOMAIN = "hbdash"
LOCALE_FOLDER = Path(__file__).parent / "locale"


@cache
def _catalogue(code: str) -> _gettext.NullTranslations:
    if code == "en":
        return _gettext.NullTranslations()
    path = LOCALE_FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with path.open("rb") as file:
        return _gettext.GNUTranslations(file)


class _State:
    code = "en"


def set_language(code: str) -> None:
    """Choose the language of all texts: "en" or "tr", also as a locale ("tr_TR.UTF-8").

    Raises ValueError for a language that we do not have.
    """
    short = code.strip().lower().replace("-", "_").split("_")[0].split(".")[0]
    if short in ("c", "posix"):
        short = "en"
    if short not in LANGUAGES:
        raise ValueError(f"no texts in {code!r}; there are {', '.join(LANGUAGES)}")
    _catalogue(short)
    _State.code = short


def language() -> str:
    """The language in use: "en" or "tr"."""
    return _State.code


def _(message: str) -> str:
    """The text in the language in use; the English one if it has no translation."""
    # gettext answers "" with the catalogue's head.
    return _catalogue(_State.code).gettext(message) if message else ""


def pgettext(context: str, message: str) -> str:
    """As `_`, for a word that means different things in different places."""
    return _catalogue(_State.code).pgettext(context, message)


def ngettext(one: str, many: str, count: int) -> str:
    """The form for `count`. The number itself is formatted by the caller (`formats.number`)."""
    return _catalogue(_State.code).ngettext(one, many, count)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """Marks a text for translation and returns it unchanged."""
    return message
