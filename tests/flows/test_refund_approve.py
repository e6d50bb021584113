"""approve_refunds: what was approved, in Omnitron or here, is accepted at Hepsiburada once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete

from hbdash.actions import claims as actions
from hbdash.actions.actor import Refused
from hbdash.domain.states import ClaimState, RunState
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.bulk import table_of
from hbdash.store.queries.claims import claim_detail
from hbdash.store.tables import (
    CancellationRequest,
    ClaimDecision,
    ClaimDraft,
    EngineRequest,
    Failure,
    Intent,
    LogEntry,
)
from tests.support.claims import (
    AYSE,
    claim_row,
    count,
    decided,
    decision,
    draft,
    open_claim,
    there,
)
from tests.support.flows import FlowBench

pytestmark = pytest.mark.requirement("R5.15", "R6.10")

ACCEPTED = "hepsiburada.claim_accept"


FLAGS = {"get_refund_orders": True, "approve_refund": True, "Reject_refund": True}


def pulled(bench: FlowBench, **claim: Any) -> str:
    bench.call(backoffice.set_conf, feature_flags=FLAGS)
    number = open_claim(bench, **claim)
    bench.run("order_refund")
    return number


def requests(bench: FlowBench, number: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = there(bench, number)["omnitron"]["requests"]
    return found


def approve_there(bench: FlowBench, number: str, *, status: str = "approved") -> None:
    for request in requests(bench, number):
        bench.call(backoffice.decide_request, request["pk"], status)


def approve_here(bench: FlowBench, number: str) -> actions.Outcome:
    return actions.request_approval(bench.db, bench.kit.clock, AYSE, bench.channel_id, number)


def accepted_once(bench: FlowBench, number: str) -> None:
    assert count(bench, ACCEPTED, number) == 1
    assert decision(bench, number)["state"] == "done"
    assert bench.rows(Intent, Intent.state.in_(("open", "unknown"))) == []  # type: ignore[attr-defined]
    assert claim_row(bench, number)["status"] in ("Accepted", "Refunded")


def done(bench: FlowBench, number: str) -> Callable[[], bool]:
    return lambda: decision(bench, number)["state"] == "done"


def failures(bench: FlowBench, number: str) -> list[str]:
    return [one["code"] for one in bench.rows(Failure, key=number, state="open")]


def queue(bench: FlowBench) -> list[int]:
    """Requests that Omnitron still offers."""
    link = bench.kit.link.connect()
    return [one.pk for one in link.omnitron.cancellation_request_updates()]


def test_an_approval_of_omnitron_is_accepted_once_and_closed(bench: FlowBench) -> None:
    number = pulled(bench, quantity=2)
    approve_there(bench, number)
    result = bench.run("approve_refunds")
    assert (result.state, result.ok, result.failed) == (RunState.DONE, 1, 0)
    accepted_once(bench, number)
    assert decision(bench, number)["decided_by"] == "omnitron"
    assert queue(bench) == [], "its batch is closed, so it is not offered again"
    lines = [one["message"] for one in bench.rows(LogEntry, key=number, code="claim.approval_done")]
    assert lines == ["approval complete, 2 requests of Omnitron closed"]
    assert bench.run("approve_refunds").state is RunState.NOTHING_DUE
    bench.run("order_refund")
    accepted_once(bench, number)
    assert state_of(bench, number) is ClaimState.ACCEPTED


def state_of(bench: FlowBench, number: str) -> ClaimState:
    with bench.db.read() as connection:
        detail = claim_detail(connection, bench.channel_id, number, bench.now())
    assert detail is not None
    return detail.row.state


def test_an_approval_from_here_goes_and_leaves_omnitron_alone(bench: FlowBench) -> None:
    number = pulled(bench)
    draft(bench, number)
    outcome = approve_here(bench, number)
    assert not outcome.already
    assert approve_here(bench, number).already
    assert len(bench.rows(EngineRequest, flow="approve_refunds")) == 1
    bench.run("approve_refunds", keys=[number])
    accepted_once(bench, number)
    assert [one["status"] for one in requests(bench, number)] == ["open"]
    assert bench.rows(ClaimDraft) == [], "a rejection that was being written is over"
    with pytest.raises(actions.RejectionRefused) as refused:
        actions.request_rejection(
            bench.db, bench.kit.clock, AYSE, bench.channel_id, number, bench.config.refunds
        )
    assert refused.value.id == "reject.sent"
    approve_there(bench, number)
    bench.run("approve_refunds")
    assert queue(bench) == []
    accepted_once(bench, number)


def test_a_rejected_claim_cannot_be_approved(bench: FlowBench) -> None:
    bench.call(backoffice.set_conf, feature_flags=FLAGS)
    number = decided(bench)
    with pytest.raises(Refused) as refused:
        approve_here(bench, number)
    assert refused.value.id == "reject.sent"
    approve_there(bench, number)
    bench.run("approve_refunds")
    assert count(bench, ACCEPTED, number) == 0
    assert failures(bench, number) == ["claim.disagree"]


@pytest.mark.requirement("R7.4.3")
@pytest.mark.parametrize("outcome", ["Refunded", "Rejected"])
def test_what_is_decided_elsewhere_is_not_approved_from_here(
    bench: FlowBench, outcome: str
) -> None:
    number = pulled(bench)
    draft(bench, number)
    bench.call(marketplace.settle_claim, number, "Cancelled" if outcome == "Rejected" else outcome)
    bench.run("order_refund")
    with pytest.raises(Refused) as refused:
        approve_here(bench, number)
    assert refused.value.id == "reject.decided"
    assert bench.rows(ClaimDecision) == []


def test_units_that_do_not_agree_wait_for_a_person(bench: FlowBench) -> None:
    number = pulled(bench, quantity=2)
    first, second = requests(bench, number)
    bench.call(backoffice.decide_request, first["pk"], "approved")
    for _ in range(2):
        bench.run("approve_refunds")
    assert count(bench, ACCEPTED, number) == 0
    assert failures(bench, number) == ["claim.disagree"]
    (failure,) = bench.rows(Failure, key=number)
    assert failure["needs_person"]
    assert failure["deadline"] == claim_row(bench, number)["deadline"]
    bench.call(backoffice.decide_request, second["pk"], "approved")
    bench.run("approve_refunds")
    accepted_once(bench, number)
    assert failures(bench, number) == []


def test_one_refunded_already_needs_no_call(bench: FlowBench) -> None:
    number = pulled(bench)
    approve_there(bench, number)
    bench.call(marketplace.settle_claim, number, "Refunded")
    result = bench.run("approve_refunds")
    assert (result.ok, result.failed) == (1, 0)
    assert count(bench, ACCEPTED, number) == 0
    assert queue(bench) == []


def test_one_refunded_already_has_nothing_left_to_agree_on(bench: FlowBench) -> None:
    number = pulled(bench, quantity=2)
    first, _ = requests(bench, number)
    bench.call(backoffice.decide_request, first["pk"], "approved")
    bench.call(marketplace.settle_claim, number, "Refunded")
    bench.run("order_refund")
    assert bench.run("approve_refunds").failed == 0
    assert bench.rows(Failure, code="claim.disagree") == []
    assert queue(bench) == []


@pytest.mark.parametrize(
    ("meanwhile", "code"),
    [
        (lambda bench, n: bench.call(marketplace.settle_claim, n, "Cancelled"), "claim.not_open"),
        (lambda bench, n: bench.move(3700), "claim.expired"),
    ],
    ids=["withdrawn", "deadline"],
)
def test_one_that_is_closed_fails_on_both_sides(
    bench: FlowBench, meanwhile: Callable[[FlowBench, str], Any], code: str
) -> None:
    number = pulled(bench, deadline=3600)
    approve_there(bench, number)
    meanwhile(bench, number)
    result = bench.run("approve_refunds")
    # After its deadline Hepsiburada may have refunded it by itself: then nothing is left to do.
    refunded = claim_row(bench, number)["status"] == "Refunded"
    assert (result.ok, result.failed) == ((1, 0) if refunded else (0, 1))
    assert failures(bench, number) == ([] if refunded else [code])
    assert count(bench, ACCEPTED, number) == 0
    assert queue(bench) == []


FAULTS: list[dict[str, Any]] = [
    {"kind": "lost_answer"},
    {"kind": "status", "status": 500, "after_effect": True},
    {"kind": "drop"},
    {"kind": "rate_limit"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["kind"])
def test_one_faulty_answer_and_it_is_accepted_once(bench: FlowBench, fault: dict[str, Any]) -> None:
    number = pulled(bench)
    approve_there(bench, number)
    bench.running.world.faults.add(
        service="oms", method="POST", path=f"{number}/accept", count=1, **fault
    )
    bench.run_until("approve_refunds", done(bench, number))
    accepted_once(bench, number)
    assert queue(bench) == []


class Killed(BaseException):
    """Stands for the end of the process: nothing of the run is written after it."""


@pytest.mark.parametrize("where", ["call", "answer", "close"])
def test_killed_on_the_way(bench: FlowBench, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the intent, after the effect, and before Omnitron's batch."""
    from hbdash.flows.refunds import approve, sending

    def die(*_: Any, **__: Any) -> Any:
        raise Killed

    number = pulled(bench)
    approve_there(bench, number)
    client = type(bench.kit.link.connect().hepsiburada)
    target, name = {
        "call": (client, "accept_claim"),
        "answer": (sending, "_taken"),
        "close": (approve, "close_requests"),
    }[where]
    with monkeypatch.context() as patched:
        patched.setattr(target, name, die)
        with pytest.raises(Killed):
            bench.run("approve_refunds")
    bench.run_until("approve_refunds", lambda: done(bench, number)() and queue(bench) == [])
    accepted_once(bench, number)


