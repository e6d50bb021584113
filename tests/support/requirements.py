"""docs/requirements.md: which test shows which requirement.

Made from docs/requirements.toml (numbers, titles, modules, what is left out) and the marks of the
tests, which are read as text: collecting them would take longer than the page is worth.

    python -m tests.support.requirements            writes the page
    python -m tests.support.requirements --check    exit code 1 if the page that stands is another
"""

from __future__ import annotations

import argparse
import ast
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = ROOT / "docs" / "requirements.toml"
PAGE = ROOT / "docs" / "requirements.md"
MOST_TESTS = 6
"""Shown per row; the others are counted."""

_HEAD = """# Requirements

Each requirement of the marketplace dashboard, where it is done, and the tests that show it. Made by
`make requirements` from the marks in the tests and `docs/requirements.toml`; not written by hand.
"""


@dataclass(frozen=True)
class Row:
    """A requirement. modules: paths from the root. left_out: what it does not do, and why."""

    number: str
    title: str
    modules: tuple[str, ...]
    left_out: str


@dataclass(frozen=True)
class Shown:
    """A mark: this test, or this whole module (name "") shows the number."""

    number: str
    path: str
    name: str
    line: int


def chapters() -> list[tuple[str, list[Row]]]:
    """The data file, in its order."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return [
        (
            chapter["title"],
            [
                Row(number, title, tuple(m.strip() for m in modules.split(",") if m.strip()), out)
                for number, title, modules, out in chapter["rows"]
            ],
        )
        for chapter in data["chapter"]
    ]


def marks(folder: Path = ROOT / "tests") -> list[Shown]:
    """All marks of all test modules, by path and line. Nothing is imported."""
    found: list[Shown] = []
    for path in sorted(folder.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "requirement(" in text:
            name = path.relative_to(ROOT).as_posix()
            try:
                found += _marks_of(ast.parse(text, name), name)
            except ValueError as wrong:
                raise ValueError(f"{name}, {wrong}") from wrong
    return found


def _marks_of(tree: ast.Module, path: str) -> Iterator[Shown]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
        ):
            for number, line in _numbers([node.value]):
                yield Shown(number, path, "", line)
        yield from _below(node, path, "")


def _below(node: ast.AST, path: str, outer: str) -> Iterator[Shown]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    name = f"{outer}{node.name}"
    for number, line in _numbers(node.decorator_list):
        yield Shown(number, path, name, line)
    if isinstance(node, ast.ClassDef):
        for child in node.body:
            yield from _below(child, path, f"{name}::")


def _numbers(nodes: Iterable[ast.expr]) -> Iterator[tuple[str, int]]:
    """Arguments of every `….requirement(…)` in an expression; they must be plain texts."""
    for top in nodes:
        for node in ast.walk(top):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr != "requirement":
                continue
            for argument in node.args:
                if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
                    raise ValueError(f"line {argument.lineno}: a requirement is a text like R5.9")
                yield argument.value, node.lineno


def unknown(found: Iterable[Shown]) -> list[str]:
    """Marks whose number the data file does not have, as `path:line: number`."""
    known = {row.number for _, rows in chapters() for row in rows}
    return [f"{one.path}:{one.line}: {one.number}" for one in found if one.number not in known]


def empty(found: Iterable[Shown]) -> list[str]:
    """Numbers that no test shows and that do not say why."""
    shown = {one.number for one in found}
    return [
        row.number
        for _, rows in chapters()
        for row in rows
        if row.number not in shown and (row.modules or not row.left_out)
    ]


def page(found: Iterable[Shown]) -> str:
    """The page."""
    by_number: dict[str, list[Shown]] = {}
    for one in found:
        by_number.setdefault(one.number, []).append(one)
    parts = [_HEAD]
    for title, rows in chapters():
        lines = [
            f"## {title}\n",
            "| R | requirement | done in | shown by | left out |",
            "| --- | --- | --- | --- | --- |",
        ]
        for row in rows:
            cells = (
                row.number,
                row.title,
                "<br>".join(f"`{module}`" for module in row.modules),
                _tests(by_number.get(row.number, [])),
                row.left_out,
            )
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _tests(found: list[Shown]) -> str:
    """Modules with their tests; a module marked as a whole stands alone."""
    whole = [one for one in found if not one.name]
    names: dict[str, list[str]] = {}
    for one in found:
        if one.name:
            names.setdefault(one.path, []).append(one.name)
    for one in whole:
        names.setdefault(one.path, [])
    lines: list[str] = []
    left = MOST_TESTS
    for path, tests in names.items():
        shown, left = tests[:left], left - max(len(tests), 1)
        lines.append(f"`{path}`" + (": " if shown else "") + ", ".join(map(_words, shown)))
        if len(tests) > len(shown):
            lines[-1] += f" and {len(tests) - len(shown)} more"
        left = max(left, 0)
    return "<br>".join(lines)


def _words(name: str) -> str:
    return name.rpartition("::")[2].removeprefix("test_").replace("_", " ")


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.requirements")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    asked = parser.parse_args(arguments)
    found = marks()
    if wrong := unknown(found):
        sys.stderr.write("\n".join(["no such requirement:", *wrong]) + "\n")
        return 1
    text = page(found)
    if asked.check:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            sys.stderr.write("docs/requirements.md is not current: make requirements\n")
            return 1
        return 0
    PAGE.write_text(text, encoding="utf-8")
    if rows := empty(found):
        sys.stderr.write(f"rows without a test: {' '.join(rows)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
