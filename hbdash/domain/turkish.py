"""Turkish letters: matching, upper case, sorting, and the SKU key (design rule 7).

Place names reach us as `KADIKÖY`, `Kadıköy` and `Kadikoy`; Python's own lower() and upper() know
nothing of dotted and dotless i.
"""

from __future__ import annotations

import unicodedata

_ALPHABET = "abcçdefgğhıijklmnoöpqrsştuüvwxyz"
_I_TO_DOTTED = str.maketrans({"İ": "i", "I": "i", "ı": "i"})
_LOWER = str.maketrans({"İ": "i", "I": "ı"})
_UPPER = str.maketrans({"i": "İ", "ı": "I"})
_KEEP = {ord(letter): letter for letter in _ALPHABET}
# One character per letter, in a free range above punctuation and digits, so that comparing code
# points sorts by the Turkish alphabet, on every database.
_ORDER = {ord(letter): chr(0x100 + n) for n, letter in enumerate(_ALPHABET)}


def fold(text: str) -> str:
    """The form in which texts are compared: no case, no dots and hooks, blanks collapsed.

    `İ I ı i` are one letter, `ş` is `s`, and so on. Folding twice changes nothing.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    folded = _fold_once(text)
    while not folded.isascii():
        again = _fold_once(folded)
        if again == folded:
            break
        folded = again
    return folded


def _fold_once(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.translate(_I_TO_DOTTED))
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return " ".join(bare.translate(_I_TO_DOTTED).casefold().split())


def squeezed(text: str) -> str:
    """Folded and without blanks, for names like `Aras Kargo` and `araskargo`."""
    return fold(text).replace(" ", "")


def upper_tr(text: str) -> str:
    """Upper case by Turkish rules: i → İ, ı → I."""
    return text.translate(_UPPER).upper()


def lower_tr(text: str) -> str:
    """Lower case by Turkish rules: İ → i, I → ı."""
    return text.translate(_LOWER).lower()


def sort_key_tr(text: str) -> str:
    """A text whose code points sort by the Turkish alphabet, without regard to case.

    Fit to be stored in a column; not fit to be read.
    """
    lowered = " ".join(lower_tr(unicodedata.normalize("NFC", text)).split())
    bare = "".join(letter if ord(letter) in _KEEP else _bare(letter) for letter in lowered)
    return bare.translate(_ORDER)


def _bare(letter: str) -> str:
    if letter.isascii():
        return letter
    parts = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in parts if not unicodedata.combining(part))


def sku_key(text: str) -> str:
    """The key under which a SKU is known: upper case, without spaces (design, "SKU key").

    Upper case as Hepsiburada's catalogue does it on import (H§3.5), not by Turkish rules.
    """
    return "".join(text.split()).upper()
