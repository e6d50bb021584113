"""order_update (R5.10, R8.9): what the brand did with an order is told to Hepsiburada.

Invoice, in transit, delivered, undelivered; one step at a time, forward only, each told once. An
order is committed after its steps, with the version as it was read, so a change made meanwhile
makes it due again, and what nobody knows yet simply stays due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hbdash.domain.orders import CANCELLED, item_status
from hbdash.flows.orders.packages.faults import CONTENT_TYPE, KIND, OrderFault
from hbdash.flows.orders.packages.targets import Target, order_pks, targets_of
from hbdash.flows.orders.update import faults
from hbdash.flows.orders.update.faults import Served
from hbdash.flows.orders.update.gates import cancelled_here, return_open
from hbdash.flows.orders.update.plan import Planner, is_behind
from hbdash.flows.orders.update.steps import NotNow, Step, tell
from hbdash.omnitron.models.order import Order, OrderItem
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.texts.causes import log_text
from hbdash.texts.orders import not_in_omnitron, not_told, status_behind, would_tell
from hbdash.transport.errors import (
    AuthRefused,
    BreakerOpen,
    CallStopped,
    RemoteError,
    Walled,
)

#: Orders in one batch (R1, SETUP).
AT_ONCE = 50
#: So many orders in a row that Hepsiburada failed: the run ends, the breaker may wait.
PATIENCE = 3


@dataclass
class _Updater:
    ctx: RunContext
    planner: Planner
    served: list[Served] = field(default_factory=list)
    notes: list[Met] = field(default_factory=list)
    in_a_row: int = 0

    def settle(self) -> None:
        """Give Omnitron the verdicts so far."""
        served, self.served = self.served, []
        notes, self.notes = self.notes, []
        faults.settle(self.ctx, served, notes)

    def serve(self, order: Order) -> None:
        """Tell what is missing of one order; a fault is its own."""
        ctx = self.ctx
        items = ctx.omnitron.order_items(order.pk)
        living = [item for item in items if item_status(item.status) != CANCELLED]
        targets = targets_of(ctx, order, living)
        key = targets[0].number if targets else order.remote_id or order.number
        number = targets[0].row["order_number"] if targets else ""
        number = number or str(order.extra_field.get("order_number") or order.number)
        told: list[str] = []
        try:
            if not targets and living:
                # Broken up and not packed anew yet, or of no package that anybody knows.
                self._wait(number, key, None)
                return
            self._tell(order, items, targets, told)
        except OrderFault as fault:
            self._done(Served(order, key, number, tuple(told), fault))
        except NotNow as waits:
            self._wait(number, key, waits.error)
        except (AuthRefused, Walled, BreakerOpen):
            raise
        except RemoteError as error:
            self._wait(number, key, error)
        else:
            self._done(Served(order, key, number, tuple(told)))

    def _tell(
        self, order: Order, items: Sequence[OrderItem], targets: Sequence[Target], told: list[str]
    ) -> None:
        ctx = self.ctx
        alone = len(targets) == 1
        asked = False
        for target in targets:
            self._note_cancelled(order, target, items)
            if ctx.settings.send_shipping_info and is_behind(order, target, alone=alone):
                self._say("skipped", target, status_behind(target.row["status"]), "order.backwards")
            for step in self.planner.steps(order, target, alone=alone):
                if not asked and return_open(ctx, target.items):
                    raise OrderFault("order.return_open", {})
                asked = True
                if not self._step(target, step):
                    break
                told.append(step.name)
            asked = False

    def _step(self, target: Target, step: Step) -> bool:
        if not self.ctx.dry_run:
            return tell(self.ctx, target, step)
        self._say("skipped", target, would_tell(step.name, target.number))
        return True

    def _note_cancelled(self, order: Order, target: Target, items: Sequence[OrderItem]) -> None:
        """Cancelled in Omnitron while open there: never cancelled there, a person decides."""
        units = cancelled_here(self.ctx, target, items)
        if not units:
            return
        params: dict[str, Any] = {
            "order": target.row["order_number"], "package": target.number, "n": units,
            "order_pk": order.pk,
        }  # fmt: skip
        code = "order.cancelled_here"
        line = self._say("failed", target, log_text(code, params), code)
        self.notes.append(Met(KIND, target.number, code, params, object_pk=order.pk, line=line))

    def _done(self, one: Served) -> None:
        self.in_a_row = 0
        progress = self.ctx.progress
        if one.fault is not None:
            progress.failed += 1
        elif one.told:
            progress.ok += 1
        else:
            progress.skipped += 1
        if not self.ctx.dry_run:
            self.served.append(one)
        elif one.fault is not None:
            self.ctx.journal.add(
                "error", "failed", log_text(one.fault.code, one.fault.params), kind=KIND,
                key=one.order_number, code=one.fault.code, params=one.fault.params,
            )  # fmt: skip

    def _wait(self, number: str, key: str, error: RemoteError | None) -> None:
        """It stays due: no verdict, no penalty."""
        self.ctx.progress.skipped += 1
        text = not_told(key) if error is None else f"{not_told(key)}: {error.message[:200]}"
        self.ctx.journal.add(
            "warning", "waiting", text, kind=KIND, key=number,
            code="" if error is None else error.failure_id, params={"package": key},
            exchange=self.ctx.wire.exchange,
        )  # fmt: skip
        if error is not None and error.transient:
            self.in_a_row += 1
            if self.in_a_row >= PATIENCE:
                raise error

    def _say(self, status: str, target: Target, text: str, code: str = "") -> Any:
        order = target.row["order_number"]
        return self.ctx.journal.add(
            "error" if status == "failed" else "info", status, text, kind=KIND,
            key=order or target.number, code=code,
            params={"package": target.number, "order": order},
        )  # fmt: skip


def run(ctx: RunContext) -> None:
    """All orders that Omnitron says have changed, or those asked for by number."""
    if not ctx.dry_run:
        batches.abandon_stale(ctx, CONTENT_TYPE)
    updater = _Updater(ctx, Planner(ctx))
    found = _by_key(ctx, ctx.request.keys) if ctx.request.keys else _due(ctx)
    try:
        for page in found:
            ctx.progress.total = (ctx.progress.total or 0) + len(page)
            for order in page:
                updater.serve(order)
                if len(updater.served) >= AT_ONCE:
                    updater.settle()
                ctx.go_on()
            updater.settle()
    except CallStopped:
        raise
    except BaseException as stopped:
        # What was told has its verdict before the run ends, whatever ends it.
        if isinstance(stopped, Exception) and not ctx.stop.is_set:
            updater.settle()
        raise


def _due(ctx: RunContext) -> Iterator[Sequence[Order]]:
    """Changed orders, page by page; those that wait stay at its head and are read past."""
    seen: set[int] = set()
    while True:
        page = ctx.omnitron.order_updates(limit=AT_ONCE + len(seen))
        fresh = [order for order in page.rows if order.pk not in seen]
        if not fresh:
            return
        seen |= {order.pk for order in fresh}
        yield fresh
        due = {order.pk for order in page.rows}
        # What got its verdict leaves the queue; only what stays must be read past.
        seen &= due


def _by_key(ctx: RunContext, keys: Iterable[str]) -> Iterator[Sequence[Order]]:
    """Orders by their numbers or their packages' numbers, whatever penalty they serve."""
    pks: list[int] = []
    for key in dict.fromkeys(key.strip() for key in keys):
        found = order_pks(ctx, key)
        if not found:
            ctx.journal.add("error", "failed", not_in_omnitron(key), kind=KIND, key=key)
            ctx.progress.failed += 1
        pks += [pk for pk in found if pk not in pks]
    for start in range(0, len(pks), AT_ONCE):
        yield ctx.omnitron.orders(pks[start : start + AT_ONCE])
