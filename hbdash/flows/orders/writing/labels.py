"""Cargo labels (R2.36, R2.33): with the order where there is one, later into its items (flows §6).

No label ever stops an order: what can't be had now is asked for again while the package is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, select

from hbdash.domain.turkish import squeezed
from hbdash.flows.orders.packages import keeping
from hbdash.flows.orders.packages.faults import KIND
from hbdash.omnitron.models.order import Order
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import MarketPackage, OmnitronItem
from hbdash.texts.orders import label_added, label_missing
from hbdash.transport.errors import RemoteError

#: Carriers for which Hepsiburada makes labels (H§11.5).
_WITH_LABELS = ("hepsijet", "aras")
#: Packages whose label is asked for again in one run.
MOST = 100
AGAIN = timedelta(minutes=10)
#: Refused for so long, a label will not come any more.
GIVE_UP = timedelta(days=2)

packages_t = table_of(MarketPackage)


@dataclass(frozen=True)
class Label:
    """The label of a package, or that there is none (yet)."""

    state: str
    """Of ``MarketPackage.label``: empty, ``wanted``, ``written``, ``none``."""
    fields: dict[str, Any]
    """For an extra_field: ``cargo_label`` (a list for several parcels), ``cargo_label_format``."""


NOT_WANTED = Label("", {})


def label_of(ctx: RunContext, number: str, cargo: str) -> Label:
    """Ask for a package's label; never raises for what Hepsiburada says or fails to say."""
    if not ctx.settings.use_cargo_label:
        return NOT_WANTED
    if not has_labels(cargo):
        return Label("none", {})
    try:
        return _asked(ctx, number)
    except RemoteError as error:
        ctx.progress.note["label_missing"] = f"{number}: {error}"[:200]
        return Label("wanted", {})


def standing(ctx: RunContext, order: Order | None, label: Label | None) -> dict[str, Any]:
    """Columns of the package once its order stands in Omnitron.

    order: as stored; ``None``: another order holds the units, so the label goes into their items.
    label: what the order was made with, if it was made in this run.
    """
    if not ctx.settings.use_cargo_label:
        return {}
    state = "wanted"
    if order is not None and order.extra_field.get("cargo_label"):
        state = "written"
    elif order is not None and label is not None:
        state = label.state
    # Asked for just now without success: not again in the same run.
    at = ctx.now() if label is None else ctx.now() + AGAIN
    return {"label": state, "label_at": at if state == "wanted" else None}


def has_labels(cargo: str) -> bool:
    """Whether Hepsiburada makes labels for that carrier."""
    return squeezed(cargo).startswith(_WITH_LABELS)


def _asked(ctx: RunContext, number: str) -> Label:
    form = ctx.settings.check_hepsijet_format_type or "png"
    labels = ctx.hepsiburada.package_labels(number, form)
    if not labels.data:
        return Label("wanted", {})
    content = labels.data[0] if len(labels.data) == 1 else list(labels.data)
    return Label("written", {"cargo_label": content, "cargo_label_format": labels.format or form})


def fetch_wanted(ctx: RunContext) -> None:
    """Labels that were missing when their order was written, or whose package is a newer one."""
    if not ctx.settings.use_cargo_label:
        return
    with ctx.db.read() as connection:
        rows = connection.execute(
            select(
                packages_t.c.package_number, packages_t.c.order_number, packages_t.c.status,
                packages_t.c.cargo, packages_t.c.omnitron_order_id, packages_t.c.first_seen,
            )
            .where(
                packages_t.c.channel_id == ctx.channel_id,
                packages_t.c.label == "wanted",
                packages_t.c.label_at <= ctx.now(),
                packages_t.c.omnitron_order_id.is_not(None),
            )
            .order_by(packages_t.c.label_at)
            .limit(MOST)
        ).mappings().all()  # fmt: skip
    for row in rows:
        _fetch(ctx, row)
        ctx.go_on()


def _fetch(ctx: RunContext, row: RowMapping) -> None:
    """One label into the items of its order; what goes wrong waits, and fails nothing."""
    number = row["package_number"]
    label = NOT_WANTED
    if row["status"] == "Open" and has_labels(row["cargo"]):
        try:
            label = _asked(ctx, number)
        except RemoteError as error:
            label = Label("wanted", {})
            ctx.journal.add(
                "warning", "waiting", label_missing(number, error.message), kind=KIND,
                key=row["order_number"], params={"package": number}, exchange=ctx.wire.exchange,
            )  # fmt: skip
    if label.state == "written":
        _write(ctx, number, row["omnitron_order_id"], label)
        ctx.journal.add(
            "info", "ok", label_added(number), kind=KIND, key=row["order_number"],
            params={"package": number}, exchange=ctx.wire.exchange,
        )  # fmt: skip
    late = ctx.now() - row["first_seen"] > GIVE_UP
    state = label.state if label.state == "written" or (label.state and not late) else "none"
    with ctx.commit() as connection:
        keeping.set_package(
            connection, ctx.channel_id, number, label=state,
            label_at=ctx.now() + AGAIN if state == "wanted" else None,
        )  # fmt: skip


def _write(ctx: RunContext, number: str, order_pk: int, label: Label) -> None:
    """Into each item's extra_field beside what it holds; absolute, so harmless twice."""
    items_t = table_of(OmnitronItem)
    with ctx.db.read() as connection:
        chosen = set(
            connection.execute(
                select(items_t.c.item_pk).where(
                    items_t.c.channel_id == ctx.channel_id,
                    items_t.c.order_pk == order_pk,
                    items_t.c.package_number == number,
                )
            ).scalars()
        )
    for item in ctx.omnitron.order_items(order_pk):
        if chosen and item.pk not in chosen:
            # A split put this unit into another package, which has a label of its own.
            continue
        if item.extra_field.get("cargo_label") != label.fields["cargo_label"]:
            ctx.before_write()
            ctx.omnitron.patch_order_item(item.pk, extra_field={**item.extra_field, **label.fields})
