"""Order, package and claim numbers: digit strings, unique, leading zeros included (H§3.5)."""

from __future__ import annotations

import sqlite3

# A prime step over a power of ten visits every number once, so numbers look random, never repeat,
# and need no look-up.
_KINDS = {
    "order": (10, 412_345_678, 3_640_509_139),
    "package": (9, 54_750_290, 61_803_399),
    "claim": (9, 41_987_654, 271_828_183),
}


def next_count(db: sqlite3.Connection, name: str) -> int:
    """The next value of a counter that survives a restart, from 1."""
    row = db.execute(
        "INSERT INTO hb_counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
        " RETURNING value",
        (name,),
    ).fetchone()
    return int(row[0])


def next_number(db: sqlite3.Connection, kind: str) -> str:
    """The next number of ``order`` (10 digits), ``package`` or ``claim`` (9 digits)."""
    digits, start, step = _KINDS[kind]
    return f"{(start + next_count(db, kind) * step) % 10 ** (digits - 1):0{digits}d}"
