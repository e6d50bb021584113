"""The endpoint of an installation: its channels by slug, its database, its ``[trigger]``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hbdash.actions.actor import Refused
from hbdash.actions.triggers import Accepted, accept_call
from hbdash.config import ChannelConfig, Config
from hbdash.domain.clock import Clock
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import Channel
from hbdash.trigger.app import Accept, Door, trigger_app
from hbdash.trigger.server import TriggerServer

logger = logging.getLogger(__name__)


def make_server(
    config: Config, db: Database, clock: Clock, *, wanted: Callable[[], bool] = lambda: True
) -> TriggerServer | None:
    """The server of this installation, not started; None when ``[trigger] listen`` is empty."""
    trigger = config.trigger
    if not trigger.listen:
        return None
    if not trigger.is_loopback:
        logger.warning(
            "trigger endpoint: %s can be reached from other machines, over plain HTTP",
            trigger.listen,
        )
    door = Door(
        token=trigger.secret_token(),
        signing_secret=trigger.secret_signing(),
        body_max=trigger.body_max_kb * 1024,
        receive_s=trigger.receive_s,
    )
    return TriggerServer(
        trigger_app(accepting(config, db, clock), door),
        trigger.address(),
        wanted=wanted,
        receive_s=trigger.receive_s,
        connections=trigger.connections,
    )


def accepting(config: Config, db: Database, clock: Clock) -> Accept:
    """Stores a call for the channel that its slug means."""
    by_slug = {config.slug_of(channel): channel for channel in config.channels}

    def accept(slug: str, flow: str, body: object) -> Accepted:
        channel = by_slug.get(slug)
        if channel is None:
            raise Refused("trigger.unknown_slug", {"slug": slug[:60]})
        number = _channel_id(db, channel)
        return accept_call(db, clock, number, flow, body, zone=ZoneInfo(channel.timezone))

    return accept


def _channel_id(db: Database, channel: ChannelConfig) -> int:
    """The channel's row; the engine of this process has made it before anything listens."""
    table = table_of(Channel)
    with db.read() as connection:
        found = connection.execute(select(table.c.id).where(table.c.key == channel.key)).scalar()
    if found is None:
        raise Refused("trigger.unknown_slug", {"slug": channel.key})
    return int(found)
