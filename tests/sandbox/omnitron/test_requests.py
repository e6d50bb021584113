"""Cancellation reasons and requests (O§6.7, O§6.8)."""

from __future__ import annotations

import pytest

from hbdash.sandbox.omnitron import backoffice
from tests.sandbox.omnitron.conftest import JSON, Office, as_object


def open_request(office: Office) -> tuple[JSON, JSON]:
    """A request that was committed, and its item."""
    _, (item, _) = office.order()
    made = office.post("cancellation_requests/", office.request_body(item))
    objects = [{**as_object(made, "cancellationrequest"), "remote_id": "041987654-1"}]
    batch = office.move(office.batch(), "commit", objects, content_type="cancellationrequest")
    office.move(batch, "done")
    return made, item


def test_reasons_by_type(office: Office) -> None:
    refund = office.rows("cancellation_reasons/", cancellation_type="refund", is_active="true")
    assert {5, 7} <= {row["pk"] for row in refund}
    assert {row["cancellation_type"] for row in refund} == {"refund"}
    cancel = office.due("cancellation_reasons/", cancellation_type="cancel", is_active="true")
    assert 4 in cancel
    assert office.due("cancellation_reasons/", is_active="false") == {2}


def test_a_request_is_open_and_found(office: Office) -> None:
    made, item = open_request(office)
    assert (made["status"], made["order_item"]) == ("open", item["pk"])
    for query in ({"status": "OPEN"}, {"cancellation_type": "refund"}, {"order_item": item["pk"]}):
        assert office.due("cancellation_requests/", **query) == {made["pk"]}, query
    assert office.due("cancellation_requests/", status="rejected") == set()
    books = office.world.books
    counted = office.sandbox.call(
        lambda _: books.count("omnitron.cancellation_request", "041987654-1")
    )
    assert counted == 1
    assert office.due("cancellation_requests/updates/") == set()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"order_item": 9}, "order_item"),
        ({"reason": 4}, "reason"),
        ({"reason": 2}, "reason"),
        ({"cancellation_type": "swap"}, "cancellation_type"),
        ({"remote_id": None}, "remote_id"),
    ],
)
def test_a_wrong_request_is_a_400(office: Office, change: JSON, field: str) -> None:
    _, (item, _) = office.order()
    answer = office.send("POST", "cancellation_requests/", office.request_body(item, **change))
    assert (answer.status_code, field in answer.json()) == (400, True), answer.text


def test_an_item_has_one_running_request(office: Office) -> None:
    made, item = open_request(office)
    again = office.request_body(item, remote_id="041987655-1")
    assert office.send("POST", "cancellation_requests/", again).status_code == 406
    office.sandbox.call(backoffice.decide_request, made["pk"], "rejected")
    assert office.send("POST", "cancellation_requests/", again).status_code == 201


def test_reject_once(office: Office) -> None:
    made, _ = open_request(office)
    path = f"cancellation_requests/{made['pk']}/reject/"
    assert office.post(path, {})["status"] == "rejected"
    assert office.send("POST", path, {}).status_code == 406
    books = office.world.books
    counted = office.sandbox.call(
        lambda _: books.count("omnitron.request_rejected", str(made["pk"]))
    )
    assert counted == 1


@pytest.mark.parametrize("status", ["approved", "rejected", "completed"])
def test_a_decision_of_the_back_office_is_in_updates(office: Office, status: str) -> None:
    made, _ = open_request(office)
    office.sandbox.call(backoffice.decide_request, made["pk"], status)
    (row,) = office.rows("cancellation_requests/updates/")
    assert (row["pk"], row["status"]) == (made["pk"], status)
    assert office.get(f"cancellation_requests/{made['pk']}/")["status"] == status


def test_a_request_never_committed_is_not_in_updates(office: Office) -> None:
    _, (item, _) = office.order()
    made = office.post("cancellation_requests/", office.request_body(item))
    office.sandbox.call(backoffice.decide_request, made["pk"], "approved")
    assert office.due("cancellation_requests/updates/") == set()
