"""Offers and uploads (H§9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.hepsiburada.errors import TooManyUploads, UploadQuotaUsed
from hbdash.hepsiburada.models.listing import (
    Listing,
    PriceRow,
    StockRow,
    UploadKind,
    UploadStatus,
)
from hbdash.transport.errors import (
    AuthRefused,
    BadShape,
    LostAnswer,
    NotFound,
    RateLimited,
    Refused,
    ServerError,
    Slow,
    Walled,
)
from tests.hepsiburada.conftest import Connect, Fault
from tests.sandbox.conftest import SandboxUnderTest


def all_listings(client: HepsiburadaClient, limit: int = 1000) -> list[Listing]:
    pages = list(client.listing_pages(limit=limit))
    assert not any(page.faulty for page in pages)
    return [row for page in pages for row in page.rows]


def ended(
    client: HepsiburadaClient, sandbox: SandboxUnderTest, kind: UploadKind, upload_id: str
) -> UploadStatus:
    for _ in range(20):
        sandbox.move(30)
        status = client.upload_status(kind, upload_id)
        if not status.is_pending:
            return status
    raise AssertionError("the upload never ended")


def test_all_offers_are_read_once_whatever_the_page_size(client: HepsiburadaClient) -> None:
    whole = all_listings(client)
    assert len(whole) > 30
    assert [row.listing_id for row in all_listings(client, limit=7)] == [
        row.listing_id for row in whole
    ]


def test_the_filters_reach_the_service(client: HepsiburadaClient) -> None:
    whole = all_listings(client)
    wanted = [row.merchant_sku for row in whole[:3]]
    page = client.listings(merchant_skus=wanted)
    assert sorted(row.merchant_sku for row in page.rows) == sorted(wanted)
    by_hb = client.listings(hb_skus=[whole[4].hepsiburada_sku])
    assert [row.merchant_sku for row in by_hb.rows] == [whole[4].merchant_sku]
    on_sale = client.listings(salable=True).total or 0
    off_sale = client.listings(salable=False).total or 0
    assert on_sale + off_sale == len(whole)
    assert on_sale > off_sale > 0


def test_more_skus_than_the_filter_takes_are_our_mistake(client: HepsiburadaClient) -> None:
    with pytest.raises(ValueError, match="at most 50"):
        client.listings(merchant_skus=[str(n) for n in range(51)])


def test_a_stock_upload_arrives_and_is_read_back(
    client: HepsiburadaClient, sandbox: SandboxUnderTest
) -> None:
    offer = next(row for row in all_listings(client) if row.is_salable)
    rows = [
        StockRow(offer.hepsiburada_sku, offer.merchant_sku, 41, 5),
        StockRow(None, "NO-SUCH-SKU", 1),
    ]
    upload = client.upload_stock(rows)
    assert client.upload_status(UploadKind.STOCK, upload).is_pending
    status = ended(client, sandbox, UploadKind.STOCK, upload)
    assert status.is_done
    assert [(one.element_no, one.errors) for one in status.errors] == [(2, ("ProductNotFound",))]
    found = client.listings(merchant_skus=[offer.merchant_sku]).rows[0]
    assert (found.available_stock, found.maximum_purchasable_quantity) == (41, 5)


def test_a_price_arrives_to_the_kurus_and_a_wild_one_locks_inside_done(
    client: HepsiburadaClient, sandbox: SandboxUnderTest
) -> None:
    first, second = [row for row in all_listings(client) if row.is_salable][:2]
    good = first.price + Decimal("0.01")
    upload = client.upload_price(
        [
            PriceRow(first.hepsiburada_sku, first.merchant_sku, good),
            PriceRow(second.hepsiburada_sku, second.merchant_sku, Decimal("0.50")),
        ]
    )
    status = ended(client, sandbox, UploadKind.PRICE, upload)
    assert status.is_done
    assert not status.errors
    lock = status.price_validations[0]
    assert (lock.element_no, lock.type, lock.merchant_sku) == (2, "MinLock", second.merchant_sku)
    assert lock.min_price is not None
    assert client.listings(merchant_skus=[first.merchant_sku]).rows[0].price == good
    assert client.listings(merchant_skus=[second.merchant_sku]).rows[0].is_locked


def test_a_row_without_a_sku_and_an_upload_without_rows_are_our_mistakes(
    client: HepsiburadaClient,
) -> None:
    with pytest.raises(ValueError, match="needs hb_sku"):
        client.upload_stock([StockRow(None, None, 1)])
    with pytest.raises(ValueError, match="1 to 4000"):
        client.upload_stock([])


def test_a_sixth_waiting_upload_is_refused_as_too_many(client: HepsiburadaClient) -> None:
    row = StockRow(all_listings(client)[0].hepsiburada_sku, None, 1)
    for _ in range(5):
        client.upload_stock([row])
    with pytest.raises(TooManyUploads) as caught:
        client.upload_stock([row])
    assert caught.value.failure_id == "upload.too_many"
    assert not caught.value.unknown_outcome


@pytest.mark.parametrize("status", [200, 400, 429, 500])
def test_a_full_queue_is_known_by_its_text_whatever_the_status(
    status: int, client: HepsiburadaClient, fault: Fault
) -> None:
    body = (
        '{"message":"There are too many ongoing/waiting inventory uploads at the moment.'
        ' Please try again later."}'
    )
    fault("status", "listing", method="POST", status=status, body=body)
    with pytest.raises(TooManyUploads):
        client.upload_stock([StockRow("HBV1", None, 1)])


def test_a_used_up_quota_is_known_by_its_text(client: HepsiburadaClient, fault: Fault) -> None:
    body = '"Merchant exceeds his inventory upload limit"'
    fault("status", "listing", method="POST", status=400, body=body)
    with pytest.raises(UploadQuotaUsed):
        client.upload_price([PriceRow("HBV1", None, Decimal(1))])


def test_an_upload_whose_answer_was_lost_is_not_sent_again(
    client: HepsiburadaClient, fault: Fault, sandbox: SandboxUnderTest
) -> None:
    fault("lost_answer", "listing", method="POST")
    with pytest.raises(LostAnswer) as caught:
        client.upload_stock([StockRow("HBV1", None, 1)])
    assert caught.value.unknown_outcome
    seen = sandbox.control.get("/requests").raise_for_status().text
    assert seen.count("stock-uploads") == 1


def test_a_listing_is_taken_off_sale_and_put_back(client: HepsiburadaClient) -> None:
    offer = next(row for row in all_listings(client) if row.is_salable)

    def salable() -> bool:
        return client.listings(merchant_skus=[offer.merchant_sku]).rows[0].is_salable

    client.deactivate(offer.hepsiburada_sku)
    assert not salable()
    client.activate(offer.hepsiburada_sku)
    assert salable()


def test_locked_listings_are_unlocked(client: HepsiburadaClient) -> None:
    locked = next(row for row in all_listings(client) if row.is_locked)
    client.bulk_unlock([locked.hepsiburada_sku])


def test_an_unknown_upload_is_not_found(client: HepsiburadaClient) -> None:
    with pytest.raises(NotFound):
        client.upload_status(UploadKind.STOCK, "00000000-0000-4000-8000-000000000000")


@pytest.mark.requirement("R2.9", "R2.10")
@pytest.mark.parametrize(
    "changes", [{"service_key": "wrong"}, {"user_agent": "lalezar_dev/1.0"}, {"merchant_id": "x"}]
)
def test_wrong_credentials_are_one_error_for_a_person(
    changes: dict[str, str], connect: Connect
) -> None:
    with pytest.raises((AuthRefused, Refused)) as caught:
        connect(**changes).ping()
    assert not caught.value.transient


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("wall", {}, Walled),
        ("html", {}, BadShape),
        ("malformed", {}, BadShape),
        ("empty", {}, BadShape),
        ("rate_limit", {}, RateLimited),
        ("status", {"status": 503}, ServerError),
        ("half", {}, LostAnswer),
        ("drop", {}, LostAnswer),
        ("timeout", {}, Slow),
        ("drip", {"seconds": 5.0}, Slow),
    ],
)
def test_each_fault_becomes_its_own_error(
    kind: str,
    more: dict[str, object],
    expected: type[Exception],
    connect: Connect,
    fault: Fault,
) -> None:
    fault(kind, "listing", **more)
    with pytest.raises(expected) as caught:
        connect(deadline=0.5).ping()
    assert type(caught.value) is expected


def test_work_goes_on_when_the_fault_is_gone(connect: Connect, fault: Fault) -> None:
    client = connect()
    fault("status", "listing", status=503, count=2)
    assert all_listings(client)


def test_pages_of_a_moving_set_still_end(
    client: HepsiburadaClient, fault: Fault, sandbox: SandboxUnderTest
) -> None:
    fault("duplicate", "listing")
    distinct = {row.listing_id for page in client.listing_pages(limit=10) for row in page.rows}
    assert distinct


def test_a_window_of_changes_is_asked_in_utc(client: HepsiburadaClient) -> None:
    now = datetime.now(UTC)
    none = client.listings(update_start=now + timedelta(days=1), update_end=now + timedelta(days=2))
    assert none.rows == ()
