"""Telling somebody outside: notices are rows, so that each is sent once, whoever sends it.

A row names its target by kind and place in ``[notify] urls`` (``slack 2``), since the addresses
hold secrets. Rows wait in the state ``waiting`` for a :class:`Sender`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, insert

from hbdash.store.bulk import table_of
from hbdash.store.tables import Notice


class Sender(Protocol):
    """Sends one notice; what sends them later (mail, chat) is one of these."""

    def send(self, url: str, title: str, body: str) -> None:
        """Send it. Raises whatever its transport raises when it was not taken."""
        ...


def target_name(url: str, place: int) -> str:
    """``slack 2``: what a target is called where its address must not stand; ``place`` from 1."""
    return f"{url.partition(':')[0].lower() or '?'} {place}"


def url_of(target: str, urls: Sequence[str]) -> str | None:
    """The address a row means; None when the configuration has changed meanwhile."""
    for place, url in enumerate(urls, start=1):
        if target_name(url, place) == target:
            return url
    return None


def queue(
    connection: Connection,
    channel_id: int,
    urls: Sequence[str],
    sentences: Sequence[str],
    alarm_id: int | None,
    now: datetime,
) -> None:
    """One notice per target, however many alarms began at once: ``sentences`` are its lines."""
    if not urls or not sentences:
        return
    more = f" (+{len(sentences) - 1})" if len(sentences) > 1 else ""
    connection.execute(
        insert(table_of(Notice)),
        [
            {
                "channel_id": channel_id,
                "alarm_id": alarm_id,
                "target": target_name(url, place),
                "title": sentences[0] + more,
                "body": "\n".join(sentences),
                "state": "waiting",
                "tries": 0,
                "created_at": now,
                "next_at": now,
                "error": "",
            }
            for place, url in enumerate(urls, start=1)
        ],
    )
