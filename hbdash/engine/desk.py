"""Serves what people and other processes ask for: takes their rows, starts the runs, answers."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import Connection

from hbdash.domain.clock import Clock, parse_time
from hbdash.domain.states import RunState
from hbdash.engine import requests
from hbdash.engine.dispatcher import LocalDispatcher
from hbdash.flows.registry import FLOWS
from hbdash.runs.context import RunRequest
from hbdash.runs.kit import RunResult
from hbdash.runs.points import point
from hbdash.store.changes import ChangeWatcher
from hbdash.store.database import Database

logger = logging.getLogger(__name__)

#: What a request is told of a run that ended so; any other end is ``done``.
REFUSALS = {RunState.REFUSED: "refused", RunState.FAILED: "failed", RunState.LOST: "failed"}


class RequestDesk:
    """The requests of one channel; asked to look about twice a second by whoever holds it."""

    def __init__(self, db: Database, clock: Clock, channel_id: int) -> None:
        self._db = db
        self._clock = clock
        self._channel_id = channel_id
        self._changes = ChangeWatcher(db)
        self._look_for_requests = True

    def close(self) -> None:
        """Look no more."""
        self._changes.close()

    def look_again(self) -> None:
        """Something may wait although nobody wrote: a request was given back."""
        self._look_for_requests = True

    def look(self, dispatcher: LocalDispatcher | None, holder: str) -> None:
        """Take what waits and serve it; looking costs a read only when somebody wrote."""
        changed = self._changes.poll()
        if dispatcher is None or not (changed or self._look_for_requests):
            return
        # Until this look has succeeded: a locked database must not cost the request its turn.
        self._look_for_requests = True
        with self._db.read() as connection:
            if not requests.any_waiting(connection, self._channel_id):
                self._look_for_requests = False
                return
        with self._db.write() as connection:
            taken = requests.take(connection, self._channel_id, holder)
        self._look_for_requests = False
        if taken:
            point("request_taken")
        for asked in taken:
            try:
                self._serve(dispatcher, asked)
            except (ValueError, TypeError, LookupError):
                logger.exception("request %s can't be read", asked.id)
                self._answer(asked.id, "refused", _why("request.unknown", kind=asked.kind))

    def ended(self, connection: Connection, request: RunRequest, result: RunResult | None) -> None:
        """The run of a request is over: its outcome is the answer.

        Without a result the run never began, or its end is unknown: it waits to be served once
        more, which is harmless (design rule 9).
        """
        if request.request_id is None:
            return
        if result is None:
            requests.give_back(connection, request.request_id)
            return
        requests.answer(
            connection,
            request.request_id,
            REFUSALS.get(result.state, "done"),
            self._clock.now(),
            run_id=result.run_id,
            answer={"state": result.state.value, "reason": result.reason_id},
        )

    def dropped(self, request: RunRequest) -> None:
        """A queued run was cancelled: who asked for it is told."""
        if request.request_id is not None:
            self._answer(request.request_id, "refused", _why("run.cancelled"))

    def _serve(self, dispatcher: LocalDispatcher, asked: requests.Asked) -> None:
        if asked.kind == "run" and asked.flow in FLOWS:
            accepted = dispatcher.submit(FLOWS[asked.flow], _run_request(asked, asked.flow))
            # An engine that stops leaves it to the next holder.
            if not accepted and not dispatcher.is_stopping:
                self._answer(asked.id, "refused", _why("run.already_running"))
        elif asked.kind == "retry":
            keys = tuple(str(failure_id) for failure_id in asked.payload.get("ids", ()))
            dispatcher.submit(
                FLOWS["retry_failures"],
                RunRequest("retry_failures", asked.requested_by, keys, request_id=asked.id),
            )
        elif asked.kind == "cancel_run":
            if dispatcher.cancel(flow=asked.flow):
                self._answer(asked.id, "done", {})
            else:
                self._answer(asked.id, "refused", _why("run.not_running"))
        else:
            self._answer(asked.id, "refused", _why("request.unknown", kind=asked.kind))

    def _answer(self, request_id: int, state: str, answer: dict[str, Any]) -> None:
        with self._db.write() as connection:
            requests.answer(connection, request_id, state, self._clock.now(), answer=answer)


def _run_request(asked: requests.Asked, flow: str) -> RunRequest:
    window = asked.payload.get("window")
    return RunRequest(
        flow,
        started_by=asked.requested_by,
        keys=tuple(asked.payload.get("keys", ())),
        window=(parse_time(window[0]), parse_time(window[1])) if window else None,
        dry_run=bool(asked.payload.get("dry_run")),
        request_id=asked.id,
    )


def _why(reason: str, **params: str) -> dict[str, Any]:
    return {"id": reason, "params": params}
