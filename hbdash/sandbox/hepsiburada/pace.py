"""How long the marketplace takes for what it does by itself, in seconds of sandbox time.

Kept in the database, so that a restart goes on at the same pace and the control endpoint and the
tests can change it; a delay of 0 makes the step happen the next time anybody looks.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Pace:
    """Delays in seconds; the defaults suit a live demo."""

    upload: float = 2.0  # from the acceptance of a price or stock upload to Done
    import_visible: float = 1.0  # until a tracking id is known (code 4000 before)
    import_read: float = 3.0  # until the rows of an import are SUCCESS or FAILED
    review_start: float = 10.0  # WAITING -> IN_EXTERNAL_PROGRESS
    review: float = 20.0  # IN_EXTERNAL_PROGRESS -> CREATED or MATCHED
    ticket: float = 15.0  # from a ticket to its last field looked at
    pay: float = 20.0  # an order placed unpaid
    pack: float = 4.0  # from payment to the package that Hepsiburada makes by itself
    ship: float = 1800.0  # package -> carrier
    deliver: float = 3600.0  # carrier -> customer
    claim_days: float = 2.0 * 86400  # time to act on a claim (48 h, H§13.2)
    claim_arrival: float = 30.0  # NewRequest -> AwaitingAction
    refund: float = 15.0  # Accepted -> Refunded
    dispute: float = 86400.0  # InDispute -> decided by Hepsiburada


_NAMES = {field.name for field in fields(Pace)}


def pace(db: sqlite3.Connection) -> Pace:
    """The pace in force."""
    return Pace(**{row[0]: row[1] for row in db.execute("SELECT name, seconds FROM hb_pace")})


def set_pace(db: sqlite3.Connection, **seconds: float) -> Pace:
    """Change some delays; ValueError for a name that is none."""
    unknown = sorted(set(seconds) - _NAMES)
    if unknown:
        raise ValueError(f"no such delay: {', '.join(unknown)}")
    db.executemany("INSERT OR REPLACE INTO hb_pace VALUES (?, ?)", list(seconds.items()))
    return pace(db)
