"""Omnitron's places, listed once a day and matched here with Turkish folding (flows section 6).

Omnitron's own ``iexact`` does not know that İ belongs to i and I to ı, so lists are read whole and
compared folded; only mappings go to the server (O§4.2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from hbdash.domain.clock import Clock
from hbdash.domain.turkish import fold
from hbdash.flows.orders.packages.faults import OrderFault
from hbdash.flows.orders.packages.parcel import Destination
from hbdash.omnitron.client import OmnitronClient
from hbdash.omnitron.models.address import PlaceLevel, ReportLevel

#: A list is read again when it is a day old, or when a name is missing and it is a minute old:
#: somebody may just have added the place.
KEPT, LOOKED_AGAIN = timedelta(days=1), timedelta(seconds=60)
#: How long an answer about a mapping is believed; a missing one only within a run.
MAPPING_KEPT = timedelta(minutes=10)

_LEVELS = {
    "country": PlaceLevel.COUNTRY,
    "city": PlaceLevel.CITY,
    "township": PlaceLevel.TOWNSHIP,
    "district": PlaceLevel.DISTRICT,
}


@dataclass(frozen=True)
class Named:
    """A place of one list."""

    pk: int
    name: str
    code: str = ""


@dataclass(frozen=True)
class Place:
    """Omnitron's numbers of an address; district and township only where they were given."""

    country: int
    city: int
    township: int | None = None
    district: int | None = None


@dataclass
class _Listed:
    rows: dict[str, list[Named]]
    read_at: datetime


