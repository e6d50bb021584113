"""A holder that lost the channel writes nothing more, whatever lane its runs are in; clients of
former settings are closed with their last run."""

from __future__ import annotations

from typing import Any

import pytest

from hbdash.engine.link import Link
from hbdash.runs.fence import LaneLost, raise_all
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.tables import FlowRun, LogEntry
from tests.support.flows import FlowBench


def test_the_end_of_a_run_that_lost_its_lane_is_not_written(
    bench: FlowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = bench.kit.link.connect

    def taken_over() -> Any:
        with bench.db.durable() as connection:
            raise_all(connection, bench.channel_id, bench.kit.lease_epoch + 1)
        return connect()

    monkeypatch.setattr(bench.kit.link, "connect", taken_over)
    with pytest.raises(LaneLost):
        bench.run("order_refund")
    (run,) = bench.rows(FlowRun)
    assert (run["state"], run["ended_at"]) == ("running", None), "its recovery closes it"
    assert not bench.rows(LogEntry)


def test_a_client_of_former_settings_is_closed_with_the_last_run_that_uses_it(
    bench: FlowBench,
) -> None:
    link = bench.kit.link
    assert isinstance(link, Link)
    first, same = link.connect(), link.connect()
    assert first.hepsiburada is same.hepsiburada
    bench.call(backoffice.set_conf, user_agent="another_dev")
    second = link.connect()
    assert second.hepsiburada is not first.hepsiburada
    link.release(first)
    assert not closed(first)
    link.release(same)
    assert closed(first)
    link.release(second)
    assert not closed(second), "the next run uses it"


def closed(connected: Any) -> bool:
    return all(remote._client.is_closed for remote in connected.hepsiburada.remotes)
