"""May this flow run now? Asked at each run's start, with the settings just read (R3.6, R2.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from hbdash.domain.flowspec import FlowSpec
from hbdash.domain.settings import ChannelSettings
from hbdash.domain.settings.flags import flag_named
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
    if not is_active:
        raise RunRefused("channel.inactive", {"channel": settings.name})
    if spec.flag is not None and not settings.flags.is_on(spec.flag):
        raise RunRefused("flag.off", {"flag": spec.flag})
    for key in spec.prerequisites:
        if getattr(settings, key) in (None, "", {}, ()):
            raise RunRefused("setting.missing", {"key": key})
    asked = {*spec.prerequisites, *CONNECTION_SETTINGS}
    unusable = asked | (set(flag_named(spec.flag).prerequisites) if spec.flag else set())
    for problem in settings.problems:
        # An empty optional setting means false or "as is" (A16); a mistyped one means nothing:
        # an unreadable buffer must not send the whole stock.
        wanted = asked if problem.id == "setting.missing" else unusable
        if problem.key in wanted:
            raise RunRefused(problem.id, {"key": problem.key})


#: Without these no call to Hepsiburada can be made.
CONNECTION_SETTINGS = (
    "base_url", "oms_url", "listing_url", "username", "password", "merchant_id", "user_agent",
)  # fmt: skip