def test_a_refusal_is_told_and_tried_again_by_omnitrons_penalty(bench: FlowBench) -> None:
    number = pulled(bench, deadline=4 * 86400)
    approve_there(bench, number)
    bench.running.world.faults.add(
        kind="status", status=400, service="oms", method="POST", path=f"{number}/accept", count=1,
        body='{"message": "ClaimIsNotSuitable"}',
    )  # fmt: skip
    assert bench.run("approve_refunds").failed == 1
    assert failures(bench, number) == ["claim.refused"]
    assert "ClaimIsNotSuitable" in decision(bench, number)["refusal"]["text"]
    assert queue(bench) == [], "in penalty"
    bench.move(28801)
    bench.run("approve_refunds")
    accepted_once(bench, number)
    assert failures(bench, number) == []


def test_by_hand_it_goes_past_the_penalty_and_an_unknown_number_is_named(bench: FlowBench) -> None:
    number = pulled(bench)
    approve_there(bench, number)
    bench.running.world.faults.add(
        kind="status", status=400, service="oms", method="POST", path=f"{number}/accept", count=1
    )
    bench.run("approve_refunds")
    assert queue(bench) == []
    result = bench.run("approve_refunds", keys=[number, "040000000"])
    assert (result.ok, result.failed, result.skipped) == (1, 0, 1)
    accepted_once(bench, number)
    (line,) = bench.rows(LogEntry, key="040000000")
    assert line["code"] == "claim.no_decision"


