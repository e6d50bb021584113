"""order_refund: claims in two passes become requests of Omnitron, each made once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hbdash.domain.states import ClaimState, RunState
from hbdash.sandbox.earlier import write_to_omnitron
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.queries.claims import claim_detail, claims_to_decide
from hbdash.store.tables import (
    BatchRequest,
    CancellationRequest,
    Claim,
    Cursor,
    Failure,
    Intent,
    Penalty,
)
from tests.support.claims import REQUESTED, claim_row, count, open_claim, there
from tests.support.flows import FlowBench


def state_of(bench: FlowBench, number: str) -> ClaimState:
    with bench.db.read() as connection:
        detail = claim_detail(connection, bench.channel_id, number, bench.now())
    assert detail is not None
    return detail.row.state


def listed(bench: FlowBench) -> list[str]:
    with bench.db.read() as connection:
        rows = claims_to_decide(connection, bench.channel_id, bench.now())
    return [row.number for row in rows]


def requests(bench: FlowBench, number: str) -> list[dict[str, Any]]:
    rows = bench.rows(CancellationRequest, claim_number=number)
    return sorted(rows, key=lambda row: row["k"])


@pytest.mark.requirement("R5.12", "R6.3", "R7.4.1")
def test_an_open_claim_becomes_one_request_per_unit(bench: FlowBench) -> None:
    number = open_claim(
        bench, quantity=2, reason="SizeTooLarge", explanation="Büyük geldi, ığdır.", photos=2
    )
    result = bench.run("order_refund")
    assert (result.state, result.failed) == (RunState.DONE, 0)
    row = claim_row(bench, number)
    assert (row["status"], row["quantity"], row["note_id"]) == ("AwaitingAction", 2, None)
    assert row["product_name"] == "" or row["product_name"]
    assert len(row["photos"]) == 2
    assert row["deadline"] is not None
    assert [one["remote_id"] for one in requests(bench, number)] == [f"{number}-1", f"{number}-2"]
    written = there(bench, number)["omnitron"]["requests"]
    assert [one["description"] for one in written] == [f"[{number}] Büyük geldi, ığdır."] * 2
    assert len({one["order_item"] for one in written}) == 2
    assert {one["status"] for one in written} == {"open"}
    assert all(one["batch_closed"] for one in requests(bench, number))
    assert state_of(bench, number) is ClaimState.TO_DECIDE
    assert bench.rows(BatchRequest, content_type="cancellationrequest")[0]["status"] == "done"


def test_the_list_is_sorted_by_deadline_and_a_second_run_makes_nothing(bench: FlowBench) -> None:
    late = open_claim(bench, deadline=40 * 3600)
    soon = open_claim(bench, deadline=3600)
    bench.run("order_refund")
    assert listed(bench) == [soon, late]
    again = bench.run("order_refund")
    assert again.state is RunState.NOTHING_DUE
    for number in (late, soon):
        assert count(bench, REQUESTED, f"{number}-1") == 1


@pytest.mark.requirement("R2.17", "R2.18")
@pytest.mark.parametrize(
    ("mapping", "default", "expected"),
    [
        ({"SizeTooLarge": "3"}, 1, 3),
        ({}, 1, 1),
        ({"SizeTooLarge": "999"}, 1, 1),
    ],
)
def test_the_reason_is_mapped_and_checked(
    bench: FlowBench, mapping: dict[str, str], default: int, expected: int
) -> None:
    known = refund_reasons(bench)
    real = {3: known[1], 1: known[0]}
    mapped = {name: str(real.get(int(one), one)) for name, one in mapping.items()}
    bench.call(backoffice.set_conf, refund_reason_mapping=mapped, default_reason_id=real[default])
    number = open_claim(bench, reason="SizeTooLarge")
    bench.run("order_refund")
    (written,) = there(bench, number)["omnitron"]["requests"]
    assert written["reason"] == real[expected]
    blamed = bench.rows(Failure, kind="setting", key="refund_reason_mapping", state="open")
    assert bool(blamed) == ("999" in mapping.values())


def refund_reasons(bench: FlowBench) -> list[int]:
    def read(world: Any) -> list[int]:
        rows = world.db.execute(
            "SELECT pk FROM om_reason WHERE cancellation_type = 'refund' AND is_active ORDER BY pk"
        )
        return [row[0] for row in rows]

    return list(bench.call(read))


@pytest.mark.requirement("R2.19", "R2.20")
@pytest.mark.parametrize(
    ("conf", "days", "note"),
    [
        ({"refund_start_date": "2099-01-01T00:00:00Z"}, 3, "claim.before_start"),
        ({"orders_refundable_days": 2}, 3, "claim.too_old"),
        ({"orders_refundable_days": ""}, 16, "claim.too_old"),
        ({"orders_refundable_days": ""}, 14, None),
    ],
)
def test_old_claims_are_listed_without_a_request(
    bench: FlowBench, conf: dict[str, Any], days: float, note: str | None
) -> None:
    bench.call(backoffice.set_conf, **conf)
    number = open_claim(bench, days=days)
    bench.run("order_refund")
    assert claim_row(bench, number)["note_id"] == note
    assert count(bench, REQUESTED, f"{number}-1") == (note is None)
    assert listed(bench) == [number]


def test_a_missing_invoice_makes_none_and_says_once_that_only_the_portal_can(
    bench: FlowBench,
) -> None:
    number = open_claim(bench, claim_type="MissingInvoice", reason="MissingInvoice")
    for _ in range(3):
        bench.run("order_refund")
    assert requests(bench, number) == []
    assert state_of(bench, number) is ClaimState.PORTAL_ONLY
    (failure,) = bench.rows(Failure, code="claim.portal_only", key=number)
    assert failure["tries"] == 1
    assert failure["deadline"] == claim_row(bench, number)["deadline"]
    bench.call(marketplace.settle_claim, number, "Refunded")
    bench.run("order_refund")
    (failure,) = bench.rows(Failure, code="claim.portal_only", key=number)
    assert failure["state"] == "cured"


def test_an_unknown_item_is_a_failure_that_the_written_order_cures(bench: FlowBench) -> None:
    number = open_claim(bench, in_omnitron=False)
    healthy = open_claim(bench, product=1)
    bench.run("order_refund")
    assert set(listed(bench)) == {number, healthy}, "the claim shows all the same"
    assert count(bench, REQUESTED, f"{healthy}-1") == 1, "and holds up no other"
    (failure,) = bench.rows(Failure, code="claim.item_unknown", key=number)
    (penalty,) = bench.rows(Penalty, content_type="cancellationrequest", key=number)
    assert failure["next_at"] == penalty["next_at"]
    assert penalty["next_at"] - penalty["last_failed_at"] == timedelta(hours=8)
    bench.move(60)
    bench.run("order_refund")
    assert bench.rows(Failure, code="claim.item_unknown", key=number)[0]["tries"] == 1
    bench.call(write_to_omnitron, claim_row(bench, number)["order_number"])
    bench.run("order_refund", keys=[number])
    assert count(bench, REQUESTED, f"{number}-1") == 1
    (failure,) = bench.rows(Failure, code="claim.item_unknown", key=number)
    assert failure["state"] == "cured"
    assert bench.rows(Penalty, content_type="cancellationrequest", key=number) == []
    assert claim_row(bench, number)["note_id"] is None


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "lost_answer"},
        {"kind": "status", "status": 502, "after_effect": True},
        {"kind": "half"},
        {"kind": "drop"},
    ],
)
def test_a_lost_post_is_recognised_and_made_once(bench: FlowBench, fault: dict[str, Any]) -> None:
    number = open_claim(bench)
    bench.running.world.faults.add(
        service="omnitron", method="POST", path="cancellation_requests", count=1, **fault
    )
    bench.run("order_refund")
    (intent,) = bench.rows(Intent, kind="refund_request")
    assert intent["state"] == "unknown"
    took_effect = count(bench, REQUESTED, f"{number}-1")
    bench.run("order_refund")
    assert count(bench, REQUESTED, f"{number}-1") == took_effect, "nothing is sent in doubt"
    bench.move(61)
    bench.run_until("order_refund", lambda: bool(requests(bench, number)))
    bench.run("order_refund")
    assert count(bench, REQUESTED, f"{number}-1") == 1
    assert len(requests(bench, number)) == 1


@pytest.mark.requirement("R5.12", "R6.3")
def test_a_refunded_claim_gets_its_request_settled_and_is_not_offered(bench: FlowBench) -> None:
    number = open_claim(bench)
    bench.call(marketplace.settle_claim, number, "Refunded")
    bench.run("order_refund")
    row = claim_row(bench, number)
    assert (row["status"], row["settled"]) == ("Refunded", True)
    assert count(bench, REQUESTED, f"{number}-1") == 1
    assert listed(bench) == []
    assert bench.rows(Cursor, flow="order_refund", name="statuses")


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        (["Accepted"], ClaimState.ACCEPTED),
        (["Accepted", "Refunded"], ClaimState.ACCEPTED),
        (["Cancelled"], ClaimState.CLOSED),
    ],
)
def test_decisions_of_others_are_learnt(
    bench: FlowBench, steps: list[str], state: ClaimState
) -> None:
    number = open_claim(bench)
    bench.run("order_refund")
    for step in steps:
        bench.call(marketplace.settle_claim, number, step)
        bench.run("order_refund")
    assert claim_row(bench, number)["status"] == steps[-1]
    assert state_of(bench, number) is state
    assert listed(bench) == []


def test_the_48_hours_run_out(bench: FlowBench) -> None:
    number = open_claim(bench, deadline=3600)
    bench.run("order_refund")
    bench.move(3700)
    bench.run("order_refund")
    assert state_of(bench, number) is ClaimState.CLOSED
    assert claim_row(bench, number)["settled"]


@pytest.mark.requirement("R5.12")
def test_a_stop_of_three_days_loses_no_decision(bench: FlowBench) -> None:
    numbers = [open_claim(bench, product=n, deadline=90 * 3600) for n in range(3)]
    bench.run("order_refund")
    for number in numbers:
        bench.call(marketplace.settle_claim, number, "Cancelled")
        bench.move(86_400)
    bench.run("order_refund")
    assert {claim_row(bench, number)["status"] for number in numbers} == {"Cancelled"}


@pytest.mark.requirement("R7.4.1")
def test_one_rejected_in_omnitron_needs_a_reason(bench: FlowBench) -> None:
    number = open_claim(bench)
    bench.run("order_refund")
    (request,) = requests(bench, number)
    bench.call(backoffice.decide_request, request["request_pk"], "rejected")
    bench.run("order_refund")
    assert requests(bench, number)[0]["status"] == "rejected"
    assert state_of(bench, number) is ClaimState.REASON_NEEDED
    assert bench.run("order_refund").state is RunState.NOTHING_DUE, "it left Omnitron's queue"


def test_by_hand_for_a_number_and_for_a_window(bench: FlowBench) -> None:
    old = open_claim(bench)
    bench.call(marketplace.settle_claim, old, "Cancelled")
    begun = bench.now()
    bench.move(5 * 86_400)
    fresh = open_claim(bench, product=1)
    bench.run("order_refund", keys=[old, "000"])
    assert claim_row(bench, old)["status"] == "Cancelled"
    assert bench.rows(Claim, number=fresh) == []
    bench.run("order_refund", window=(bench.now() - timedelta(hours=1), bench.now()))
    assert claim_row(bench, fresh)["status"] == "AwaitingAction"
    assert count(bench, REQUESTED, f"{fresh}-1") == 1
    bench.run("order_refund", window=(begun - timedelta(hours=1), begun + timedelta(hours=1)))
    assert bench.rows(Cursor, flow="order_refund") == [], "the cursor stays where it is"
    assert count(bench, REQUESTED, f"{fresh}-1") == 1


def test_a_dry_run_writes_nothing_there(bench: FlowBench) -> None:
    number = open_claim(bench)
    bench.run("order_refund", dry_run=True)
    assert count(bench, REQUESTED, f"{number}-1") == 0
    assert bench.rows(Cursor, flow="order_refund") == []


def test_duplicated_and_shuffled_rows_change_nothing(bench: FlowBench) -> None:
    numbers = [open_claim(bench, product=n) for n in range(3)]
    bench.running.world.faults.add(kind="duplicate", service="oms")
    bench.running.world.faults.add(kind="shuffle", service="oms")
    bench.run("order_refund")
    assert sorted(row["number"] for row in bench.rows(Claim)) == sorted(numbers)
    assert {count(bench, REQUESTED, f"{number}-1") for number in numbers} == {1}
