"""Error bodies in all the forms the services use (H§5.1, O§1.7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.transport.verdict import complaint, error_class, retry_after


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        (b"", "400", "HTTP 400 without a reason"),
        (b'"WrongDateFormat"', "400", "WrongDateFormat"),
        (b"Missing Credentials!", "400", "Missing Credentials!"),
        (b'{"message":"limit","code":"1004","statusCode":404}', "1004", "limit"),
        (b'{"success":false,"code":4000,"message":"unknown"}', "4000", "unknown"),
        (b'{"non_field_errors":"hash_data:ab1 exists"}', "400", "hash_data:ab1 exists"),
        (b'{"non_field_errors":["a","b"],"code":"x"}', "x", "a; b"),
        (b'{"detail":"Not found.","code":"not_found"}', "not_found", "Not found."),
        (b'{"error":"no mapping"}', "400", "no mapping"),
        (b'{"price":["too low"],"stock":["gone"],"code":"invalid"}', "invalid",
         "price: too low; stock: gone"),
        (b'{"message":"m","description":"d","fieldErrors":null}', "400", "m"),
        (b'{"errors":{"limit":["big"]},"title":"t"}', "400", "limit: big"),
        (b"<html><h1>x</h1></html>", "400", "HTTP 400 with a web page"),
        (b"\xff\xfe broken", "400", "\ufffd\ufffd broken"),
    ],
)  # fmt: skip
def test_the_other_sides_own_words_are_found(body: bytes, code: str, text: str) -> None:
    assert complaint(400, {}, body) == (code, text)


@given(st.binary(max_size=300), st.integers(300, 599))
def test_no_body_is_too_strange(body: bytes, status: int) -> None:
    code, text = complaint(status, {}, body)
    assert code
    assert 0 < len(text) <= 500
    error_class(status, {}, body, forbidden_is_rate=True)


def test_waits_are_read_in_every_form() -> None:
    later = datetime.now(UTC) + timedelta(seconds=30)
    assert retry_after({"retry-after": "7"}) == 7
    assert retry_after({"x-ratelimit-reset": "2.5"}) == 2.5
    assert 25 < (retry_after({"retry-after": format_datetime(later)}) or 0) <= 30
    assert 25 < (retry_after({"x-ratelimit-reset": str(int(later.timestamp()))}) or 0) <= 30
    assert retry_after({"retry-after": "-4"}) == 0
    assert retry_after({"retry-after": "999999"}) == 3600
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({"retry-after": "nan"}) is None
    assert retry_after({}) is None
