"""Cancelling items in Omnitron, each exactly once (flows sections 6 and 10; O§6.6).

At Hepsiburada the cancellation is a fact, so it is an immediate cancel and no request. Whether it
happened is read from the items' status; an item that stands as cancelled is never asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from hbdash.domain.orders import CANCEL_ITEMS_AT_ONCE, CANCELLATION_WAITING, CANCELLED
from hbdash.flows.orders.packages import faults
from hbdash.flows.orders.packages.faults import CONTENT_TYPE, KIND
from hbdash.flows.orders.packages.ledger import note_items
from hbdash.flows.orders.packages.parcel import plain
from hbdash.omnitron.models.batch import ErrorReport
from hbdash.runs import intents, penalties
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.runs.intents import IntentView
from hbdash.store.bulk import sliced
from hbdash.texts.causes import log_text
from hbdash.texts.orders_in import cancel_unknown, not_taken, reported_cancel
from hbdash.transport.errors import BadShape, Refused, RemoteError

#: Kind of the intents, of both flows that cancel: they share a lane.
CANCEL = "order.cancel"
_GONE = (CANCELLED, CANCELLATION_WAITING)


@dataclass(frozen=True)
class Outcome:
    """What became of the items of one order: how many are cancelled, is the rest in doubt."""

    cancelled: int = 0
    unknown: bool = False
    failed: bool = False


@dataclass
class ItemCanceller:
    """Cancels items of one order after the other; one per run."""

    ctx: RunContext
    doubtful: set[int] = field(default_factory=set)
    """Items of a call that nobody knows the end of; left alone until Omnitron is asked again."""

    def recover(self) -> None:
        """Settle what a dead run or a lost answer left behind: the items' status tells."""
        ctx = self.ctx
        with ctx.db.read() as connection:
            standing = intents.unsettled(connection, ctx.channel_id, CANCEL)
        for one in standing:
            pks = [int(pk) for pk in one.payload.get("items", ())]
            left = [pk for pk, status in self.ask(pks).items() if status not in _GONE]
            with ctx.commit(durable=True) as connection:
                if not left:
                    intents.settle(connection, one.id, "done", ctx.now(), {"found": True})
                elif one.ask_at is None:
                    # Its run died with the call on its way: the clock starts now.
                    intents.doubt(connection, one.id, ctx.now(), ask_after=_wait(ctx, one))
                    self.doubtful.update(left)
                elif ctx.now() < one.ask_at:
                    self.doubtful.update(left)
                else:
                    intents.settle(
                        connection, one.id, "failed", ctx.now(), {"left": left, "asked": one.asked}
                    )
            ctx.go_on()

    def ask(self, pks: Iterable[int]) -> dict[int, int]:
        """Item → status as Omnitron has it now, kept in our ledger; unknown items are left out."""
        found = self.ctx.omnitron.order_items_by_pk(sorted(set(pks)))
        with self.ctx.commit(durable=True) as connection:
            return note_items(connection, self.ctx.channel_id, found)

    def cancel(self, key: str, order_pk: int, reasons: Mapping[int, int]) -> Outcome:
        """Cancel items of one order; reasons: item → reason id. key: Hepsiburada's order number.

        Raises a ``RemoteError`` only when going on makes no sense; what is this order's own is kept
        as its failure.
        """
        done = 0
        for portion in sliced(sorted(reasons.items()), CANCEL_ITEMS_AT_ONCE):
            outcome = self._call(key, order_pk, dict(portion))
            done += outcome.cancelled
            if outcome.unknown or outcome.failed:
                return Outcome(done, outcome.unknown, outcome.failed)
        return Outcome(done)

    def _call(self, key: str, order_pk: int, reasons: dict[int, int]) -> Outcome:
        ctx = self.ctx
        items = sorted(reasons)
        payload = {"order": order_pk, "items": items, "key": key}
        intent_id: int | None = None
        try:
            name = f"{order_pk}:{'+'.join(str(pk) for pk in items)}"
            with ctx.intent(CANCEL, name, payload) as intent_id:
                ctx.omnitron.cancel_order_items(order_pk, reasons)
        except (Refused, BadShape) as error:
            return self._refused(key, intent_id, items, error)
        except RemoteError as error:
            if not error.unknown_outcome:
                raise
            return self._in_doubt(key, intent_id, items)
        call = ctx.wire.exchange
        stands = self._after(intent_id, items)
        if stands:
            text = not_taken(max(stands.values()))
            self.fail(key, "remote.refused", _refusal(text), text)
            return Outcome(len(items) - len(stands), failed=True)
        ctx.wire.exchange = call
        self._report(key, order_pk, len(items))
        return Outcome(len(items))

    def _after(self, intent_id: int | None, items: list[int]) -> dict[int, int]:
        """Read the items again and settle; those that are not cancelled, with their status."""
        ctx = self.ctx
        found = ctx.omnitron.order_items_by_pk(items)
        with ctx.commit(durable=True) as connection:
            status = note_items(connection, ctx.channel_id, found)
            stands = {pk: code for pk, code in status.items() if code not in _GONE}
            if intent_id is not None:
                state = "failed" if stands else "done"
                intents.settle(connection, intent_id, state, ctx.now(), {"left": sorted(stands)})
        return stands

    def _in_doubt(self, key: str, intent_id: int | None, items: list[int]) -> Outcome:
        """A lost answer: asked at once, and if it did not happen yet, a minute later again."""
        ctx = self.ctx
        status = self.ask(items)
        left = [pk for pk in items if status.get(pk) not in _GONE]
        if not left and intent_id is not None:
            with ctx.commit(durable=True) as connection:
                intents.settle(connection, intent_id, "done", ctx.now(), {"found": True})
            return Outcome(len(items))
        self.doubtful.update(left)
        with ctx.commit():
            ctx.journal.add(
                "warning", "waiting", cancel_unknown(), kind=KIND, key=key,
                exchange=ctx.wire.exchange,
            )  # fmt: skip
        return Outcome(len(items) - len(left), unknown=True)

    def _refused(
        self, key: str, intent_id: int | None, items: list[int], error: RemoteError
    ) -> Outcome:
        """Said no; or yes, in words that can't be read: the items tell."""
        exchange = self.ctx.wire.exchange
        stands = self._after(intent_id, items)
        if not stands:
            return Outcome(len(items))
        params = {**error.params, "text": error.message[:300]}
        self.ctx.wire.exchange = exchange
        self.fail(key, error.failure_id, params, str(error))
        return Outcome(len(items) - len(stands), failed=True)

    def fail(self, key: str, code: str, params: Mapping[str, object], text: str) -> None:
        """Omnitron won't cancel: a failure, and a penalty of ours (flows section 11)."""
        ctx = self.ctx
        named = plain({"order": key, **params})
        with ctx.commit(durable=True) as connection:
            view = faults.penalise(ctx, connection, key)
            line = ctx.journal.add(
                "error", "failed", log_text(code, named), kind=KIND, key=key, code=code,
                params=named, exchange=ctx.wire.exchange,
            )  # fmt: skip
            ctx.failures.met(
                Met(
                    KIND, key, code, named, content_type=CONTENT_TYPE, remote_text=plain(text),
                    line=line, penalty=view,
                )
            )  # fmt: skip
        ctx.progress.failed += 1

    def blocked(self, keys: Iterable[str]) -> set[str]:
        """Orders that serve a penalty now; none when a person asked for them."""
        ctx = self.ctx
        if ctx.request.keys:
            return set()
        with ctx.db.read() as connection:
            return penalties.blocked(connection, ctx.channel_id, CONTENT_TYPE, keys, ctx.now())

    def _report(self, key: str, order_pk: int, count: int) -> None:
        """A line of Omnitron's own log (O§5.8); one that is lost is not worth a run."""
        ctx = self.ctx
        command = "GetCancelOrders" if ctx.spec.id == "order_cancel" else "GetUnpackedOrders"
        with suppress(Refused, BadShape):
            ctx.omnitron.error_report(
                ErrorReport(
                    action_content_type=ctx.omnitron.content_type(CONTENT_TYPE).pk,
                    action_object_id=order_pk,
                    error_code=f"hbdash-{ctx.run_id}-Channel-{command}_{key}",
                    error_desc=reported_cancel(count),
                    is_ok=True,
                )
            )


def _refusal(text: str) -> dict[str, object]:
    return {
        "side": "omnitron", "service": "omnitron", "endpoint": "POST orders/cancel",
        "status": "200", "text": text,
    }  # fmt: skip


def _wait(ctx: RunContext, one: IntentView) -> timedelta:
    """What is left of the minute since the call was made."""
    called = one.called_at or one.created_at
    return max(called + intents.ASK_AFTER - ctx.now(), timedelta(0))
