"""Places at which a process can be made to die, so that tests can kill it exactly there.

``HBDASH_CRASH_AT=upload_sent:2`` ends the process, as ``kill -9`` would, when it passes the point
``upload_sent`` for the second time; ``any:40`` at the fortieth pass of whatever point. Without the
variable a point costs a comparison.
"""

from __future__ import annotations

import os
import threading

VARIABLE = "HBDASH_CRASH_AT"
#: Exit status of a process that died at a point.
DIED = 9

_ANY = "any"
_lock = threading.Lock()
_passes = 0

#: Every point and what was done when it is passed; the tests go through all of them.
POINTS: dict[str, str] = {
    "lease_taken": "the lease is ours, what the dead holder left is not closed yet",
    "request_taken": "a person's request is taken, its run has not begun",
    "run_begun": "the run's row stands as running",
    "intent_committed": "the intent is on disk, the call is not made",
    "intent_called": "the call took effect, its outcome is not on disk",
    "cursor_due": "a page's effects are on disk, the cursor was not moved",
    "batch_opened": "Omnitron has opened a batch that we do not know",
    "batch_committed": "Omnitron has locked the objects, we do not know",
    "batch_wanted": "the batch's values are wanted here, the batch is not handed over",
    "batch_handed_over": "the batch is handed over, we do not know",
    "batch_closed": "Omnitron has closed the batch, we do not know",
    "upload_prepared": "the upload's rows are bound to it, nothing is sent",
    "upload_sent": "the marketplace has the upload, its tracking id is not on disk",
    "upload_settled": "the upload's verdicts are on disk, its batch is open",
    "run_worked": "the run's work is done, its last row is not written",
}


def _armed() -> tuple[str, int]:
    name, _, nth = os.environ.get(VARIABLE, "").partition(":")
    return name, int(nth or 1)


_name, _nth = _armed()


def rearm() -> None:
    """Read the variable again and count anew: for a process that was forked."""
    global _name, _nth, _passes
    _name, _nth = _armed()
    _passes = 0


def point(name: str) -> None:
    """Die here if the environment says so."""
    if not _name or _name not in (name, _ANY):
        return
    global _passes
    with _lock:
        _passes += 1
        if _passes == _nth:
            os._exit(DIED)
