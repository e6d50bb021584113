"""The packages that came of a split: found by their contents, linked to the order (R9.7).

Hepsiburada's answer does not name them. The package list tells contents exactly; the order's own
lines help only where a package was shipped before the list was read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from hbdash.flows.orders.packages import keeping
from hbdash.flows.orders.packages.faults import CONTENT_TYPE
from hbdash.flows.orders.packages.parcel import (
    line_payload,
    package_payload,
    packages_of,
    parcel_of,
)
from hbdash.flows.orders.packages.targets import contents, is_broken
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import MarketPackage, OmnitronItem, PackageLine
from hbdash.transport.errors import Refused

packages_t, inside_t, items_t = (
    table_of(MarketPackage), table_of(PackageLine), table_of(OmnitronItem),
)  # fmt: skip

#: Hepsiburada's window is no longer (H§11.1).
_DAY = timedelta(hours=24)


def find(ctx: RunContext, split: dict[str, Any]) -> list[dict[str, Any]]:
    """The groups of a split, each with its package where that was found."""
    groups = [dict(group) for group in split["groups"]]
    if all(group["package"] for group in groups):
        return groups
    _read_list(ctx, split)
    _match(ctx, split, groups)
    if not all(group["package"] for group in groups):
        _read_order(ctx, split, groups)
        _match(ctx, split, groups)
    return groups


def _read_list(ctx: RunContext, split: dict[str, Any]) -> None:
    """Keep the packages that were added since the split and hold lines of it."""
    begin: datetime = split["split_at"]
    wanted = _lines(split)
    for page in ctx.hepsiburada.packages(begin, min(ctx.now(), begin + _DAY)):
        rows = [
            row
            for row in page.rows
            if not row.is_unpacked and wanted & {item.line_item_id for item in row.items}
        ]
        with ctx.db.read() as connection:
            known = keeping.packages_by_number(
                connection, ctx.channel_id, [row.package_number for row in rows]
            )
        payloads = [package_payload(row) for row in rows if row.package_number not in known]
        if payloads:
            with ctx.commit() as connection:
                parcels = [(parcel_of(payload), payload) for payload in payloads]
                keeping.keep_packages(connection, ctx.channel_id, parcels, ctx.now())
        ctx.go_on()


def _read_order(ctx: RunContext, split: dict[str, Any], groups: list[dict[str, Any]]) -> None:
    """Packages that the order's lines name; a line in several of them is not told apart there, so
    only one whose contents are a missing group exactly counts."""
    try:
        order = ctx.hepsiburada.order(split["order_number"])
    except Refused:
        return
    named = packages_of(order)
    with ctx.db.read() as connection:
        known = keeping.packages_by_number(connection, ctx.channel_id, named)
    missing = [group["lines"] for group in groups if not group["package"]]
    for number, lines in named.items():
        inside: dict[str, int] = {}
        for line in lines:
            inside[line.id] = inside.get(line.id, 0) + line.quantity
        if number not in known and inside in missing:
            payload = line_payload(order, number)
            with ctx.commit() as connection:
                keeping.keep_packages(
                    connection, ctx.channel_id, [(parcel_of(payload), payload)], ctx.now()
                )


def _match(ctx: RunContext, split: dict[str, Any], groups: list[dict[str, Any]]) -> None:
    """Give each group a package of the same contents that was first seen after the split."""
    used = {group["package"] for group in groups} | {split["package_number"]}
    for number in _candidates(ctx, split):
        if number in used:
            continue
        inside = contents(ctx, number)
        group = next((g for g in groups if not g["package"] and g["lines"] == inside), None)
        if group is not None:
            group["package"] = number
            used.add(number)


def _candidates(ctx: RunContext, split: dict[str, Any]) -> list[str]:
    with ctx.db.read() as connection:
        rows = connection.execute(
            select(packages_t.c.package_number, packages_t.c.status)
            .join(
                inside_t,
                (inside_t.c.channel_id == packages_t.c.channel_id)
                & (inside_t.c.package_number == packages_t.c.package_number),
            )
            .where(
                packages_t.c.channel_id == ctx.channel_id,
                packages_t.c.first_seen >= split["split_at"],
                inside_t.c.line_item_id.in_(sorted(_lines(split))),
                inside_t.c.until.is_(None),
            )
            .group_by(packages_t.c.id, packages_t.c.package_number, packages_t.c.status)
            .order_by(packages_t.c.id)
        ).all()
    return [row.package_number for row in rows if not is_broken(row.status)]


def _lines(split: dict[str, Any]) -> set[str]:
    return {line for group in split["groups"] for line in group["lines"]}


def link(ctx: RunContext, split: dict[str, Any], groups: Iterable[dict[str, Any]]) -> None:
    """Each package to the order that holds its units: our ledger, an integration action, tracking.

    Harmless twice: an action that is there is not made again, fields are absolute.
    """
    order_pk = split["order_pk"]
    if order_pk is None:
        # Not in Omnitron yet: order_create writes an order for each of the packages.
        return
    for group in groups:
        number = group["package"]
        with ctx.commit(durable=True) as connection:
            label = {"label": "wanted", "label_at": ctx.now()}
            keeping.set_package(
                connection, ctx.channel_id, number, state="linked", omnitron_order_id=order_pk,
                **(label if ctx.settings.use_cargo_label else {}),
            )  # fmt: skip
            connection.execute(
                update(items_t)
                .where(
                    items_t.c.channel_id == ctx.channel_id, items_t.c.item_pk.in_(group["items"])
                )
                .values(package_number=number)
            )
        _action(ctx, order_pk, number, split["package_number"])
        if ctx.settings.use_hb_tracking_number:
            _track(ctx, number, group["items"])
        ctx.go_on()


def _action(ctx: RunContext, order_pk: int, number: str, source: str) -> None:
    if ctx.omnitron.integration_actions(CONTENT_TYPE, remote_id=number):
        return
    version = ctx.omnitron.order(order_pk).modified_date
    ctx.before_write()
    ctx.omnitron.create_action(
        ctx.omnitron.content_type(CONTENT_TYPE).pk, order_pk, number, version, {"split_of": source}
    )


def _track(ctx: RunContext, number: str, item_pks: list[int]) -> None:
    """R2.16: the barcode of the new package is the tracking number of its items."""
    with ctx.db.read() as connection:
        row = keeping.packages_by_number(connection, ctx.channel_id, [number])[number]
    if not row["barcode"]:
        return
    for item in ctx.omnitron.order_items_by_pk(item_pks):
        if item.tracking_number != row["barcode"]:
            ctx.before_write()
            ctx.omnitron.patch_order_item(item.pk, tracking_number=row["barcode"])
