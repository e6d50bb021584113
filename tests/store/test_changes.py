"""Commits are noticed, whichever process made them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import insert, text

from hbdash.store.bulk import table_of
from hbdash.store.changes import ChangeWatcher
from hbdash.store.database import Database
from hbdash.store.tables import Lane
from tests.support.databases import PostgresServer, url_of

_WRITER = """
import sys
from sqlalchemy import insert
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import Lane
db = Database(sys.argv[1])
for n, _ in enumerate(sys.stdin):
    with db.write() as connection:
        connection.execute(insert(table_of(Lane)), [{"channel_id": 1, "lane": f"lane {n}"}])
    print("done", flush=True)
db.close()
"""


def _write(database: Database, lane: str) -> None:
    with database.write() as connection:
        connection.execute(insert(table_of(Lane)), [{"channel_id": 1, "lane": lane}])


@pytest.fixture
def watcher(database: Database) -> Iterator[ChangeWatcher]:
    watcher = ChangeWatcher(database)
    yield watcher
    watcher.close()


def test_own_commits_are_told_once(database: Database, watcher: ChangeWatcher) -> None:
    assert not watcher.poll()
    _write(database, "a")
    assert watcher.wait(5)
    assert not watcher.wait(0.3)
    with database.read() as connection:
        connection.execute(text("SELECT 1"))
    assert not watcher.poll()


def test_a_commit_of_another_process_is_noticed_within_half_a_second(
    database: Database, watcher: ChangeWatcher
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, url_of(database)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as writer:  # fmt: skip
        assert writer.stdin is not None
        assert writer.stdout is not None
        writer.stdin.write("first\n")
        writer.stdin.flush()
        assert writer.stdout.readline() == "done\n"
        assert watcher.wait(5)
        delays = []
        for _ in range(3):
            writer.stdin.write("again\n")
            writer.stdin.flush()
            assert writer.stdout.readline() == "done\n"
            start = time.monotonic()
            assert watcher.wait(5)
            delays.append(time.monotonic() - start)
        assert min(delays) < 0.5
        writer.stdin.close()


def test_waiting_ends_when_another_thread_commits_or_closes(
    database: Database, watcher: ChangeWatcher
) -> None:
    answers: list[bool] = []

    def listen() -> None:
        answers.append(watcher.wait(30))
        answers.append(watcher.wait(30))

    thread = threading.Thread(target=listen)
    thread.start()
    _write(database, "a")
    while not answers:
        thread.join(0.01)
    watcher.close()
    thread.join(5)
    assert not thread.is_alive()
    assert answers == [True, False]
    assert not watcher.poll()


def test_a_lost_connection_is_opened_again_and_told(
    postgresql_database: Database, postgres_server: PostgresServer
) -> None:
    watcher = ChangeWatcher(postgresql_database)
    postgres_server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{postgresql_database.url.database}'"
    )
    assert watcher.wait(10)  # reconnected: something may have been missed
    _write(postgresql_database, "a")
    assert watcher.wait(10)
    watcher.close()


def test_a_watcher_leaves_nothing_behind(
    database: Database, open_database: Callable[[str], Database]
) -> None:
    for _ in range(40):  # more than the pool holds
        ChangeWatcher(database).close()
    _write(database, "a")
