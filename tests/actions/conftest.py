"""Fixtures of the tests of what people ask for."""

from __future__ import annotations

import pytest

from hbdash.store.database import Database
from tests.support.alarm_world import AlarmWorld


@pytest.fixture
def world(database: Database) -> AlarmWorld:
    """A channel on each kind of database."""
    return AlarmWorld.on(database)
