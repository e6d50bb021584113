"""Wrong credentials, dead and odd hosts: a state, a log line with a remedy, a cure by itself."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from hbdash.config import Config, OmnitronAccess
from hbdash.engine.link import Link
from hbdash.runs.kit import RunResult
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.tables import Failure, LogEntry
from hbdash.texts.causes import remedy
from tests.support.flows import FlowBench


def relink(bench: FlowBench, **access: Any) -> None:
    """The bench goes on with other credentials or another address."""
    standing = bench.config.channels[0]
    known = standing.omnitron
    values = {"url": known.url, "username": known.username, "password": known.password, **access}
    remote_id = values.pop("remote_id", standing.remote_id)
    channel = standing.model_copy(
        update={"omnitron": OmnitronAccess(**values), "remote_id": remote_id}
    )
    config = Config(database=bench.config.database, channels=(channel,), engine=bench.config.engine)
    object.__setattr__(
        bench.kit, "link", Link(bench.db, bench.kit.clock, config.channels[0], bench.channel_id)
    )


def told(bench: FlowBench, result: RunResult, code: str) -> None:
    """The run, the failure and the log line say the same, and there is something to do."""
    assert result.reason_id == code
    (failure,) = bench.rows(Failure, flow="stock", code=code, state="open") or bench.rows(
        Failure, flow="stock", code=code, state="retrying"
    )
    lines = bench.rows(LogEntry, run_id=result.run_id, code=code)
    assert lines, "no log line"
    assert remedy(code, failure["params"])


@pytest.mark.parametrize(
    ("access", "code"),
    [
        ({"password": SecretStr("wrong")}, "remote.auth"),
        ({"url": "http://127.0.0.1:9/omnitron"}, "remote.unreachable"),
        ({"remote_id": 999}, "channel.unknown"),
    ],
)
def test_a_wrong_connection_is_told_and_cured_by_itself(
    bench: FlowBench, access: dict[str, Any], code: str
) -> None:
    relink(bench, **access)
    told(bench, bench.run("stock"), code)
    relink(bench)
    assert bench.run("stock").reason_id is None
    assert not bench.rows(Failure, flow="stock", code=code, state="open")
    (cured,) = bench.rows(Failure, flow="stock", code=code)
    assert cured["state"] == "cured"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "wall"}, "remote.wall"),
        ({"kind": "html"}, "remote.shape"),
        ({"kind": "malformed"}, "remote.shape"),
    ],
)
def test_an_odd_answer_is_told_and_cured_by_itself(
    bench: FlowBench, fault: dict[str, Any], code: str
) -> None:
    rule = bench.running.world.faults.add(service="listing", **fault)
    bench.call(backoffice.set_stock, bench.healthy().sku, 30)
    told(bench, bench.run("stock"), code)
    bench.running.world.faults.remove(rule.id)
    bench.run_until("stock", lambda: not bench.rows(Failure, code=code, state="open"))
