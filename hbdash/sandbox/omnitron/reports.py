"""Error reports: the lines of Omnitron's marketplace log (O§5.8)."""

from __future__ import annotations

from typing import Any

from hbdash.sandbox.omnitron import contenttypes
from hbdash.sandbox.omnitron.fields import Field, boolean, clean, integer, text, time
from hbdash.sandbox.omnitron.listing import Filter, Source, flag, keys, lookups, number, page, times
from hbdash.sandbox.omnitron.web import Call, Reply
from hbdash.sandbox.omnitron.wire import iso, not_found


def _wire(_: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "action_content_type": row["action_content_type"],
            "action_object_id": row["action_object_id"],
            "action": {
                "content_type": contenttypes.wire(row["action_content_type"]),
                "object_id": row["action_object_id"],
            },
            "target_content_type": row["target_content_type"],
            "target_object_id": row["target_object_id"],
            "target": {
                "content_type": contenttypes.wire(row["target_content_type"]),
                "object_id": row["target_object_id"],
            },
            "obj_modified_date": iso(row["obj_modified"]),
            "error_code": row["error_code"],
            "error_desc": row["error_desc"],
            "raw_request": row["raw_request"],
            "raw_response": row["raw_response"],
            "is_ok": bool(row["is_ok"]),
            "created_date": iso(row["created"]),
            "modified_date": iso(row["created"]),
        }
        for row in rows
    ]


_BY_SKU = """(t.action_content_type, t.action_object_id) IN (
    SELECT 1, p.pk FROM om_product p WHERE p.sku = ?
    UNION ALL SELECT 2, r.pk FROM om_product p JOIN om_price r ON r.product = p.pk WHERE p.sku = ?
    UNION ALL SELECT 3, s.pk FROM om_product p JOIN om_stock s ON s.product = p.pk WHERE p.sku = ?)
"""
_SOURCE = Source(
    "om_error_report t",
    _wire,
    keys()
    | lookups("error_code", "t.error_code")
    | {"error_code__icontains": Filter("instr(lower(t.error_code), lower(?)) > 0", str, many=False)}
    | lookups("is_ok", "t.is_ok", flag)
    | lookups("action_content_type", "t.action_content_type", number)
    | lookups("action_object_id", "t.action_object_id", number)
    | lookups("target_object_id", "t.target_object_id", number)
    | times("created_date"),
    sorts={"created_date": "t.created", "error_code": "t.error_code"},
)


def index(call: Call) -> Any:
    """GET error_reports/ with the filters of the log screen, `sku` among them."""
    sku = call.request.query_params.get("sku")
    if not sku:
        return page(call, _SOURCE)
    return page(call, _SOURCE, _BY_SKU, sku, sku, sku)


def show(call: Call) -> Any:
    """GET error_reports/{id}/"""
    rows = call.db.execute(
        "SELECT * FROM om_error_report WHERE pk = ?", (call.number("pk"),)
    ).fetchall()
    if not rows:
        raise not_found()
    return _wire(call, rows)[0]


def create(call: Call) -> Reply:
    """POST error_reports/; the target is the channel unless named."""
    values = clean(
        call.document,
        {
            "action_content_type": Field(contenttypes.parse_number, required=True),
            "action_object_id": Field(integer, required=True),
            "target_content_type": Field(contenttypes.parse_number, default=contenttypes.CHANNEL),
            "target_object_id": Field(integer, default=call.world.channel_id),
            "obj_modified_date": Field(time, null=True, default=None),
            "error_code": Field(text(255, blank=False), required=True),
            "error_desc": Field(text(), required=True),
            "raw_request": Field(text(), null=True, default=""),
            "raw_response": Field(text(), null=True, default=""),
            "is_ok": Field(boolean, default=False),
        },
    )
    pk = call.db.execute(
        "INSERT INTO om_error_report (action_content_type, action_object_id, target_content_type,"
        " target_object_id, obj_modified, error_code, error_desc, raw_request, raw_response,"
        " is_ok, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (values["action_content_type"], values["action_object_id"], values["target_content_type"],
         values["target_object_id"], values["obj_modified_date"], values["error_code"],
         values["error_desc"], values["raw_request"] or "", values["raw_response"] or "",
         int(values["is_ok"]), call.now),
    ).lastrowid  # fmt: skip
    call.world.books.effect(
        "omnitron.error_report", values["error_code"], {"desc": values["error_desc"]}
    )
    rows = call.db.execute("SELECT * FROM om_error_report WHERE pk = ?", (pk,)).fetchall()
    return Reply(201, _wire(call, rows)[0])
