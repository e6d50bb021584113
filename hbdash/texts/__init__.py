"""Every visible text, in English and Turkish (gettext; the English text is the key).

`_("…")` translates now, `N_("…")` marks a text that is translated later, `ngettext` chooses a
plural, `pgettext` tells two meanings of one word apart. The language is one per process:
`set_language` is called once by each face at its start. Imports the standard library and
`hbdash.domain`, so that the CLI starts fast.
"""

from __future__ import annotations

from hbdash.texts.translate import LANGUAGES, N_, _, language, ngettext, pgettext, set_language

__all__ = ["LANGUAGES", "N_", "_", "language", "ngettext", "pgettext", "set_language"]
