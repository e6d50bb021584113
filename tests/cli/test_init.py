"""``hbdash init``: asked or scripted, tested as it goes, written with its comments kept."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hbdash.cli.common import DONE, FAILED, UNAVAILABLE, WRONG_USE
from hbdash.config import load_config, os_user
from hbdash.config.write import Answers, with_answers
from hbdash.domain.settings import FLAGS
from hbdash.sandbox.omnitron.conf import stored_conf
from hbdash.sandbox.server import RunningSandbox, start_in_thread
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import Audit, EngineRequest
from tests.cli.test_documents import complaints
from tests.sandbox.conftest import options
from tests.support.commands import Answer, run

ROOT = Path(__file__).parents[2]


@dataclass
class Setup:
    """A sandbox whose channel was just deployed: inactive, minimal schema, nothing filled in."""

    running: RunningSandbox
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "config.toml"

    def options(self, **changes: str | None) -> list[str]:
        """Everything a script gives."""
        world = self.running.world
        (self.folder / "om").write_text(world.omnitron_password)
        (self.folder / "hb").write_text(world.service_key + "\n")
        given: dict[str, str | None] = {
            "omnitron-url": f"{self.running.url}/omnitron",
            "omnitron-username": world.omnitron_username,
            "omnitron-password-file": str(self.folder / "om"),
            "channel-id": str(world.channel_id), "key": "lalezar",
            "merchant-id": world.merchant_id, "hb-password-file": str(self.folder / "hb"),
            "user-agent": world.user_agent, "category-ids": "368234234,234324322",
            "shipping-url": f"{self.running.url}/shipping", **changes,
        }  # fmt: skip
        words = [f"--{name}={value}" for name, value in given.items() if value is not None]
        for key in ("base_url", "oms_url", "listing_url"):
            where = {"base_url": "mpop", "oms_url": "oms", "listing_url": "listing"}[key]
            words.append(f"--set={key}={self.running.url}/{where}")
        return words

    def init(self, *words: str, typed: str = "", **changes: str | None) -> Answer:
        return run("init", "--config", self.path, *self.options(**changes), *words, typed=typed)

    def channel(self) -> dict[str, Any]:
        def read(world: Any) -> dict[str, Any]:
            row = world.db.execute("SELECT * FROM om_channel").fetchone()
            return {"conf": stored_conf(world.db), "schema": json.loads(row["schema"]),
                    "active": bool(row["is_active"])}  # fmt: skip

        return self.running.call(read)

    def deploy(self, conf: dict[str, Any], schema: dict[str, Any]) -> None:
        self.running.call(
            lambda world: (
                world.db.execute(
                    "UPDATE om_channel SET conf = ?, schema = ?, is_active = 0",
                    (json.dumps(conf), json.dumps(schema)),
                ).rowcount
            )
        )


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    sandbox = start_in_thread(options())
    yield sandbox
    sandbox.stop()


@pytest.fixture
def setup(running: RunningSandbox, tmp_path: Path) -> Setup:
    made = Setup(running, tmp_path)
    made.deploy({}, {"store_code": {"key": "StoreCode", "label": "Mağaza Kodu",
                                    "required": False, "data_type": "text"}})  # fmt: skip
    return made


@pytest.mark.requirement("R1.4", "R1.5", "R1.7", "R2.5", "R6.15", "R4.2")
def test_a_script_sets_a_fresh_channel_up(setup: Setup) -> None:
    answer = setup.init('--set=cargo_company_mapping={"default": 1}', "--json")
    assert answer.code == DONE, answer
    assert not complaints("init", answer.json), complaints("init", answer.json)
    config = load_config(setup.path)
    assert setup.path.stat().st_mode & 0o777 == 0o600
    (channel,) = config.channels
    assert (channel.key, channel.remote_id, channel.environment) == ("lalezar", 137, "sandbox")
    assert channel.omnitron.secret() == setup.running.world.omnitron_password
    assert setup.running.world.service_key not in setup.path.read_text()
    assert config.operators.admin == (os_user(),)
    after = setup.channel()
    assert after["schema"]["store_code"]["key"] == "StoreCode"
    assert after["schema"]["buffer_stock"]["data_type"] == "integer"
    assert after["conf"]["feature_flags"] == {flag.name: False for flag in FLAGS}
    assert after["conf"]["failed_integration"]["order"]["MAX_RETRY_COUNT"] == 3
    assert after["conf"]["orders_refundable_days"] == 15
    assert after["conf"]["category_ids"] == ["368234234", "234324322"]
    assert after["conf"]["username"] == setup.running.world.merchant_id
    assert after["conf"]["cargo_company_mapping"] == {"default": 1}
    assert not after["active"], "activating is for people"
    assert setup.running.world.service_key not in answer.out


@pytest.mark.requirement("R4.1", "R4.3", "R4.7", "R4.8", "R4.9", "R4.10", "R4.11", "R4.12")
def test_it_ends_with_the_checklist_and_what_is_still_open(setup: Setup) -> None:
    said = setup.init("--json").json
    states = {step["id"]: step["state"] for step in said["checklist"]}
    assert list(states) == [f"R4.{n}" for n in range(1, 13)]
    assert (states["R4.1"], states["R4.3"], states["R4.7"]) == ("done", "open", "by_hand")
    assert states["R4.9"] == states["R4.11"] == "open"
    missing = {step["id"]: step["hint"] for step in said["checklist"]}["R4.2"]
    assert "Cargo Company Mapping" in missing
    opens = {one["name"] for one in said["open"]}
    assert {"channel active", "setting default_reason_id", "engine"} <= opens
    for_people = setup.init().out
    assert "R4.7" in for_people
    assert "Activate the channel" in for_people


@pytest.mark.requirement("R2.5")
def test_again_it_changes_nothing_and_asks_for_nothing_new(setup: Setup) -> None:
    setup.init("--set=buffer_stock=4", "--set=stock=true")
    before, text = setup.channel(), setup.path.read_text()
    again = run("init", "--config", setup.path, "--no-input", "--json")
    assert again.code == DONE, again
    assert again.json["schema_added"] == again.json["settings_added"] == []
    assert again.json["settings_set"] == []
    assert setup.channel() == before
    assert setup.path.read_text() == text


@pytest.mark.requirement("R2.5", "R2.37", "R6.15")
def test_existing_keys_are_never_changed_whatever_their_spelling(setup: Setup) -> None:
    schema = {"cargo": {"key": "CargoMap", "label": "Cargo Company Mapping", "required": True,
                        "data_type": "json"}}  # fmt: skip
    conf = {"CargoMap": {"default": 2}, "Buffer Stock": "9", "erp": "x",
            "feature_flags": '{"order_create": true, "mine": true}'}  # fmt: skip
    setup.deploy(conf, schema)
    assert setup.init().code == DONE
    after = setup.channel()
    assert after["schema"]["cargo"] == schema["cargo"]
    assert "cargo_company_mapping" not in after["schema"]
    for key in ("CargoMap", "Buffer Stock", "erp"):
        assert after["conf"][key] == conf[key]
    assert not {"cargo_company_mapping", "buffer_stock"} & after["conf"].keys()
    flags = json.loads(after["conf"]["feature_flags"])
    assert flags["order_create"] is True
    assert "get_orders" not in flags, "it would win over the spelling that is on"
    assert flags["stock"] is False


@pytest.mark.requirement("R4.4")
def test_what_it_did_is_audited_and_categories_are_asked_for(setup: Setup) -> None:
    said = setup.init("--json").json
    db = Database(load_config(setup.path).database.url)
    try:
        with db.read() as connection:
            acts = set(connection.execute(select(table_of(Audit).c.action)).scalars())
            asked = list(connection.execute(select(table_of(EngineRequest).c.flow)).scalars())
    finally:
        db.close()
    assert {"settings.defaults", "settings.set"} <= acts
    assert asked == list(said["requests"])


def test_a_person_is_asked_and_asked_again_when_it_is_refused(setup: Setup) -> None:
    world = setup.running.world
    answers = [
        "wrong",  # the password of Omnitron, refused below
        f"{setup.running.url}/omnitron", world.omnitron_username, world.omnitron_password,
        "", "", "",  # key, name and zone as proposed
        "bad-agent",
        world.merchant_id, world.merchant_id, world.service_key, world.user_agent,
        "", "y", "", "https://hb.example",
    ]  # fmt: skip
    words = {"omnitron-password-file": None, "user-agent": None, "hb-username": world.merchant_id,
             "key": None}  # fmt: skip
    answer = setup.init("--ask", typed="\n".join(answers) + "\n", **words)
    assert answer.code == DONE, answer
    config = load_config(setup.path)
    assert config.channels[0].omnitron.secret() == world.omnitron_password
    assert config.trigger.listen == "127.0.0.1:8700"
    assert config.trigger.public_url == "https://hb.example"
    assert len(config.trigger.secret_token()) == 40
    assert setup.channel()["conf"]["user_agent"] == world.user_agent
    assert answer.out.count("×") >= 2


REFUSED: tuple[tuple[dict[str, str | None], int, str], ...] = (
    ({"omnitron-url": None}, WRONG_USE, "--omnitron-url"),
    ({"omnitron-url": "http://omnitron.example"}, WRONG_USE, "https"),
    ({"omnitron-url": "omnitron"}, WRONG_USE, "web address"),
    ({"omnitron-url": "http://127.0.0.1:9"}, UNAVAILABLE, ""),
    ({"omnitron-username": "nobody"}, FAILED, ""),
    ({"channel-id": "138"}, FAILED, "138"),
    ({"channel-id": "x"}, WRONG_USE, "channel number"),
    ({"key": "Büyük"}, WRONG_USE, "--key"),
    ({"user-agent": "stranger"}, FAILED, "login"),
    ({"merchant-id": None}, WRONG_USE, "--merchant-id"),
    ({"hb-password-file": "/nowhere"}, WRONG_USE, "/nowhere"),
    ({"shipping-url": "http://127.0.0.1:9"}, UNAVAILABLE, "shipping"),
    ({"timezone": "Europe/Ankara"}, WRONG_USE, "time zone"),
)


@pytest.mark.parametrize(("changes", "code", "says"), REFUSED)
def test_a_script_is_told_what_is_wrong_and_nothing_is_written(
    setup: Setup, changes: dict[str, str | None], code: int, says: str
) -> None:
    before = setup.channel()
    answer = setup.init("--no-input", **changes)
    assert answer.code == code, answer
    assert says in answer.err
    assert "Traceback" not in answer.err
    assert setup.channel() == before
    assert not setup.path.exists()


def test_a_setting_that_can_t_be_is_refused_before_anything_is_written(setup: Setup) -> None:
    for pair in ("buffer_stock=many", "nothing=1", "attribute_set_strategy=x", "oms_url"):
        assert setup.init("--no-input", f"--set={pair}").code == WRONG_USE
    assert not setup.path.exists()


def test_the_environment_answers_too(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HBDASH_INIT_CHANNEL_ID", "137")
    monkeypatch.setenv("HBDASH_INIT_HB_PASSWORD", setup.running.world.service_key)
    changes = {"channel-id": None, "hb-password-file": None}
    assert setup.init("--no-input", **changes).code == DONE


Meddle = Callable[[], None]


def test_a_change_by_somebody_else_meanwhile_is_not_overwritten(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reading of the channel and the writing, a person saves the form in Omnitron."""
    import hbdash.cli.init as command

    write = command._write

    def write_late(path: Path, answers: Answers) -> None:
        write(path, answers)
        setup.deploy({"erp_code": "theirs"}, {})

    monkeypatch.setattr(command, "_write", write_late)
    answer = setup.init("--no-input")
    assert answer.code == FAILED, answer
    assert "erp_code" in answer.err
    assert setup.channel()["conf"] == {"erp_code": "theirs"}


