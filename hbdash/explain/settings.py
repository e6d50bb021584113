"""The channel's settings as the last run read them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from hbdash.domain.settings import ChannelSettings
from hbdash.explain.flows import channel_settings
from hbdash.store.bulk import table_of
from hbdash.store.tables import Channel


def last_settings(connection: Connection, channel_id: int) -> ChannelSettings | None:
    """``None`` before the first run."""
    channels = table_of(Channel)
    row = connection.execute(select(channels).where(channels.c.id == channel_id)).mappings().one()
    return channel_settings(connection, row)


def buffer_stock(connection: Connection, channel_id: int) -> int:
    """Buffer Stock (R2.28); 0 when empty or not read yet."""
    settings = last_settings(connection, channel_id)
    return (settings.buffer_stock or 0) if settings is not None else 0
