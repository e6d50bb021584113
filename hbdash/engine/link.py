"""A channel's connections: conf read at each run's start, clients kept as long as it stays."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import insert, select, update

from hbdash.config import ChannelConfig
from hbdash.domain.clock import Clock
from hbdash.domain.settings import ChannelSettings
from hbdash.engine.breakers import StoredBreakers
from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.hepsiburada.hosts import Hosts
from hbdash.omnitron.client import OmnitronClient
from hbdash.runs.context import ChannelFacts
from hbdash.runs.gate import RunRefused
from hbdash.runs.kit import Connected
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import Channel, SettingsSnapshot
from hbdash.transport.errors import NotFound


class Link:
    """Implements ``ChannelLink``: :meth:`connect` reads the conf and hands out fitting clients."""

    def __init__(self, db: Database, clock: Clock, config: ChannelConfig, channel_id: int) -> None:
        self._db = db
        self._clock = clock
        self._config = config
        self._channel_id = channel_id
        self._lock = threading.Lock()
        self._memory = StoredBreakers(db, channel_id)
        access = config.omnitron
        self.omnitron = OmnitronClient(
            access.url,
            config.remote_id,
            username=access.username,
            password=access.secret(),
            token=access.token.get_secret_value() if access.token else None,
            clock=clock,
            breaker_memory=self._memory,
        )
        self._hepsiburada: HepsiburadaClient | None = None
        self._made_for: tuple[str, ...] = ()
        self._users: Counter[int] = Counter()
        """Runs at work by ``id`` of their Hepsiburada client."""
        self._retired: list[HepsiburadaClient] = []
        """Clients of former settings that runs still use."""
        self._catalog: tuple[int, int, int] | None = None

    def connect(self) -> Connected:
        """Read the channel (R3.6: settings act on the next run) and keep what is new of it."""
        try:
            channel = self.omnitron.channel()
        except NotFound as error:
            raise RunRefused("channel.unknown", {"channel": self._config.remote_id}) from error
        form = {
            "name": channel.name,
            "channel_type": channel.channel_type,
            "schema": channel.schema_,
            "category_tree": channel.category_tree,
            "catalog": channel.catalog,
        }
        settings = ChannelSettings.from_channel(
            {**form, "is_active": channel.is_active, "conf": channel.conf}
        )
        with self._lock:
            catalog_id, price_list, stock_list = self._lists(channel.catalog)
            self._remember(channel.conf, form, settings, channel.is_active)
            hepsiburada = self._client_for(settings)
            self._users[id(hepsiburada)] += 1
        return Connected(
            facts=ChannelFacts(
                id=self._channel_id,
                remote_id=self._config.remote_id,
                zone=ZoneInfo(self._config.timezone),
                catalog_id=catalog_id,
                price_list=price_list,
                stock_list=stock_list,
            ),
            settings=settings,
            is_active=channel.is_active,
            omnitron=self.omnitron,
            hepsiburada=hepsiburada,
        )

    def hang_up(self) -> None:
        """Break the calls under way: for a stop that can't wait."""
        clients = [self.omnitron, self._hepsiburada, *self._retired]
        for client in clients:
            for remote in client.remotes if client is not None else ():
                remote.hang_up()

    def release(self, connected: Connected) -> None:
        """The run that connected has ended: a client of former settings is closed with its last."""
        client = connected.hepsiburada
        with self._lock:
            self._users[id(client)] -= 1
            if self._users[id(client)] <= 0:
                del self._users[id(client)]
                if client in self._retired:
                    self._retired.remove(client)
                    client.close()

    def close(self) -> None:
        """Close all connections."""
        self.omnitron.close()
        for client in (self._hepsiburada, *self._retired):
            if client is not None:
                client.close()

    def _lists(self, catalog_id: int | None) -> tuple[int, int, int]:
        if catalog_id is None:
            raise RunRefused("setting.missing", {"key": "catalog_name"})
        if self._catalog is None or self._catalog[0] != catalog_id:
            catalog = self.omnitron.catalog(catalog_id)
            if catalog.price_list is None or catalog.stock_list is None:
                raise RunRefused("setting.missing", {"key": "catalog_name"})
            self._catalog = (catalog_id, catalog.price_list, catalog.stock_list)
        return self._catalog

    def _client_for(self, settings: ChannelSettings) -> HepsiburadaClient:
        made_for = (
            settings.base_url,
            settings.oms_url,
            settings.listing_url,
            settings.merchant_id,
            settings.username,
            settings.password,
            settings.user_agent,
        )
        if self._hepsiburada is None or made_for != self._made_for:
            self._retire()
            self._hepsiburada = HepsiburadaClient(
                Hosts(
                    catalogue=settings.base_url,
                    ticket=self._config.hosts.tickets or settings.base_url,
                    listing=settings.listing_url,
                    oms=settings.oms_url,
                    shipping=self._config.hosts.shipping,
                ),
                merchant_id=settings.merchant_id,
                service_key=settings.password,
                user_agent=settings.user_agent,
                clock=self._clock,
                breaker_memory=self._memory,
            )
            self._made_for = made_for
        return self._hepsiburada

    def _retire(self) -> None:
        """Runs under way go on with the client of the settings that they began with."""
        former = self._hepsiburada
        if former is None:
            return
        if self._users[id(former)] > 0:
            self._retired.append(former)
        else:
            former.close()

    def _remember(
        self, conf: dict[str, Any], form: dict[str, Any], settings: ChannelSettings, active: bool
    ) -> None:
        # The digest tells a new password from the old one; the password itself is kept nowhere.
        whole = orjson.dumps([conf, form], option=orjson.OPT_SORT_KEYS)
        digest = hashlib.sha256(whole).hexdigest()
        channels, snapshots = table_of(Channel), table_of(SettingsSnapshot)
        here = channels.c.id == self._channel_id
        assert self._catalog is not None
        values = dict(
            zip(("catalog_id", "price_list", "stock_list"), self._catalog, strict=True),
            is_active=active,
        )
        with self._db.read() as connection:
            row = connection.execute(select(channels).where(here)).mappings().one()
            known = None
            if row["settings_id"] is not None:
                known = connection.execute(
                    select(snapshots.c.digest).where(snapshots.c.id == row["settings_id"])
                ).scalar_one_or_none()
        if known == digest and all(row[name] == value for name, value in values.items()):
            return
        with self._db.write() as connection:
            if known != digest:
                values["settings_id"] = connection.execute(
                    insert(snapshots)
                    .values(
                        channel_id=self._channel_id,
                        read_at=self._clock.now(),
                        digest=digest,
                        conf=ChannelSettings.hidden_conf({**form, "conf": conf}),
                        form=form,
                        problems=[
                            {"id": p.id, "key": p.key, "params": p.params}
                            for p in settings.problems
                        ],
                    )
                    .returning(snapshots.c.id)
                ).scalar_one()
            connection.execute(update(channels).where(here).values(**values))
