"""docs/requirements.md is what the marks and docs/requirements.toml say (issue 4)."""

from __future__ import annotations

import re

import pytest

from tests.support import requirements
from tests.support.requirements import DATA, PAGE, ROOT, Shown

MARKS = requirements.marks()
ROWS = [row for _, rows in requirements.chapters() for row in rows]


def test_every_mark_names_a_known_requirement() -> None:
    assert requirements.unknown(MARKS) == []
    assert requirements.unknown([Shown("R9.99", "tests/x.py", "test_y", 3)]) == [
        "tests/x.py:3: R9.99"
    ]


def test_the_numbers_are_those_of_the_guide_without_a_gap() -> None:
    last = {1: 7, 2: 39, 3: 13, 4: 12, 5: 19, 6: 18, 8: 10, 9: 8}
    wanted = [f"R{chapter}.{n}" for chapter, most in last.items() for n in range(1, most + 1)]
    screens = {"7.1": 9, "7.2": 5, "7.3": 2, "7.4": 4, "7.5": 2}
    wanted += [f"R{part}.{n}" for part, most in screens.items() for n in range(1, most + 1)]
    assert sorted(row.number for row in ROWS) == sorted(wanted)


def test_the_committed_page_is_the_generated_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == requirements.page(MARKS), "make requirements"


def test_the_modules_named_exist() -> None:
    assert [
        (row.number, module)
        for row in ROWS
        for module in row.modules
        if not (ROOT / module).exists()
    ] == []


def test_no_row_is_empty() -> None:
    """A row has a test, or is not ours to do and says so."""
    assert requirements.empty(MARKS) == []


@pytest.mark.parametrize("text", [DATA.read_text(encoding="utf-8"), PAGE.read_text("utf-8")])
def test_titles_are_plain_text(text: str) -> None:
    assert not re.search(r"/work/|TODO", text)