def test_a_request_that_nobody_here_knows_is_told_once(bench: FlowBench) -> None:
    """A lost database: the number in the description finds the claim, without it a person must."""
    number, other = pulled(bench), pulled(bench, product=1)
    for one in (number, other):
        approve_there(bench, one)
    requests_t = table_of(CancellationRequest)
    with bench.db.write() as connection:
        connection.execute(delete(requests_t))
    bench.call(
        lambda world: (
            world.db.execute(
                "UPDATE om_request SET description = 'elle' WHERE remote_id LIKE ?", (f"{other}-%",)
            )
            and None
        )
    )
    for _ in range(2):
        bench.run("approve_refunds")
    accepted_once(bench, number)
    assert count(bench, ACCEPTED, other) == 0
    assert len(bench.rows(Failure, code="claim.foreign_request", state="open")) == 1


def test_a_dry_run_says_and_sends_nothing(bench: FlowBench) -> None:
    number = pulled(bench)
    approve_there(bench, number)
    assert bench.run("approve_refunds", dry_run=True).skipped == 1
    assert bench.rows(ClaimDecision) == []
    assert count(bench, ACCEPTED, number) == 0
    (line,) = bench.rows(LogEntry, code="claim.would_accept")
    assert line["key"] == number


def test_one_that_stays_listed_as_open_is_looked_at_twice_and_sent_again(
    bench: FlowBench,
) -> None:
    """204 without effect: ten minutes and a second look later it is sent once more."""
    number = pulled(bench)
    approve_here(bench, number)
    bench.running.world.faults.add(
        kind="status", status=204, service="oms", method="POST", path=f"{number}/accept", count=1
    )
    bench.run("approve_refunds")
    assert decision(bench, number)["state"] == "there"
    bench.move(601)
    bench.run("approve_refunds")
    assert decision(bench, number)["state"] == "waiting"
    bench.run("approve_refunds")
    assert count(bench, ACCEPTED, number) == 0, "looked at once is not twice a minute apart"
    bench.move(61)
    bench.run("approve_refunds")
    accepted_once(bench, number)


def test_a_flag_that_is_off_is_said_before_the_press(bench: FlowBench) -> None:
    number = pulled(bench)
    bench.call(backoffice.set_conf, feature_flags={**FLAGS, "approve_refund": False})
    bench.run("order_refund")
    with pytest.raises(Refused) as refused:
        approve_here(bench, number)
    assert refused.value.id == "approve.flag_off"
    assert bench.run("approve_refunds").state is RunState.REFUSED
