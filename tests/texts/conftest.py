from __future__ import annotations

from collections.abc import Iterator

import pytest

from hbdash.texts import language, set_language


@pytest.fixture(autouse=True)
def start_in_english() -> Iterator[None]:
    """Each test begins in English and leaves the process as it found it."""
    before = language()
    set_language("en")
    yield
    set_language(before)
