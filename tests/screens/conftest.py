"""Databases of the screens' tests, and a steady environment: no zone, colours or locale of ours."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hbdash.texts import set_language
from screens.monitoring import rested
from tests.support.dashboards import SilentDatabase
from tests.support.settling import quick_pilot
from tests.support.shop import Shop


@pytest.fixture(autouse=True)
def _steady(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("NO_COLOR", "COLORTERM", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("TZ", "America/New_York")
    # How long a figure rests follows from how long it took: on a busy machine a picture of a log
    # that has just grown would show the count from before.
    monkeypatch.setattr(rested, "SHARE", 0)
    set_language("en")
    with quick_pilot():
        yield
    set_language("en")


@pytest.fixture(scope="session")
def shop_file(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lalezar on its afternoon, written once; copied for each test."""
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    shutil.copy(migrated_sqlite_file, path)
    db = SilentDatabase(f"sqlite:///{path}")
    Shop(db).everything()
    db.close()
    return path


@pytest.fixture
def empty_shop(migrated_sqlite_file: Path, tmp_path: Path) -> Iterator[SilentDatabase]:
    """A migrated database with nothing in it."""
    path = tmp_path / "empty.db"
    shutil.copy(migrated_sqlite_file, path)
    db = SilentDatabase(f"sqlite:///{path}")
    yield db
    db.close()


@pytest.fixture
def lalezar(shop_file: Path, tmp_path: Path) -> Iterator[SilentDatabase]:
    """Lalezar's database, one's own copy."""
    path = tmp_path / "lalezar.db"
    shutil.copy(shop_file, path)
    db = SilentDatabase(f"sqlite:///{path}")
    yield db
    db.close()
