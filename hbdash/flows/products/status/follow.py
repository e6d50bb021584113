"""A review has no end of its own: products under way at Hepsiburada are followed (H§17.1).

EXPIRATION_HOUR bounds the result of an import only (R3.5). What becomes of the product after that
is asked for as long as it takes, ever more rarely; a change for the worse opens a failure, one for
the better closes it, whichever of the product flows opened it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, RowMapping, select

from hbdash.domain.turkish import sku_key
from hbdash.flows.products.records.model import PRODUCT, Cause
from hbdash.flows.products.status import known, market
from hbdash.flows.products.status.verdicts import proposal, state_cause
from hbdash.hepsiburada.models.products import ProductRow
from hbdash.runs.context import RunContext
from hbdash.runs.failures import OPEN_STATES, Met, cure
from hbdash.store.bulk import table_of
from hbdash.store.tables import Failure
from hbdash.texts.products import matched, status_changed

#: Products asked for in one run; the longest waiting go first.
MOST_AT_ONCE = 1_000
#: States about which Hepsiburada says more than their name.
_SAYS_MORE = ("MISSING_INFO", "BLOCKED", "REJECTED", market.PRE_MATCHED)
#: Failures that a product's state there opens and closes.
REVIEW_CODES = (
    "product.missing_info", "product.blocked", "product.refused", "product.pre_matched",
    "product.in_progress",
)  # fmt: skip
PRODUCT_FLOWS = ("product_create", "product_update")
_ASKED_AT_ONCE = 50


def follow(ctx: RunContext) -> int:
    """Ask for the state of what is due to be asked; how many have changed."""
    with ctx.db.read() as connection:
        rows = market.due(connection, ctx.channel_id, ctx.now(), MOST_AT_ONCE)
    changed = 0
    for start in range(0, len(rows), _ASKED_AT_ONCE):
        changed += look(ctx, rows[start : start + _ASKED_AT_ONCE])
        ctx.go_on()
    if rows:
        ctx.progress.note["followed"] = {"asked": len(rows), "changed": changed}
    return changed


def look(ctx: RunContext, rows: Sequence[RowMapping]) -> int:
    """Ask for these products now, changed or not due; how many have changed."""
    there = known.statuses(ctx, [row["sku_key"] for row in rows])
    moved = [row for row in rows if there.get(row["sku_key"], row["status"]) != row["status"]]
    still = [row for row in rows if row not in moved]
    more = _told(ctx, {row["sku_key"]: there[row["sku_key"]] for row in moved})
    for row in moved:
        if there[row["sku_key"]] in market.SETTLED:
            _name_at_omnitron(ctx, row, more.get(row["sku_key"]))
    with ctx.commit() as connection:
        market.asked(connection, ctx.channel_id, still, ctx.now())
        market.note(
            connection,
            ctx.channel_id,
            [
                market.Seen.of(row["sku_key"], more[row["sku_key"]])
                if row["sku_key"] in more
                else market.Seen(row["sku_key"], there[row["sku_key"]])
                for row in moved
            ],
            ctx.now(),
        )
        for row in moved:
            status = there[row["sku_key"]]
            _say(ctx, connection, row, status, more.get(row["sku_key"]))
    return len(moved)


def _told(ctx: RunContext, moved: Mapping[str, str]) -> dict[str, ProductRow]:
    """SKU key → its row, of those whose state has a reason, a proposal, or an hbSku to learn."""
    found: dict[str, ProductRow] = {}
    for status in _SAYS_MORE:
        wanted = {key for key, there in moved.items() if there == status}
        if wanted:
            found |= in_bucket(ctx, status, wanted)
    for key in sorted(key for key, status in moved.items() if status in market.SETTLED):
        for row in ctx.hepsiburada.products_of_merchant(key):
            if sku_key(row.merchant_sku) == key:
                found[key] = row
    # Between the two calls it may have moved on: what it is now is asked for the next time.
    return {key: row for key, row in found.items() if row.status_code == moved[key]}


def in_bucket(ctx: RunContext, status: str, keys: set[str]) -> dict[str, ProductRow]:
    """SKU key → its row in the list of one status; pages are read until all are found."""
    found: dict[str, ProductRow] = {}
    for page in ctx.hepsiburada.products_by_status(status):
        for row in page.rows:
            key = sku_key(row.merchant_sku)
            if key in keys:
                found[key] = row
        if len(found) == len(keys):
            break
    return found


def _name_at_omnitron(ctx: RunContext, row: RowMapping, told: ProductRow | None) -> None:
    """Hepsiburada's SKU, known now, into the state of the product's action (flows section 2)."""
    if row["product_pk"] is None or told is None or not told.hb_sku:
        return
    for action in ctx.omnitron.integration_actions(PRODUCT, object_ids=[row["product_pk"]]):
        if action.state.get("hb_sku") != told.hb_sku:
            ctx.before_write()
            ctx.omnitron.patch_action(action.pk, state={**action.state, "hb_sku": told.hb_sku})


def _say(
    ctx: RunContext,
    connection: Connection,
    row: RowMapping,
    status: str,
    told: ProductRow | None,
) -> None:
    key = row["sku_key"]
    cause = state_cause(status, told)
    if cause is None or cause.code != "product.pre_matched":
        settle_review(ctx, connection, [key])
    if cause is None:
        ctx.journal.add(
            "info", "ok", status_changed(row["status"], status), kind=PRODUCT, key=key,
            code="product.status", params={"before": row["status"], "status": status},
        )  # fmt: skip
        return
    if cause.code == "product.pre_matched" and told is not None:
        cause = proposal(told)
        text = matched(cause.params["hb_sku"], cause.params["name"])
    else:
        text = status_changed(row["status"], status)
    open_review_failure(ctx, key, row["product_pk"], cause, text)


def open_review_failure(
    ctx: RunContext, key: str, product_pk: int | None, cause: Cause, text: str
) -> None:
    """What a person has to do; nothing is tried again by itself, so there is no penalty."""
    params = {"key": key, **cause.params}
    line = ctx.journal.add(
        "warning", "failed" if cause.code != "product.pre_matched" else "ok", text,
        kind=PRODUCT, key=key, code=cause.code, params=params,
    )  # fmt: skip
    ctx.failures.met(
        Met(
            PRODUCT, key, cause.code, params, content_type=PRODUCT, object_pk=product_pk,
            remote_text=cause.text, line=line,
        )
    )  # fmt: skip


def settle_review(ctx: RunContext, connection: Connection, keys: Sequence[str]) -> None:
    """Close what the state there had opened for these SKUs, in whichever product flow."""
    table = table_of(Failure)
    ids = connection.execute(
        select(table.c.id).where(
            table.c.channel_id == ctx.channel_id,
            table.c.flow.in_(PRODUCT_FLOWS),
            table.c.kind == PRODUCT,
            table.c.key.in_(list(keys)),
            table.c.code.in_(REVIEW_CODES),
            table.c.penalty_id.is_(None),
            table.c.state.in_(OPEN_STATES),
        )
    ).scalars()
    cure(connection, list(ids), ctx.now(), "cause_gone")
