"""Is everything right? Asked of the sandbox's own books, not of what hbdash says of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from hbdash.sandbox import objects
from hbdash.sandbox.figures import buffer_stock, figures
from hbdash.sandbox.world import World
from hbdash.store.tables import BatchRequest, ClaimDecision, FlowRun, Intent, Upload

#: Happened to an object at most once in its life, whatever failed on the way.
ONCE = (
    "omnitron.order", "omnitron.order_item", "omnitron.cancellation_request",
    "omnitron.request_rejected", "hepsiburada.claim_reject", "hepsiburada.claim_accept",
)  # fmt: skip

_OFFERS = """
SELECT o.sku, o.kurus, h.price, o.stock, h.stock AS there, coalesce(t.units, 0) AS held
  FROM om_offer o
  JOIN hb_offers h ON h.sku_key = upper(replace(o.sku, ' ', ''))
  LEFT JOIN temp.held t ON t.sku_key = h.sku_key
"""


def doubled(world: World) -> list[str]:
    """Safety, true at any moment: what may happen once and happened more often."""
    kinds = {kind: count for kind in ONCE for kind, count in world.books.counts(kind).items()}
    return [f"{kind}: {count}" for kind, count in kinds.items() if count["most"] > 1]


def wrong_offers(world: World, skus: Iterable[str]) -> list[str]:
    """Stocks and prices at Hepsiburada that are not what Omnitron wants."""
    figures(world)  # makes the table of held units
    buffer, asked = buffer_stock(world.db), set(skus)
    found = []
    for row in world.db.execute(_OFFERS).fetchall():
        if row["sku"] not in asked:
            continue
        wanted = max(row["stock"] - buffer - row["held"], 0)
        if wanted != row["there"]:
            found.append(f"{row['sku']}: stock {row['there']}, wanted {wanted}")
        if row["kurus"] != row["price"]:
            found.append(f"{row['sku']}: price {row['price']}, wanted {row['kurus']}")
    return found


def wrong_orders(world: World) -> list[str]:
    """Units that are in no live item of Omnitron, or in two."""
    found = []
    for (number,) in world.db.execute("SELECT order_number FROM hb_order").fetchall():
        sides = objects.order(world, number)
        assert sides is not None
        wanted = Counter(
            {
                line["line_id"]: line["quantity"] - line["cancelled_quantity"]
                for line in sides["hepsiburada"]["lines"]
            }
        )
        live = [
            item["remote_id"].rpartition("-")[0]
            for order in sides["omnitron"]
            for item in order["items"]
            if item["status"] != "100"
        ]
        if Counter(live) != +wanted:
            found.append(f"order {number}: {dict(Counter(live))}, wanted {dict(+wanted)}")
    return found


def wrong_claims(world: World, rejected: Iterable[str]) -> list[str]:
    """Claims that were rejected here and not once at Hepsiburada and for each request."""
    found = []
    for number in rejected:
        there = world.books.count("hepsiburada.claim_reject", number)
        claim = objects.claim(world, number)
        assert claim is not None
        requests = [
            world.books.count("omnitron.request_rejected", str(one["pk"]))
            for one in claim["omnitron"]["requests"]
        ]
        if there != 1 or any(n != 1 for n in requests):
            found.append(f"claim {number}: rejected {there} times there, {requests} in Omnitron")
    return found


def wrong_requests(world: World, opened: Iterable[str]) -> list[str]:
    """Claims over one unit that are not one request in Omnitron."""
    found = []
    for number in opened:
        claim = objects.claim(world, number)
        assert claim is not None
        if len(claim["omnitron"]["requests"]) != 1:
            found.append(f"claim {number}: {len(claim['omnitron']['requests'])} requests")
    return found


def wrong_imports(world: World, skus: Iterable[str]) -> list[str]:
    """New products that have no listing, or were imported more than once."""
    found = []
    for sku in skus:
        key = sku.replace(" ", "").upper()
        imports = world.books.count("hepsiburada.import", key)
        listing = objects.listing(world, sku)
        if imports != 1 or listing is None or listing["hepsiburada"] is None:
            found.append(f"product {sku}: imported {imports} times")
    return found


def open_batches(world: World) -> list[str]:
    """Batches in Omnitron that lock objects; an empty one that nobody committed harms nobody."""
    rows = world.db.execute(
        "SELECT pk, status, (SELECT count(*) FROM om_batch_object o WHERE o.batch = om_batch.pk)"
        " AS objects FROM om_batch WHERE status NOT IN ('done', 'fail')"
    ).fetchall()
    return [f"batch {r['pk']}: {r['status']}" for r in rows if r["objects"]]


def unsettled(installation: Any) -> list[str]:
    """What our own tables hold for unfinished."""
    found = [f"intent {r['kind']} {r['key']}: {r['state']}" for r in installation.rows(Intent)
             if r["state"] in ("open", "unknown")]  # fmt: skip
    found += [f"upload {r['id']} {r['kind']}: {r['state']}" for r in installation.rows(Upload)
              if r["state"] in ("preparing", "sent", "unknown")]  # fmt: skip
    found += [f"our batch {r['remote_pk']} {r['content_type']}: {r['status']}"
              for r in installation.rows(BatchRequest)
              if r["status"] not in ("done", "fail")]  # fmt: skip
    found += [f"decision {r['claim_number']}: {r['state']}"
              for r in installation.rows(ClaimDecision)
              if r["state"] in ("waiting", "sending", "unknown", "there")]  # fmt: skip
    return found


def standing_runs(installation: Any) -> list[str]:
    """Runs that stand as running."""
    return [f"run {r['id']} of {r['flow']} by {r['holder']}"
            for r in installation.rows(FlowRun, state="running")]  # fmt: skip
