"""Batches, actions, penalties and reports (O§5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from hbdash.omnitron.client import OmnitronClient
from hbdash.omnitron.errors import BatchLocked, BatchStateRefused
from hbdash.omnitron.models.batch import BatchObject, BatchStatus, ErrorReport, FailedReason
from hbdash.omnitron.models.catalogue import Stock
from hbdash.transport.errors import LostAnswer
from tests.sandbox.conftest import SandboxUnderTest

TYPE = "productstock"


@pytest.fixture
def due(client: OmnitronClient) -> tuple[Stock, ...]:
    rows = client.stock_updates().rows
    assert rows
    return rows


def objects(rows: tuple[Stock, ...], **verdict: FailedReason | None) -> list[BatchObject]:
    return [BatchObject(row.pk, TYPE, row.modified_date, "R", **verdict) for row in rows]


def test_the_whole_life_of_a_batch(client: OmnitronClient, due: tuple[Stock, ...]) -> None:
    batch = client.open_batch()
    assert batch.status == BatchStatus.INITIALIZED
    assert batch.local_batch_id
    committed = client.commit_batch(batch.pk, TYPE, objects(due))
    assert {one.pk for one in committed.objects} == {one.pk for one in due}
    assert client.stock_updates().seen == 0
    held = client.integration_actions(local_batch_id=batch.local_batch_id, status="processing")
    assert {one.object_id for one in held} == {one.pk for one in due}
    assert client.batch_sent(batch.pk, "our-7").remote_batch_id == "our-7"
    client.batch_ongoing(batch.pk)
    open_ones = client.find_batches(BatchStatus.SENT, BatchStatus.ONGOING, content_type=TYPE)
    assert [one.pk for one in open_ones] == [batch.pk]
    done = client.batch_done(batch.pk, objects(due))
    assert done.is_closed
    assert client.batch(batch.pk).status == BatchStatus.DONE
    action = client.integration_actions(TYPE, object_ids=[due[0].pk])[0]
    assert action.status == "success"
    # The version date comes back to the microsecond, or the row would be due again for ever.
    assert action.version_date == due[0].modified_date
    assert client.stock_updates().seen == 0


@pytest.mark.requirement("R8.10")
def test_a_second_commit_of_one_type_names_the_batch_that_holds_it(
    client: OmnitronClient, due: tuple[Stock, ...]
) -> None:
    first, second = client.open_batch(), client.open_batch()
    client.commit_batch(first.pk, TYPE, objects(due))
    with pytest.raises(BatchLocked) as caught:
        client.commit_batch(second.pk, TYPE, objects(due))
    assert caught.value.local_batch_id == first.local_batch_id
    assert caught.value.failure_id == "batch.locked"
    assert not caught.value.unknown_outcome


def test_an_impossible_step_is_known_by_its_code(client: OmnitronClient) -> None:
    batch = client.open_batch()
    with pytest.raises(BatchStateRefused):
        client.batch_ongoing(batch.pk)


def test_an_empty_run_closes_its_batch(client: OmnitronClient) -> None:
    assert client.batch_done(client.open_batch().pk).is_closed


@pytest.mark.requirement("R3.9", "R3.13")
def test_a_failed_object_gets_a_penalty_which_can_be_lifted(
    client: OmnitronClient, due: tuple[Stock, ...]
) -> None:
    batch = client.open_batch()
    client.commit_batch(batch.pk, TYPE, objects(due))
    client.batch_done(batch.pk, objects(due, failed_reason=FailedReason.CHANNEL_APP))
    assert client.stock_updates().seen == 0
    content_type = client.content_type(TYPE).pk
    rows = client.failed_integrations(content_type, object_ids=[due[0].pk])
    assert rows is not None
    (row,) = rows
    assert (row.object_id, row.reason_type, row.retry_count) == (due[0].pk, "channel_app", 1)
    assert row.retry_interval == 28800
    assert client.delete_failed_integration(row.pk)
    assert not client.delete_failed_integration(row.pk)
    assert due[0].pk in {one.pk for one in client.stock_updates().rows}


@pytest.mark.requirement("R3.13")
def test_an_omnitron_that_does_not_list_penalties(
    client: OmnitronClient, fault: Callable[..., None]
) -> None:
    client.ping()
    fault("status", status=404, path="failed_integrations")
    assert client.failed_integrations() is None


def test_a_fail_without_verdicts(client: OmnitronClient, due: tuple[Stock, ...]) -> None:
    batch = client.open_batch()
    client.commit_batch(batch.pk, TYPE, objects(due))
    assert client.batch_fail(batch.pk).status == BatchStatus.FAIL


def test_a_lost_answer_to_a_commit_is_a_doubt_that_reading_ends(
    client: OmnitronClient, due: tuple[Stock, ...], fault: Callable[..., None]
) -> None:
    batch = client.open_batch()
    fault("lost_answer", method="PATCH", count=1)
    with pytest.raises(LostAnswer) as caught:
        client.commit_batch(batch.pk, TYPE, objects(due))
    assert caught.value.unknown_outcome
    assert client.batch(batch.pk).status == BatchStatus.COMMIT


def test_actions_are_made_changed_and_deleted(client: OmnitronClient) -> None:
    product = client.product_inserts().rows[0]
    content_type = client.content_type("product").pk
    made = client.create_action(
        content_type, product.pk, "LZR-X", product.modified_date, {"hb_sku": "HBV1"}
    )
    assert made.state == {"hb_sku": "HBV1"}
    older = product.modified_date - timedelta(seconds=1)
    assert client.patch_action(made.pk, version_date=older).version_date == older
    found = client.integration_actions("product", remote_id="LZR-X")
    assert [one.object_id for one in found] == [product.pk]
    assert client.delete_action(made.pk)
    assert not client.delete_action(made.pk)


def test_actions_of_many_objects_are_asked_in_portions(client: OmnitronClient) -> None:
    pks = [row.pk for page in client.product_pages() for row in page.rows]
    actions = client.integration_actions("product", object_ids=pks)
    assert len({one.object_id for one in actions}) == len(actions) > 40
    remote_ids = [one.remote_id for one in actions if one.remote_id]
    assert len(client.integration_actions("product", remote_ids=remote_ids)) == len(remote_ids)


def test_a_report_is_written(client: OmnitronClient, sandbox: SandboxUnderTest) -> None:
    content_type = client.content_type(TYPE).pk
    client.error_report(
        ErrorReport(content_type, 1, "uuid-Channel-SendStock", "Stock data not found", False)
    )
    kinds = sandbox.control.get("/effects", params={"kind": "omnitron.error_report"}).text
    assert "SendStock" in kinds


def test_nothing_left_the_catalogue(client: OmnitronClient) -> None:
    assert client.deleted_products().rows == ()
