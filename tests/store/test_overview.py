"""The dashboard's queries on both databases: each figure agrees with the list behind it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from hbdash.domain.states import FailureState, RunState
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.queries.day import MARKS, day
from hbdash.store.queries.flows import LISTED, asked, flow_states, last_runs
from hbdash.store.queries.overview import Overview, frame_figures, overview
from hbdash.store.queries.trends import HOURS
from hbdash.store.tables import ClaimDecision, FlowRun
from tests.support.shop import CHANNEL, ISTANBUL, NOW, Shop, today


@pytest.fixture
def lalezar(database: Database) -> Database:
    Shop(database).everything()
    return database


def read(db: Database) -> Overview:
    with db.read() as connection:
        return overview(connection, CHANNEL, NOW, ISTANBUL)


def test_figures_agree_with_their_lists(lalezar: Database) -> None:
    whole = read(lalezar)
    assert whole.frame.open_failures == sum(cause.count for cause in whole.causes) == 58
    assert whole.frame.need_person == sum(cause.need_person for cause in whole.causes) == 27
    assert whole.frame.firing == len(whole.alarms) == 2
    assert whole.deadlines.total == sum(one.count for one in whole.deadlines.nearest) == 21
    assert whole.frame.deadline == whole.deadlines.nearest[0]
    assert len(whole.flows) == len(LISTED) == 18


def test_causes_are_gathered_and_the_worst_state_counts(lalezar: Database) -> None:
    causes = {cause.code: cause for cause in read(lalezar).causes}
    assert [cause.count for cause in read(lalezar).causes] == [31, 14, 8, 4, 1]
    assert causes["remote.server"].state is FailureState.RETRYING
    assert causes["remote.server"].next_at == today(14, 35)
    assert causes["price.locked"].state is FailureState.ENDED
    assert causes["order.address"].amount == Decimal("1417.55") * 8
    assert causes["order.address"].params["name"] == "Merkez"


def test_a_figure_knows_its_change_and_its_trend(lalezar: Database) -> None:
    figures = {figure.name: figure for figure in read(lalezar).figures}
    total = figures["sku_total"]
    assert (total.value, total.change, len(total.trend)) == (18_204, 12, HOURS)
    assert total.trend[-1] == 18_204
    assert total.at == NOW - timedelta(minutes=4)


def test_the_lag_is_the_age_of_what_waits(lalezar: Database) -> None:
    whole = read(lalezar)
    assert (whole.price_lag.now_s, whole.price_lag.waiting) == (3_125, 31)
    assert whole.price_lag.worst_today_s == 3_125
    assert (whole.stock_lag.now_s, whole.stock_lag.waiting) == (48, 0)
    assert whole.stock_lag.worst_today_s == 240


def test_a_failing_flow_fails_since_its_last_good_run(lalezar: Database) -> None:
    states = {state.id: state for state in read(lalezar).flows}
    assert states["price"].failing_since == today(13, 40)
    assert states["stock"].failing_since is None
    assert states["unpacked_orders"].state is RunState.PAUSED
    assert states["unpacked_orders"].next_due == today(15)


def test_a_dry_run_is_in_the_history_but_is_no_state(lalezar: Database) -> None:
    run = table_of(FlowRun)
    with lalezar.write() as connection:
        connection.execute(
            run.insert().values(
                id=5_000, channel_id=CHANNEL, flow="price", state="done", started_by="ayse",
                holder="x", started_at=NOW, heartbeat_at=NOW, dry_run=True, keys=[], ok=3,
                failed=0, skipped=0, epoch=1, reason_params={}, note={},
            )
        )  # fmt: skip
    with lalezar.read() as connection:
        (price,) = (s for s in flow_states(connection, CHANNEL, NOW) if s.id == "price")
        assert price.state is RunState.FAILED
        assert last_runs(connection, CHANNEL, "price")[0].dry_run
        assert asked(connection, 1) is None


def test_a_decided_claim_has_no_deadline(lalezar: Database) -> None:
    with lalezar.write() as connection:
        connection.execute(
            table_of(ClaimDecision).insert().values(
                channel_id=CHANNEL, claim_number="041987654", verdict="reject", reason="r",
                statement="s", attachments=[], decided_by="ayse", decided_at=NOW,
                state="waiting", refusal={},
            )
        )  # fmt: skip
    with lalezar.read() as connection:
        frame = frame_figures(connection, CHANNEL, NOW)
    assert frame.to_decide == 5
    assert frame.deadline is not None
    assert frame.deadline.key == "4102938847"


def test_far_deadlines_of_a_kind_are_one_line(lalezar: Database) -> None:
    far = {(d.kind, d.what): d for d in read(lalezar).deadlines.nearest if d.count > 1}
    assert far["claim", "decide"].count == 4
    assert far["claim", "decide"].amount == Decimal("3780.20")
    assert far["order", "hand_over"].count == 7


def test_the_day_of_a_large_window(lalezar: Database) -> None:
    with lalezar.read() as connection:
        found = day(connection, CHANNEL, NOW, today(0))
    assert (found.today.orders_in, found.today.not_in_omnitron) == (15, 8)
    assert found.today.prices_sent == 31
    assert all(len(marks) == MARKS for marks in found.marks.values())
    assert found.marks["price"][-1] == "failed"
    assert found.lag["price"][-1] == 3_120
    assert found.latest[0].key == "4102938847"


def test_an_empty_channel_is_read_as_such(database: Database) -> None:
    whole = read(database)
    assert not whole.read_once
    assert whole.frame.lease is None
    assert (whole.causes, whole.alarms, whole.deadlines.nearest) == ((), (), ())
    assert [figure.value for figure in whole.figures] == [None] * 8
    with database.read() as connection:
        assert day(connection, CHANNEL, NOW, today(0)).latest == ()
