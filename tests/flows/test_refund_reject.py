"""reject_refund: a decision reaches Hepsiburada once, then Omnitron; by the sandbox's own books."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import delete

from hbdash.domain.states import ClaimState, RunState
from hbdash.runs.fence import LaneLost
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.queries.claims import (
    claim_counts,
    claim_detail,
    claims_closed,
    claims_decided,
    claims_to_decide,
)
from hbdash.store.tables import (
    Attachment,
    ClaimDecision,
    ClaimDraft,
    EngineRequest,
    Failure,
    Intent,
    Lease,
    LogEntry,
)
from tests.support.claims import (
    REASON,
    WORDS,
    claim_row,
    decided,
    decision,
    draft,
    open_claim,
    picture,
    press,
    rejections,
    there,
)
from tests.support.databases import url_of
from tests.support.flows import FlowBench, make_bench


def state_of(bench: FlowBench, number: str) -> ClaimState:
    with bench.db.read() as connection:
        detail = claim_detail(connection, bench.channel_id, number, bench.now())
    assert detail is not None
    return detail.row.state


def done(bench: FlowBench, number: str) -> Callable[[], bool]:
    return lambda: decision(bench, number)["state"] == "done"


def once_on_both_sides(bench: FlowBench, number: str, requests: int = 1) -> None:
    assert rejections(bench, number) == (1, [1] * requests)
    assert there(bench, number)["hepsiburada"]["status"] == "InDispute"
    assert decision(bench, number)["state"] == "done"
    assert bench.rows(Intent, Intent.state.in_(("open", "unknown"))) == []  # type: ignore[attr-defined]


@pytest.mark.requirement("R5.16", "R6.13", "R7.4.2", "R7.4.4")
def test_hepsiburada_receives_exactly_what_was_written(bench: FlowBench, tmp_path: Path) -> None:
    number = decided(bench, tmp_path, quantity=2)
    result = bench.run("reject_refund", keys=[number])
    assert (result.state, result.ok) == (RunState.DONE, 1)
    once_on_both_sides(bench, number, requests=2)
    claim = there(bench, number)
    (sent,) = claim["decisions"]
    assert (sent["detail"]["reason"], sent["detail"]["statement"]) == (REASON, WORDS)
    (photo,) = claim["hepsiburada"]["reports"]
    assert photo["sha256"] == hashlib.sha256(picture()).hexdigest()
    assert {one["status"] for one in claim["omnitron"]["requests"]} == {"rejected"}
    row = decision(bench, number)
    assert row["there_at"] <= row["done_at"]
    assert bench.rows(ClaimDraft) == []
    assert len(bench.rows(Attachment)) == 1, "what went out stays"
    assert claim_row(bench, number)["our_statement"] == WORDS
    assert state_of(bench, number) is ClaimState.AWAITING


def test_a_second_run_and_a_second_press_do_nothing(bench: FlowBench) -> None:
    number = decided(bench)
    bench.run("reject_refund", keys=[number])
    again = press(bench, number)
    assert again.already
    assert bench.run("reject_refund", keys=[number]).failed == 0
    assert bench.run("reject_refund").state is RunState.NOTHING_DUE
    bench.run("order_refund")
    once_on_both_sides(bench, number)


@pytest.mark.requirement("R5.16")
@pytest.mark.parametrize("outcome", ["Rejected", "Refunded", "Accepted"])
def test_the_dispute_is_won_or_lost(bench: FlowBench, outcome: str) -> None:
    number = decided(bench)
    bench.run("reject_refund")
    bench.call(marketplace.settle_claim, number, outcome)
    bench.run("order_refund")
    won = outcome == "Rejected"
    assert state_of(bench, number) is (ClaimState.WON if won else ClaimState.LOST)
    with bench.db.read() as connection:
        now = bench.now()
        detail = claim_detail(connection, bench.channel_id, number, now)
        counts = claim_counts(connection, bench.channel_id, now)
        closed = claims_closed(connection, bench.channel_id, now)
        ours = claims_decided(connection, bench.channel_id, now)
    assert detail is not None
    assert (detail.disputes.won, detail.disputes.lost) == (int(won), int(not won))
    assert detail.by_reason[REASON].won == int(won)
    assert [row.number for row in closed] == [row.number for row in ours] == [number]
    assert (counts.to_decide, counts.at_marketplace, counts.closed) == (0, 0, 1)


FAULTS_THERE: list[dict[str, Any]] = [
    {"kind": "lost_answer"},
    {"kind": "half"},
    {"kind": "status", "status": 500, "after_effect": True},
    {"kind": "html", "after_effect": True},
    {"kind": "drop"},
    {"kind": "status", "status": 503},
    {"kind": "rate_limit"},
    {"kind": "wall"},
    {"kind": "empty"},
]


@pytest.mark.parametrize(
    "fault", FAULTS_THERE, ids=lambda fault: "-".join(map(str, fault.values()))
)
def test_one_faulty_answer_of_hepsiburada(
    bench: FlowBench, fault: dict[str, Any], tmp_path: Path
) -> None:
    number = decided(bench, tmp_path)
    bench.running.world.faults.add(
        service="oms", method="POST", path=f"{number}/reject", count=1, **fault
    )
    bench.run_until("reject_refund", done(bench, number))
    once_on_both_sides(bench, number)
    assert posts(bench) == (1 if fault["kind"] in EFFECTIVE or "after_effect" in fault else 2)


#: Faults after whose effect nothing may be sent again.
EFFECTIVE = ("lost_answer", "half")


def posts(bench: FlowBench) -> int:
    """How many rejections Hepsiburada was sent, whatever became of them."""
    return sum(
        one["count"]
        for one in bench.running.world.books.requests()
        if one["service"] == "oms" and one["method"] == "POST"
    )


def test_a_lost_answer_is_found_at_once_and_one_that_never_left_a_minute_later(
    bench: FlowBench,
) -> None:
    number, other = decided(bench), decided(bench, product=1)
    add = bench.running.world.faults.add
    add(kind="lost_answer", service="oms", method="POST", path=f"{number}/reject", count=1)
    add(kind="drop", service="oms", method="POST", path=f"{other}/reject", count=1)
    bench.run("reject_refund")
    assert decision(bench, number)["state"] == "done"
    unsure = decision(bench, other)
    assert unsure["state"] == "unknown"
    assert state_of(bench, other) is ClaimState.UNKNOWN
    bench.move(30)
    bench.run("reject_refund")
    assert rejections(bench, other)[0] == 0, "looked at once is not twice a minute apart"
    bench.move(31)
    assert bench.now() >= unsure["ask_at"]
    bench.run("reject_refund")
    once_on_both_sides(bench, other)
    once_on_both_sides(bench, number)


@pytest.mark.requirement("R7.4.4")
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "lost_answer"},
        {"kind": "drop"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 500, "after_effect": True},
        {"kind": "malformed"},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_one_faulty_answer_of_omnitron_leaves_it_pending_until_done(
    bench: FlowBench, fault: dict[str, Any]
) -> None:
    number = decided(bench, quantity=2)
    bench.running.world.faults.add(
        service="omnitron",
        method="POST",
        path="cancellation_requests/\\d+/reject",
        count=1,
        **fault,
    )
    bench.run("reject_refund")
    assert decision(bench, number)["state"] == "there"
    assert state_of(bench, number) is ClaimState.AWAITING
    bench.run_until("reject_refund", done(bench, number))
    once_on_both_sides(bench, number, requests=2)


class Killed(BaseException):
    """Stands for the end of the process: nothing of the run is written after it."""


@pytest.mark.parametrize("where", ["intent", "answer", "between"])
def test_killed_on_the_way(bench: FlowBench, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the intent, after the effect before anything of it is written, and before Omnitron."""
    from hbdash.flows.refunds import reject, sending

    def die(*_: Any, **__: Any) -> Any:
        raise Killed

    number = decided(bench)
    place = {"intent": "photos_of", "answer": "_taken"}
    with monkeypatch.context() as patched:
        if where == "intent":
            patched.setattr(type(hepsiburada(bench)), "reject_claim", die)
        elif where == "answer":
            patched.setattr(sending, place[where], die)
        else:
            patched.setattr(reject, "reject_requests", die)
        with pytest.raises(Killed):
            bench.run("reject_refund", keys=[number])
    assert decision(bench, number)["state"] == ("there" if where == "between" else "sending")
    bench.run_until("reject_refund", done(bench, number))
    once_on_both_sides(bench, number)


