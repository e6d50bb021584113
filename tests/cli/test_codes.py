"""How commands end: 0 done, 1 failed, 2 wrong use, 3 not allowed, 4 out of reach."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hbdash.cli.main import COMMANDS
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import Alarm, ClaimDecision, EngineRequest, Failure, Pause
from tests.cli.conftest import Installation
from tests.sandbox.conftest import SandboxUnderTest, sandbox, start_sandbox
from tests.support.commands import config_of, run, write_config

__all__ = ["sandbox", "start_sandbox"]

#: A claim that can be rejected.
CLAIM = "042003118"
REJECT = ("refunds", "reject", CLAIM, "--yes")
WORDS = ("--explanation", "Doğru ürün.")
RIGHT = ("--reason", "ProductNotWrong")

READING = [
    ("status",), ("why", "LZR-20418-İND"), ("report", "not-on-sale"), ("report", "price"),
    ("flows", "list"), ("flows", "history", "stock"), ("logs",), ("failures", "list"),
    ("alarms", "list"), ("refunds", "list"), ("settings", "show"), ("settings", "check"),
]  # fmt: skip


def count(db: Database, table: object) -> int:
    with db.read() as connection:
        return connection.execute(select(func.count()).select_from(table_of(table))).scalar_one()


# --- done and failed


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("status",), 1),
        (("why", "LZR-20418-İND"), 1),
        (("why", "nobody's"), 1),
        (("report", "stock"), 0),
        (("flows", "list"), 0),
        (("flows", "history", "stock"), 0),
        (("logs", "--level", "error", "--hours", "2"), 0),
        (("failures", "list"), 1),
        (("alarms", "list"), 1),
        (("alarms", "list", "--rules"), 1),
        (("refunds", "list"), 0),
        (("refunds", "show", CLAIM), 0),
        (("refunds", "show", "1"), 1),
        (("settings", "show"), 0),
        (("settings", "check"), 1),
        (("flows", "resume", "stock"), 1),
        (("failures", "close", "no.such|cause=1", "--reason", "x"), 1),
        (("failures", "retry", "no.such|cause=1"), 1),
        (("alarms", "ack", "99"), 1),
    ],
)
def test_a_command_tells_how_things_stand(
    quick_lalezar: Installation, words: tuple[str, ...], code: int
) -> None:
    answer = quick_lalezar.run(*words)
    assert answer.code == code, answer
    assert bool(answer.out) != bool(answer.err), "one of the two says it"


def test_a_calm_shop_is_in_step(quick_lalezar: Installation) -> None:
    db = quick_lalezar.db
    with db.write() as connection:
        connection.execute(table_of(Failure).delete())
        connection.execute(table_of(Alarm).delete())
        for table in ("flow_run", "flow_schedule"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    assert quick_lalezar.run("status").code == 0
    assert quick_lalezar.run("failures", "list").code == 0
    with db.write() as connection:
        connection.exec_driver_sql("UPDATE lease SET expires_at = 0")
    without = quick_lalezar.run("status")
    assert without.code == 1
    assert "no engine runs the flows" in without.out


# --- wrong use


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nothing",), "there is no command 'nothing'"),
        (("flows",), "required"),
        (("flows", "run", "nothing"), "invalid choice"),
        (("status", "--nothing"), "unrecognized"),
        (("flows", "run", "order_create", "--from", "2026-11-20"), "--from and --to"),
        (("flows", "run", "order_create", "--from", "noon", "--to", "night"), "no time"),
        (("flows", "run", "order_create", "--from", "2026-11-21", "--to", "2026-11-20"), "begin"),
        (("flows", "run", "stock", "--from", "2026-11-20", "--to", "2026-11-21"), "no window"),
        (("flows", "pause", "stock", "--hours", "-1", "--why", "x"), "in the future"),
        (("flows", "pause", "stock", "--hours", "9999", "--why", "x"), "at most"),
        (("flows", "pause", "stock", "--hours", "1e99", "--why", "x"), "no number of hours"),
        (("status", "--channel", "other"), "no such channel"),
        (("flows", "list", "--channel", "other"), "no channel 'other'"),
        (("report", "nothing"), "invalid choice"),
        ((*REJECT, "--reason", "Nonsense", *WORDS), "reason"),
        ((*REJECT, *RIGHT, "--explanation", " "), "explanation"),
        ((*REJECT, *RIGHT, *WORDS, "--photo", "nowhere.jpg"), "nowhere.jpg"),
        ((*REJECT, *RIGHT, *WORDS, "--photo", __file__), "test_codes.py"),
    ],
)
def test_wrong_use_is_told_in_words(
    quick_lalezar: Installation, words: tuple[str, ...], said: str
) -> None:
    answer = quick_lalezar.run(*words)
    assert answer.code == 2, answer
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert not answer.out


def test_a_refused_rejection_leaves_the_draft_as_it_was(quick_lalezar: Installation) -> None:
    before = quick_lalezar.run("refunds", "show", CLAIM, "--json").json
    assert before["draft"]["reason"] == "ProductNotWrong"
    for words in (("--reason", "Nonsense", *WORDS), (*RIGHT, *WORDS, "--photo", __file__)):
        assert quick_lalezar.run(*REJECT, *words).code == 2
    assert quick_lalezar.run("refunds", "show", CLAIM, "--json").json == before


def test_a_rejection_asks_first(quick_lalezar: Installation) -> None:
    words = ("refunds", "reject", CLAIM, *RIGHT, *WORDS)
    for typed in ("", "yes\n", "042\n"):
        refused = quick_lalezar.run(*words, typed=typed)
        assert (refused.code, count(quick_lalezar.db, ClaimDecision)) == (1, 0)
        assert "SANDBOX" in refused.err
    assert quick_lalezar.run(*words, typed=f"{CLAIM}\n").code == 0
    assert count(quick_lalezar.db, ClaimDecision) == 1


def test_a_claim_that_can_t_be_rejected_any_more_is_a_failure(
    quick_lalezar: Installation,
) -> None:
    decided = ("refunds", "reject", "041900002", "--yes", *RIGHT, *WORDS)
    answer = quick_lalezar.run(*decided)
    assert (answer.code, answer.out) == (1, "")
    assert quick_lalezar.run("refunds", "reject", "1", "--yes", *RIGHT, *WORDS).code == 1


def test_help_of_each_command_comes_without_a_configuration() -> None:
    for command in COMMANDS:
        answer = run(command, "--help")
        assert (answer.code, answer.err) == (0, "")
        assert answer.out.startswith(f"usage: hbdash {command}")
    overview = run("--help")
    assert all(command in overview.out for command in COMMANDS)


# --- not allowed


@pytest.mark.parametrize(
    "words",
    [
        ("flows", "run", "stock"),
        ("flows", "pause", "stock", "--hours", "1", "--why", "x"),
        ("flows", "resume", "stock"),
        ("failures", "retry", "{fingerprint}"),
        ("failures", "close", "{fingerprint}", "--reason", "x"),
        ("alarms", "ack", "{alarm}"),
        (*REJECT, *RIGHT, *WORDS),
    ],
)
def test_a_viewer_may_look_and_change_nothing(
    quick_lalezar: Installation, tmp_path: Path, words: tuple[str, ...]
) -> None:
    db = quick_lalezar.db
    config = write_config(tmp_path / "viewer.toml", str(db.url), role=None)
    listed = {what: run(what, "list", "--json", "--config", config).json for what in
              ("failures", "alarms")}  # fmt: skip
    known = {
        "fingerprint": listed["failures"]["causes"][0]["fingerprint"],
        "alarm": listed["alarms"]["firing"][0]["id"],
    }
    tables = (EngineRequest, Pause, ClaimDecision)
    before = [count(db, table) for table in tables]
    answer = run(*(word.format(**known) for word in words), "--config", config)
    assert answer.code == 3, answer
    assert "needs the role operator" in answer.err
    assert [count(db, table) for table in tables] == before
    for what, document in listed.items():
        assert run(what, "list", "--json", "--config", config).json == document


# --- out of reach


@pytest.mark.parametrize("words", READING)
def test_without_a_database_a_reading_command_says_so_and_makes_none(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    path = tmp_path / "none.db"
    config = write_config(tmp_path / "config.toml", f"sqlite:///{path}")
    answer = run(*words, "--config", config)
    assert (answer.code, answer.out) == (4, "")
    assert "there is no database yet" in answer.err
    assert not path.exists()


def test_a_database_that_is_none_of_ours_is_told_apart(tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.db"
    nonsense.write_bytes(b"nothing of SQLite" * 200)
    newer = tmp_path / "newer.db"
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 999")
    for path, said in ((nonsense, "not a database"), (newer, "newer version")):
        config = write_config(tmp_path / "config.toml", f"sqlite:///{path}")
        for words in (("status",), ("flows", "list"), ("check",)):
            answer = run(*words, "--config", config)
            assert answer.code == 4, answer
            assert said in answer.err


def test_a_database_server_that_is_down_is_told_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://hbdash:Gizli1@127.0.0.1:{closed_port()}/hbdash"
    config = write_config(tmp_path / "config.toml", url)
    for words in (("status",), ("flows", "list"), ("worker",)):
        answer = run(*words, "--config", config)
        assert answer.code == 4, answer
        assert "Gizli1" not in answer.out + answer.err


def test_check_tells_a_dead_side_from_a_wrong_password(
    sandbox: SandboxUnderTest, tmp_path: Path
) -> None:
    def check(name: str, **options: object) -> tuple[int, list[str]]:
        config = config_of(
            sandbox.running, tmp_path / f"{name}.toml", f"sqlite:///{tmp_path / name}.db", **options
        )
        answer = run("check", "--json", "--config", config)
        return answer.code, [one["name"] for one in answer.json["checks"] if not one["ok"]]

    assert check("well") == (0, [])
    assert check("password", password="wrong") == (1, ["Omnitron answers"])
    dead = f"http://127.0.0.1:{closed_port()}/omnitron"
    assert check("dead", omnitron=dead) == (4, ["Omnitron answers"])
    sandbox.call(backoffice.set_active, False)
    code, bad = check("inactive")
    assert code == 1
    assert "channel active" in bad


def test_a_run_that_no_engine_takes_is_not_waited_for_without_end(
    quick_lalezar: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hbdash.cli.flows.TAKEN_WITHIN_S", 0.1)
    answer = quick_lalezar.run("flows", "run", "stock")
    assert answer.code == 4
    assert "no engine took it" in answer.err


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