def test_comments_and_foreign_keys_of_the_file_survive(tmp_path: Path) -> None:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    channel = {"key": "brand", "name": "Çiçek", "remote_id": 7,
               "omnitron": {"url": "https://o.example", "username": "u", "password": 'p"\\ü'},
               "hosts": {}}  # fmt: skip
    written = with_answers(text, Answers(channel, "sqlite:////x.db", {"listen": "127.0.0.1:1"}))
    for line in text.splitlines():
        comment = line.partition("#")[2]
        assert comment in written
    found = tomllib.loads(written)
    assert found["channels"][0]["omnitron"]["password"] == 'p"\\ü'
    assert found["database"]["url"] == "sqlite:////x.db"
    assert found["sandbox"]["start"] is False
    assert found["trigger"]["listen"] == "127.0.0.1:1"
    more = Answers({"key": "second", "name": "2", "remote_id": 8,
                    "omnitron": {"url": "https://p.example", "token": "t"}})  # fmt: skip
    both = tomllib.loads(with_answers(written, more))
    assert [one["key"] for one in both["channels"]] == ["brand", "second"]
    changed = Answers({"key": "brand", "omnitron": {"password": None, "password_file": "/f"}})
    again = tomllib.loads(with_answers(with_answers(written, more), changed))
    assert again["channels"][0]["omnitron"] == {
        "url": "https://o.example", "username": "u", "password_file": "/f",
    }  # fmt: skip
    assert again["channels"][1]["name"] == "2"
