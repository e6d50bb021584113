"""Drafts, photos, checks and the one press, without any engine."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import insert, select, update

from hbdash.actions import claims as actions
from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.claim_photos import verified
from hbdash.domain.clock import FixedClock
from hbdash.domain.reasons import CLAIM_TYPES, REJECTION_REASONS, rejection_reasons
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.queries.claims import ClaimRow, claims_to_decide, draft, photo_data
from hbdash.store.tables import (
    Attachment,
    Channel,
    Claim,
    ClaimDecision,
    EngineRequest,
    SettingsSnapshot,
)
from hbdash.store.tables.alarms import Audit
from hbdash.texts import LANGUAGES, set_language
from hbdash.texts.claims import CLAIM_REFUSALS
from hbdash.texts.refusals import refusal

NOW = datetime(2026, 11, 23, 11, 32, tzinfo=UTC)
NUMBER = "041987654"
AYSE = Actor("ayse", Role.OPERATOR, "dashboard")
LIMITS = actions.RejectionLimits(photo_max_bytes=50_000, photo_max_count=2, statement_max=100)
REASON = "CustomerReturnedWrongItem"


@dataclass
class Desk:
    """A channel with one open claim, and short ways to act on it."""

    db: Database
    channel_id: int
    clock: FixedClock

    def set(self, **values: Any) -> None:
        table = table_of(Claim)
        with self.db.write() as connection:
            connection.execute(update(table).where(table.c.number == NUMBER).values(**values))

    def write(self, reason: str = REASON, statement: str = "Yanlış ürün döndü.") -> None:
        actions.save_draft(
            self.db, self.clock, AYSE, self.channel_id, NUMBER, reason=reason, statement=statement
        )

    def photo(self, path: Path) -> int:
        return actions.add_photo(self.db, self.clock, AYSE, self.channel_id, NUMBER, path, LIMITS)

    def check(self, **unsaved: str) -> list[tuple[str, str]]:
        with self.db.read() as connection:
            found = actions.check_rejection(
                connection, self.channel_id, NUMBER, LIMITS, self.clock.now(), **unsaved
            )
        return [(one.field, one.id) for one in found]

    def press(self, actor: Actor = AYSE) -> actions.Outcome:
        return actions.request_rejection(
            self.db, self.clock, actor, self.channel_id, NUMBER, LIMITS
        )

    def rows(self, model: Any) -> list[Any]:
        with self.db.read() as connection:
            return list(connection.execute(select(table_of(model))))

    def listed(self) -> tuple[ClaimRow, ...]:
        with self.db.read() as connection:
            return claims_to_decide(connection, self.channel_id, self.clock.now())

    def draft(self) -> Any:
        with self.db.read() as connection:
            return draft(connection, self.channel_id, NUMBER)


@pytest.fixture
def desk(database: Database) -> Desk:
    with database.write() as connection:
        channel_id = connection.execute(
            insert(table_of(Channel))
            .values(
                key="lalezar", name="Hepsiburada", omnitron_url="https://omnitron.example",
                remote_id=137, timezone="Europe/Istanbul", environment="sandbox", connection={},
            )
            .returning(table_of(Channel).c.id)
        ).scalar_one()  # fmt: skip
        connection.execute(
            insert(table_of(Claim)).values(
                channel_id=channel_id, number=NUMBER, status="AwaitingAction", claim_type="Return",
                reason="ProductIsDamaged", explanation="Kilim yırtık geldi.", quantity=1,
                claimed_at=NOW - timedelta(days=1), ordered_at=NOW - timedelta(days=9),
                deadline=NOW + timedelta(minutes=72), sku_key="LZR-10432-BRD", hb_sku="HBV0001",
                product_name="Şönil Kilim 80×150", order_number="4101877120", line_item_id="l-1",
                customer_name="Nazlı Tekin", amount=Decimal("1249.90"),
                photos=[{"url": "https://x/1.jpg", "by": "Customer"}], deliveries=[],
                settled=False, first_seen=NOW, seen_at=NOW, changed_at=NOW,
            )
        )  # fmt: skip
    return Desk(database, channel_id, FixedClock(NOW))


def picture(path: Path, kind: str = "JPEG", size: tuple[int, int] = (8, 6), hue: int = 0) -> Path:
    Image.new("RGB", size, (hue, 60, 60)).save(path, kind)
    return path


def test_a_draft_survives_and_shows_in_the_list(desk: Desk, tmp_path: Path) -> None:
    desk.write("", "Kutudan ")
    desk.write(REASON, "Kutudan çıkan ürün bizim değil.")
    photo_id = desk.photo(picture(tmp_path / "etiket.jpg"))
    kept = desk.draft()
    assert (kept.reason, kept.statement) == (REASON, "Kutudan çıkan ürün bizim değil.")
    (photo,) = kept.photos
    assert (photo.id, photo.name, photo.mime) == (photo_id, "etiket.jpg", "image/jpeg")
    assert (photo.width, photo.height, photo.size) == (8, 6, kept.photo_bytes)
    with desk.db.read() as connection:
        assert photo_data(connection, photo_id) == (tmp_path / "etiket.jpg").read_bytes()
    (row,) = desk.listed()
    assert (row.owner, row.customer, row.photos) == ("ayse", "Nazlı T.", 1)
    assert row.left(NOW) == timedelta(minutes=72)
    assert [line.action for line in desk.rows(Audit)] == ["claim.draft", "claim.photo_add"]


def no_image(path: Path) -> Path:
    path.write_text("fotoğraf değil")
    return path


def cut(path: Path) -> Path:
    whole = picture(path, size=(300, 300)).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def other_kind(path: Path) -> Path:
    return picture(path, "GIF")


def too_large(path: Path) -> Path:
    path.write_bytes(picture(path).read_bytes() + b"\0" * 60_000)
    return path


def missing(path: Path) -> Path:
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize(
    ("make", "refused"),
    [
        (no_image, "photo.no_image"),
        (cut, "photo.no_image"),
        (other_kind, "photo.no_image"),
        (too_large, "photo.too_large"),
        (missing, "photo.unreadable"),
        (folder, "photo.unreadable"),
    ],
)
def test_what_is_no_photo_is_refused_and_the_draft_kept(
    desk: Desk, tmp_path: Path, make: Callable[[Path], Path], refused: str
) -> None:
    desk.write()
    with pytest.raises(Refused) as caught:
        desk.photo(make(tmp_path / "foto.jpg"))
    assert caught.value.id == refused
    text = refusal(caught.value.id, caught.value.params)
    assert "foto.jpg" in text
    assert "?" not in text
    if refused == "photo.too_large":
        assert text == "foto.jpg has 61 kB; one photo may have at most 50 kB."
    assert desk.draft().photos == ()
    assert desk.draft().statement


def test_the_same_picture_is_one_photo_and_there_is_a_most(desk: Desk, tmp_path: Path) -> None:
    first = desk.photo(picture(tmp_path / "a.jpg"))
    assert desk.photo(picture(tmp_path / "b.jpg")) == first
    desk.photo(picture(tmp_path / "c.png", "PNG"))
    with pytest.raises(Refused) as caught:
        desk.photo(picture(tmp_path / "d.jpg", hue=200))
    assert (caught.value.id, caught.value.params) == ("photo.too_many", {"n": 3, "most": 2})
    actions.remove_photo(desk.db, desk.clock, AYSE, desk.channel_id, NUMBER, first)
    actions.remove_photo(desk.db, desk.clock, AYSE, desk.channel_id, NUMBER, first)
    desk.photo(tmp_path / "d.jpg")
    assert [photo.name for photo in desk.draft().photos] == ["c.png", "d.jpg"]


@given(data=st.binary(max_size=200))
def test_no_bytes_make_a_photo_by_chance(data: bytes) -> None:
    with pytest.raises(Refused):
        verified("x.jpg", data)


@given(kind=st.sampled_from(["JPEG", "PNG"]), width=st.integers(1, 40), height=st.integers(1, 40))
def test_a_whole_picture_is_a_photo_and_half_of_it_is_none(
    kind: str, width: int, height: int
) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, kind)
    photo = verified("x", buffer.getvalue())
    assert (photo.width, photo.height, photo.data) == (width, height, buffer.getvalue())
    with pytest.raises(Refused):
        verified("x", buffer.getvalue()[: len(buffer.getvalue()) // 2])


PROBLEMS: list[tuple[dict[str, Any], dict[str, str], list[tuple[str, str]]]] = [
    ({}, {}, []),
    ({}, {"reason": ""}, [("reason", "reject.reason_missing")]),
    ({}, {"reason": "ProductSentComplete"}, [("reason", "reject.reason_wrong")]),
    ({"claim_type": "Missingpart"}, {}, [("reason", "reject.reason_wrong")]),
    ({"claim_type": "Missingpart"}, {"reason": "ProductSentComplete"}, []),
    ({}, {"statement": " \n"}, [("statement", "reject.statement_missing")]),
    ({}, {"statement": "ğ" * 101}, [("statement", "reject.statement_long")]),
    ({}, {"statement": "ğ" * 100}, []),
    (
        {}, {"reason": "", "statement": ""},
        [("reason", "reject.reason_missing"), ("statement", "reject.statement_missing")],
    ),
    ({"deadline": NOW}, {}, [("claim", "reject.expired")]),
    ({"deadline": None}, {}, []),
    ({"status": "Refunded", "settled": True}, {}, [("claim", "reject.decided")]),
    ({"status": "InDispute"}, {}, [("claim", "reject.decided")]),
    ({"status": "AwaitingPreApproval"}, {}, [("claim", "reject.pre_approval")]),
    ({"claim_type": "MissingInvoice"}, {}, [("claim", "reject.portal_only")]),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "unsaved", "expected"), PROBLEMS)
def test_every_problem_is_named_with_its_field(
    desk: Desk, claim: dict[str, Any], unsaved: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    desk.write()
    desk.set(**claim) if claim else None
    assert desk.check(**unsaved) == expected
    desk.write(**{"reason": REASON, "statement": "Yanlış ürün döndü.", **unsaved})
    if not expected:
        assert desk.press().state == "waiting"
        return
    with pytest.raises(actions.RejectionRefused) as caught:
        desk.press()
    assert [(one.field, one.id) for one in caught.value.problems] == expected
    assert desk.rows(ClaimDecision) == []
    assert desk.rows(EngineRequest) == []
    assert desk.draft() is not None
    assert desk.rows(Audit)[-1].outcome == "refused"


@pytest.mark.parametrize("claim_type", [*CLAIM_TYPES, "Missingpart", "MissingWaranty", "Novel"])
def test_only_reasons_of_the_claim_type_pass(desk: Desk, claim_type: str) -> None:
    desk.set(claim_type=claim_type)
    passing = {
        reason for reason in REJECTION_REASONS if not desk.check(reason=reason, statement="x")
    }
    assert passing == set(rejection_reasons(claim_type))


def test_photos_over_a_limit_that_was_lowered_since_are_named(desk: Desk, tmp_path: Path) -> None:
    desk.write()
    for n in range(2):
        desk.photo(picture(tmp_path / f"{n}.jpg", hue=n * 90))
    with desk.db.read() as connection:
        lower = replace(LIMITS, photo_max_count=1, photo_max_bytes=100)
        found = actions.check_rejection(connection, desk.channel_id, NUMBER, lower, NOW)
    assert [one.id for one in found] == ["photo.too_many", "photo.too_large", "photo.too_large"]


def test_the_press_is_one_decision_one_request_and_one_line(desk: Desk, tmp_path: Path) -> None:
    desk.write()
    photo = desk.photo(picture(tmp_path / "a.jpg"))
    outcome = desk.press()
    assert not outcome.already
    (decision,) = desk.rows(ClaimDecision)
    assert (decision.state, decision.verdict, decision.attachments) == (
        "waiting",
        "reject",
        [photo],
    )
    (request,) = desk.rows(EngineRequest)
    assert (request.kind, request.flow, request.payload) == (
        "run", "reject_refund", {"keys": [NUMBER]},
    )  # fmt: skip
    assert (outcome.decision_id, outcome.request_id) == (decision.id, request.id)
    second = desk.press(replace(AYSE, name="mehmet"))
    assert (second.already, second.decided_by) == (True, "ayse")
    assert second.request_id == outcome.request_id
    assert len(desk.rows(EngineRequest)) == 1
    assert [line.action for line in desk.rows(Audit)].count("claim.reject") == 1
    assert desk.listed() == ()


def test_nothing_of_a_sent_decision_can_be_changed(desk: Desk, tmp_path: Path) -> None:
    desk.write()
    photo = desk.photo(picture(tmp_path / "a.jpg"))
    desk.press()
    assert desk.check() == [("claim", "reject.sent")]
    for act in (
        desk.write,
        lambda: desk.photo(tmp_path / "a.jpg"),
        lambda: actions.remove_photo(desk.db, desk.clock, AYSE, desk.channel_id, NUMBER, photo),
        lambda: actions.discard_draft(desk.db, desk.clock, AYSE, desk.channel_id, NUMBER),
    ):
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.id == "reject.sent"
    assert len(desk.rows(Attachment)) == 1


def test_a_refused_decision_is_decided_anew_in_its_own_row(desk: Desk) -> None:
    desk.write()
    first = desk.press()
    table = table_of(ClaimDecision)
    with desk.db.write() as connection:
        connection.execute(
            update(table).values(state="refused", refusal={"id": "claim.refused", "text": "hayır"})
        )
    assert [row.number for row in desk.listed()] == [NUMBER]
    desk.write(statement="Başka sözlerle.")
    again = desk.press()
    assert (again.already, again.decision_id) == (False, first.decision_id)
    assert again.request_id != first.request_id
    (decision,) = desk.rows(ClaimDecision)
    assert (decision.statement, decision.refusal) == ("Başka sözlerle.", {})


def test_a_draft_can_be_thrown_away(desk: Desk, tmp_path: Path) -> None:
    desk.write()
    desk.photo(picture(tmp_path / "a.jpg"))
    actions.discard_draft(desk.db, desk.clock, AYSE, desk.channel_id, NUMBER)
    assert desk.draft() is None
    assert desk.rows(Attachment) == []


@pytest.mark.parametrize(
    ("actor", "refused"),
    [
        (replace(AYSE, role=Role.VIEWER), "action.not_allowed"),
        (replace(AYSE, read_only=True), "action.read_only"),
    ],
)
def test_viewers_and_read_only_sessions_change_nothing(
    desk: Desk, actor: Actor, refused: str
) -> None:
    desk.write()
    with pytest.raises(Refused) as caught:
        desk.press(actor)
    assert caught.value.id == refused
    assert desk.rows(ClaimDecision) == []


@pytest.mark.parametrize(("flags", "on"), [({"Reject_refund": True}, True), ({}, False)])
def test_a_flag_that_is_off_is_said_before_the_press(
    desk: Desk, flags: dict[str, bool], on: bool
) -> None:
    desk.write()
    snapshots, channels = table_of(SettingsSnapshot), table_of(Channel)
    with desk.db.write() as connection:
        snapshot = connection.execute(
            insert(snapshots)
            .values(
                channel_id=desk.channel_id, read_at=NOW, digest="d", form={}, problems=[],
                conf={"feature_flags": flags},
            )
            .returning(snapshots.c.id)
        ).scalar_one()  # fmt: skip
        connection.execute(update(channels).values(settings_id=snapshot))
    assert desk.check() == ([] if on else [("claim", "reject.flag_off")])


def test_an_unknown_claim_is_named(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        actions.save_draft(
            desk.db, desk.clock, AYSE, desk.channel_id, "000", reason="", statement=""
        )
    assert caught.value.id == "claim.unknown"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_words(language: str) -> None:
    params = {
        "name": "a.jpg", "why": "?", "size": 5_400_000, "most_size": 5_000_000, "n": 3, "most": 2,
        "at": NOW, "by": "ayse", "status": "Refunded", "reason": REASON, "type": "Missingpart",
        "claim": NUMBER,
    }  # fmt: skip
    set_language(language)
    try:
        for id in CLAIM_REFUSALS:
            text = refusal(id, params)
            assert text.endswith("."), text
            assert "{" not in text, text
    finally:
        set_language("en")
