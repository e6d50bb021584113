"""Pictures of the Reject refund page in each of its states."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update
from textual.pilot import Pilot

from hbdash.store.tables import ClaimDraft
from screens.widgets.dialog import ConfirmDialog
from tests.screens import claims_world as world
from tests.screens.claims_world import CLAIM, STATEMENT, claim_t
from tests.screens.pictures import HUGE, LARGE, MIDDLE, SMALL
from tests.support import shop
from tests.support.dashboards import SilentDatabase, dashboard, press, until

SIZES = (SMALL, MIDDLE)
HOSTILE = "[red]\x1b[31mx[/x] ['a', 1] {0} %s Çok uzun bir ürün adı "


@pytest.fixture
def db(lalezar: SilentDatabase) -> SilentDatabase:
    return world.fill(lalezar)


@pytest.fixture
def written(db: SilentDatabase) -> SilentDatabase:
    """A draft with reason, explanation and two photos."""
    from hbdash.store.tables import Attachment

    with db.write() as connection:
        world.add(
            connection, ClaimDraft, channel_id=shop.CHANNEL, claim_number=CLAIM,
            reason="CustomerReturnedWrongItem", statement=STATEMENT, updated_by="ayse",
            updated_at=shop.today(14, 31),
        )  # fmt: skip
        for n, (name, size) in enumerate((("depo_1.jpg", 1_800_000), ("etiket.jpg", 900_000)), 1):
            world.add(
                connection, Attachment, channel_id=shop.CHANNEL, claim_number=CLAIM, name=name,
                mime="image/jpeg", size=size, width=1600, height=1200, sha256=f"{n}" * 64,
                added_by="ayse", added_at=shop.today(14, 30), data=b"x",
            )  # fmt: skip
    return db


@pytest.fixture
def refused(written: SilentDatabase) -> SilentDatabase:
    """Hepsiburada said no to what was written."""
    with written.write() as connection:
        world.decide(
            connection, CLAIM, "refused", decided_by="ayse", decided_at=shop.today(14, 30),
            refusal={"id": "claim.refused", "params": {}, "text": "Açıklama yetersiz, fotoğraf "
                     "okunamıyor."},
        )  # fmt: skip
    return written


@pytest.fixture
def sent(written: SilentDatabase) -> SilentDatabase:
    """It was sent, and nobody knows whether it arrived."""
    with written.write() as connection:
        world.decide(
            connection, CLAIM, "unknown", decided_by="ayse", decided_at=shop.today(14, 30),
            ask_at=shop.today(14, 40), attachments=[1, 2],
        )  # fmt: skip
    return written


@pytest.fixture
def hostile(written: SilentDatabase) -> SilentDatabase:
    """Everything that comes from outside is as bad as it can be."""
    with written.write() as connection:
        connection.execute(
            update(claim_t).where(claim_t.c.number == CLAIM).values(
                product_name=HOSTILE * 5, explanation=HOSTILE * 12, reason=HOSTILE,
                customer_name=HOSTILE, order_number=HOSTILE, sku_key=HOSTILE,
                amount=Decimal("1234567.89"), photos=[{"url": "https://x/" + HOSTILE, "by": "?"}],
            )
        )  # fmt: skip
    return written


@pytest.fixture
def nothing(lalezar: SilentDatabase) -> SilentDatabase:
    """No claim at all."""
    with lalezar.write() as connection:
        world.clear(connection)
    return lalezar


def there(*keys: str, detail: bool = True) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Go to the page, press keys, wait for what they open."""

    async def run(pilot: Pilot[Any]) -> None:
        page = await world.on_refunds(pilot, detail=detail)
        for key in keys:
            await press(pilot, key)
            if key == "f9":
                await until(
                    pilot,
                    lambda: isinstance(pilot.app.screen, ConfirmDialog) or page.form.problems,
                    "checked",
                )
            if key == "4":
                await until(pilot, lambda: page.claims.rows, "the other part")
        read = page.snapshot
        if detail and page.form.number is None:
            await until(
                pilot,
                lambda: page.snapshot is not None and page.snapshot.number == page.number,
                "the claim",
            )
        assert read is not None
        await pilot.pause()

    return run


CASES: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    "list": ("db", (), {}),
    "turkish": ("db", (), {"language": "tr"}),
    "viewer": ("db", (), {"engine_here": lambda: False}),
    "no-colour": ("db", (), {"colours": "none"}),
    "hostile": ("hostile", (), {}),
    "hostile-form": ("hostile", ("X",), {}),
    "empty": ("nothing", (), {}),
    "market": ("sent", ("4",), {}),
    "closed": ("db", ("4", "4"), {}),
    "form": ("written", ("X",), {}),
    "form-empty": ("db", ("X", "f9"), {}),
    "form-turkish": ("written", ("X",), {"language": "tr"}),
    "form-light": ("written", ("X",), {"theme": "light"}),
    "confirm": ("written", ("X", "f9"), {}),
    "confirm-production": ("written", ("X", "f9"), {"environment": "production"}),
    "confirm-turkish": ("written", ("X", "f9"), {"language": "tr"}),
    "refused": ("refused", ("X",), {}),
}


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
@pytest.mark.parametrize("case", CASES)
def test_pictures(
    case: str, size: tuple[int, int], snap_compare: Any, request: pytest.FixtureRequest
) -> None:
    fixture, keys, options = CASES[case]
    app = dashboard(request.getfixturevalue(fixture), **options)
    before = there(*keys, detail=fixture != "nothing")
    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", [LARGE, HUGE], ids=["160x45", "200x60"])
@pytest.mark.parametrize("keys", [(), ("X",)], ids=["list", "form"])
def test_large_pictures(
    written: SilentDatabase, size: tuple[int, int], keys: tuple[str, ...], snap_compare: Any
) -> None:
    assert snap_compare(dashboard(written), terminal_size=size, run_before=there(*keys))
