"""The web hook of split packages: looked up, made, mended; and a delivery from end to end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from hbdash.cli.common import DONE, FAILED, NOT_ALLOWED, UNAVAILABLE, WRONG_USE
from hbdash.config import load_config
from hbdash.domain.clock import SystemClock
from hbdash.sandbox.config_file import write_config as sandbox_config
from hbdash.sandbox.omnitron import splitting
from hbdash.sandbox.server import RunningSandbox, start_in_thread
from hbdash.store.bulk import table_of
from hbdash.store.tables import Audit, EngineRequest, TriggerEvent
from hbdash.trigger.endpoint import make_server
from tests.cli.conftest import Installation
from tests.cli.test_documents import complaints
from tests.sandbox.conftest import options
from tests.support.commands import config_of
from tests.support.databases import Database
from tests.support.waiting import wait_for

pytestmark = pytest.mark.requirement("R9.1", "R9.2", "R9.3", "R9.4", "R9.5")

TOKEN = "0123456789abcdef"


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    sandbox = start_in_thread(options())
    yield sandbox
    sandbox.stop()


def _hooks(running: RunningSandbox) -> list[dict[str, object]]:
    return running.call(
        lambda world: [dict(row) for row in world.db.execute("SELECT * FROM om_hook ORDER BY pk")]
    )


@pytest.fixture
def installation(
    running: RunningSandbox, sqlite_database: Database, tmp_path: Path
) -> Installation:
    """A channel on the sandbox with an endpoint, and no hook yet."""
    running.call(lambda world: world.db.execute("DELETE FROM om_hook").rowcount)
    config = config_of(
        running, tmp_path / "config.toml", str(sqlite_database.url),
        more=f'\n[trigger]\nlisten = "127.0.0.1:8700"\ntoken = "{TOKEN}"\n'
             'public_url = "https://hb.example"\n',
    )  # fmt: skip
    return Installation(config, sqlite_database)


def test_it_is_missed_made_and_found(installation: Installation, running: RunningSandbox) -> None:
    shown = installation.run("webhook", "show", "--json")
    assert shown.code == FAILED, shown
    assert (shown.json["state"], shown.json["oms_channel"]) == ("absent", 7)
    made = installation.run("webhook", "create", "--json")
    assert made.code == DONE, made
    (row,) = _hooks(running)
    assert row["event_type"] == "order.split_package_7"
    assert row["target_url"] == "https://hb.example/flow-trigger/lalezar/split_packages"
    assert json.loads(str(row["headers"])) == {"Authorization": f"Token {TOKEN}"}
    assert json.loads(str(row["retry"])) == {"choice": "fixed", "kwargs": {"seconds": 120}}
    assert json.loads(str(row["config"])) == {}
    again = installation.run("webhook", "create")
    assert (again.code, again.out) == (FAILED, "")
    assert installation.run("webhook", "show").code == DONE
    assert TOKEN not in installation.run("webhook", "show", "--json").out
    trail = table_of(Audit)
    with installation.db.read() as connection:
        acts = connection.execute(select(trail.c.action, trail.c.outcome)).all()
    # The second was allowed and came too late: nothing was done.
    assert [tuple(act) for act in acts] == [("webhook.create", "accepted")]


CHANGES = {
    "inactive": "is_active = 0",
    "target_url": "target_url = 'https://old.example/flow-trigger/x/split_packages'",
    "token": 'headers = \'{"authorization": "Token old"}\'',
    "signing_secret": "secret_key = 'old'",
    "retry": 'retry = \'{"choice": "linear", "kwargs": {"base": 1}}\'',
}


@pytest.mark.parametrize("difference", CHANGES)
def test_what_is_wrong_is_named_and_mended(
    installation: Installation, running: RunningSandbox, difference: str
) -> None:
    assert installation.run("webhook", "repair").code == FAILED, "there is none"
    installation.run("webhook", "create")
    statement = f"UPDATE om_hook SET {CHANGES[difference]}"
    running.call(lambda world: world.db.execute(statement).rowcount)
    shown = installation.run("webhook", "show", "--json")
    assert (shown.code, shown.json["differences"]) == (FAILED, [difference])
    assert "repair" in installation.run("webhook", "show").out
    mended = installation.run("webhook", "repair", "--json")
    assert (mended.code, mended.json["state"]) == (DONE, "right")
    assert len(_hooks(running)) == 1


def test_a_second_hook_of_the_event_is_named(
    installation: Installation, running: RunningSandbox
) -> None:
    other = "https://other.example/flow-trigger/x/split_packages"
    installation.run("webhook", "create")
    running.call(splitting.install_hook, other, "t")
    document = installation.run("webhook", "show", "--json").json
    assert [one["target_url"] for one in document["others"]] == [other]
    assert complaints("webhook show", document) == ["differences[] did not appear"]


def test_who_may_not_and_what_can_t_be(
    installation: Installation, running: RunningSandbox, tmp_path: Path
) -> None:
    config = installation.config
    text = config.read_text()
    config.write_text(text.replace("admin = [", "operator = ["))
    assert installation.run("webhook", "create").code == NOT_ALLOWED
    trail = table_of(Audit)
    with installation.db.read() as connection:
        acts = connection.execute(select(trail.c.action, trail.c.outcome)).all()
    assert [tuple(act) for act in acts] == [("webhook.create", "refused")]
    config.write_text(text.partition("\n[trigger]")[0])
    answer = installation.run("webhook", "show")
    assert answer.code == WRONG_USE
    assert "[trigger]" in answer.err
    config.write_text(text.replace(f"{running.url}/omnitron", "http://127.0.0.1:9/omnitron"))
    assert installation.run("webhook", "show").code == UNAVAILABLE
    config.write_text(text.replace("remote_id = 137", "remote_id = 138"))
    answer = installation.run("webhook", "show")
    assert answer.code == FAILED
    assert "138" in answer.err


def test_the_sandbox_s_own_file_needs_no_more_and_its_events_arrive(
    running: RunningSandbox, database: Database, tmp_path: Path
) -> None:
    """What the demo does: the file names the endpoint, the hook leads to it, an event arrives."""
    path = tmp_path / "config.toml"
    running.call(lambda world: world.db.execute("DELETE FROM om_hook").rowcount)
    running.call(lambda world: sandbox_config(path, world))
    path.chmod(0o600)
    config = load_config(path)
    from hbdash.engine.channels import install_channel

    install_channel(database, config.channels[0])
    server = make_server(config, database, SystemClock())
    assert server is not None
    server.start()
    try:
        wait_for(lambda: server.bound is not None, what="the endpoint")
        payload = {"order_number": "HB-1-2", "omnitron_order_id": 812,
                   "packages": [{"items": [{"order_item_id": 7001}]},
                                {"items": [{"order_item_id": 7002}]}]}  # fmt: skip
        (uuid,) = running.call(splitting.send_event, payload)["events"]
        events, asked = table_of(TriggerEvent), table_of(EngineRequest)

        def deliveries() -> int:
            with database.read() as connection:
                return connection.execute(select(events.c.deliveries)).scalar() or 0

        wait_for(lambda: deliveries() == 1, what="the event")
        running.call(splitting.send_event_again, uuid)
        wait_for(lambda: deliveries() == 2, what="its repetition")
        with database.read() as connection:
            rows = connection.execute(select(asked)).mappings().all()
        assert [row["flow"] for row in rows] == ["split_packages"]
        assert rows[0]["payload"]["split"] == payload
    finally:
        server.stop(wait=3)
