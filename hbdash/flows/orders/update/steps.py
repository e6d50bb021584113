"""One step of a package told to Hepsiburada: invoice, in transit, delivered, undelivered (H§11.5).

Each is told once. After a lost answer the package itself is asked; an invoice is simply given
again, as a second one is refused with "has one".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hbdash.flows.orders.packages import keeping
from hbdash.flows.orders.packages.faults import KIND, OrderFault
from hbdash.flows.orders.packages.targets import OPEN, Target, is_broken, stage_of
from hbdash.hepsiburada.errors import NotYoursToMove
from hbdash.hepsiburada.models.packages import PackageState
from hbdash.runs import intents
from hbdash.runs.context import RunContext
from hbdash.runs.intents import IntentView
from hbdash.runs.points import point
from hbdash.texts.orders import carrier_has_it, step_found, step_told
from hbdash.transport.errors import AuthRefused, Conflict, Refused, RemoteError

INVOICE, SHIP = "package.invoice", "package.intransit"
DELIVER, UNDELIVER = "package.deliver", "package.undeliver"
_NAMES = {INVOICE: "invoice", SHIP: "intransit", DELIVER: "deliver", UNDELIVER: "undeliver"}


class NotNow(Exception):
    """Nobody knows yet, or the package is on its way from one state to another: next run."""

    def __init__(self, error: RemoteError | None = None) -> None:
        super().__init__(str(error or ""))
        self.error = error


@dataclass(frozen=True)
class Step:
    """What is to be told. word: Hepsiburada's status afterwards, empty for an invoice."""

    kind: str
    call: Callable[[], None]
    word: str
    columns: dict[str, Any]
    """Of ``MarketPackage``, once it is told."""

    @property
    def name(self) -> str:
        return _NAMES[self.kind]

    @property
    def stage(self) -> int:
        """The package is there, or further: nothing is left to tell."""
        return stage_of(self.word) if self.word else OPEN


def tell(ctx: RunContext, target: Target, step: Step) -> bool:
    """Tell one step; False where Hepsiburada's own carrier tells it (R2.23).

    Raises ``OrderFault`` for a refusal, :class:`NotNow`, and other ``RemoteError`` of a side that
    is down before anything was done.
    """
    with ctx.db.read() as connection:
        standing = next(
            iter(intents.unsettled(connection, ctx.channel_id, step.kind, key=target.number)), None
        )
    if standing is not None and step.word and _arrived(ctx, target, step, standing):
        return True
    try:
        with _calling(ctx, target, step, standing) as intent_id:
            step.call()
    except NotYoursToMove:
        _say(ctx, target, "skipped", carrier_has_it(step.name))
        return False
    except Conflict as error:
        if step.kind != INVOICE:
            return _refused(ctx, target, step, error)
        # It has one, ours or one given in the portal; it can't be exchanged.
        _keep(ctx, target, {"invoice_link": "-"}, step_found(step.name))
        return True
    except AuthRefused as error:
        if error.status != 403 or step.kind != INVOICE:
            raise
        # Not our package, or not our credentials: a read of the package tells which (flows §6).
        ctx.hepsiburada.package(target.number)
        raise _invoice_fault(error) from error
    except Refused as error:
        return _refused(ctx, target, step, error)
    except RemoteError as error:
        if error.unknown_outcome:
            raise NotNow(error) from error
        raise
    point("package_told")
    with ctx.commit(durable=True) as connection:
        intents.settle(connection, intent_id, "done", ctx.now(), {"status": step.word})
        keeping.set_package(connection, ctx.channel_id, target.number, **step.columns)
        _say(ctx, target, "ok", step_told(step.name, target.number))
    return True


@contextmanager
def _calling(
    ctx: RunContext, target: Target, step: Step, standing: IntentView | None
) -> Iterator[int]:
    payload = {"step": step.name}
    if standing is None:
        with ctx.intent(step.kind, target.number, payload) as intent_id:
            yield intent_id
        return
    ctx.repeat_intent(standing.id)
    try:
        yield standing.id
    except RemoteError as error:
        with ctx.commit(durable=True) as connection:
            if error.unknown_outcome:
                intents.doubt(connection, standing.id, ctx.now())
            else:
                outcome = {"error": str(error)[:500]}
                intents.settle(connection, standing.id, "failed", ctx.now(), outcome)
        raise


def _arrived(ctx: RunContext, target: Target, step: Step, standing: IntentView) -> bool:
    """A call whose answer is missing: did it take effect? ``NotNow`` while it may be on its way."""
    state = ctx.hepsiburada.package(target.number)
    if stage_of(state.status) >= step.stage:
        with ctx.commit(durable=True) as connection:
            outcome = {"status": state.status, "found": True}
            intents.settle(connection, standing.id, "done", ctx.now(), outcome)
        _found(ctx, target, step, state)
        return True
    if standing.ask_at is None:
        # Its run died with the call on its way: the clock starts now.
        with ctx.commit(durable=True) as connection:
            intents.doubt(connection, standing.id, ctx.now())
        raise NotNow
    if ctx.now() < standing.ask_at:
        raise NotNow
    return False


def _refused(ctx: RunContext, target: Target, step: Step, error: Refused) -> bool:
    """A no may mean that it is there already, or that the package was broken up meanwhile."""
    if step.kind == INVOICE:
        raise _invoice_fault(error) from error
    state = ctx.hepsiburada.package(target.number)
    if is_broken(state.status):
        with ctx.commit() as connection:
            keeping.leave_package(
                connection, ctx.channel_id, target.number, state.status, ctx.now()
            )
        raise NotNow from error
    if stage_of(state.status) >= step.stage:
        _found(ctx, target, step, state)
        return True
    raise OrderFault(
        "order.step_refused", {"step": step.name, "text": error.reason[:300]}, str(error)
    ) from error


def _invoice_fault(error: RemoteError) -> OrderFault:
    params = {"status": str(error.status or ""), "text": error.message[:300]}
    return OrderFault("invoice.refused", params, str(error))


def _found(ctx: RunContext, target: Target, step: Step, state: PackageState) -> None:
    """It stands there already, with what it says of itself."""
    columns = {**step.columns, "status": state.status}
    if state.tracking_info_code:
        columns["tracking_number"] = state.tracking_info_code
    _keep(ctx, target, columns, step_found(step.name))


def _keep(ctx: RunContext, target: Target, columns: dict[str, Any], text: str) -> None:
    with ctx.commit(durable=True) as connection:
        keeping.set_package(connection, ctx.channel_id, target.number, **columns)
        _say(ctx, target, "ok", text)


def _say(ctx: RunContext, target: Target, status: str, text: str) -> None:
    order = target.row["order_number"]
    ctx.journal.add(
        "info", status, text, kind=KIND, key=order or target.number,
        params={"package": target.number, "order": order}, exchange=ctx.wire.exchange,
    )  # fmt: skip
