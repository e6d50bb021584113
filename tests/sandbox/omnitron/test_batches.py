"""The batch machine: states, locks, verdicts (O§5.2-5.4)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.omnitron.machine import FOLLOWS
from hbdash.sandbox.seed.catalogue import Kind
from tests.sandbox.omnitron.conftest import JSON, Office, as_object

ROUTES: dict[str, tuple[str, ...]] = {
    "initialized": (),
    "commit": ("commit",),
    "sent_to_remote": ("commit", "sent_to_remote"),
    "ongoing": ("commit", "sent_to_remote", "ongoing"),
    "done": ("done",),
    "fail": ("fail",),
}


def batch_in(office: Office, state: str) -> JSON:
    batch = office.batch()
    for step in ROUTES[state]:
        batch = office.move(batch, step, None, content_type="productstock")
    assert batch["status"] == state
    return batch


def touched(office: Office, at: int = 0) -> JSON:
    """The stock row of a listed product that was just changed, so that it is due."""
    product = office.listed(at)
    office.sandbox.call(backoffice.set_stock, product.sku, 40 + at)
    return office.stock_of(product)


def test_a_batch_begins_initialized_with_its_local_id(office: Office) -> None:
    batch = office.batch()
    assert batch["status"] == "initialized"
    assert str(uuid.UUID(batch["local_batch_id"])) == batch["local_batch_id"]
    assert office.get(f"batch_requests/{batch['pk']}/") == batch


@pytest.mark.parametrize("before", list(FOLLOWS))
def test_which_state_may_follow_which(office: Office, before: str) -> None:
    for after in FOLLOWS:
        batch = batch_in(office, before)
        answer = office.step(batch, after, content_type="productstock")
        if after in FOLLOWS[before]:
            assert answer.status_code == 200, (before, after, answer.text)
        else:
            assert answer.status_code == 406, (before, after)
            assert answer.json()["code"] == "batch_request_status_100_1"
        current = office.get(f"batch_requests/{batch['pk']}/")["status"]
        if current in ("commit", "sent_to_remote", "ongoing"):
            office.move(batch, "fail")


def test_initialized_to_done_only_when_empty(office: Office) -> None:
    row = touched(office)
    answer = office.step(office.batch(), "done", [as_object(row, "productstock")])
    assert (answer.status_code, answer.json()["code"]) == (406, "batch_request_status_100_1")
    assert office.move(office.batch(), "done", [])["status"] == "done"


def test_commit_locks_and_done_settles(office: Office) -> None:
    row = touched(office)
    batch = office.committed("productstock", [row])
    action = office.action("productstock", row["pk"])
    assert action["status"] == "processing"
    assert action["local_batch_id"] == batch["local_batch_id"]
    held = office.rows(
        "integration_actions/", local_batch_id=batch["local_batch_id"], status="processing"
    )
    assert [entry["object_id"] for entry in held] == [row["pk"]]
    assert row["pk"] not in office.due("product_stocks/updates/")
    office.move(batch, "sent_to_remote", remote_batch_id="upload-9")
    done = office.move(batch, "done", [as_object(row, "productstock")])
    assert (done["status"], done["remote_batch_id"]) == ("done", "upload-9")
    action = office.action("productstock", row["pk"])
    assert action["status"] == "success"
    assert action["local_batch_id"] is None
    assert action["version_date"] == row["modified_date"]
    assert action["remote_id"] == office.listed().sku, "an existing remote id stays"
    assert row["pk"] not in office.due("product_stocks/updates/")


def test_a_change_during_the_run_is_not_lost(office: Office) -> None:
    row = touched(office)
    batch = office.sent("productstock", [row])
    office.sandbox.call(backoffice.set_stock, office.listed().sku, 3)
    assert row["pk"] not in office.due("product_stocks/updates/"), "locked all the same"
    office.move(batch, "done", [as_object(row, "productstock")])
    assert row["pk"] in office.due("product_stocks/updates/")


def test_a_second_commit_adds_objects_and_fails_some(office: Office) -> None:
    good, bad = touched(office, 0), touched(office, 1)
    batch = office.committed("productstock", [good])
    failed = {**as_object(bad, "productstock"), "failed_reason_type": "channel_app"}
    batch = office.move(batch, "commit", [failed], content_type="productstock")
    reasons = {entry["pk"]: entry["failed_reason_type"] for entry in batch["objects"]}
    assert reasons == {good["pk"]: None, bad["pk"]: "channel_app"}
    assert office.action("productstock", bad["pk"])["status"] == "error"
    (penalty,) = office.rows("failed_integrations/", object_id=bad["pk"])
    assert (penalty["reason_type"], penalty["retry_count"]) == ("channel_app", 1)
    office.move(batch, "sent_to_remote")
    office.move(batch, "done", [as_object(good, "productstock"), failed])
    (penalty,) = office.rows("failed_integrations/", object_id=bad["pk"])
    assert penalty["retry_count"] == 1, "the same verdict twice is one failure"


def test_one_commit_per_content_type(office: Office) -> None:
    first = office.committed("productstock", [touched(office, 0)])
    second = office.batch()
    body = [as_object(touched(office, 1), "productstock")]
    answer = office.step(second, "commit", body, content_type="productstock")
    assert answer.status_code == 406
    text = answer.json()["non_field_errors"]
    assert text.startswith(f"The batch request with {first['local_batch_id']} ")
    price = office.price_of(office.listed(2))
    office.move(office.batch(), "commit", [as_object(price, "productprice")],
                content_type="productprice")  # fmt: skip
    office.move(first, "sent_to_remote")
    assert office.step(second, "commit", body, content_type="productstock").status_code == 200


def test_an_object_held_by_an_open_batch_is_refused_by_name(office: Office) -> None:
    row = touched(office)
    first = office.sent("productstock", [row])
    answer = office.step(
        office.batch(), "commit", [as_object(row, "productstock")], content_type="productstock"
    )
    assert answer.status_code == 406
    text = answer.json()["non_field_errors"]
    assert text.startswith(f"The batch request with {first['local_batch_id']} ")


@pytest.mark.parametrize("ending", ["done", "fail"])
def test_what_has_no_verdict_is_free_again(office: Office, ending: str) -> None:
    row = touched(office)
    batch = office.committed("productstock", [row])
    office.move(batch, ending, None)
    assert office.action("productstock", row["pk"])["status"] == "success", "as it was before"
    assert row["pk"] in office.due("product_stocks/updates/")


def test_fail_settles_what_it_lists(office: Office) -> None:
    good, bad = touched(office, 0), touched(office, 1)
    batch = office.committed("productstock", [good, bad])
    office.move(batch, "fail", [{**as_object(bad, "productstock"), "failed_reason_type": "remote"}])
    due = office.due("product_stocks/updates/")
    assert good["pk"] in due
    assert bad["pk"] not in due
    assert office.action("productstock", bad["pk"])["status"] == "error"


def test_orders_settle_with_what_was_committed(office: Office) -> None:
    order, items = office.order()
    objects = [{**as_object(order, "order"), "remote_id": "9"}]
    objects += [
        {**as_object(item, "orderitem"), "remote_id": item["extra_field"]["id"]} for item in items
    ]
    batch = office.move(office.batch(), "commit", objects, content_type="order")
    office.move(batch, "done", None)
    assert office.action("order", order["pk"])["status"] == "success"
    (found,) = office.rows(
        "integration_actions/", content_type_name="orderitem",
        remote_id__exact=items[0]["extra_field"]["id"],
    )  # fmt: skip
    assert (found["object_id"], found["status"]) == (items[0]["pk"], "success")
    assert office.due("orders/updates/") == set()


def test_price_and_stock_share_a_products_batch(office: Office) -> None:
    product = office.seeded(Kind.NEW)[0]
    (row,) = office.rows("products/inserts/", pk__in=product.pk)
    batch = office.committed("product", [row])
    offers = [
        as_object(office.price_of(product), "productprice"),
        as_object(office.stock_of(product), "productstock"),
    ]
    office.move(batch, "commit", offers, content_type="product")
    office.move(batch, "sent_to_remote")
    verdicts = [{**one, "remote_id": product.sku} for one in [as_object(row, "product"), *offers]]
    office.move(batch, "done", verdicts)
    for model, pk in (("product", row["pk"]), ("productstock", offers[1]["pk"])):
        action = office.action(model, pk)
        assert (action["status"], action["remote_id"]) == ("success", product.sku)
    assert offers[0]["pk"] not in office.due("product_prices/inserts/")


@pytest.mark.parametrize(
    ("objects", "field"),
    [
        ([{"pk": 1}], "objects"),
        ([{"version_date": "2026-01-01T00:00:00Z"}], "pk"),
        ([{"pk": 12000, "content_type": "nothing"}], "content_type"),
        ([{"pk": 12000, "content_type": "product", "version_date": "x"}], "version_date"),
        (
            [{"pk": 12000, "content_type": "product", "failed_reason_type": "bad luck"}],
            "failed_reason_type",
        ),
        ([7], "objects"),
        ("all", "objects"),
    ],
)
def test_wrong_objects_are_a_400_and_lock_nothing(office: Office, objects: Any, field: str) -> None:
    batch = office.batch()
    answer = office.step(batch, "commit", objects, content_type="productstock")
    assert answer.status_code == 400, answer.text
    assert field in answer.json()
    assert office.get(f"batch_requests/{batch['pk']}/")["status"] == "initialized"


def test_done_with_what_was_not_committed_is_a_400(office: Office) -> None:
    batch = office.committed("productstock", [touched(office, 0)])
    answer = office.step(batch, "done", [as_object(touched(office, 1), "productstock")])
    assert answer.status_code == 400
    assert office.get(f"batch_requests/{batch['pk']}/")["status"] == "commit"


def test_a_batch_needs_this_channel_and_a_content_type(office: Office) -> None:
    assert office.send("POST", "batch_requests/", {}).status_code == 400
    assert office.send("POST", "batch_requests/", {"channel": 138}).status_code == 400
    assert office.step(office.batch(), "commit", []).json() == {
        "content_type": ["This field is required."],
        "code": "required",
    }


def test_batches_are_found_by_repeated_status_and_content_type(office: Office) -> None:
    sent = office.sent("productstock", [touched(office)])
    office.batch()
    found = office.due(
        "batch_requests/", status=["sent_to_remote", "ongoing"], content_type="productstock"
    )
    assert found == {sent["pk"]}
    assert office.due("batch_requests/", content_type="product") == set()


def test_only_an_empty_batch_can_be_deleted(office: Office) -> None:
    empty, full = office.batch(), office.committed("productstock", [touched(office)])
    assert office.send("DELETE", f"batch_requests/{empty['pk']}/").status_code == 204
    assert office.send("DELETE", f"batch_requests/{full['pk']}/").status_code == 406


def test_a_late_result_closes_the_batch_and_penalises(office: Office) -> None:
    row = touched(office)
    batch = office.sent("productstock", [row])
    office.sandbox.move(6 * 3600 - 60)
    assert office.get(f"batch_requests/{batch['pk']}/")["status"] == "sent_to_remote"
    office.sandbox.move(120)
    assert office.get(f"batch_requests/{batch['pk']}/")["status"] == "fail"
    (penalty,) = office.rows("failed_integrations/", object_id=row["pk"])
    assert penalty["reason_type"] == "remote"
    answer = office.step(batch, "done", [as_object(row, "productstock")])
    assert answer.json()["code"] == "batch_request_status_100_1"