@dataclass
class PlaceLists:
    """Lists of one Omnitron, kept in the process as long as its client lives."""

    _lists: dict[tuple[str, int | None], _Listed] = field(default_factory=dict)
    _mapped: dict[tuple[Any, ...], tuple[int, datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def find(
        self,
        key: tuple[str, int | None],
        name: str,
        now: datetime,
        read: Callable[[], Sequence[Named]],
    ) -> Named | None:
        """The one place of that name in the list ``key``; ``None`` for none and for several."""
        listed = self._lists.get(key)
        if listed is None or now - listed.read_at >= KEPT or now < listed.read_at:
            listed = self._read(key, now, read)
        found = _one(listed, name)
        if found is None and now - listed.read_at >= LOOKED_AGAIN:
            found = _one(self._read(key, now, read), name)
        return found

    def is_empty(self, key: tuple[str, int | None]) -> bool:
        """Whether the list, read before, has no place at all."""
        return key in self._lists and not self._lists[key].rows

    def _read(
        self, key: tuple[str, int | None], now: datetime, read: Callable[[], Sequence[Named]]
    ) -> _Listed:
        rows: dict[str, list[Named]] = {}
        for one in read():
            rows.setdefault(fold(one.name), []).append(one)
            if one.code:
                rows.setdefault(f"\0{fold(one.code)}", []).append(one)
        with self._lock:
            self._lists[key] = _Listed(rows, now)
        return self._lists[key]

    def mapped(self, key: tuple[Any, ...], now: datetime) -> int | None:
        """A mapping that was found lately."""
        known = self._mapped.get(key)
        return known[0] if known and now - known[1] < MAPPING_KEPT else None

    def keep_mapping(self, key: tuple[Any, ...], pk: int, now: datetime) -> None:
        """A mapping was found; a missing one is asked for again by the next run."""
        with self._lock:
            self._mapped[key] = (pk, now)


def _one(listed: _Listed, name: str) -> Named | None:
    rows = listed.rows.get(fold(name), [])
    if len(rows) > 1:
        rows = [row for row in rows if row.name == name]
    return rows[0] if len(rows) == 1 else None


_KEPT_LISTS: WeakKeyDictionary[OmnitronClient, PlaceLists] = WeakKeyDictionary()


class PlaceBook:
    """Finds the place of an address; one per run, so that a missing mapping is asked for once."""

    def __init__(
        self, omnitron: OmnitronClient, clock: Clock, remote_channel: int, *, with_channel: bool
    ) -> None:
        self._omnitron = omnitron
        self._clock = clock
        self._channel = remote_channel
        self._with_channel = with_channel
        self._lists = _KEPT_LISTS.setdefault(omnitron, PlaceLists())
        self._missing: set[tuple[Any, ...]] = set()

    def resolve(self, address: Destination, *, with_district: bool) -> Place:
        """Omnitron's numbers. ``OrderFault`` order.address with the first level that is not known.

        The township is tried only when given, the district only when asked for and both are; a
        township of which Omnitron has no district at all goes without, as nothing could be mapped.
        """
        country = self.country(address.country or "TR")
        city = self.city(country, address.city)
        town, quarter = _tidy(address.town), _tidy(address.district)
        if not town:
            return Place(country.pk, city.pk)
        township = self.township(country, city, town)
        if not (with_district and quarter):
            return Place(country.pk, city.pk, township.pk)
        try:
            district = self.district(country, city, township, quarter)
        except OrderFault:
            if not self._lists.is_empty(("district", township.pk)):
                raise
            return Place(country.pk, city.pk, township.pk)
        return Place(country.pk, city.pk, township.pk, district.pk)

    def country(self, code: str) -> Named:
        """By its code (TR), else by its name."""
        code = _tidy(code)

        def read() -> list[Named]:
            return [Named(row.pk, row.name, row.code) for row in self._omnitron.countries()]

        now, key = self._clock.now(), ("country", None)
        # Codes stand in the list under a mark of their own, since `de` may be a name as well.
        listed = self._lists.find(key, f"\0{code}", now, read) if code else None
        found = listed or self._lists.find(key, code, now, read)
        return found or self._mapping("country", code, {}, {"name": code})

    def city(self, country: Named, name: str) -> Named:
        """An il of the country."""
        name = _tidy(name)

        def read() -> list[Named]:
            return [Named(row.pk, row.name) for row in self._omnitron.cities(country.pk)]

        found = self._lists.find(("city", country.pk), name, self._clock.now(), read)
        params = {"parent": country.name, "parent_id": country.pk, "country_code": country.code}
        return found or self._mapping("city", name, {}, params)

    def township(self, country: Named, city: Named, name: str) -> Named:
        """An ilçe of the city."""

        def read() -> list[Named]:
            return [Named(row.pk, row.name) for row in self._omnitron.townships(city.pk)]

        found = self._lists.find(("township", city.pk), name, self._clock.now(), read)
        params = {"parent": city.name, "parent_id": city.pk, "country_id": country.pk}
        return found or self._mapping("township", name, {"city": city.pk}, params)

    def district(self, country: Named, city: Named, township: Named, name: str) -> Named:
        """A mahalle of the township."""

        def read() -> list[Named]:
            return [Named(row.pk, row.name) for row in self._omnitron.districts(township.pk)]

        found = self._lists.find(("district", township.pk), name, self._clock.now(), read)
        params = {
            "parent": township.name, "parent_id": township.pk, "city_id": city.pk,
            "country_id": country.pk,
        }  # fmt: skip
        within = {"city": city.pk, "township": township.pk}
        return found or self._mapping("district", name, within, params)

    def known_again(self, params: dict[str, Any]) -> bool:
        """Whether the place that a failure of order.address named is known now (design rule 8)."""
        level, name = str(params.get("level")), str(params.get("name"))
        parent = int(params.get("parent_id") or 0)
        above = Named(parent, str(params.get("parent") or ""))
        city = Named(int(params.get("city_id") or 0), "")
        country = Named(int(params.get("country_id") or 0), "")
        try:
            if level == "country":
                self.country(name)
            elif level == "city":
                self.city(above, name)
            elif level == "township":
                self.township(country, above, name)
            else:
                self.district(country, city, above, name)
        except OrderFault:
            return False
        return True

    def code(self, name: str) -> str:
        """How the place is called in Omnitron's mappings (R2.27)."""
        return f"{self._channel}_{name}" if self._with_channel else name

    def _mapping(
        self, level: str, name: str, within: dict[str, int], params: dict[str, Any]
    ) -> Named:
        code, now = self.code(name), self._clock.now()
        key = (level, code, *within.values())
        pk = self._lists.mapped(key, now)
        if pk is None and name and key not in self._missing:
            found = self._omnitron.mapped_place(_LEVELS[level], code, **within)
            if found is not None:
                pk = found.pk
                self._lists.keep_mapping(key, pk, now)
        if pk is not None:
            return Named(pk, name)
        self._missing.add(key)
        raise OrderFault(
            "order.address",
            {"level": level, "name": name, "code": code, "channel": self._channel, **params},
        )


def report_place(omnitron: OmnitronClient, fault: OrderFault, text: str) -> None:
    """Put the unmapped place on Omnitron's mapping list (O§4.4); a country has none."""
    params = fault.params
    level = params.get("level")
    if level not in {one.value for one in ReportLevel}:
        return
    parent = params.get("parent_id")
    omnitron.address_report(
        ReportLevel(level),
        remote_code=str(params["code"]),
        name=str(params["name"]),
        err_desc=text,
        country_id=parent if level == "city" else params.get("country_id"),
        country_code=str(params.get("country_code") or ""),
        city_id=parent if level == "township" else params.get("city_id"),
        township_id=parent if level == "district" else None,
    )


def _tidy(name: str) -> str:
    return " ".join(name.split())
