"""The life of a batch request (O§5.2, O§5.3).

open → commit (again to add objects) → sent → ongoing → done or fail. Each step raises
`BatchLocked` when another batch of the content type is in commit (R8.10), `BatchStateRefused` when
the batch can't go there (it may be closed already: read it), and any `RemoteError`; after one with
`unknown_outcome`, read the batch and go on from its status.
"""

from __future__ import annotations

from collections.abc import Sequence

from hbdash.omnitron.calls import Calls, stamp
from hbdash.omnitron.errors import batch_refusal
from hbdash.omnitron.models.batch import Batch, BatchObject, BatchStatus
from hbdash.transport.errors import RemoteError
from hbdash.transport.wire import parse_one


class BatchCalls(Calls):
    """Batches of this channel."""

    def open_batch(self) -> Batch:
        """A new batch. An answer lost on the way leaves an empty one behind, which harms nobody."""
        path = self._path("batch_requests")
        body = {"channel": self.channel_id}
        try:
            reply = self.remote.request("POST", path, json=body, repeatable=True)
        except RemoteError as error:
            raise batch_refusal(error) from None
        return parse_one(Batch, reply.json(), reply)

    def commit_batch(self, pk: int, content_type: str, objects: Sequence[BatchObject]) -> Batch:
        """Lock the objects; may be repeated to add more, or to fail some with a reason."""
        return self._change(
            pk,
            {
                "status": BatchStatus.COMMIT.value,
                "content_type": content_type,
                "objects": [_body(one) for one in objects],
            },
        )

    def batch_sent(self, pk: int, remote_batch_id: str) -> Batch:
        """The values are on their way under our upload id; the verdict comes later."""
        status = BatchStatus.SENT.value
        return self._change(pk, {"status": status, "remote_batch_id": remote_batch_id})

    def batch_ongoing(self, pk: int) -> Batch:
        """Asked for the result, not ready."""
        return self._change(pk, {"status": BatchStatus.ONGOING.value})

    def batch_done(self, pk: int, objects: Sequence[BatchObject] = ()) -> Batch:
        """Every object has its verdict: failed where it has a failed_reason."""
        status = BatchStatus.DONE.value
        return self._change(pk, {"status": status, "objects": [_body(one) for one in objects]})

    def batch_fail(self, pk: int, objects: Sequence[BatchObject] | None = None) -> Batch:
        """Nothing was sent. objects None: no verdict on any object."""
        bodies = None if objects is None else [_body(one) for one in objects]
        return self._change(pk, {"status": BatchStatus.FAIL.value, "objects": bodies})

    def batch(self, pk: int) -> Batch:
        """The batch as it stands."""
        return self._one(self._path("batch_requests", pk), Batch)

    def find_batches(
        self,
        *statuses: BatchStatus,
        content_type: str | None = None,
    ) -> tuple[Batch, ...]:
        """Batches in any of the states; none given: in all."""
        params: dict[str, object] = {"content_type": content_type, "sort": "id"}
        if statuses:
            # A list is a repeated key (O§1.6).
            params["status"] = [one.value for one in statuses]
        return self._all(self._path("batch_requests"), Batch, params)

    def _change(self, pk: int, body: dict[str, object]) -> Batch:
        path = self._path("batch_requests", pk)
        try:
            reply = self.remote.request("PATCH", path, json={"channel": self.channel_id, **body})
        except RemoteError as error:
            raise batch_refusal(error) from None
        return parse_one(Batch, reply.json(), reply)


def _body(one: BatchObject) -> dict[str, object]:
    body: dict[str, object] = {
        "pk": one.pk,
        "content_type": one.content_type,
        "version_date": stamp(one.version_date),
    }
    if one.remote_id is not None:
        body["remote_id"] = one.remote_id
    if one.failed_reason is not None:
        body["failed_reason_type"] = one.failed_reason.value
    return body
