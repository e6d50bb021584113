"""Splits of packages, from the request to the packages that came of it (R5.14, R9.7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from hbdash.store.types import big_field, id_field, json_field, key_field, moment_field


class PackageSplit(SQLModel, table=True):
    """One request to split a package; one row, however often its run is repeated."""

    __tablename__ = "package_split"
    __table_args__ = (
        UniqueConstraint("channel_id", "request_id"),
        Index("split_by_package", "channel_id", "package_number"),
        Index("split_unsettled", "channel_id", "ask_at",
              sqlite_where=text("state IN ('waiting', 'unknown', 'split')"),
              postgresql_where=text("state IN ('waiting', 'unknown', 'split')")),
    )  # fmt: skip

    id: int | None = id_field()
    channel_id: int = Field()
    request_id: int | None = big_field(None)
    requested_by: str = ""
    correlation_id: str = key_field("")
    key: str = key_field()
    """What the request named: package, order or item; the package's number once it is known."""
    package_number: str = key_field("")
    order_number: str = key_field("")
    order_pk: int | None = big_field(None)
    payload: dict[str, Any] = json_field()
    """As it came, read by ``domain.split_payload``."""
    groups: list[dict[str, Any]] = json_field(list)
    """``{"lines": {line id: quantity}, "items": [item], "package": number or ""}``; the last may be
    the units that the request did not name."""
    state: str = key_field("waiting")
    """``waiting``, ``unknown`` (sent, no answer), ``split`` (done there, its packages are looked
    for), ``done``, ``failed``, or ``lost`` (its packages were not found)."""
    asked: int = 0
    """How often the new packages were looked for."""
    ask_at: datetime | None = moment_field(None)
    requested_at: datetime = moment_field()
    split_at: datetime | None = moment_field(None)
    settled_at: datetime | None = moment_field(None)
