"""What the tests of Product Create share: the shop's new products and what became of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hbdash.sandbox import objects
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.omnitron.conf import FLAGS
from hbdash.sandbox.seed.catalogue import Kind, SeedProduct, new_product
from hbdash.sandbox.world import World
from hbdash.store.tables import BatchRequest, Failure, LogEntry, Upload
from tests.support.flows import FlowBench

#: What the seed's incomplete products lack → failure id, the guide's wording, penalty's type.
INCOMPLETE = {
    Kind.NO_PRICE: ("price.missing", "Price data not found", "productprice"),
    Kind.NO_STOCK: ("stock.missing", "Stock data not found", "productstock"),
    Kind.NO_CATEGORY: ("product.no_category", "ProductCategoryNotFound", "product"),
    Kind.NO_IMAGE: ("product.no_image", "No image in Omnitron", "product"),
    Kind.UNMAPPED: ("mapping.refused", "Failed to suggest product to catalog", "product"),
}


def quick(bench: FlowBench, **seconds: float) -> None:
    """Hepsiburada reads imports at once; a review takes a minute unless told otherwise.

    Every flag is on.
    """
    pace = {
        "import_visible": 0.0, "import_read": 0.0, "review_start": 30.0, "review": 30.0,
        "upload": 0.0,
    }  # fmt: skip
    bench.call(marketplace.set_pace, **(pace | seconds))
    bench.call(backoffice.set_conf, feature_flags=dict.fromkeys(FLAGS, True))


def of_kind(bench: FlowBench, kind: Kind) -> SeedProduct:
    """The first product of the seed that is special in this way."""
    return bench.seeded(lambda product: product.kind is kind)[0]


def new(bench: FlowBench) -> list[SeedProduct]:
    """Complete products that Hepsiburada does not have."""
    return bench.seeded(lambda product: product.kind is Kind.NEW and product.stock > 0)


def more(bench: FlowBench, count: int) -> list[SeedProduct]:
    """So many further complete products, which came into the catalogue just now."""
    found = []
    for n in range(count):
        product = new_product(bench.running.world.seed, 500 + n)
        made = replace(product, stock=20)
        bench.call(backoffice.new_product, made)
        found.append(made)
    return found


def imports(bench: FlowBench, sku: str) -> int:
    """How often Hepsiburada took the product in, by its own books."""
    key = "".join(sku.split()).upper()
    return bench.running.world.books.count("hepsiburada.import", key)


def listing(bench: FlowBench, sku: str) -> dict[str, Any] | None:
    """The listing at the marketplace."""
    found = bench.call(objects.listing, sku)
    return found["hepsiburada"] if found else None


def action(bench: FlowBench, sku: str) -> dict[str, Any]:
    """Omnitron's integration action of the product; empty where there is none."""

    def read(world: World) -> dict[str, Any]:
        row = world.db.execute(
            "SELECT a.* FROM om_action a JOIN om_product p ON p.pk = a.object_id"
            " WHERE a.content_type = 1 AND p.sku = ?",
            (sku,),
        ).fetchone()
        return dict(row) if row is not None else {}

    found: dict[str, Any] = bench.call(read)
    return found


def execute(bench: FlowBench, sql: str, *values: Any) -> None:
    """Change a table of the sandbox behind everybody's back."""
    bench.call(lambda world: world.db.execute(sql, values))


def open_failures(
    bench: FlowBench, sku: str, flow: str = "product_create"
) -> dict[str, dict[str, Any]]:
    """Open failures of a product by code."""
    rows = bench.rows(Failure, key=sku, flow=flow)
    return {row["code"]: row for row in rows if row["state"] in ("open", "retrying", "ended")}


def lines(bench: FlowBench, sku: str) -> list[str]:
    """What the log says of a product."""
    return [row["message"] for row in bench.rows(LogEntry, key=sku)]


def run_asked(bench: FlowBench) -> None:
    """Run what flows have asked for, as the engine would."""
    asked, bench.asked[:] = list(bench.asked), []
    for flow, keys, _ in asked:
        bench.run(flow, keys=keys)


def settled(bench: FlowBench) -> bool:
    """Nothing waits for Hepsiburada or stands open in Omnitron."""
    waiting = [
        row for row in bench.rows(Upload) if row["state"] in ("preparing", "sent", "unknown")
    ]
    open_batches = [
        row for row in bench.rows(BatchRequest) if row["status"] not in ("done", "fail")
    ]
    return not waiting and not open_batches


def with_engine(bench: FlowBench, **changes: Any) -> None:
    """Other numbers of the ``[engine]`` section from now on."""
    engine = bench.config.engine.model_copy(update=changes)
    bench.kit = replace(bench.kit, config=bench.config.model_copy(update={"engine": engine}))
