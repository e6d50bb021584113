"""An installation's endpoint on a real socket, without an engine behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, select, update

from hbdash.config import Config, load_config
from hbdash.config.trigger import TriggerConfig
from hbdash.domain.clock import FixedClock
from hbdash.domain.settings import FLAGS
from hbdash.engine.channels import install_channel
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import Audit, Channel, EngineRequest, SettingsSnapshot, TriggerEvent
from hbdash.texts import set_language
from hbdash.trigger.endpoint import make_server
from hbdash.trigger.server import TriggerServer
from tests.support import shop
from tests.support.commands import write_config
from tests.support.databases import url_of
from tests.support.waiting import wait_for

TOKEN = "0123456789abcdef-token"
ALL_ON = {flag.name: True for flag in FLAGS}
CONF = {
    "base_url": "http://127.0.0.1:9/mpop", "oms_url": "http://127.0.0.1:9/oms",
    "listing_url": "http://127.0.0.1:9/listing", "username": "m", "password": "p",
    "merchant_id": "m", "user_agent": "lalezar_dev", "category_ids": [1], "default_reason_id": 5,
    "cancellation_reason_id": 4, "cargo_company_mapping": {"default": 1},
    "feature_flags": ALL_ON,
}  # fmt: skip


@dataclass
class Endpoint:
    """A server that listens, its database and a client with the right token."""

    db: Database
    config: Config
    clock: FixedClock
    channel_id: int
    server: TriggerServer
    _clients: list[httpx.Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        assert self.server.bound is not None
        return "http://{}:{}".format(*self.server.bound)

    def client(self, token: str | None = TOKEN) -> httpx.Client:
        headers = {} if token is None else {"Authorization": f"Token {token}"}
        made = httpx.Client(base_url=self.url, headers=headers, timeout=10, trust_env=False)
        self._clients.append(made)
        return made

    def post(self, flow: str, body: Any, *, slug: str = "lalezar", **more: Any) -> httpx.Response:
        """A call with the right token."""
        return self.client().post(f"/flow-trigger/{slug}/{flow}", json=body, **more)

    def rows(self, model: Any) -> list[dict[str, Any]]:
        table = table_of(model)
        with self.db.read() as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]

    @property
    def requests(self) -> list[dict[str, Any]]:
        return self.rows(EngineRequest)

    @property
    def events(self) -> list[dict[str, Any]]:
        return self.rows(TriggerEvent)

    @property
    def trail(self) -> list[dict[str, Any]]:
        return self.rows(Audit)

    def settings(self, *, is_active: bool = True, **changes: Any) -> None:
        """What the last run read from Omnitron."""
        with self.db.write() as connection:
            number = connection.execute(
                insert(table_of(SettingsSnapshot))
                .values(
                    channel_id=self.channel_id, read_at=self.clock.now(), digest="d",
                    conf=CONF | changes, problems=[],
                    form={"name": "Hepsiburada", "channel_type": "sales_channel", "schema": {},
                          "catalog": 1},
                )
                .returning(table_of(SettingsSnapshot).c.id)
            ).scalar_one()  # fmt: skip
            connection.execute(
                update(table_of(Channel)).values(settings_id=number, is_active=is_active)
            )


Start = Callable[..., Endpoint]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start an endpoint on a database; keywords are keys of ``[trigger]``."""
    set_language("en")
    started: list[Endpoint] = []

    def begin(db: Database, **keys: Any) -> Endpoint:
        path = write_config(tmp_path / "config.toml", url_of(db))
        trigger = TriggerConfig(**{"listen": "127.0.0.1:0", "token": TOKEN, **keys})
        config = load_config(path).model_copy(update={"trigger": trigger})
        clock = shop.clock()
        number = install_channel(db, config.channels[0])
        server = make_server(config, db, clock)
        assert server is not None
        server.start()
        wait_for(lambda: server.bound is not None, what="the endpoint")
        started.append(Endpoint(db, config, clock, number, server))
        started[-1].settings()
        return started[-1]

    yield begin
    for one in started:
        for client in one._clients:
            client.close()
        one.server.stop(wait=3)


@pytest.fixture
def endpoint(start: Start, database: Database) -> Endpoint:
    """On SQLite and on PostgreSQL."""
    return start(database)


@pytest.fixture
def quick(start: Start, sqlite_database: Database) -> Endpoint:
    """On SQLite alone, for what the database can't change."""
    return start(sqlite_database)
