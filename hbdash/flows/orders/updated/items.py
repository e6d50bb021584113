"""Moving items on in Omnitron: status, tracking, carrier (R5.13, R6.9, R2.30; O§6.5).

Item by item, only forward, only if something differs; the values are absolute, so a call whose
answer was lost is simply made again after the item was read anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hbdash.domain.cargo import cargo_company
from hbdash.domain.orders import CANCELLED, item_status
from hbdash.flows.orders.cancel.faults import passed
from hbdash.flows.orders.packages import faults, keeping
from hbdash.flows.orders.packages.faults import CONTENT_TYPE, KIND
from hbdash.flows.orders.packages.ledger import note_items
from hbdash.flows.orders.packages.parcel import plain
from hbdash.flows.orders.packages.whereabouts import Unit
from hbdash.flows.orders.updated.due import Moved
from hbdash.flows.orders.updated.feed import TARGETS
from hbdash.hepsiburada.models.packages import PackageState
from hbdash.omnitron.models.order import OrderItem
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.texts.causes import log_text
from hbdash.texts.orders_in import moved_on, up_to_date, would_move_on
from hbdash.transport.errors import (
    AuthRefused,
    BreakerOpen,
    NotFound,
    Refused,
    RemoteError,
    Walled,
)

#: So many packages in a row that a side failed: the run ends, the breaker may wait.
PATIENCE = 3


@dataclass
class ItemMover:
    """Moves the items of one package after the other; one per run."""

    ctx: RunContext
    in_a_row: int = 0
    failed: set[str] = field(default_factory=set)
    """Orders of which a package failed in this run: another one cures nothing."""
    _items: dict[int, dict[int, OrderItem]] = field(default_factory=dict)

    def move(self, package: Moved, units: list[Unit] | None, *, loud: bool = False) -> None:
        """Bring the items of a package to where it is. units None: all items of its order.

        loud: say so, too, where nothing is to be done. Raises a ``RemoteError`` only when going on
        makes no sense.
        """
        try:
            count = self._move(package, units, ask=loud or not package.tracking_number)
        except (AuthRefused, Walled, BreakerOpen):
            raise
        except RemoteError as error:
            self._failed(package, error)
            return
        self.in_a_row = 0
        ctx = self.ctx
        if package.key not in self.failed:
            passed(ctx, package.key)
        if count:
            text = (would_move_on if ctx.dry_run else moved_on)(
                package.number, count, package.target
            )
            self._say("dry_run" if ctx.dry_run else "ok", package, text)
            ctx.progress.ok += 1
            return
        if loud:
            self._say("skipped", package, up_to_date(package.number))
        ctx.progress.skipped += 1

    def _move(self, package: Moved, units: list[Unit] | None, *, ask: bool) -> int:
        """How many items were changed. ask: also if our ledger has them there already."""
        ctx = self.ctx
        assert package.order_pk is not None
        if units is not None and not ask and all(u.status >= package.target for u in units):
            return 0
        seen = self._state(package)
        wanted = None if units is None else {unit.item_pk for unit in units}
        orders = {package.order_pk} if units is None else {unit.order_pk for unit in units}
        moved = 0
        for order_pk in sorted(orders):
            for item in self._items_of(order_pk).values():
                if wanted is not None and item.pk not in wanted:
                    continue
                change = self._change(package, seen, item)
                if not change:
                    continue
                moved += 1
                if not ctx.dry_run:
                    self._patch(item, change)
        if seen is not None and not ctx.dry_run:
            self._keep_state(package, seen)
        if moved and not ctx.dry_run:
            with ctx.commit(durable=True) as connection:
                for order_pk in orders:
                    note_items(connection, ctx.channel_id, self._items[order_pk].values())
        return moved

    def _state(self, package: Moved) -> PackageState | None:
        """The package's own answer, for its tracking; asked once, then kept."""
        ctx = self.ctx
        if package.tracking_number:
            return None
        try:
            return ctx.hepsiburada.package(package.number)
        except NotFound:
            return None

    def _keep_state(self, package: Moved, state: PackageState) -> None:
        """Keep tracking and carrier of a package once its items have them."""
        ctx = self.ctx
        values: dict[str, Any] = {
            "tracking_number": plain(state.tracking_info_code),
            "tracking_url": plain(state.tracking_info_url),
        }
        if state.cargo_company.strip():
            values["cargo"] = plain(state.cargo_company.strip())
        with ctx.commit() as connection:
            keeping.set_package(connection, ctx.channel_id, package.number, **values)

    def _items_of(self, order_pk: int) -> dict[int, OrderItem]:
        """The items as Omnitron has them now; asked once a run, kept in our ledger."""
        ctx = self.ctx
        if order_pk not in self._items:
            items = ctx.omnitron.order_items(order_pk)
            with ctx.commit() as connection:
                note_items(connection, ctx.channel_id, items)
            self._items[order_pk] = {item.pk: item for item in items}
        return self._items[order_pk]

    def _change(self, package: Moved, seen: PackageState | None, item: OrderItem) -> dict[str, Any]:
        """The fields that differ; none for an item that is cancelled or further already."""
        now = item_status(item.status)
        if now <= CANCELLED or now > max(TARGETS.values()):
            return {}
        change: dict[str, Any] = {}
        if now < package.target:
            change["status"] = str(package.target)
        code = seen.tracking_info_code if seen else package.tracking_number
        url = seen.tracking_info_url if seen else package.tracking_url
        if code and code != item.tracking_number:
            change["tracking_number"] = code
        if url and url != item.extra_field.get("tracking_url"):
            # The whole field is written, so what stands in it stays.
            change["extra_field"] = {**item.extra_field, "tracking_url": url}
        company = self._company(package, seen, item)
        if company is not None:
            change["shipping_company"] = company
        return change

    def _company(self, package: Moved, seen: PackageState | None, item: OrderItem) -> int | None:
        """Omnitron's carrier, if it is another one than before (R2.30)."""
        mapping = self.ctx.settings.cargo_company_mapping
        name = seen.cargo_company.strip() if seen else package.cargo
        wanted = cargo_company(mapping, name) if name else None
        before = item.shipping_company
        if before is None:
            # Not set on the item: it is the one that the order was written with.
            before = cargo_company(mapping, package.cargo) if package.cargo else None
        return wanted if wanted != before else None

    def _patch(self, item: OrderItem, change: dict[str, Any]) -> None:
        ctx = self.ctx
        ctx.before_write()
        try:
            after = ctx.omnitron.patch_order_item(item.pk, **change)
        except Refused:
            # Somebody moved it on between our reading and our writing: that is no fault.
            (after,) = ctx.omnitron.order_items_by_pk([item.pk]) or (item,)
            if (
                "status" in change
                and item_status(after.status) < int(change["status"])
                and (item_status(after.status) > CANCELLED)
            ):
                raise
        if after.order is not None:
            self._items[after.order][after.pk] = after

    def _failed(self, package: Moved, error: RemoteError) -> None:
        ctx = self.ctx
        params = plain({
            **error.params, "text": error.message[:300], "order": package.order_number,
            "package": package.number,
        })  # fmt: skip
        transient = error.transient
        with ctx.commit(durable=True) as connection:
            view = None if transient else faults.penalise(ctx, connection, package.key)
            line = ctx.journal.add(
                "warning" if transient else "error", "failed", log_text(error.failure_id, params),
                kind=KIND, key=package.key, code=error.failure_id, params=params,
                exchange=ctx.wire.exchange,
            )  # fmt: skip
            ctx.failures.met(
                Met(
                    KIND, package.key, error.failure_id, params, content_type=CONTENT_TYPE,
                    remote_text=plain(str(error)), line=line, penalty=view,
                )
            )  # fmt: skip
        ctx.progress.failed += 1
        self.failed.add(package.key)
        self.in_a_row += transient
        if self.in_a_row >= PATIENCE:
            raise error

    def _say(self, status: str, package: Moved, text: str) -> None:
        ctx = self.ctx
        with ctx.commit():
            ctx.journal.add(
                "info", status, text, kind=KIND, key=package.key,
                params={"package": package.number, "order": package.order_number},
                exchange=ctx.wire.exchange if status == "ok" else None,
            )  # fmt: skip
