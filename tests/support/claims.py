"""Claims for tests: opened in the sandbox, drafted and decided as a person does it."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from hbdash.actions import claims as actions
from hbdash.actions.actor import Actor, Role
from hbdash.sandbox import objects, sides
from hbdash.sandbox.earlier import write_to_omnitron
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.store.tables import Claim, ClaimDecision
from tests.support.flows import FlowBench

AYSE = Actor("ayse", Role.OPERATOR, "dashboard")
REASON = "CustomerReturnedWrongItem"
WORDS = "Kutudan çıkan ürün bizim gönderdiğimiz ürün değildir."
REJECTED = "hepsiburada.claim_reject"
IN_OMNITRON = "omnitron.request_rejected"
REQUESTED = "omnitron.cancellation_request"


def open_claim(
    bench: FlowBench,
    *,
    in_omnitron: bool = True,
    quantity: int = 1,
    product: int = 0,
    days: float = 3,
    **claim: Any,
) -> str:
    """A claim on an order of some days ago, which the application before us wrote; its number."""
    sku = bench.healthy(product).sku

    def act(world: Any) -> str:
        order = marketplace.place_order(
            world,
            lines=[(sku, quantity)],
            placed_at=world.clock.now() - timedelta(days=days),
            business=False,
        )
        sides.tick(world)
        if in_omnitron:
            write_to_omnitron(world, order)
        return str(marketplace.open_claim(world, order_number=order, quantity=quantity, **claim))

    return str(bench.call(act))


def picture(kind: str = "PNG", size: tuple[int, int] = (6, 4), colour: str = "teal") -> bytes:
    """A small picture; other colours give other bytes."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


def draft(
    bench: FlowBench,
    number: str,
    folder: Path | None = None,
    *,
    reason: str = REASON,
    words: str = WORDS,
) -> None:
    """Write a draft, with one photo if there is a folder to pick it from."""
    actions.save_draft(
        bench.db, bench.kit.clock, AYSE, bench.channel_id, number, reason=reason, statement=words
    )
    if folder is not None:
        path = folder / "etiket.png"
        path.write_bytes(picture())
        actions.add_photo(
            bench.db, bench.kit.clock, AYSE, bench.channel_id, number, path, bench.config.refunds
        )


def press(bench: FlowBench, number: str) -> actions.Outcome:
    """Reject it."""
    return actions.request_rejection(
        bench.db, bench.kit.clock, AYSE, bench.channel_id, number, bench.config.refunds
    )


def decided(bench: FlowBench, folder: Path | None = None, **claim: Any) -> str:
    """A claim that was pulled, drafted and pressed, and not sent yet."""
    number = open_claim(bench, **claim)
    bench.run("order_refund")
    draft(bench, number, folder)
    press(bench, number)
    return number


def claim_row(bench: FlowBench, number: str) -> dict[str, Any]:
    """Our row of a claim."""
    (row,) = bench.rows(Claim, number=number)
    return row


def decision(bench: FlowBench, number: str) -> dict[str, Any]:
    """Our decision."""
    (row,) = bench.rows(ClaimDecision, claim_number=number)
    return row


def there(bench: FlowBench, number: str) -> dict[str, Any]:
    """The claim on both sides, as the sandbox holds it."""
    found: dict[str, Any] = bench.call(objects.claim, number)
    return found


def count(bench: FlowBench, kind: str, key: str) -> int:
    """How often something happened, by the sandbox's books."""
    return bench.running.world.books.count(kind, key)


def rejections(bench: FlowBench, number: str) -> tuple[int, list[int]]:
    """How often the claim was rejected at Hepsiburada, and each of its requests in Omnitron."""
    requests = there(bench, number)["omnitron"]["requests"]
    per_request = [count(bench, IN_OMNITRON, str(one["pk"])) for one in requests]
    return count(bench, REJECTED, number), per_request
