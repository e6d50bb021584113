"""A claim is rejected by keys alone: the sandbox has exactly that, once (issue 3, done when 3)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from textual.pilot import Pilot

from hbdash.app import ChannelFace
from hbdash.engine.engine import Engine
from hbdash.sandbox import objects, sides
from hbdash.sandbox.earlier import write_to_omnitron
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.seed.catalogue import products
from hbdash.store.database import Database
from hbdash.store.tables import ClaimDecision, ClaimDraft
from screens.refunds.page import RefundsPage
from screens.refunds.picker import PhotoPicker
from screens.widgets.dialog import ConfirmDialog
from tests.sandbox.conftest import SandboxUnderTest
from tests.screens.claims_world import photo, rows
from tests.support import dashboards
from tests.support.dashboards import SilentDatabase, app_of, press, screen_text
from tests.support.flows import SandboxTime, config_for

STATEMENT = "Başka ürün geldi: etiketi farklı."
REJECT = "hepsiburada.claim_reject"

StartEngine = Callable[[], Engine]


@pytest.fixture
def db(sqlite_database: Database) -> Iterator[SilentDatabase]:
    opened = SilentDatabase(str(sqlite_database.url))
    yield opened
    opened.close()


@pytest.fixture
def start_engine(db: SilentDatabase, sandbox: SandboxUnderTest) -> Iterator[StartEngine]:
    """An engine on the sandbox, as the dashboard starts it in its background thread."""
    running: list[Engine] = []

    def start() -> Engine:
        config = config_for(sandbox.running, str(db.url), start_all=True, lease_term_s=5)
        clock = SandboxTime(sandbox.running)
        running.append(Engine(config, db, clock, face="dashboard", username="ayse"))
        running[-1].start()
        return running[-1]

    yield start
    for engine in running:
        engine.stop()


def open_claim(sandbox: SandboxUnderTest) -> str:
    """A customer wants to give something back that was bought three days ago."""
    world = sandbox.running.world
    sku = next(
        p.sku for p in products(world.seed, world.skus)
        if p.listed and p.is_active and p.has_stock and p.has_price and p.stock > 5
    )  # fmt: skip

    def act(world: Any) -> str:
        order = marketplace.place_order(
            world, lines=[(sku, 1)], placed_at=world.clock.now() - timedelta(days=3),
            business=False,
        )  # fmt: skip
        sides.tick(world)
        write_to_omnitron(world, order)
        return str(marketplace.open_claim(world, order_number=order, quantity=1))

    return str(sandbox.call(act))


def face(db: SilentDatabase, engine: Engine, sandbox: SandboxUnderTest) -> Any:
    """The dashboard, on the sandbox's clock."""
    (channel_id,) = engine.channels
    return dashboards.dashboard(
        db,
        clock=SandboxTime(sandbox.running),
        channels=(
            ChannelFace(
                channel_id, "Lalezar", "Hepsiburada", ZoneInfo("Europe/Istanbul"), "sandbox"
            ),
        ),
        engine_here=lambda: engine.holds(channel_id),
        limits=engine.config.refunds.model_dump(),
    )


async def until(pilot: Pilot[Any], condition: Callable[[], object], what: str) -> None:
    """As everywhere, with the patience that a whole engine needs."""
    for _ in range(3):
        try:
            return await dashboards.until(pilot, condition, what)
        except AssertionError:
            continue
    raise AssertionError(f"{what}\n{screen_text(pilot)}")


@pytest.mark.requirement("R7.4.2", "R7.4.3")
async def test_a_claim_is_rejected_by_keys_alone_and_arrives_once(
    db: SilentDatabase, sandbox: SandboxUnderTest, start_engine: StartEngine, tmp_path: Path
) -> None:
    number = open_claim(sandbox)
    picture = photo(tmp_path)
    engine = start_engine()
    async with face(db, engine, sandbox).run_test(size=(120, 40)) as pilot:
        app = app_of(pilot)
        await press(pilot, "4")
        page = app.page
        assert isinstance(page, RefundsPage)
        await until(pilot, lambda: page.claims.cursor_key == number, "the claim arrives")
        await until(pilot, lambda: page.snapshot is not None and page.snapshot.detail, "read")
        await press(pilot, "X", "space", "f3")
        await until(pilot, lambda: isinstance(app.screen, PhotoPicker), "picker")
        await press(pilot, *str(picture), "enter")
        await until(pilot, lambda: len(page.form.photos.rows) == 1, "photo")
        await press(pilot, "tab", *("space" if c == " " else c for c in STATEMENT), "f9")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog), "question")
        await press(pilot, "X")
        await until(pilot, lambda: page.form.number is None, "sent, and the form closes")
        await until(
            pilot, lambda: rows(db, ClaimDecision)[0]["state"] == "done", "both sides know it"
        )
        # Once more, on the claim that was just rejected: nothing happens.
        await until(pilot, lambda: page.claims.cursor_key == number, "shown where it stands")
        await press(pilot, "X")
        assert page.form.number is None
        assert app.said[-1].kind == "error"

    there = sandbox.call(objects.claim, number)
    assert there["hepsiburada"]["status"] == "InDispute"
    (decision,) = there["decisions"]
    assert decision["kind"] == REJECT
    detail = decision["detail"]
    assert detail["reason"] == "CustomerReturnedWrongItem"
    assert detail["statement"] == STATEMENT
    sha256 = hashlib.sha256(picture.read_bytes()).hexdigest()
    assert [one["sha256"] for one in detail["photos"]] == [sha256]
    assert [one["sha256"] for one in there["hepsiburada"]["reports"]] == [sha256]
    assert {one["status"] for one in there["omnitron"]["requests"]} == {"rejected"}
    assert sandbox.call(lambda world: world.books.count(REJECT, number)) == 1
    assert len(rows(db, ClaimDecision)) == 1
    assert rows(db, ClaimDraft, claim_number=number) == []
