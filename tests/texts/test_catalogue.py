"""Is the Turkish catalogue complete, current and sound? The tool is `tests/texts/catalogue.py`."""

from __future__ import annotations

import gettext
import io
from pathlib import Path
from string import Formatter

import pytest

from tests.texts import catalogue


def catalogue_of(data: bytes) -> dict[object, str]:
    """Without its head, which says when it was made."""
    whole = gettext.GNUTranslations(io.BytesIO(data))._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in whole.items() if key}


def entries() -> list[tuple[str, str]]:
    """Every (English form, Turkish form) of the catalogue."""
    pairs = []
    for message in catalogue.load():
        if message.id:
            ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
            strings = (
                message.string if isinstance(message.string, tuple | list) else (message.string,)
            )
            pairs += [(ids[0], string) for string in strings]
    return pairs


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_text_in_the_code_is_translated() -> None:
    lacking = [f"{where}: {text!r}" for text, where in catalogue.missing().items()]
    assert not lacking, "\n".join(
        [f"{len(lacking)} texts without Turkish; see tests/texts/catalogue.py:", *lacking]
    )


def test_no_text_is_glued_together_before_it_is_translated() -> None:
    assert not [use.where for use in catalogue.uses() if use.key is None]


def test_the_compiled_catalogue_is_current() -> None:
    current = catalogue_of(catalogue.compiled(catalogue.load()))
    assert catalogue_of(catalogue.MO.read_bytes()) == current, "run catalogue.py compile"


def test_translations_take_the_same_parameters() -> None:
    wrong = [(english, turkish) for english, turkish in entries()
             if not fields(turkish) <= fields(english)]  # fmt: skip
    assert not wrong


def test_translations_are_tidy() -> None:
    for english, turkish in entries():
        assert turkish.strip(), english
        assert english.startswith(" ") == turkish.startswith(" "), english
        assert english.endswith(" ") == turkish.endswith(" "), english
        assert english.endswith(".") == turkish.endswith(".") or turkish.endswith("…"), english


@pytest.mark.parametrize("text", ["ngettext", "context"])
def test_the_tool_reads_back_what_it_writes(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tr"
    monkeypatch.setattr(catalogue, "FOLDER", folder)
    monkeypatch.setattr(catalogue, "PO", folder / "hbdash.po")
    monkeypatch.setattr(catalogue, "MO", folder / "hbdash.mo")
    whole = "{n} line || {n} lines" if text == "ngettext" else "failure >> open"
    key = (None, "{n} line", "{n} lines") if text == "ngettext" else ("failure", "open", None)
    assert catalogue.shown(key) == whole
    assert not catalogue.is_translated(catalogue.load(), key)
    catalogue.add({whole: "Türkçe", "left empty": ""})
    assert catalogue.is_translated(catalogue.load(), key)
    assert "Türkçe" in catalogue_of(catalogue.MO.read_bytes()).values()
    first = catalogue.PO.read_text()
    catalogue.add({whole: "Türkçe"})
    assert catalogue.PO.read_text() == first
