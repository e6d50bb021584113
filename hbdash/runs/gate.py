"""May this flow run now? Asked at each run's start, with the settings just read (R3.6, R2.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from hbdash.domain.flowspec import FlowSpec
from hbdash.domain.settings import ChannelSettings
from hbdash.domain.settings.obstacles import obstacles
from hbdash.store.bulk import table_of
from hbdash.store.tables import Pause


@dataclass(frozen=True)
class RunRefused(Exception):
    """The run may not start; ``id`` and ``params`` say why (rendered by texts.run_reasons)."""

    id: str
    params: dict[str, Any] = field(default_factory=dict)


def standing_pause(
    connection: Connection, channel_id: int, spec: FlowSpec, now: datetime
) -> dict[str, Any] | None:
    """The pause that holds this flow now, if there is one: ``until``, ``by``, ``why``."""
    table = table_of(Pause)
    row = connection.execute(
        select(table)
        .where(
            table.c.channel_id == channel_id,
            table.c.ended_at.is_(None),
            table.c.until > now,
            or_(
                table.c.scope == "channel",
                (table.c.scope == "direction") & (table.c.name == spec.direction.value),
                (table.c.scope == "flow") & (table.c.name == spec.id),
            ),
        )
        .order_by(table.c.until.desc())
        .limit(1)
    ).mappings().first()  # fmt: skip
    if row is None:
        return None
    return {"until": row["until"].isoformat(), "by": row["by"], "why": row["why"]}


def check_settings(spec: FlowSpec, settings: ChannelSettings, *, is_active: bool) -> None:
    """Raise :class:`RunRefused` unless status, flag and required settings allow the flow."""
    for obstacle in obstacles(spec, settings, is_active=is_active):
        raise RunRefused(obstacle.id, dict(obstacle.params))
