"""Penalties on the sandbox's clock (O§5.6, R3)."""

from __future__ import annotations

from datetime import datetime

import pytest

from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.omnitron.conf import FAILED_INTEGRATION
from tests.sandbox.omnitron.conftest import JSON, Office, as_object

HOURS = 3600
QUEUE = "product_stocks/updates/"


def failed(office: Office) -> JSON:
    """A stock that failed just now."""
    product = office.listed()
    office.sandbox.call(backoffice.set_stock, product.sku, 40)
    row = office.stock_of(product)
    office.fail("productstock", row)
    return row


def penalty_of(office: Office, row: JSON) -> JSON:
    (found,) = office.rows("failed_integrations/", object_id=row["pk"], content_type=3)
    return found


def is_due(office: Office, row: JSON) -> bool:
    return row["pk"] in office.due(QUEUE)


def seconds(later: str, earlier: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def set_rules(office: Office, **changes: int) -> None:
    block = {**FAILED_INTEGRATION["productstock"], **changes}
    rules = {**FAILED_INTEGRATION, "productstock": block}
    office.sandbox.call(backoffice.set_conf, failed_integration=rules)


@pytest.mark.requirement("R3.13")
def test_the_row_says_what_the_settings_say(office: Office) -> None:
    row = failed(office)
    penalty = penalty_of(office, row)
    assert {key: penalty[key] for key in ("retry_count", "max_retry_count", "retry_interval")} == {
        "retry_count": 1, "max_retry_count": 2, "retry_interval": 28800,
    }  # fmt: skip
    assert (penalty["reason_type"], penalty["is_active"]) == ("remote", True)
    assert seconds(penalty["expiration_date"], penalty["created_date"]) == 57601
    assert penalty["version_date"] == row["modified_date"]
    assert penalty["integration_action"] == office.action("productstock", row["pk"])["pk"]


def test_the_default_timeline_tries_after_8_and_16_hours_and_never_again(office: Office) -> None:
    row = failed(office)
    for _ in range(2):
        office.sandbox.move(8 * HOURS - 30)
        assert not is_due(office, row)
        office.sandbox.move(30.2)
        assert is_due(office, row)
        office.fail("productstock", row)
    penalty = penalty_of(office, row)
    assert penalty["retry_count"] == 3
    office.sandbox.move(30 * 24 * HOURS)
    assert not is_due(office, row)


def test_the_end_of_the_window_ends_the_tries(office: Office) -> None:
    row = failed(office)
    office.sandbox.move(57590)
    assert is_due(office, row)
    office.sandbox.move(12)
    assert not is_due(office, row)


def test_an_ended_record_comes_back_when_it_changes(office: Office) -> None:
    row = failed(office)
    office.sandbox.move(57602)
    assert not is_due(office, row)
    office.sandbox.call(backoffice.set_stock, office.listed().sku, 41)
    assert is_due(office, row)


def test_a_change_does_not_shorten_the_wait(office: Office) -> None:
    row = failed(office)
    office.sandbox.call(backoffice.set_stock, office.listed().sku, 41)
    assert not is_due(office, row)


def test_deleting_the_row_lifts_the_penalty(office: Office) -> None:
    row = failed(office)
    penalty = penalty_of(office, row)
    assert office.send("DELETE", f"failed_integrations/{penalty['pk']}/").status_code == 204
    assert is_due(office, row)
    assert office.send("DELETE", f"failed_integrations/{penalty['pk']}/").status_code == 404


def test_success_deletes_the_row(office: Office) -> None:
    row = failed(office)
    office.sandbox.move(8 * HOURS + 1)
    batch = office.sent("productstock", [row])
    office.move(batch, "done", [as_object(row, "productstock")])
    assert office.rows("failed_integrations/") == []
    assert not is_due(office, row)


@pytest.mark.requirement("R3.6")
def test_new_rules_act_from_the_next_failure_on(office: Office) -> None:
    row = failed(office)
    set_rules(office, RETRY_INTERVAL=7200, MAX_RETRY_COUNT=5)
    assert penalty_of(office, row)["retry_interval"] == 28800
    office.sandbox.move(7201)
    assert not is_due(office, row), "the old wait is served"
    office.sandbox.move(28800)
    office.fail("productstock", row)
    penalty = penalty_of(office, row)
    assert (penalty["retry_interval"], penalty["max_retry_count"]) == (7200, 5)
    office.sandbox.move(7200.5)
    assert is_due(office, row)


@pytest.mark.requirement("R3.11")
@pytest.mark.parametrize(
    ("model", "most"), [("productprice", 2), ("order", 3), ("cancellationrequest", 2)]
)
def test_the_block_is_that_of_the_content_type(office: Office, model: str, most: int) -> None:
    order, items = office.order()
    if model == "order":
        row = order
    elif model == "productprice":
        row = office.price_of(office.listed())
    else:
        row = office.post("cancellation_requests/", office.request_body(items[0]))
    office.fail(model, row, "remote")
    (penalty,) = office.rows("failed_integrations/", object_id=row["pk"])
    assert penalty["max_retry_count"] == most


def test_put_needs_its_fields_and_acts(office: Office) -> None:
    row = failed(office)
    penalty = penalty_of(office, row)
    path = f"failed_integrations/{penalty['pk']}/"
    assert set(office.send("PUT", path, {"retry_count": 1}).json()) == {
        "channel", "version_date", "reason_type", "content_type", "object_id", "code",
    }  # fmt: skip
    answer = office.send("PUT", path, {**penalty, "is_active": False})
    assert answer.status_code == 200
    assert is_due(office, row)
