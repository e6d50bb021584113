"""The form of a rejection by keys alone: what stands in the database after each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import OperationalError
from textual.pilot import Pilot

from hbdash.actions.actor import Role
from hbdash.store.bulk import table_of
from hbdash.store.tables import Attachment, Audit, ClaimDraft, Lease, SettingsSnapshot
from screens.refunds.page import RefundsPage
from screens.refunds.picker import PhotoPicker
from screens.widgets.dialog import ConfirmDialog
from tests.screens import claims_world as world
from tests.screens.claims_world import CLAIM, STATEMENT, claim_t, decision_t, in_form, saved
from tests.support import shop
from tests.support.dashboards import SilentDatabase, app_of, dashboard, press, screen_text, until

SIZE = (80, 24)


@pytest.fixture
def db(lalezar: SilentDatabase) -> SilentDatabase:
    return world.fill(lalezar)


async def typed(pilot: Pilot[Any], text: str) -> None:
    """A text, letter by letter."""
    await pilot.press(*("space" if letter == " " else letter for letter in text))
    await pilot.pause()


async def add(pilot: Pilot[Any], path: Path) -> None:
    """F3, the path, enter; until the file was read."""
    await press(pilot, "f3")
    await until(pilot, lambda: isinstance(pilot.app.screen, PhotoPicker), "picker")
    await typed(pilot, str(path))
    await press(pilot, "enter")
    page = world.page_of(pilot)
    await until(pilot, lambda: pilot.app.screen is page and not page.form.photos.adding, "read")
    await pilot.pause()


async def asked(pilot: Pilot[Any]) -> None:
    """F9, until it asks."""
    await press(pilot, "f9")
    await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "question")


async def checked(pilot: Pilot[Any], words: str) -> None:
    """F9, until it says what is wrong."""
    await press(pilot, "f9")
    await until(pilot, lambda: words in " ".join(screen_text(pilot).split()), words)


async def written(pilot: Pilot[Any]) -> RefundsPage:
    """The form with a reason and an explanation."""
    page = await in_form(pilot)
    await press(pilot, "space", "tab", "tab")
    await typed(pilot, "Yanlış ürün.")
    await saved(pilot)
    return page


# The whole way ----------------------------------------------------------------------------------


@pytest.mark.requirement("R6.13", "R7.4.2", "R7.4.3")
async def test_a_claim_is_rejected_in_under_15_keystrokes_plus_the_text(
    db: SilentDatabase, tmp_path: Path
) -> None:
    """From the dashboard, with a reason, a photo and an explanation."""
    path = world.photo(tmp_path)
    strokes = 0

    async def strike(pilot: Pilot[Any], *keys: str) -> None:
        nonlocal strokes
        strokes += len(keys)
        await press(pilot, *keys)

    async with dashboard(db).run_test(size=SIZE) as pilot:
        app = app_of(pilot)
        await until(pilot, lambda: app.page is not None and app.page.snapshot, "dashboard")
        await strike(pilot, "4")
        page = app.page
        assert isinstance(page, RefundsPage)
        await until(pilot, lambda: page.snapshot is not None and page.snapshot.detail, "claim")
        await strike(pilot, "X", "space", "f3")
        await until(pilot, lambda: isinstance(app.screen, PhotoPicker), "picker")
        await typed(pilot, str(path))
        await strike(pilot, "enter")
        await until(pilot, lambda: len(page.form.photos.rows) == 1, "photo")
        await strike(pilot, "tab")
        await typed(pilot, STATEMENT)
        await strike(pilot, "f9")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog), "question")
        await strike(pilot, "X")
        await until(pilot, lambda: len(world.requests(db)) == 1, "request")
    assert strokes < 15
    assert strokes == 8
    (decision,) = world.decisions(db)
    (photo,) = world.rows(db, Attachment)
    assert decision["reason"] == "CustomerReturnedWrongItem"
    assert decision["statement"] == STATEMENT
    assert decision["attachments"] == [photo["id"]]
    assert photo["data"] == path.read_bytes()
    assert (decision["state"], decision["decided_by"]) == ("waiting", "ayse")
    (request,) = world.requests(db)
    assert request["payload"] == {"keys": [CLAIM]}
    assert request["id"] == decision["request_id"]


async def test_the_newest_picture_of_a_folder_is_two_keys_away(
    db: SilentDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    world.photo(tmp_path)
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        await press(pilot, "f3")
        await until(pilot, lambda: "etiket.jpg" in screen_text(pilot), "listed")
        await press(pilot, "enter")
        await until(pilot, lambda: len(page.form.photos.rows) == 1, "photo")
        assert "etiket.jpg" in screen_text(pilot)


async def test_a_second_press_does_nothing(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await written(pilot)
        await asked(pilot)
        await press(pilot, "X")
        await until(pilot, lambda: page.form.locked, "locked")
        assert "Handed to the engine at 14:32 by ayse" in screen_text(pilot)
        await press(pilot, "X", "f9", "f9", "X", "enter", "delete", "f3")
        assert pilot.app.screen is page
        await press(pilot, "escape")
        await until(pilot, lambda: page.shown_part == "market" and page.claims.rows, "shown")
        assert page.claims.cursor_key == CLAIM
        await press(pilot, "X")
        assert "was decided here by ayse" in app_of(pilot).said[-1].text
    assert len(world.decisions(db)) == 1
    assert len(world.requests(db)) == 1


async def test_two_forms_at_once_give_one_decision(db: SilentDatabase) -> None:
    """Somebody else sent it while the question stood here."""
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await written(pilot)
        await asked(pilot)
        with db.write() as connection:
            world.decide(connection, CLAIM, "sending", decided_at=shop.NOW)
        await press(pilot, "X")
        await until(pilot, lambda: page.form.locked, "locked")
        await until(pilot, lambda: app_of(pilot).said, "said")
        assert "was decided here by mehmet" in app_of(pilot).said[-1].text
    (decision,) = world.decisions(db)
    assert decision["decided_by"] == "mehmet"
    assert world.requests(db) == []


# What becomes of it -----------------------------------------------------------------------------

STATES = [
    ("sending", {}, "Being sent to Hepsiburada"),
    ("unknown", {"ask_at": shop.today(14, 40)}, "whether it arrived is asked at 14:40"),
]


@pytest.mark.parametrize(("state", "values", "words"), STATES)
async def test_the_state_of_what_was_sent_shows_live(
    db: SilentDatabase, state: str, values: dict[str, Any], words: str
) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await written(pilot)
        await asked(pilot)
        await press(pilot, "X")
        await until(pilot, lambda: page.form.locked, "locked")
        with db.write() as connection:
            connection.execute(update(decision_t).values(state=state, **values))
        await until(pilot, lambda: words in " ".join(screen_text(pilot).split()), words)


async def test_once_it_is_there_the_form_closes_and_the_claim_is_shown(
    db: SilentDatabase,
) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await written(pilot)
        await asked(pilot)
        await press(pilot, "X")
        await until(pilot, lambda: page.form.locked, "locked")
        mine = decision_t.c.claim_number == CLAIM
        with db.write() as connection:
            connection.execute(
                update(decision_t).where(mine).values(state="done", done_at=shop.NOW)
            )
        await until(pilot, lambda: page.form.number is None, "closed")
        await until(pilot, lambda: page.shown_part == "market" and page.claims.rows, "shown")
        assert page.claims.cursor_key == CLAIM
        assert "rejected; Hepsiburada decides now" in app_of(pilot).said[-1].text
        await until(
            pilot, lambda: "Rejected at Hepsiburada and in Omnitron" in screen_text(pilot), "state"
        )


async def test_a_refusal_shows_their_words_and_keeps_the_draft(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await written(pilot)
        await asked(pilot)
        await press(pilot, "X")
        await until(pilot, lambda: page.form.locked, "locked")
        said = {"id": "claim.refused", "params": {}, "text": "Açıklama [yetersiz]"}
        mine = decision_t.c.claim_number == CLAIM
        with db.write() as connection:
            connection.execute(update(decision_t).where(mine).values(state="refused", refusal=said))
        await until(pilot, lambda: not page.form.locked, "open again")
        assert "refused it: “Açıklama [yetersiz]”." in " ".join(screen_text(pilot).split())
        assert "The draft is kept" in " ".join(screen_text(pilot).split())
        draft = world.draft(db)
        assert draft is not None
        assert draft["statement"] == "Yanlış ürün."
        # Mended, it goes again, in the same decision.
        await press(pilot, "tab")
        page.form.text.focus()
        await typed(pilot, "Etiketi farklı.")
        await asked(pilot)
        await press(pilot, "X")
        await until(pilot, lambda: len(world.requests(db)) == 2, "again")
    assert [one["state"] for one in world.decisions(db)] == ["waiting"]


async def test_leaving_while_it_is_sent_still_tells_the_outcome(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await written(pilot)
        await asked(pilot)
        await press(pilot, "X")
        await until(pilot, lambda: page.form.locked, "locked")
        await press(pilot, "escape")
        mine = decision_t.c.claim_number == CLAIM
        with db.write() as connection:
            connection.execute(
                update(decision_t).where(mine).values(
                    state="refused", refusal={"id": "claim.refused", "text": "Hayır"}
                )
            )  # fmt: skip
        await until(pilot, lambda: app_of(pilot).said, "said")
        assert f"{CLAIM}: Hepsiburada refused it: “Hayır”." in app_of(pilot).said[-1].text
        await until(pilot, lambda: "refused" in screen_text(pilot), "listed again")
    assert world.draft(db) is not None


async def test_without_an_engine_it_says_that_it_waits(db: SilentDatabase) -> None:
    with db.write() as connection:
        connection.execute(delete(table_of(Lease)))
    app = dashboard(db, engine_here=lambda: False)
    async with app.run_test(size=SIZE) as pilot:
        page = await written(pilot)
        await asked(pilot)
        assert "No engine runs now" in screen_text(pilot)
        await press(pilot, "X")
        await until(pilot, lambda: page.form.locked, "locked")
        assert "not sent yet: no engine runs now" in " ".join(screen_text(pilot).split())


# The draft --------------------------------------------------------------------------------------


async def test_the_draft_is_saved_at_every_change(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        await in_form(pilot)
        assert world.draft(db) is None
        await press(pilot, "down", "space")
        await saved(pilot)
        draft = world.draft(db)
        assert draft is not None
        assert draft["reason"] == "ProductIsDamaged"
        await press(pilot, "tab", "tab")
        for n, letter in enumerate("Çok eski", 1):
            await typed(pilot, letter)
            await saved(pilot)
            draft = world.draft(db)
            assert draft is not None
            assert draft["statement"] == "Çok eski"[:n]
        assert "draft saved 14:32" in screen_text(pilot)
        assert (draft["updated_by"], draft["reason"]) == ("ayse", "ProductIsDamaged")
    begun = [one for one in world.rows(db, Audit) if one["action"] == "claim.draft"]
    assert len(begun) == 1


async def test_the_draft_survives_leaving_and_another_dashboard(
    db: SilentDatabase, tmp_path: Path
) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        await press(pilot, "down", "down", "space", "tab", "tab")
        await typed(pilot, "Etiket")
        await add(pilot, world.photo(tmp_path))
        await press(pilot, "escape")
        assert page.form.number is None
        await until(pilot, lambda: world.draft(db), "saved on leaving")
        await press(pilot, "X")
        assert page.form.text.text == "Etiket"
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        assert page.form.text.text == "Etiket"
        assert page.form.reasons.value == "MissingQuantity"
        await until(pilot, lambda: len(page.form.photos.rows) == 1, "photo")


async def test_what_was_typed_last_survives_the_end_of_the_app(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        await in_form(pilot)
        await press(pilot, "tab", "tab")
        await pilot.press(*"Son")
    draft = world.draft(db)
    assert draft is not None
    assert draft["statement"] == "Son"


async def test_a_failed_save_is_said_and_the_text_stays(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        with db.write() as connection:
            world.decide(connection, CLAIM, "done", decided_at=shop.NOW)
        await press(pilot, "tab", "tab")
        await typed(pilot, "Geç")
        await until(pilot, lambda: page.form.locked or page.form.unsaved, "said")
        await until(pilot, lambda: "Rejected at Hepsiburada" in screen_text(pilot), "state")


async def test_another_person_who_writes_the_same_draft_is_named(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        await written(pilot)
        with db.write() as connection:
            connection.execute(
                update(table_of(ClaimDraft)).where(
                    table_of(ClaimDraft).c.claim_number == CLAIM
                ).values(updated_by="mehmet", updated_at=shop.ahead(minutes=1))
            )  # fmt: skip
        await until(pilot, lambda: "mehmet changes it too" in screen_text(pilot), "named")


async def test_a_database_that_does_not_write_loses_nothing(
    db: SilentDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Any:
        raise OperationalError("UPDATE", {}, Exception("disk is full"))

    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        await press(pilot, "tab", "tab")
        with monkeypatch.context() as patch:
            patch.setattr(db, "write", broken)
            await typed(pilot, "Ya")
            await until(pilot, lambda: app_of(pilot).said, "said")
            assert "Not done: disk is full. What is written stays here." in (
                app_of(pilot).said[-1].text
            )
        await typed(pilot, "z")
        await saved(pilot)
        assert page.form.text.text == "Yaz"
    draft = world.draft(db)
    assert draft is not None
    assert draft["statement"] == "Yaz"


# Letters are text -------------------------------------------------------------------------------


async def test_a_letter_typed_in_the_explanation_is_never_a_command(db: SilentDatabase) -> None:
    letters = "q X A 1 2 3 4 / ? : ! * < > n w t r j k G s y c o h"
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        await press(pilot, "tab", "tab")
        await typed(pilot, letters)
        assert page.form.text.text == letters
        assert pilot.app.screen is page
        assert page.form.number == CLAIM


async def test_letters_over_the_reasons_do_nothing(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        for key in ("q", "X", "1", "2", "w", "t", "n", "slash", "0", "colon", "y", "x", "s"):
            await press(pilot, key)
            assert pilot.app.screen is page, key
            assert page.form.number == CLAIM, key


async def test_pasted_text_is_text(db: SilentDatabase) -> None:
    from textual import events

    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        page.form.text.focus()
        page.form.text.post_message(events.Paste("a\x1b[31mb\r\n[/x] \x07c"))
        await until(pilot, lambda: page.form.text.text, "pasted")
        assert page.form.text.text == "ab\n[/x]  c"


# What is wrong ----------------------------------------------------------------------------------


async def test_a_missing_reason_and_explanation_are_named_and_gone_to(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        await checked(pilot, "Choose a reason.")
        await until(pilot, lambda: page.focused is page.form.reasons, "gone to the reasons")
        await press(pilot, "space")
        await checked(pilot, "Write an explanation: Hepsiburada demands one.")
        await until(pilot, lambda: page.focused is page.form.text, "gone to the text")
        assert "Choose a reason." not in screen_text(pilot)
    assert world.decisions(db) == []


async def test_a_reason_that_the_type_does_not_take_is_refused(db: SilentDatabase) -> None:
    with db.write() as connection:
        world.add(
            connection, ClaimDraft, channel_id=shop.CHANNEL, claim_number=CLAIM,
            reason="ProductSentComplete", statement="x", updated_by="ayse",
            updated_at=shop.ago(hours=1),
        )  # fmt: skip
    async with dashboard(db).run_test(size=SIZE) as pilot:
        await in_form(pilot)
        await checked(pilot, "is no reason that Hepsiburada takes for a claim of the type “Return”")
    assert world.decisions(db) == []


async def test_an_explanation_that_is_too_long_is_counted(db: SilentDatabase) -> None:
    async with dashboard(db, limits={"statement_max": 10}).run_test(size=SIZE) as pilot:
        await in_form(pilot)
        await press(pilot, "space", "tab", "tab")
        await typed(pilot, "Yanlış ürün.")
        assert "12 of 10" in screen_text(pilot)
        await checked(pilot, "The explanation has 12 letters; at most 10 are sent.")
    assert world.decisions(db) == []


async def test_a_file_that_is_no_image_is_refused_plainly(
    db: SilentDatabase, tmp_path: Path
) -> None:
    path = tmp_path / "resim.jpg"
    path.write_bytes(b"%PDF-1.4 not a picture")
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await written(pilot)
        await add(pilot, path)
        await until(pilot, lambda: page.form.problems, "refused")
        assert "resim.jpg is no JPEG or PNG picture" in " ".join(screen_text(pilot).split())
        assert page.form.text.text == "Yanlış ürün."
    assert world.rows(db, Attachment) == []
    assert world.draft(db) is not None


@pytest.mark.parametrize("name", ["yok.jpg", "["])
async def test_a_file_that_is_not_there_is_refused_plainly(
    db: SilentDatabase, tmp_path: Path, name: str
) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        await add(pilot, tmp_path / name)
        await until(pilot, lambda: page.form.problems, "refused")
        assert f"{name} can’t be read" in " ".join(screen_text(pilot).split())


async def test_a_photo_over_our_limit_is_refused_plainly(
    db: SilentDatabase, tmp_path: Path
) -> None:
    path = world.photo(tmp_path, "büyük.png")
    limits = {"photo_max_mb": 0.0001}
    async with dashboard(db, limits=limits).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        await add(pilot, path)
        await until(pilot, lambda: page.form.problems, "refused")
        assert "one photo may have at most" in " ".join(screen_text(pilot).split())
    assert world.rows(db, Attachment) == []


async def test_too_many_photos_are_refused_and_one_can_be_dropped(
    db: SilentDatabase, tmp_path: Path
) -> None:
    first = world.photo(tmp_path, "bir.png", "navy")
    second = world.photo(tmp_path, "iki.png", "teal")
    async with dashboard(db, limits={"photo_max_count": 1}).run_test(size=SIZE) as pilot:
        page = await in_form(pilot)
        await add(pilot, first)
        await until(pilot, lambda: len(page.form.photos.rows) == 1, "added")
        await add(pilot, second)
        await until(pilot, lambda: page.form.problems, "refused")
        assert "That would be 2 photos; at most 1 are sent." in screen_text(pilot)
        page.form.reasons.focus()
        await press(pilot, "delete")
        assert "Put the cursor on a photo first" in app_of(pilot).said[-1].text
        await press(pilot, "tab", "delete")
        await until(pilot, lambda: not page.form.photos.rows, "dropped")
        assert page.form.problems == ()
        await add(pilot, second)
        await until(pilot, lambda: len(page.form.photos.rows) == 1, "added again")
    assert [one["name"] for one in world.rows(db, Attachment)] == ["iki.png"]


async def test_a_deadline_that_passes_in_the_form_is_said_and_keeps_the_draft(
    db: SilentDatabase,
) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        await written(pilot)
        with db.write() as connection:
            connection.execute(
                update(claim_t).where(claim_t.c.number == CLAIM).values(deadline=shop.ago(hours=1))
            )
        await until(pilot, lambda: "deadline passed at" in screen_text(pilot), "said at once")
        await checked(pilot, "The draft is kept.")
    assert world.decisions(db) == []
    assert world.draft(db) is not None


async def test_a_claim_decided_elsewhere_is_said_and_keeps_the_draft(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        await written(pilot)
        with db.write() as connection:
            connection.execute(
                update(claim_t).where(claim_t.c.number == CLAIM).values(status="Accepted")
            )
        await until(pilot, lambda: "decided elsewhere" in screen_text(pilot), "said at once")
        await checked(pilot, "at Hepsiburada it is accepted.")
    assert world.decisions(db) == []
    assert world.draft(db) is not None


async def test_a_switched_off_flag_is_named(db: SilentDatabase) -> None:
    settings = table_of(SettingsSnapshot)
    with db.write() as connection:
        connection.execute(update(settings).values(conf={"flags": {"reject_refund": False}}))
    async with dashboard(db).run_test(size=SIZE) as pilot:
        await written(pilot)
        await checked(pilot, "Rejections are switched off")
    assert world.decisions(db) == []


@pytest.mark.parametrize("options", [{"role": Role.VIEWER}, {"read_only": True}])
async def test_who_may_not_write_is_told_why(db: SilentDatabase, options: dict[str, Any]) -> None:
    async with dashboard(db, **options).run_test(size=SIZE) as pilot:
        page = await world.on_refunds(pilot)
        for key in ("X", "f3", "f9", "delete"):
            await press(pilot, key)
            assert page.form.number is None
            said = app_of(pilot).said[-1].text
            assert "needs the role operator" in said or "read-only" in said


async def test_cancel_is_the_default_of_the_question(db: SilentDatabase) -> None:
    async with dashboard(db, environment="production").run_test(size=SIZE) as pilot:
        page = await written(pilot)
        await asked(pilot)
        text = screen_text(pilot)
        assert "PRODUCTION: goes to Hepsiburada at once, as ayse." in text
        assert "12 letters, “Yanlış ürün.”" in text
        assert "₺1,249.90 stays with us" in text
        await press(pilot, "enter")
        assert pilot.app.screen is page
        assert world.decisions(db) == []
        await asked(pilot)
        await press(pilot, "escape")
        assert world.decisions(db) == []
        await asked(pilot)
        await press(pilot, "right", "enter")
        await until(pilot, lambda: world.decisions(db), "the deed sends")
