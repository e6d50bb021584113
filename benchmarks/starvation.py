"""Faulty products beside healthy ones: what is sent when, and when the faulty are tried again.

``python -m benchmarks.starvation [--products 20000] [--faulty 5000]``. The faulty ones have no
price and stand at the head of Omnitron's queue. Flow by flow on a sandbox in this process, whose
clock is moved; figures come from the sandbox's books and from Omnitron's own rows.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.tables import Result
from hbdash.domain.retry import DEFAULT_FAILED_INTEGRATION
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.options import SandboxOptions
from hbdash.sandbox.seed.catalogue import new_product
from hbdash.sandbox.server import start_in_thread
from hbdash.store.database import Database
from hbdash.store.migrate import migrate
from hbdash.store.tables import Penalty
from tests.support.flows import FlowBench, make_bench

FLOW = "product_create"
BEFORE = {"RETRY_INTERVAL": 28800, "EXPIRATION_DATE": 57601, "MAX_RETRY_COUNT": 2}
AFTER = {"RETRY_INTERVAL": 7200, "EXPIRATION_DATE": 57601, "MAX_RETRY_COUNT": 3}


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--faulty", type=int, default=5_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hbdash-starvation-") as folder:
        running = start_in_thread(
            SandboxOptions(port=0, skus=60, activity=0, start_orders=False, tick=3600)
        )
        db = Database(f"sqlite:///{Path(folder) / 'hbdash.db'}")
        try:
            migrate(db)
            measure(make_bench(db, running), asked.products, asked.faulty).print()
        finally:
            db.close()
            running.stop()


def measure(bench: FlowBench, products: int, faulty: int) -> Result:
    """The first pass, a change of settings, and every retry until the tries end."""
    result = Result(
        f"{faulty:,} of {products:,} new products faulty",
        "all healthy ones in the first pass; retries at 8 h, then every 2 h as the setting changed",
        ("pass", "runs", "seconds", "healthy sent", "faulty tried", "next try off by at most"),
    )
    bench.call(marketplace.set_pace, import_visible=0, import_read=0, review_start=60, review=60)
    bench.run(FLOW)
    healthy = add(bench, faulty, products - faulty)
    bad = add(bench, 0, faulty, has_price=False)
    result.rows.append(_pass(bench, "first", healthy, bad, 1, None))
    due = next_tries(bench, bad)
    _set_rules(bench, AFTER)
    fresh = add(bench, products, max(products // 20, 1))
    for tries, name in ((2, "8 h, with new ones"), (3, "10 h"), (4, "12 h")):
        _move_to(bench, max(due.values()))
        row = _pass(bench, name, fresh, bad, tries, due)
        result.rows.append(row)
        fresh = set()
        due = next_tries(bench, bad)
    result.rows.append(("ended, listed", "", "", "", f"{len(bad) - len(due):,}", ""))
    bench.move(86400)
    bench.run(FLOW)
    still = sum(n == 4 for n in _tries(bench, bad).values())
    result.rows.append(("a day later", "1", "", "", f"{len(bad) - still:,}", ""))
    return result


def add(bench: FlowBench, first: int, count: int, **changes: Any) -> set[str]:
    """New products in Omnitron's catalogue; their SKUs."""
    seed = bench.running.world.seed
    made = [replace(new_product(seed, 100 + n), stock=20, **changes)
            for n in range(first, first + count)]  # fmt: skip

    def come(world: Any) -> None:
        for product in made:
            backoffice.new_product(world, product)

    bench.call(come)
    return {"".join(product.sku.split()).upper() for product in made}


def _pass(
    bench: FlowBench,
    name: str,
    healthy: set[str],
    bad: set[str],
    tries: int,
    due: dict[str, datetime] | None,
) -> tuple[str, ...]:
    """Run until the queue is through; how the run's record says what came first."""
    began, runs, met_before = time.monotonic(), 0, None
    while True:
        bench.run(FLOW)
        runs += 1
        tried = sum(n == tries for n in _tries(bench, bad).values())
        sent = _sent(bench, healthy)
        if met_before is None and healthy and sent == len(healthy):
            met_before = runs
        if (tried == len(bad) and sent == len(healthy)) or runs >= 40:
            break
        bench.move(30)
    off = ""
    if due is not None:
        expected = AFTER["RETRY_INTERVAL"]
        moved = [
            abs(at - due[key] - timedelta(seconds=expected))
            for key, at in next_tries(bench, bad).items()
        ]
        off = f"{max(moved).total_seconds():.3f} s" if moved else "ended"
    return (
        name, str(runs), f"{time.monotonic() - began:,.0f}",
        f"{_sent(bench, healthy):,} of {len(healthy):,}"
        + (f" (run {met_before})" if met_before else ""),
        f"{tried:,} of {len(bad):,}", off,
    )  # fmt: skip


def _sent(bench: FlowBench, skus: set[str]) -> int:
    """Of these, those that Hepsiburada took in exactly once."""
    books = bench.running.world.books
    return sum(books.count("hepsiburada.import", sku) == 1 for sku in skus)


def _tries(bench: FlowBench, skus: set[str]) -> dict[str, int]:
    return {row["key"]: row["tries"] for row in bench.rows(Penalty) if row["key"] in skus}


def next_tries(bench: FlowBench, skus: set[str]) -> dict[str, datetime]:
    """SKU → next try, of those that have one."""
    return {
        row["key"]: row["next_at"]
        for row in bench.rows(Penalty)
        if row["key"] in skus and row["next_at"] is not None
    }


def _move_to(bench: FlowBench, at: datetime) -> None:
    bench.move(max((at - bench.now()).total_seconds(), 0) + 30)


def _set_rules(bench: FlowBench, block: dict[str, int]) -> None:
    book = {**DEFAULT_FAILED_INTEGRATION, "product": block, "productprice": block}
    bench.call(backoffice.set_conf, failed_integration=book)


if __name__ == "__main__":
    main()
