"""Customers, addresses and cargo companies (O§4.5-4.7)."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import Any

from hbdash.sandbox.omnitron.fields import Field, boolean, clean, integer, mapping, reference, text
from hbdash.sandbox.omnitron.listing import Source, keys, lookups, number, page, times
from hbdash.sandbox.omnitron.web import Call, Reply
from hbdash.sandbox.omnitron.wire import invalid, iso, not_found, refused

# ---------------------------------------------------------------- customers

_PLAIN = ("email", "phone_number", "first_name", "last_name", "channel_code")


def _customers(call: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["pk"],
            "id": row["pk"],
            **{name: row[name] for name in _PLAIN},
            "channel": call.world.channel_id,
            **json.loads(row["payload"]),
            "created_date": iso(row["created"]),
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]


_CUSTOMERS = Source(
    "om_customer t",
    _customers,
    keys()
    | lookups("email", "t.email")
    | lookups("phone_number", "t.phone_number")
    | lookups("channel_code", "t.channel_code")
    | times("created_date", "modified_date"),
)


def _customer_fields(call: Call) -> dict[str, Field]:
    flag = Field(boolean, default=False)
    return {
        "email": Field(text(254, blank=False), required=True),
        "channel": Field(integer, required=True),
        "channel_code": Field(text(64, blank=False), required=True),
        "is_active": Field(boolean, required=True),
        "phone_number": Field(text(128), null=True, default=None),
        "first_name": Field(text(255), default=""),
        "last_name": Field(text(255), default=""),
        "erp_code": Field(text(64), null=True, default=None),
        "extra_field": Field(mapping, default={}),
        "email_allowed": flag,
        "sms_allowed": flag,
        "call_allowed": flag,
    }


def _check_channel(call: Call, values: dict[str, Any]) -> None:
    channel = values.pop("channel", call.world.channel_id)
    if channel != call.world.channel_id:
        raise invalid("channel", f'Invalid pk "{channel}" - object does not exist.')


def customers(call: Call) -> Any:
    """GET customers/?email=&channel="""
    channel = call.request.query_params.get("channel")
    return page(call, _CUSTOMERS, "1" if channel in (None, "", str(call.world.channel_id)) else "0")


def _customer(call: Call, pk: int) -> dict[str, Any]:
    rows = call.db.execute("SELECT * FROM om_customer WHERE pk = ?", (pk,)).fetchall()
    if not rows:
        raise not_found()
    return _customers(call, rows)[0]


def customer(call: Call) -> Any:
    """GET customers/{pk}/"""
    return _customer(call, call.number("pk"))


def create_customer(call: Call) -> Reply:
    """POST customers/: an e-mail is known once in the channel, else 406."""
    values = clean(call.document, _customer_fields(call))
    _check_channel(call, values)
    if "@" not in values["email"]:
        raise invalid("email", "Enter a valid email address.")
    known = call.db.execute("SELECT 1 FROM om_customer WHERE email = ?", (values["email"],))
    if known.fetchone() is not None:
        raise refused("The fields channel, email must make a unique set.")
    plain = [values.pop(name) for name in _PLAIN]
    pk = call.db.execute(
        "INSERT INTO om_customer (email, phone_number, first_name, last_name, channel_code,"
        " payload, created, modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*plain, json.dumps(values, ensure_ascii=False), call.now, call.now),
    ).lastrowid
    call.world.books.effect("omnitron.customer", plain[0])
    return Reply(201, _customer(call, int(pk or 0)))


def change_customer(call: Call) -> Any:
    """PATCH customers/{pk}/"""
    before = _customer(call, call.number("pk"))
    values = clean(call.document, _customer_fields(call), partial=True)
    _check_channel(call, values)
    payload = {
        key: value
        for key, value in (before | values).items()
        if key not in (*_PLAIN, "pk", "id", "channel", "created_date", "modified_date")
    }
    merged = before | values
    twin = call.db.execute(
        "SELECT 1 FROM om_customer WHERE email = ? AND pk <> ?", (merged["email"], before["pk"])
    ).fetchone()
    if twin is not None:
        raise refused("The fields channel, email must make a unique set.")
    call.db.execute(
        "UPDATE om_customer SET email = ?, phone_number = ?, first_name = ?, last_name = ?,"
        " channel_code = ?, payload = ?, modified = ? WHERE pk = ?",
        (*(merged[name] for name in _PLAIN), json.dumps(payload, ensure_ascii=False), call.now,
         before["pk"]),
    )  # fmt: skip
    call.world.books.effect("omnitron.customer_change", merged["email"], values)
    return _customer(call, before["pk"])


# ---------------------------------------------------------------- addresses


def _addresses(_: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["pk"],
            "id": row["pk"],
            **json.loads(row["payload"]),
            "hash_data": row["hash_data"],
            "address_type": "customer",
            "is_active": True,
            "created_date": iso(row["created"]),
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]


_ADDRESSES = Source(
    "om_address t",
    _addresses,
    keys() | lookups("hash_data", "t.hash_data") | lookups("customer", "t.customer", number),
)


def _address_fields(db: sqlite3.Connection) -> dict[str, Field]:
    return {
        "email": Field(text(254, blank=False), required=True),
        "phone_number": Field(text(128), null=True, default=""),
        "first_name": Field(text(255), required=True),
        "last_name": Field(text(255), required=True),
        "customer": Field(reference(db, "om_customer"), required=True),
        "country": Field(reference(db, "om_country"), required=True),
        "city": Field(reference(db, "om_city"), required=True),
        "township": Field(reference(db, "om_township"), null=True, default=None),
        "district": Field(reference(db, "om_district"), null=True, default=None),
        "title": Field(text(128, blank=False), required=True),
        "line": Field(text(255, blank=False), required=True),
        "postcode": Field(text(64), null=True, default=""),
        "notes": Field(text(512), null=True, default=""),
        "company_name": Field(text(255), null=True, default=""),
        "tax_office": Field(text(64), null=True, default=""),
        "tax_no": Field(text(20), null=True, default=""),
        "e_bill_taxpayer": Field(boolean, default=False),
        "remote_id": Field(text(255), null=True, default=None),
        "identity_number": Field(text(64), null=True, default=""),
        "extra_field": Field(mapping, default={}),
    }


def hash_data(values: dict[str, Any]) -> str:
    """The hash by which equal addresses are known: blanks and case do not count."""
    content = [
        " ".join(str(value or "").split()).lower()
        for key, value in sorted(values.items())
        if key not in ("extra_field", "remote_id")
    ]
    return hashlib.md5("\n".join(content).encode(), usedforsecurity=False).hexdigest()


def _check_parents(db: sqlite3.Connection, values: dict[str, Any]) -> None:
    """City in country, township in city, district in township."""
    for level, parent in (("city", "country"), ("township", "city"), ("district", "township")):
        if values[level] is None:
            continue
        row = db.execute(f"SELECT * FROM om_{level} WHERE pk = ?", (values[level],)).fetchone()
        if row[parent] != values[parent]:
            raise invalid(level, f'Invalid pk "{values[level]}" - not in this {parent}.')


def addresses(call: Call) -> Any:
    """GET addresses/?hash_data="""
    return page(call, _ADDRESSES)


def _address(call: Call, pk: int) -> dict[str, Any]:
    rows = call.db.execute("SELECT * FROM om_address WHERE pk = ?", (pk,)).fetchall()
    if not rows:
        raise not_found()
    return _addresses(call, rows)[0]


def address(call: Call) -> Any:
    """GET addresses/{pk}/"""
    return _address(call, call.number("pk"))


def create_address(call: Call) -> Reply:
    """POST addresses/: equal content is a 406 that names the hash (O§4.5)."""
    values = clean(call.document, _address_fields(call.db))
    _check_parents(call.db, values)
    hashed = hash_data(values)
    known = call.db.execute("SELECT 1 FROM om_address WHERE hash_data = ?", (hashed,))
    if known.fetchone() is not None:
        raise refused(f"hash_data:{hashed} address with this hash data already exists.")
    pk = call.db.execute(
        "INSERT INTO om_address (customer, hash_data, payload, created, modified)"
        " VALUES (?, ?, ?, ?, ?)",
        (values["customer"], hashed, json.dumps(values, ensure_ascii=False), call.now, call.now),
    ).lastrowid
    call.world.books.effect("omnitron.address", hashed)
    return Reply(201, _address(call, int(pk or 0)))


# ---------------------------------------------------------------- cargo companies


def _cargos(_: Call, rows: Any) -> list[dict[str, Any]]:
    return [{"id": row["pk"], **dict(row)} for row in rows]


_CARGOS = Source("om_cargo t", _cargos, keys() | lookups("erp_code", "t.erp_code"))


def cargos(call: Call) -> Any:
    """GET cargos/"""
    return page(call, _CARGOS)


def cargo(call: Call) -> Any:
    """GET cargos/{pk}/"""
    rows = call.db.execute("SELECT * FROM om_cargo WHERE pk = ?", (call.number("pk"),)).fetchall()
    if not rows:
        raise not_found()
    return _cargos(call, rows)[0]
