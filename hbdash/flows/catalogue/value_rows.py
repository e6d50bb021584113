"""Rows of values in our tables, and what became of a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

from sqlalchemy import Connection, select

from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import CategoryValue, OmnitronValue
from hbdash.transport.errors import Refused


@dataclass
class ValueResult:
    """What became of a list. writes: calls that changed Omnitron; refused: its last no."""

    count: int
    hash: str
    added: int = 0
    lost: int = 0
    added_examples: list[str] = field(default_factory=list)
    lost_examples: list[str] = field(default_factory=list)
    writes: int = 0
    refused: Refused | None = None
    refused_count: int = 0

    @property
    def changed(self) -> bool:
        return bool(self.added or self.lost)


def digest_of(label: str) -> str:
    """Key of a value's text."""
    return blake2b(label.encode("utf-8", "replace"), digest_size=12).hexdigest()


def om_row(ctx: RunContext, attribute_pk: int, digest: str, pk: int) -> dict[str, object]:
    """A row of what Omnitron has."""
    return {
        "channel_id": ctx.channel_id,
        "attribute_pk": attribute_pk,
        "digest": digest,
        "value_pk": pk,
        "run_id": ctx.run_id,
        "has_action": False,
    }


def standing_values(
    connection: Connection, channel_id: int, category_id: str, attribute_id: str, digests: list[str]
) -> dict[str, bool]:
    """Digest → whether the value was there the last time."""
    t = table_of(CategoryValue)
    rows = connection.execute(
        select(t.c.digest, t.c.gone_at).where(
            t.c.channel_id == channel_id,
            t.c.category_id == category_id,
            t.c.attribute_id == attribute_id,
            t.c.digest.in_(digests),
        )
    )
    return {row.digest: row.gone_at is None for row in rows}


def omnitron_values(
    connection: Connection, channel_id: int, attribute_pk: int, digests: list[str]
) -> dict[str, tuple[int, bool]]:
    """Digest → the value's number in Omnitron, and whether its action is known."""
    t = table_of(OmnitronValue)
    rows = connection.execute(
        select(t.c.digest, t.c.value_pk, t.c.has_action).where(
            t.c.channel_id == channel_id,
            t.c.attribute_pk == attribute_pk,
            t.c.digest.in_(digests),
        )
    )
    return {row.digest: (row.value_pk, row.has_action) for row in rows}
