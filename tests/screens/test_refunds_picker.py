"""The file picker: pictures only, the newest first, any name safe, a path may be typed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from screens.refunds.picker import PhotoPicker
from tests.screens import claims_world as world
from tests.screens.claims_world import in_form
from tests.support.dashboards import SilentDatabase, app_of, dashboard, press, screen_text, until

SIZE = (80, 24)


@pytest.fixture
def db(lalezar: SilentDatabase) -> SilentDatabase:
    return world.fill(lalezar)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with pictures of different ages, a folder, and files that are none."""
    folder = tmp_path / "home"
    (folder / "İade").mkdir(parents=True)
    for n, name in enumerate(("eski.jpg", "orta.png", "yeni.jpeg")):
        path = world.photo(folder, name)
        os.utime(path, (1_700_000_000 + n * 86_400,) * 2)
    world.photo(folder / "İade", "içeride.png")
    (folder / "not.txt").write_text("x")
    (folder / ".gizli.jpg").write_bytes(b"x")
    monkeypatch.setenv("HOME", str(folder))
    return folder


async def test_pictures_come_newest_first_and_other_files_not_at_all(
    db: SilentDatabase, home: Path
) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        await press(pilot, "f3")
        await until(pilot, lambda: "eski.jpg" in screen_text(pilot), "listed")
        text = screen_text(pilot)
        assert text.index("yeni.jpeg") < text.index("orta.png") < text.index("eski.jpg")
        assert text.index("eski.jpg") < text.index("İade/")
        assert "not.txt" not in text
        assert ".gizli" not in text
        await press(pilot, "down", "enter")
        await until(pilot, lambda: page.form.photos.rows, "taken")
        assert page.form.photos.rows[0].name == "orta.png"


async def test_a_folder_is_gone_into_and_out_of(db: SilentDatabase, home: Path) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        await press(pilot, "f3")
        await until(pilot, lambda: "İade/" in screen_text(pilot), "listed")
        await press(pilot, "end", "enter")
        await until(pilot, lambda: "içeride.png" in screen_text(pilot), "inside")
        await press(pilot, "backspace")
        await until(pilot, lambda: "yeni.jpeg" in screen_text(pilot), "outside")
        await press(pilot, "escape")
        assert pilot.app.screen is page
        assert not page.form.photos.rows


@pytest.mark.parametrize("begin", ["~/", "./", ""])
async def test_a_path_is_typed_over_the_list(db: SilentDatabase, home: Path, begin: str) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        await press(pilot, "f3")
        await until(pilot, lambda: "yeni.jpeg" in screen_text(pilot), "listed")
        await press(pilot, *begin, *"eski.jpg", "enter")
        await until(pilot, lambda: page.form.photos.rows, "taken")
        assert page.form.photos.rows[0].name == "eski.jpg"


async def test_a_typed_folder_is_shown_and_a_path_is_ended_by_the_right_key(
    db: SilentDatabase, home: Path
) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        await press(pilot, "f3")
        await until(pilot, lambda: "yeni.jpeg" in screen_text(pilot), "listed")
        await press(pilot, *str(home), "enter")
        await until(pilot, lambda: "yeni.jpeg" in screen_text(pilot), "still")
        await press(pilot, *"es")
        await until(pilot, lambda: "│  eski.jpg" in screen_text(pilot), "offered")
        await press(pilot, "right", "enter")
        await until(pilot, lambda: page.form.photos.rows, "taken")


@pytest.mark.parametrize(
    "path", ["[/x]**", "a" * 300, "~nobody/x", "/proc/1/mem", "**", "/dev/null", "\\"]
)
async def test_no_path_breaks_it(db: SilentDatabase, home: Path, path: str) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        await press(pilot, "f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, PhotoPicker), "picker")
        await press(pilot, *path, "enter")
        await until(pilot, lambda: page.form.problems or page.form.photos.rows, "said")
        assert page.form.problems[0].field == "photos"
        assert not page.form.photos.rows


async def test_hostile_names_stay_text(db: SilentDatabase, home: Path) -> None:
    bad = home / "[red]\x1b[31m[x]"
    bad.mkdir()
    world.photo(bad, "[x] \x1b[2J.jpg")
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        await press(pilot, "f3")
        await until(pilot, lambda: "[red][x]/" in screen_text(pilot), "listed")
        await press(pilot, "end", "up", "enter")
        await until(pilot, lambda: "[x] .jpg" in screen_text(pilot), "inside")
        assert "\x1b" not in screen_text(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: page.form.photos.rows, "taken")
        assert "\x1b" not in screen_text(pilot)


async def test_a_folder_that_is_gone_is_said(db: SilentDatabase, home: Path) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        await in_form(pilot)
        app_of(pilot).page.form._folder = home / "gone"  # type: ignore[union-attr]
        await press(pilot, "f3")
        await until(pilot, lambda: "This folder can’t be read." in screen_text(pilot), "said")
