"""Refusals that only Omnitron knows."""

from __future__ import annotations

import re

from hbdash.transport.errors import Conflict, Refused, RemoteError, retyped

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HASH = re.compile(r"hash_data\s*:\s*([0-9A-Za-z]+)")
BATCH_STATE_CODE = "batch_request_status_100_1"


class BatchLocked(Refused):
    """Another batch of this content type is in commit on the channel (R8.10, O§5.3).

    `local_batch_id`: the other one's, None if the text does not name it.
    """

    failure_id = "batch.locked"
    transient = True
    local_batch_id: str | None = None


class BatchStateRefused(Refused):
    """406 `batch_request_status_100_1`: the batch can't go to the state asked for (O§5.3)."""

    failure_id = "batch.locked"
    transient = True


class MappingRefused(Refused):
    """406 `{"error": why}`: the Mapper can't translate the product (O§3.7)."""

    failure_id = "mapping.refused"


class DuplicateAddress(Conflict):
    """An address of the same content exists; `hash_data` finds it (O§4.5)."""

    hash_data: str = ""


def batch_refusal(error: RemoteError) -> RemoteError:
    """A refused batch change as what it is; any other error as it came."""
    if not isinstance(error, Refused):
        return error
    words = f"{error.message} {error.response_text}"
    if error.code == BATCH_STATE_CODE or BATCH_STATE_CODE in words:
        return retyped(BatchStateRefused, error)
    if "batch request with" in words.lower():
        locked = retyped(BatchLocked, error)
        found = _UUID.search(words)
        locked.local_batch_id = found.group(0).lower() if found else None
        return locked
    return error


def address_refusal(error: RemoteError) -> RemoteError:
    """`DuplicateAddress` with its hash where the text has one; any other error as it came."""
    found = _HASH.search(error.message) if isinstance(error, Refused) else None
    if found is None:
        return error
    duplicate = retyped(DuplicateAddress, error)
    duplicate.hash_data = found.group(1)
    return duplicate
