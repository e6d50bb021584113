"""A faulty record never delays a healthy one (design rule 3; R3.8, R3.10, R8.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hbdash.domain.retry import DEFAULT_FAILED_INTEGRATION
from hbdash.flows.products.intake import fair
from hbdash.runs import batches
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.seed.catalogue import SeedProduct, new_product
from hbdash.store.tables import BatchRequest, LogEntry, Penalty
from tests.flows.products import imports, quick, settled, with_engine
from tests.support.flows import FlowBench

pytestmark = pytest.mark.requirement("R3.8", "R3.10", "R8.5", "R3.6", "R3.12")

#: N of 4N products are faulty; the full 5,000 of 20,000 are in benchmarks/starvation.py.
FAULTY, HEALTHY = 50, 150


@pytest.fixture(autouse=True)
def _once(bench: FlowBench) -> None:
    if not bench.db.is_sqlite:
        pytest.skip("the order does not depend on the database")


def add(bench: FlowBench, first: int, count: int, **changes: Any) -> list[SeedProduct]:
    """New products in Omnitron's catalogue, all at once."""
    seed = bench.running.world.seed
    made = [replace(new_product(seed, n), stock=20, **changes) for n in range(first, first + count)]

    def come(world: Any) -> None:
        for product in made:
            backoffice.new_product(world, product)

    bench.call(come)
    return made


def sent(bench: FlowBench, products: Sequence[SeedProduct]) -> int:
    """How many of them Hepsiburada took in, by its own books."""
    return sum(imports(bench, product.sku) == 1 for product in products)


def tries(bench: FlowBench, products: Sequence[SeedProduct]) -> dict[str, tuple[int, Any]]:
    """SKU → failures so far and the next try."""
    wanted = {product.sku for product in products}
    return {
        row["key"]: (row["tries"], row["next_at"])
        for row in bench.rows(Penalty)
        if row["key"] in wanted
    }


def lines(bench: FlowBench, products: Sequence[SeedProduct], status: str) -> list[int]:
    """Log ids of what was said of them in the last run."""
    wanted = {product.sku for product in products}
    rows = bench.rows(LogEntry)
    last = max(row["run_id"] for row in rows if row["run_id"])
    code = {"sent": "product.sent", "failed": "price.missing"}[status]
    return [
        r["id"] for r in rows if r["run_id"] == last and r["key"] in wanted and r["code"] == code
    ]


def test_all_healthy_ones_are_sent_in_the_first_pass_and_retries_keep_their_times(
    bench: FlowBench,
) -> None:
    quick(bench)
    bench.run_until("product_create", lambda: settled(bench))
    faulty = add(bench, 1000, FAULTY, has_price=False)
    healthy = add(bench, 2000, HEALTHY)
    bench.run("product_create")
    assert sent(bench, healthy) == HEALTHY
    first = tries(bench, faulty)
    assert {n for n, _ in first.values()} == {1}
    assert len(first) == FAULTY
    assert all(abs(at - bench.now() - timedelta(hours=8)) < timedelta(seconds=30)
               for _, at in first.values())  # fmt: skip

    # A setting changes; who waits serves the old wait (R3.6).
    block = {"RETRY_INTERVAL": 7200, "EXPIRATION_DATE": 57601, "MAX_RETRY_COUNT": 3}
    bench.call(
        backoffice.set_conf,
        failed_integration={**DEFAULT_FAILED_INTEGRATION, "product": block, "productprice": block},
    )
    bench.move(7 * 3600)
    bench.run("product_create")
    assert tries(bench, faulty) == first

    # Their time has come, and with them new ones: those go first.
    bench.move(3600 + 40)
    fresh = add(bench, 3000, 60)
    bench.run("product_create")
    assert sent(bench, fresh) == 60
    second = tries(bench, faulty)
    assert {sku: (n, at) for sku, (n, at) in second.items()} == {
        sku: (2, at + timedelta(hours=2)) for sku, (_, at) in first.items()
    }
    assert max(lines(bench, fresh, "sent")) < min(lines(bench, faulty, "failed"))
    assert not [r for r in bench.rows(BatchRequest) if "parked" in (r["remote_batch_id"] or "")
                and r["status"] not in ("done", "fail")]  # fmt: skip

    # 8 h, 10 h, 12 h: three retries, then the end; 57601 s are not used up.
    for n in (3, 4):
        due = min(at for _, at in tries(bench, faulty).values())
        bench.move((due - bench.now()).total_seconds() + 40)
        bench.run("product_create")
        assert {count for count, _ in tries(bench, faulty).values()} == {n}
    assert {at for _, at in tries(bench, faulty).values()} == {None}
    bench.move(24 * 3600)
    bench.run("product_create")
    assert {count for count, _ in tries(bench, faulty).values()} == {4}


def test_what_has_no_time_is_let_go_and_what_a_dead_run_put_aside_too(
    bench: FlowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(bench)
    bench.run_until("product_create", lambda: settled(bench))
    with_engine(bench, read_batch=10)
    faulty = add(bench, 1000, 20, has_price=False)
    bench.run("product_create")
    bench.move(8 * 3600 + 40)
    fresh = add(bench, 2000, 30)

    class NoTime:
        is_left = False

        def __init__(self, ctx: Any) -> None:
            pass

    with monkeypatch.context() as patched:
        patched.setattr(fair, "RetryTime", NoTime)
        patched.setattr("hbdash.flows.products.intake.due.due_again", lambda *_, **__: [])
        bench.run("product_create")
    assert sent(bench, fresh) == 30
    waiting = [n for n, _ in tries(bench, faulty).values() if n == 1]
    assert len(waiting) >= 10, "not tried, and not lost"

    class Killed(BaseException):
        pass

    def die(*_: Any) -> None:
        raise Killed

    add(bench, 3000, 30)
    with monkeypatch.context() as patched:
        patched.setattr(batches, "unpark", die)
        with pytest.raises(Killed):
            bench.run("product_create")
    assert [r for r in bench.rows(BatchRequest) if "parked" in (r["remote_batch_id"] or "")
            and r["status"] == "sent_to_remote"]  # fmt: skip
    bench.run("product_create")
    assert {n for n, _ in tries(bench, faulty).values()} == {2}
