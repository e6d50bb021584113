"""The installation's channels as rows: made when they are new, kept when they are known."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from hbdash.config import ChannelConfig
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import Channel


def install_channel(db: Database, config: ChannelConfig) -> int:
    """The channel's id; name, zone and environment follow the file."""
    table = table_of(Channel)
    values = {
        "name": config.name,
        "omnitron_url": config.omnitron.url.rstrip("/"),
        "remote_id": config.remote_id,
        "timezone": config.timezone,
        "environment": config.environment,
    }
    with db.write() as connection:
        found = connection.execute(select(table.c.id).where(table.c.key == config.key)).scalar()
        if found is None:
            return int(
                connection.execute(
                    insert(table)
                    .values(key=config.key, connection={}, **values)
                    .returning(table.c.id)
                ).scalar_one()
            )
        connection.execute(update(table).where(table.c.id == found).values(**values))
        return int(found)