def hepsiburada(bench: FlowBench) -> Any:
    return bench.kit.link.connect().hepsiburada


def test_a_second_engine_takes_over_between_effect_and_commit(
    bench: FlowBench,
    open_database: Callable[[str], Database],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first one froze after its call; what it then writes is fenced off."""
    from hbdash.flows.refunds import sending

    number = decided(bench)
    with bench.db.write() as connection:
        connection.execute(delete(table_of(Lease)))
    second = make_bench(open_database(url_of(bench.db)), bench.running)
    frozen = sending._taken

    def meanwhile(*arguments: Any) -> None:
        monkeypatch.undo()
        second.run_until("reject_refund", done(second, number))
        frozen(*arguments)

    monkeypatch.setattr(sending, "_taken", meanwhile)
    with pytest.raises(LaneLost):
        bench.run("reject_refund", keys=[number])
    once_on_both_sides(second, number)
    second.kit.link.close()  # type: ignore[attr-defined]


def test_two_presses_from_two_processes_are_one_decision(
    bench: FlowBench, open_database: Callable[[str], Database]
) -> None:
    number = open_claim(bench)
    bench.run("order_refund")
    draft(bench, number)
    others = [open_database(url_of(bench.db)) for _ in range(2)]
    outcomes: list[Any] = []

    def press_on(db: Database) -> None:
        outcomes.append(press(FlowBench(db, bench.running, bench.config, bench.channel_id,
                                        bench.kit), number))  # fmt: skip

    threads = [Thread(target=press_on, args=(db,)) for db in (*others, *others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(one.already for one in outcomes) == [False, True, True, True]
    assert len({(one.decision_id, one.request_id) for one in outcomes}) == 1
    assert len(bench.rows(ClaimDecision)) == 1
    assert len(bench.rows(EngineRequest)) == 1
    bench.run("reject_refund", keys=[number])
    once_on_both_sides(bench, number)


def test_a_refusal_keeps_the_draft_and_the_mended_one_goes(bench: FlowBench) -> None:
    number = decided(bench)
    bench.running.world.faults.add(
        kind="status", status=400, service="oms", method="POST", path=f"{number}/reject", count=1,
        body='{"message": "MerchantStatementIsNotValid"}',
    )  # fmt: skip
    result = bench.run("reject_refund", keys=[number])
    assert result.failed == 1
    row = decision(bench, number)
    assert (row["state"], row["refusal"]["id"]) == ("refused", "claim.refused")
    assert "MerchantStatementIsNotValid" in row["refusal"]["text"]
    (failure,) = bench.rows(Failure, code="claim.refused", key=number)
    assert failure["needs_person"]
    assert len(bench.rows(ClaimDraft, claim_number=number)) == 1
    assert state_of(bench, number) is ClaimState.TO_DECIDE
    bench.move(120)
    bench.run("reject_refund")
    assert rejections(bench, number)[0] == 0, "it waits for the person"
    draft(bench, number, words="Etiketin fotoğrafı ektedir.")
    assert not press(bench, number).already
    bench.run("reject_refund", keys=[number])
    once_on_both_sides(bench, number)
    assert there(bench, number)["decisions"][0]["detail"]["statement"].startswith("Etiketin")
    (failure,) = bench.rows(Failure, code="claim.refused", key=number)
    assert failure["state"] == "cured"
    assert len(bench.rows(ClaimDecision)) == 1


@pytest.mark.parametrize(
    ("meanwhile", "code"),
    [
        (lambda bench, number: bench.move(3700), "claim.expired"),
        (lambda bench, n: bench.call(marketplace.settle_claim, n, "Accepted"), "claim.decided"),
        (lambda bench, n: bench.call(marketplace.settle_claim, n, "Cancelled"), "claim.decided"),
        (lambda bench, n: bench.call(reject_in_the_portal, n), "claim.decided"),
    ],
    ids=["deadline", "accepted", "withdrawn", "portal"],
)
def test_the_gates_ask_hepsiburada_once_more(
    bench: FlowBench, meanwhile: Callable[[FlowBench, str], Any], code: str
) -> None:
    number = decided(bench, deadline=3600)
    meanwhile(bench, number)
    bench.run("reject_refund", keys=[number])
    assert rejections(bench, number)[0] == 0
    row = decision(bench, number)
    assert row["state"] == "refused"
    assert [one["code"] for one in bench.rows(Failure, key=number, state="open")] == [code]
    assert len(bench.rows(ClaimDraft, claim_number=number)) == 1, "the draft is kept"


def reject_in_the_portal(world: Any, number: str) -> None:
    world.db.execute(
        "UPDATE hb_claim SET status = 'InDispute', statement = 'portaldan', status_since ="
        " status_since + 1 WHERE number = ?",
        (number,),
    )


def test_a_claim_decided_elsewhere_while_in_doubt_is_not_taken_for_ours(bench: FlowBench) -> None:
    number = decided(bench)
    bench.running.world.faults.add(
        kind="drop", service="oms", method="POST", path=f"{number}/reject", count=1
    )
    bench.run("reject_refund")
    bench.call(reject_in_the_portal, number)
    bench.move(61)
    bench.run("reject_refund")
    row = decision(bench, number)
    assert (row["state"], row["refusal"]["id"]) == ("refused", "claim.decided")
    assert rejections(bench, number)[0] == 0


def test_one_that_needed_a_reason_is_rejected_there_alone(bench: FlowBench) -> None:
    number = open_claim(bench)
    bench.run("order_refund")
    (request,) = there(bench, number)["omnitron"]["requests"]
    bench.call(backoffice.decide_request, request["pk"], "rejected")
    bench.run("order_refund")
    draft(bench, number)
    press(bench, number)
    bench.run("reject_refund", keys=[number])
    assert rejections(bench, number) == (1, [0])
    assert decision(bench, number)["state"] == "done"


def test_one_approved_in_omnitron_meanwhile_is_named(bench: FlowBench) -> None:
    number = decided(bench)
    (request,) = there(bench, number)["omnitron"]["requests"]
    bench.call(backoffice.decide_request, request["pk"], "approved")
    bench.run("reject_refund", keys=[number])
    assert rejections(bench, number) == (1, [0])
    assert decision(bench, number)["state"] == "done"
    assert len(bench.rows(Failure, code="claim.disagree", key=number, state="open")) == 1


def test_a_claim_without_an_item_can_be_rejected_all_the_same(bench: FlowBench) -> None:
    number = decided(bench, in_omnitron=False)
    bench.run("reject_refund", keys=[number])
    assert rejections(bench, number) == (1, [])
    assert decision(bench, number)["state"] == "done"


def test_what_is_not_done_is_asked_for_again_by_the_watch(bench: FlowBench) -> None:
    number = decided(bench)
    request = bench.rows(EngineRequest)[0]["id"]
    bench.running.world.faults.add(
        kind="drop", service="oms", method="POST", path=f"{number}/reject", count=1
    )
    bench.run("cause_watch")
    assert bench.asked == [], "the person's own request is about to run"
    bench.run("reject_refund", keys=[number])
    answer_request(bench, request)
    bench.run("cause_watch")
    assert bench.asked == [], "not before its time"
    bench.move(61)
    bench.run("cause_watch")
    assert bench.asked == [("reject_refund", (number,), "cause_watch")]
    bench.call(backoffice.set_conf, feature_flags={"Reject_refund": False})
    bench.run("cause_watch")
    assert len(bench.asked) == 1, "nor while its flag is off"


def answer_request(bench: FlowBench, request_id: int) -> None:
    from hbdash.engine.requests import answer

    with bench.db.write() as connection:
        answer(connection, request_id, "done", bench.now())


def test_a_dry_run_sends_nothing(bench: FlowBench) -> None:
    number = decided(bench)
    bench.run("reject_refund", keys=[number], dry_run=True)
    assert rejections(bench, number) == (0, [0])
    assert decision(bench, number)["state"] == "waiting"
    assert bench.rows(LogEntry, key=number, code="claim.would_reject")


def test_numbers_nobody_decided_are_named(bench: FlowBench) -> None:
    number = open_claim(bench)
    bench.run("order_refund")
    result = bench.run("reject_refund", keys=[number])
    assert (result.ok, result.skipped) == (0, 1)
    assert bench.rows(LogEntry, key=number, code="claim.no_decision")
    with bench.db.read() as connection:
        assert len(claims_to_decide(connection, bench.channel_id, bench.now())) == 1
