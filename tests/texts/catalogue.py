"""The Turkish catalogue: find texts that it lacks, add translations, compile.

    .venv/bin/python tests/texts/catalogue.py missing > lacking.json   # English → ""
    .venv/bin/python tests/texts/catalogue.py add lacking.json         # filled in; also compiles
    .venv/bin/python tests/texts/catalogue.py compile
    .venv/bin/python tests/texts/catalogue.py unused                   # no code uses these

Plurals are written "one || many" with one Turkish text (after a number Turkish has no plural),
words with a context "context >> word".
"""

from __future__ import annotations

import ast
import fcntl
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "hbdash" / "texts" / "locale" / "tr" / "LC_MESSAGES"
PO, MO = FOLDER / "hbdash.po", FOLDER / "hbdash.mo"
#: The sandbox speaks as Hepsiburada and Omnitron do, not to our users.
LEFT_OUT = (ROOT / "hbdash" / "sandbox",)
PLURAL, CONTEXT = " || ", " >> "

Key = tuple[str | None, str, str | None]
"""Context, text, plural text."""


@dataclass(frozen=True)
class Use:
    """A text in the code; `key` is None where it is no literal and so can't be translated."""

    key: Key | None
    where: str


def uses() -> Iterator[Use]:
    """Every call of `_`, `N_`, `ngettext` and `pgettext` in hbdash/ and screens/."""
    for top in ("hbdash", "screens"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if not any(path.is_relative_to(folder) for folder in LEFT_OUT):
                yield from _uses_of(path)


def _uses_of(path: Path) -> Iterator[Use]:
    source = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else (
            node.func.id if isinstance(node.func, ast.Name) else ""
        )  # fmt: skip
        where = f"{path.relative_to(ROOT)}:{node.lineno}"
        texts = [arg.value if _is_text(arg) else None for arg in node.args]  # type: ignore[attr-defined]
        if name in ("_", "N_") and len(node.args) == 1:
            if texts[0] is not None:
                yield Use((None, texts[0], None), where)
            elif name == "N_" or isinstance(node.args[0], ast.JoinedStr):
                yield Use(None, where)
        elif name == "ngettext" and len(node.args) == 3 and texts[0] and texts[1]:
            yield Use((None, texts[0], texts[1]), where)
        elif name == "pgettext" and len(node.args) == 2 and texts[0] and texts[1]:
            yield Use((texts[0], texts[1], None), where)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def load() -> Catalog:
    """The catalogue as it stands."""
    if PO.exists():
        with PO.open("rb") as file:
            catalogue = read_po(file, locale="tr", domain="hbdash")
    else:
        catalogue = Catalog(locale="tr", domain="hbdash", charset="utf-8")
    catalogue.header_comment = "# Turkish texts of hbdash; see tests/texts/catalogue.py."
    # The .mo changes only when a text does.
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    catalogue.project, catalogue.version, catalogue.fuzzy = "hbdash", "1", False
    return catalogue


def is_translated(catalogue: Catalog, key: Key) -> bool:
    """True if the text is there, with every form filled."""
    context, text, _ = key
    message = catalogue.get(text, context)
    if message is None:
        return False
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(forms) and all(forms)


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as a .mo file holds it."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def save(catalogue: Catalog) -> None:
    """Write .po and .mo; sorted and without line numbers, so that two edits rarely meet."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=100, no_location=True, omit_header=False,
             sort_output=True)  # fmt: skip
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    dated = ('"POT-Creation-Date:', '"PO-Revision-Date:', '"Generated-By:',
             '"Last-Translator:', '"Language-Team:', '"Report-Msgid-Bugs-To:')  # fmt: skip
    PO.write_text("".join(line for line in lines if not line.startswith(dated)), encoding="utf-8")
    MO.write_bytes(compiled(load()))


def shown(key: Key) -> str:
    """A key as one text, as `add` takes it."""
    context, text, plural = key
    return (
        (f"{context}{CONTEXT}" if context else "") + text + (f"{PLURAL}{plural}" if plural else "")
    )


def add(translations: dict[str, str]) -> None:
    """Put translations into the catalogue; empty ones are left out."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        catalogue = load()
        for whole, turkish in translations.items():
            if not turkish:
                continue
            context, _, rest = whole.rpartition(CONTEXT)
            one, _, many = rest.partition(PLURAL)
            if many:
                catalogue.add(
                    (one, many), (turkish,) * catalogue.num_plurals, context=context or None
                )
            else:
                catalogue.add(one, turkish, context=context or None)
        save(catalogue)
    (FOLDER / ".lock").unlink(missing_ok=True)


def missing() -> dict[str, str]:
    """Texts in the code that have no translation → where they stand first."""
    catalogue = load()
    found: dict[str, str] = {}
    for use in uses():
        if use.key is not None and use.key[1] and not is_translated(catalogue, use.key):
            found.setdefault(shown(use.key), use.where)
    return found


def unused() -> list[str]:
    """Texts of the catalogue that no code uses any more."""
    used = {(use.key[0], use.key[1]) for use in uses() if use.key is not None}
    known = (m for m in load() if m.id)
    texts = ((m.context, m.id[0] if isinstance(m.id, tuple | list) else m.id) for m in known)
    return sorted(text for context, text in texts if (context, text) not in used)


def main(arguments: list[str]) -> int:
    """The command line above."""
    match arguments:
        case ["missing"]:
            json.dump(dict.fromkeys(missing(), ""), sys.stdout, ensure_ascii=False, indent=1)
        case ["add", path]:
            add(json.loads(Path(path).read_text(encoding="utf-8")))
        case ["compile"]:
            save(load())
        case ["unused"]:
            sys.stdout.write("\n".join(unused()) + "\n")
        case _:
            sys.stderr.write(__doc__ or "")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
