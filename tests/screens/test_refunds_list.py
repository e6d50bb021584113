"""The list of claims by keys: the urgent first, what can't be decided here, what became of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, update

from hbdash.store.bulk import table_of
from hbdash.store.tables import ClaimDraft, Failure
from screens.actions import actions_of
from screens.refunds.page import RefundsPage
from tests.screens import claims_world as world
from tests.screens.claims_world import CLAIM, NEEDS_REASON, PORTAL, claim_t, on_refunds
from tests.support import shop
from tests.support.dashboards import SilentDatabase, app_of, dashboard, press, screen_text, until

SIZE = (80, 24)
HOSTILE = "[red]\x1b[31mx[/x] ['a', 1] \u202ekötü 🚚"


@pytest.fixture
def db(lalezar: SilentDatabase) -> SilentDatabase:
    return world.fill(lalezar)


def line_with(text: str, part: str) -> str:
    return next(one for one in text.splitlines() if part in one)


@pytest.mark.requirement("R7.4.1")
async def test_the_nearest_deadline_is_first_and_under_the_cursor(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await on_refunds(pilot)
        assert page.claims.cursor_key == CLAIM
        text = screen_text(pilot)
        assert line_with(text, "Şönil").startswith("▌▲ 1 h 12 min 041987654")
        assert line_with(text, "042003118").startswith(" ○ 5 h 40 min")
        assert line_with(text, "042011450").startswith(" ·   1 d 20 h")
        assert "6 of 6." in text
        assert "To decide 6" in text
        assert "decide by 15:44" in text


async def test_urgency_has_its_sign_and_a_missed_deadline_says_so(db: SilentDatabase) -> None:
    with db.write() as connection:
        for number, at in ((CLAIM, shop.ago(hours=3)), ("042003118", shop.ahead(minutes=52.1))):
            connection.execute(
                update(claim_t).where(claim_t.c.number == number).values(deadline=at)
            )
    async with dashboard(db).run_test(size=SIZE) as pilot:
        await on_refunds(pilot)
        text = screen_text(pilot)
        assert line_with(text, "Şönil").split()[:4] == ["▌×", "3", "h", "late"]
        assert line_with(text, "042003118").split()[:3] == ["▲", "52", "min"]
        await press(pilot, "X")
        assert "deadline passed at" in app_of(pilot).said[-1].text


async def test_portal_only_and_reason_needed_are_shown_as_such(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await on_refunds(pilot)
        text = screen_text(pilot)
        assert line_with(text, PORTAL).startswith(" ■")
        assert line_with(text, PORTAL).rstrip().endswith("portal")
        assert line_with(text, NEEDS_REASON).rstrip().endswith("reason needed")
        await press(pilot, "end")
        await until(pilot, lambda: "portal alone" in screen_text(pilot), "said in the claim")
        await press(pilot, "X")
        assert page.form.number is None
        assert "merchant portal alone" in app_of(pilot).said[-1].text
        await press(pilot, "up")
        await until(pilot, lambda: "Rejected in Omnitron itself." in screen_text(pilot), "said")
        await press(pilot, "X")
        assert page.form.number == NEEDS_REASON


async def test_the_claim_is_told_whole(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=(120, 45)) as pilot:
        await on_refunds(pilot)
        text = screen_text(pilot)
        for words in (
            "açınca gördüm, iade istiyorum.”",
            "LZR-10432-BRD ×1, ₺1,249.90",
            "4101877120 of 14 Nov",
            "to us, Delivered, Sun 14:32, HJ7740218",
            "Nazlı Tekin, 1 order, the first 14 Nov, no other claim",
            "41 sold, 12 returned, 6 of them “damaged”",
            "✓ won 3   × lost 3",
            "with photos: won 3 of 3, without: 0 of 3",
            "1 of 3 IMG_4471.jpg  by the customer",
            "https://images.hepsiburada.example/041987654/",
            "… awaiting Hepsiburada 041955120",
        ):
            assert words in text, words


async def test_another_claim_is_read_when_the_cursor_comes_to_it(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        await on_refunds(pilot)
        await press(pilot, "j", "j")
        assert "“İki fincan eksik.”" in screen_text(pilot)
        await until(pilot, lambda: "Claim 041990027" in screen_text(pilot), "heading")
        await until(pilot, lambda: "Photos  2" in screen_text(pilot), "photos")


async def test_enter_opens_the_claim_and_esc_goes_back_step_by_step(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await on_refunds(pilot)
        await press(pilot, "enter")
        assert page.focused is page.claim
        assert not page.claims.display
        assert "IMG_4473.jpg" in screen_text(pilot)
        await press(pilot, "escape")
        assert page.focused is page.claims
        await press(pilot, "4")
        assert page.shown_part == "market"
        await press(pilot, "escape")
        assert page.shown_part == "decide"
        await press(pilot, "escape")
        assert app_of(pilot).page is not page


async def test_the_digit_goes_through_the_parts(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await on_refunds(pilot)
        await press(pilot, "4")
        await until(pilot, lambda: page.claims.cursor_key == "041955120", "at the marketplace")
        assert "Hepsiburada decides the dispute" in screen_text(pilot)
        await press(pilot, "4")
        await until(pilot, lambda: len(page.claims.rows) == 7, "closed")
        text = screen_text(pilot)
        assert "✓ won " in text
        assert "× lost, refunded " in text
        assert "7 of 7." in text
        await press(pilot, "X")
        assert "decided elsewhere" in app_of(pilot).said[-1].text or (
            "was decided here by mehmet" in app_of(pilot).said[-1].text
        )
        await press(pilot, "4")
        await until(pilot, lambda: page.claims.cursor_key == CLAIM, "to decide")


async def test_the_list_of_closed_claims_goes_on_at_its_end(
    db: SilentDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("drawn", "page"):
        monkeypatch.setattr(f"screens.refunds.{module}.STEP", 3)
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await on_refunds(pilot)
        await press(pilot, "4", "4")
        await until(pilot, lambda: len(page.claims.rows) == 3, "the first ones")
        assert "3 of 7. Older ones come at the end of the list." in screen_text(pilot)
        await press(pilot, "end")
        await until(pilot, lambda: len(page.claims.rows) == 6, "more")


async def test_other_pages_point_at_a_claim_in_any_part(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await on_refunds(pilot)
        for number, part in (
            ("041955120", "market"), ("041901246", "closed"), ("042011450", "decide"),
        ):  # fmt: skip
            app_of(pilot).go("refunds", key=number)
            await until(
                pilot,
                lambda number=number: page.claims.cursor_key == number and page.number == number,
                number,
            )
            assert page.shown_part == part
            await until(pilot, lambda number=number: f"Claim {number}" in screen_text(pilot), "it")
        app_of(pilot).go("refunds", key="000")
        await until(pilot, lambda: app_of(pilot).said, "said")
        assert "Claim 000 is not known here" in app_of(pilot).said[-1].text


async def test_the_dashboard_leads_to_the_nearest_claim(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        app = app_of(pilot)
        await until(pilot, lambda: app.page is not None and app.page.snapshot, "dashboard")
        await press(pilot, "n")
        await until(pilot, lambda: isinstance(app.page, RefundsPage), "refunds")
        await until(pilot, lambda: f"Claim {CLAIM}" in screen_text(pilot), "the claim")


async def test_a_filter_names_itself_and_is_cleared(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await on_refunds(pilot)
        await press(pilot, "slash", *"fincan", "enter")
        assert page.claims.cursor_key == "041990027"
        assert "1 of 6. Filter “fincan”   c clear" in screen_text(pilot)
        await press(pilot, "slash", *["backspace"] * 6, *"zzz", "enter")
        assert "No claim matches “zzz”; 6 are hidden.   c clear" in screen_text(pilot)
        await press(pilot, "X")
        assert "no claim under the cursor" in app_of(pilot).said[-1].text
        await press(pilot, "c")
        assert len(page.claims.rows) == 6


async def test_another_order_is_asked_for_by_s(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await on_refunds(pilot)
        await press(pilot, "s")
        amounts = [row.amount for row in page.claims.rows]
        assert amounts == sorted(amounts, reverse=True)
        await press(pilot, "s")
        assert page.claims.rows[0].product.startswith("Çelik")
        await press(pilot, "s")
        assert page.claims.rows[0].number == CLAIM


async def test_numbers_and_addresses_are_copied(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        await on_refunds(pilot)
        await press(pilot, "y")
        assert pilot.app.clipboard == CLAIM
        for n in (1, 2, 3, 1):
            await press(pilot, "x")
            assert pilot.app.clipboard.endswith(f"IMG_447{n}.jpg")
            assert f"photo {n} of 3" in app_of(pilot).said[-1].text


async def test_o_leads_to_what_helps(db: SilentDatabase) -> None:
    with db.write() as connection:
        world.add(
            connection, Failure, channel_id=shop.CHANNEL, flow="order_refund", kind="claim",
            key="042003118", code="claim.item_unknown", fingerprint="f", params={}, state="open",
            needs_person=True, hopeless=False, tries=1, max_tries=3, first_at=shop.ago(hours=1),
            last_at=shop.ago(hours=1), remote_text="", watched=False,
        )  # fmt: skip
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await on_refunds(pilot)
        await press(pilot, "o")
        assert page.form.number == CLAIM
        await press(pilot, "escape", "down")
        await until(pilot, lambda: "No item for the claim" in screen_text(pilot), "the failure")
        went: list[tuple[str, dict[str, Any]]] = []
        app_of(pilot).go = lambda page_id, **target: went.append((page_id, target))  # type: ignore[method-assign]
        await press(pilot, "o", "h")
        assert went == [
            ("monitoring", {"part": "failures", "cause": "order_refund\x1ff"}),
            ("monitoring", {"part": "log", "key": "042003118"}),
        ]


async def test_claims_that_await_inspection_are_shown_only(db: SilentDatabase) -> None:
    with db.write() as connection:
        world.add_claim(connection, "042050001", status="AwaitingPreApproval")
    async with dashboard(db).run_test(size=(120, 40)) as pilot:
        page = await on_refunds(pilot)
        assert "1 more awaits inspection." in screen_text(pilot)
        await press(pilot, "4")
        await until(pilot, lambda: len(page.claims.rows) == 2, "listed")
        assert "awaiting inspection" in screen_text(pilot)
        await press(pilot, "end", "X")
        await until(pilot, lambda: app_of(pilot).said, "said")


async def test_nothing_to_decide_is_good_news(db: SilentDatabase) -> None:
    with db.write() as connection:
        world.clear(connection)
    async with dashboard(db).run_test(size=SIZE) as pilot:
        await on_refunds(pilot, detail=False)
        text = screen_text(pilot)
        assert "✓ Nothing to decide." in text
        assert "To decide 0" in text
        await press(pilot, "X", "y", "x", "enter", "o", "h", "4", "4", "4")
        assert isinstance(app_of(pilot).page, RefundsPage)


async def test_a_draft_of_another_person_is_named(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        await on_refunds(pilot)
        assert line_with(screen_text(pilot), "042003118").rstrip().endswith("mehmet")
        with db.write() as connection:
            connection.execute(delete(table_of(ClaimDraft)))
        await until(pilot, lambda: "mehmet" not in screen_text(pilot), "gone")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 45), (200, 60)])
async def test_hostile_and_long_text_stays_text(db: SilentDatabase, size: tuple[int, int]) -> None:
    long = HOSTILE * 40
    with db.write() as connection:
        connection.execute(
            update(claim_t).where(claim_t.c.number == CLAIM).values(
                product_name=long, explanation=long * 3, reason=HOSTILE, customer_name=HOSTILE,
                order_number=HOSTILE, sku_key=long, amount=Decimal("1234567.89"),
                photos=[{"url": f"https://x/{long}", "by": HOSTILE}],
                deliveries=[{"direction": HOSTILE, "status": HOSTILE, "tracking": long}],
            )
        )  # fmt: skip
        connection.execute(
            update(table_of(ClaimDraft)).values(claim_number=CLAIM, statement=HOSTILE)
        )
    async with dashboard(db).run_test(size=size) as pilot:
        page = await on_refunds(pilot)
        text = screen_text(pilot)
        assert "[red]x[/x] ['a', 1]" in text
        assert "\x1b" not in text
        assert "₺1,234,567.89" in text
        await press(pilot, "enter", "end", "escape", "X")
        assert page.form.number == CLAIM
        assert "\x1b" not in screen_text(pilot)
        assert app_of(pilot).said == []


async def test_a_silent_database_is_said_and_the_list_stays(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        await on_refunds(pilot)
        db.silent = True
        await press(pilot, "r")
        await until(pilot, lambda: "Database silent" in screen_text(pilot), "said")
        assert CLAIM in screen_text(pilot)
        db.silent = False


async def test_every_action_of_the_page_has_something_that_does_it(db: SilentDatabase) -> None:
    async with dashboard(db).run_test(size=SIZE) as pilot:
        page = await on_refunds(pilot)
        assert [a.id for a in actions_of("refunds") if page.handler(a) is None] == []
