"""The Alarms page by keys alone: take, hush, write, try, delete; and its pictures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from textual.pilot import Pilot
from textual.widgets import Input

from hbdash.actions.actor import Role
from hbdash.alarms.defaults import install_defaults
from hbdash.domain.alarms import METRICS
from hbdash.store.bulk import table_of
from hbdash.store.tables import Alarm, AlarmRule, Audit, Notice
from hbdash.texts.alarms import rule_sentence
from screens.actions import actions_of
from screens.alarms.form import RuleForm
from screens.alarms.page import AlarmsPage
from screens.alarms.trial import TrialOverlay
from screens.widgets.dialog import ConfirmDialog
from tests.support import shop
from tests.support.dashboards import (
    SilentDatabase,
    app_of,
    dashboard,
    press,
    screen_text,
    until,
)

alarm_t, rule_t = table_of(Alarm), table_of(AlarmRule)


def rule_id(db: SilentDatabase, name: str) -> int:
    with db.read() as connection:
        found = connection.scalar(select(rule_t.c.id).where(rule_t.c.name == name))
    assert found is not None
    return int(found)


def add_alarm(db: SilentDatabase, name: str, **values: Any) -> None:
    with db.write() as connection:
        rule = connection.execute(select(rule_t).where(rule_t.c.name == name)).one()
        about = {"metric": rule.metric, "flow": rule.flow, "limit": rule.limit}
        params = {"rule": about, **values.pop("params", {})}
        row = {"subject": "", "checked_at": shop.NOW, "severity": rule.severity, **values}
        connection.execute(
            insert(alarm_t).values(
                channel_id=shop.CHANNEL, rule_id=rule.id, params=params, **row
            )
        )  # fmt: skip
        connection.execute(
            update(rule_t).where(rule_t.c.id == rule.id).values(last_fired_at=row["fired_at"])
        )


@pytest.fixture
def db(lalezar: SilentDatabase) -> SilentDatabase:
    """The default rules; two alarms ring, one that ayse has; two are over; one rule is hushed."""
    told = shop.today(13, 55)
    with lalezar.write() as connection:
        connection.execute(delete(alarm_t))
        connection.execute(delete(rule_t))
        install_defaults(connection, shop.CHANNEL, shop.ago(days=30))
        connection.execute(
            update(rule_t)
            .where(rule_t.c.name == "empty_answer")
            .values(silenced_until=shop.ahead(days=2), silenced_by="mehmet")
        )
        for target, state in (("mailto 1", "sent"), ("slack 2", "waiting")):
            connection.execute(
                insert(table_of(Notice)).values(
                    channel_id=shop.CHANNEL, target=target, title="x", body="x", state=state,
                    tries=0, created_at=told, error="",
                )
            )  # fmt: skip
    add_alarm(
        lalezar, "price.no_success", value=52, fired_at=told, params={"told": told.isoformat()}
    )
    add_alarm(
        lalezar, "order_create.failures", value=8, fired_at=shop.today(14, 10),
        acknowledged_by="ayse", acknowledged_at=shop.today(14, 12),
        params={"note": "mapping Bolu now"},
    )  # fmt: skip
    add_alarm(
        lalezar, "stock_lag", value=14, fired_at=shop.today(8, 40), ended_at=shop.today(8, 52),
    )  # fmt: skip
    add_alarm(
        lalezar, "claim_deadline", value=3, subject="041980011", fired_at=shop.ago(days=3),
        ended_at=shop.ago(days=3) + timedelta(minutes=40), acknowledged_by="mehmet",
        acknowledged_at=shop.ago(days=3),
    )  # fmt: skip
    return lalezar


@pytest.fixture
def quiet(lalezar: SilentDatabase) -> SilentDatabase:
    """The default rules, and nothing that ever rang."""
    with lalezar.write() as connection:
        connection.execute(delete(alarm_t))
        connection.execute(delete(rule_t))
        install_defaults(connection, shop.CHANNEL, shop.ago(days=30))
    return lalezar


def page_of(pilot: Pilot[Any]) -> AlarmsPage:
    page = app_of(pilot).page
    assert isinstance(page, AlarmsPage)
    return page


async def on_alarms(pilot: Pilot[Any]) -> None:
    """Go there, and wait for its first snapshot."""
    await press(pilot, "3")
    app = app_of(pilot)
    await until(pilot, lambda: isinstance(app.page, AlarmsPage) and app.page.snapshot, "alarms")


async def on_rule(pilot: Pilot[Any], db: SilentDatabase, name: str) -> None:
    """The cursor on a rule."""
    page = page_of(pilot)
    page.rules.focus()
    await until(pilot, lambda: page.rules.move_to(str(rule_id(db, name))), name)


def rows(db: SilentDatabase, table: Any = alarm_t) -> list[dict[str, Any]]:
    with db.read() as connection:
        found = connection.execute(select(table).order_by(table.c.id)).mappings()
        return [dict(row) for row in found]


def said(pilot: Pilot[Any]) -> str:
    messages = app_of(pilot).said
    return messages[-1].text if messages else ""


# Keys -----------------------------------------------------------------------------------------


async def test_one_key_takes_the_alarm_and_a_second_press_says_who_has_it(
    db: SilentDatabase,
) -> None:
    async with dashboard(db).run_test(size=(80, 24)) as pilot:
        await on_alarms(pilot)
        assert "nobody yet" in screen_text(pilot)
        await press(pilot, "K")
        assert rows(db)[0]["acknowledged_by"] == "ayse"
        await until(pilot, lambda: "nobody yet" not in screen_text(pilot), "owner shown")
        await press(pilot, "K")
        assert said(pilot) == "You have it already."
        assert len([a for a in rows(db, table_of(Audit)) if "acknowledge" in a["action"]]) == 1


async def test_who_came_first_is_named(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=(80, 24)) as pilot:
        await on_alarms(pilot)
        with db.write() as connection:
            connection.execute(
                update(alarm_t).values(acknowledged_by="mehmet", acknowledged_at=shop.today(14, 0))
            )
        await press(pilot, "K")
        assert said(pilot) == "mehmet has it, since 14:00."


async def test_a_rule_is_hushed_and_let_go_again(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=(120, 40)) as pilot:
        await on_alarms(pilot)
        await on_rule(pilot, db, "stock.no_success")
        await press(pilot, "H", *"soon", "enter")
        assert "Not an end" in screen_text(pilot)
        await press(pilot, *["backspace"] * 4, *"2h", "enter")
        stock = next(r for r in rows(db, rule_t) if r["name"] == "stock.no_success")
        assert stock["silenced_until"] == shop.ahead(hours=2)
        await until(pilot, lambda: "hushed to 16:32" in screen_text(pilot), "hushed")
        await press(pilot, "H", "right", "enter")
        stock = next(r for r in rows(db, rule_t) if r["name"] == "stock.no_success")
        assert stock["silenced_until"] is None


@pytest.mark.requirement("R7.3.1")
async def test_a_new_rule_is_written_by_keys_alone(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=(80, 24)) as pilot:
        await on_alarms(pilot)
        await press(pilot, "N")
        form = pilot.app.screen
        assert isinstance(form, RuleForm)
        # "open failures" begins with an o; its limit then stands in the form.
        await press(pilot, "o", "tab", *["backspace"] * 3, *"0")
        assert "The limit must lie between 1 and 1,000,000." in screen_text(pilot)
        await press(pilot, "f9")
        assert pilot.app.screen is form
        await press(pilot, "backspace", *"75", "tab", "right", "f9")
        new = rows(db, rule_t)[-1]
        assert (new["metric"], new["flow"], new["limit"], new["severity"], new["created_by"]) == (
            "open_failures", None, 75, "notice", "ayse",
        )  # fmt: skip
        assert said(pilot) == "Saved: Open failures from 75"
        await until(pilot, lambda: page_of(pilot).rules.rows[-1].limit == 75, "listed")


async def test_the_form_says_at_once_what_the_rule_would_have_done(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=(80, 24)) as pilot:
        await on_alarms(pilot)
        await on_rule(pilot, db, "price.no_success")
        await press(pilot, "enter")
        await until(pilot, lambda: "it would" in screen_text(pilot), "tried")
        assert "Change the rule" in screen_text(pilot)
        assert rule_sentence("no_success", "price", 15) in screen_text(pilot)
        limit = pilot.app.screen.query_one("#limit", Input)
        limit.value = "10000"
        await until(pilot, lambda: "it would not ring." in screen_text(pilot), "not ringing")
        await press(pilot, "f9")
        changed = next(r for r in rows(db, rule_t) if r["name"] == "price.no_success")
        assert changed["limit"] == 10_000


async def test_the_form_shows_only_the_fields_that_the_metric_uses(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=(80, 24)) as pilot:
        await on_alarms(pilot)
        await press(pilot, "N")
        form = pilot.app.screen
        for metric, spec in METRICS.items():
            assert form.query_one("#field-flow").display is spec.of_flow, metric
            assert form.query_one("#field-window").display is spec.windowed, metric
            assert form.query_one("#limit", Input).value == str(spec.usual)
            await press(pilot, "right")


async def test_a_rule_is_deleted_only_after_a_yes(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=(80, 24)) as pilot:
        await on_alarms(pilot)
        await on_rule(pilot, db, "price.no_success")
        before = len(rows(db, rule_t))
        await press(pilot, "D")
        assert isinstance(pilot.app.screen, ConfirmDialog)
        assert "1 alarm that rings now ends." in screen_text(pilot)
        await press(pilot, "enter")
        assert len(rows(db, rule_t)) == before
        await press(pilot, "D", "D")
        assert len(rows(db, rule_t)) == before - 1
        assert rows(db)[0]["ended_at"] == shop.NOW


async def test_the_preview_writes_nothing(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=(80, 24)) as pilot:
        await on_alarms(pilot)
        before = (rows(db), rows(db, rule_t), rows(db, table_of(Audit)))
        await press(pilot, "v")
        await until(pilot, lambda: isinstance(pilot.app.screen, TrialOverlay), "preview")
        assert "What would this rule have done?" in screen_text(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, AlarmsPage)
        assert (rows(db), rows(db, rule_t), rows(db, table_of(Audit))) == before


async def test_a_filter_names_itself_and_is_cleared(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=(80, 24)) as pilot:
        await on_alarms(pilot)
        await press(pilot, "slash", *"PRİCE", "enter")
        text = screen_text(pilot)
        assert "filter “PRİCE”: 3 of 20" in text
        assert "Order Create" not in text
        await press(pilot, "slash", *"zzz", "enter")
        assert "No rule matches “zzz”." in screen_text(pilot)
        await press(pilot, "c")
        assert "Order Create" in screen_text(pilot)


async def test_enter_opens_what_is_behind_and_the_dashboard_points_here(
    db: SilentDatabase,
) -> None:
    async with dashboard(db).run_test(size=(120, 40)) as pilot:
        await on_alarms(pilot)
        page = page_of(pilot)
        assert "Listing service answers 503" in screen_text(pilot)
        went: list[tuple[str, dict[str, Any]]] = []
        app_of(pilot).go = lambda page_id, **target: went.append((page_id, target))  # type: ignore[method-assign]
        await press(pilot, "enter")
        assert went[0][0] == "monitoring"
        assert went[0][1]["part"] == "failures"
        second = page.firing.rows[1].alarm.id
        page.open(alarm=second)
        assert page.firing.cursor_key == str(second)


async def test_the_digit_goes_through_the_parts(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=(120, 40)) as pilot:
        await on_alarms(pilot)
        page = page_of(pilot)
        seen = [page.part()]
        for _n in range(3):
            await press(pilot, "3")
            seen.append(page.part())
        assert seen == ["firing", "rules", "past", "firing"]


@pytest.mark.parametrize("options", [{"role": Role.VIEWER}, {"read_only": True}])
@pytest.mark.parametrize("key", ["K", "H", "N", "D"])
async def test_who_may_not_write_is_told_so(
    db: SilentDatabase, options: dict[str, Any], key: str
) -> None:
    before = (rows(db), rows(db, rule_t))
    async with dashboard(db, **options).run_test(size=(80, 24)) as pilot:
        await on_alarms(pilot)
        await press(pilot, key)
        assert isinstance(pilot.app.screen, AlarmsPage)
        assert said(pilot)
    assert (rows(db), rows(db, rule_t)) == before


async def test_nothing_firing_is_said(quiet: SilentDatabase) -> None:
    async with dashboard(quiet).run_test(size=(80, 24)) as pilot:
        await on_alarms(pilot)
        assert "✓ No alarm is firing." in screen_text(pilot)


async def test_without_a_rule_or_an_alarm_each_key_says_what_it_needs(
    quiet: SilentDatabase,
) -> None:
    with quiet.write() as connection:
        connection.execute(delete(rule_t))
    async with dashboard(quiet).run_test(size=(80, 24)) as pilot:
        await on_alarms(pilot)
        for key in ("K", "H", "D", "v"):
            await press(pilot, key)
            assert said(pilot)
        assert "There are no rules, so nothing can ring." in screen_text(pilot)


async def test_every_action_of_the_page_has_something_that_does_it(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=(80, 24)) as pilot:
        await on_alarms(pilot)
        page = page_of(pilot)
        missing = [a.id for a in actions_of("alarms") if page.handler(a) is None]
        assert missing == []


async def test_hostile_text_in_a_rule_stays_text(db: SilentDatabase) -> None:
    with db.write() as connection:
        connection.execute(
            update(rule_t)
            .where(rule_t.c.name == "stock_lag")
            .values(name="[red]\x1b[31mx[/x] ['a', 1]", is_default=False)
        )
    async with dashboard(db).run_test(size=(120, 40)) as pilot:
        await on_alarms(pilot)
        assert "[red]x[/x] ['a', 1]: Stock lag from" in screen_text(pilot)


# Pictures -------------------------------------------------------------------------------------

SIZES = [(80, 24), (120, 40)]


def before(*keys: str) -> Callable[[Pilot[Any]], Any]:
    """Go to the page and press keys, for a picture."""

    async def run(pilot: Pilot[Any]) -> None:
        await on_alarms(pilot)
        await press(pilot, *keys)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()

    return run


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("keys", "options"),
    [
        ((), {}),
        ((), {"language": "tr"}),
        (("N",), {}),
        (("v",), {}),
        (("H",), {"environment": "production"}),
    ],
    ids=["firing", "turkish", "new", "preview", "hush"],
)
def test_pictures(
    db: SilentDatabase,
    snap_compare: Any,
    size: tuple[int, int],
    keys: tuple[str, ...],
    options: dict[str, Any],
) -> None:
    app = dashboard(db, **options)
    assert snap_compare(app, terminal_size=size, run_before=before(*keys))


@pytest.mark.parametrize("size", SIZES)
def test_picture_of_quiet(quiet: SilentDatabase, snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(dashboard(quiet), terminal_size=size, run_before=before())
