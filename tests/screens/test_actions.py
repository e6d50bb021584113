"""The registry: every action has a key that works, a line of help, a place in the palette."""

from __future__ import annotations

import pytest

from hbdash.actions.actor import Role
from screens.actions import ACTIONS, BY_ID, EVERYWHERE, actions_of, key_table, keys_of, shown
from screens.help import HelpOverlay
from screens.pages import PAGES
from screens.palette import matching, offered
from screens.runmenu.menu import RunMenu
from tests.support.dashboards import (
    SilentDatabase,
    app_of,
    dashboard,
    press,
    screen_text,
    until,
)  # fmt: skip
from tests.support.dashboards import (
    shown as page_shown,
)

PAGE_IDS = [spec.id for spec in PAGES]
ON_PAGES = [(page, action.id) for page in PAGE_IDS for action in actions_of(page)]


def test_a_letter_means_one_thing_on_a_page() -> None:
    for page in PAGE_IDS:
        keys = [key for action in actions_of(page) for key in action.keys]
        assert len(keys) == len(set(keys)), page


def test_ids_are_unique_and_places_exist() -> None:
    assert len(BY_ID) == len(ACTIONS)
    assert {page for action in ACTIONS for page in action.where} <= {EVERYWHERE, *PAGE_IDS}


def test_what_changes_something_has_an_upper_case_key_or_none() -> None:
    exceptions = {"list.edit"}
    for action in ACTIONS:
        if action.writes and action.id not in exceptions:
            assert all(len(key) > 1 or key.isupper() for key in action.keys), action.id


def test_no_key_needs_a_chord_or_a_dotless_letter() -> None:
    for action in ACTIONS:
        for key in action.keys:
            assert key not in ("i", "I")
            assert key == "ctrl+p" or not key.startswith(("ctrl+", "alt+"))


@pytest.mark.parametrize("page_id", PAGE_IDS)
async def test_every_action_of_a_page_is_done_by_somebody(
    lalezar: SilentDatabase, page_id: str
) -> None:
    async with dashboard(lalezar).run_test(size=(120, 40)) as pilot:
        await page_shown(pilot)
        app_of(pilot).go(page_id)
        await pilot.pause()
        page = app_of(pilot).page
        assert page is not None
        missing = [a.id for a in actions_of(page_id) if page.handler(a) is None]
        assert not missing


@pytest.mark.parametrize("page_id", PAGE_IDS)
async def test_every_key_does_its_action(
    lalezar: SilentDatabase, page_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    async with dashboard(lalezar, role=Role.ADMIN).run_test(size=(120, 40)) as pilot:
        await page_shown(pilot)
        app_of(pilot).go(page_id)
        await page_shown(pilot)
        page = app_of(pilot).page
        assert page is not None
        monkeypatch.setattr(page, "refusal", lambda action: None)
        monkeypatch.setattr(page, "handler", lambda action: lambda: done.append(action.id))
        for action in actions_of(page_id):
            for key in action.keys:
                done.clear()
                await press(pilot, key)
                assert done == [action.id], (key, action.id)


async def test_every_action_is_in_the_help(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=(160, 45)) as pilot:
        await page_shown(pilot)
        await press(pilot, "question_mark", "question_mark")
        overlay = app_of(pilot).screen
        assert isinstance(overlay, HelpOverlay)
        text = "\n".join(one.text for one in overlay._lines(200))
        assert [a.id for a in ACTIONS if a.id not in text] == []


@pytest.mark.parametrize("page_id", PAGE_IDS)
async def test_the_palette_offers_what_may_be_done(lalezar: SilentDatabase, page_id: str) -> None:
    async with dashboard(lalezar, role=Role.ADMIN).run_test(size=(120, 40)) as pilot:
        await page_shown(pilot)
        app_of(pilot).go(page_id)
        await page_shown(pilot)
        page = app_of(pilot).page
        assert page is not None
        ids = {action.id for action in offered(page)}
        may = {a.id for a in actions_of(page_id) if page.refusal(a) is None}
        assert ids == may - {"palette", "escape"}


async def test_a_viewer_is_offered_nothing_that_changes(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar, role=Role.VIEWER).run_test(size=(120, 40)) as pilot:
        await page_shown(pilot)
        app_of(pilot).go("alarms")
        await page_shown(pilot)
        assert not [a.id for a in offered(app_of(pilot).page) if a.writes]


async def test_a_refused_key_says_why(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar, role=Role.VIEWER).run_test(size=(120, 40)) as pilot:
        await page_shown(pilot)
        app_of(pilot).go("alarms")
        await page_shown(pilot)
        await press(pilot, "K")
        assert "operator" in app_of(pilot).said[-1].text
        assert "operator" in screen_text(pilot)


async def test_the_palette_does_what_was_chosen(lalezar: SilentDatabase) -> None:
    async with dashboard(lalezar).run_test(size=(120, 40)) as pilot:
        await page_shown(pilot)
        await press(pilot, "ctrl+p", *"run a flow")
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app_of(pilot).screen, RunMenu), "the menu")


async def test_a_keymap_replaces_a_key(lalezar: SilentDatabase) -> None:
    app = dashboard(lalezar, keymap={"flow.menu": "T"})
    async with app.run_test(size=(120, 40)) as pilot:
        await page_shown(pilot)
        assert "T run" in screen_text(pilot)
        await press(pilot, "t")
        assert not isinstance(app.screen, RunMenu)
        await press(pilot, "T")
        await until(pilot, lambda: isinstance(app.screen, RunMenu), "the menu")


def test_quitting_stays_bound_whatever_the_keymap_says() -> None:
    assert "q" in keys_of(BY_ID["back"], {"back": "Z"})


def test_words_find_actions_in_any_order() -> None:
    assert [a.id for a in matching(ACTIONS, "flow run")] == ["flow.menu"]
    assert matching(ACTIONS, "no such thing") == []


def test_the_key_table_has_every_action() -> None:
    table = key_table()
    assert all(f"`{action.id}`" in table for action in ACTIONS)
    assert shown("question_mark") in table
