"""Countries, cities, townships and districts: look-ups, mappings, and what was not found (O§4).

The look-ups behave like a plain database: `__iexact` compares the upper case of letters without
knowing that İ belongs to i and I to ı, so `KADIKÖY` finds Kadıköy and `ÜMRANİYE` does not find
Ümraniye. Names that differ so need Turkish folding on the asking side, or a mapping.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hbdash.sandbox.omnitron.fields import Field, choice, clean, integer, text
from hbdash.sandbox.omnitron.listing import (
    ANY,
    Filter,
    Source,
    flag,
    given,
    keys,
    lookups,
    number,
    page,
    times,
)
from hbdash.sandbox.omnitron.web import Call, Handler, Reply
from hbdash.sandbox.omnitron.wire import iso

LEVELS = ("city", "township", "district")
_OPTIONAL = ("city", "township", "postcode", "code")


def upper(name: str) -> str:
    """What `__iexact` compares."""
    return name.upper()


def _places(_: Call, rows: Any) -> list[dict[str, Any]]:
    found = []
    for row in rows:
        names = row.keys()
        entry = {"pk": row["pk"], "id": row["pk"], "name": row["name"]}
        entry |= {name: row[name] for name in ("country", *_OPTIONAL) if name in names}
        found.append({**entry, "is_active": bool(row["is_active"]), "translations": {}})
    return found


def _source(table: str, *parents: str) -> Source:
    level = table.removeprefix("om_")
    filters: dict[str, Filter] = (
        keys()
        | lookups("name", "t.name")
        | {"name__iexact": Filter(f"t.name_upper{ANY}", upper)}
        | lookups("is_active", "t.is_active", flag)
    )
    for parent in parents:
        filters |= lookups(parent, f"t.{parent}", number)
    if level == "country":
        filters |= lookups("code", "t.code")
    mapped = (
        f"t.pk IN (SELECT m.place FROM om_place_mapping m WHERE m.level = '{level}'"
        " AND m.{column}" + ANY + ")"
    )
    filters["mapping__code__exact"] = Filter(mapped.replace("{column}", "code"), str)
    filters["mapping__integration_type"] = Filter(
        mapped.replace("{column}", "integration_type"), str
    )
    return Source(f"{table} t", _places, filters, sorts={"name": "t.name"})


COUNTRIES = _source("om_country")
CITIES = _source("om_city", "country")
TOWNSHIPS = _source("om_township", "country", "city")
DISTRICTS = _source("om_district", "country", "city", "township")


def look_up(source: Source) -> Callable[[Call], Any]:
    """A GET handler of one level. Code and type of a mapping must be those of one mapping."""
    level = source.tables.split()[0].removeprefix("om_")
    loose = ("mapping__code__exact", "mapping__integration_type")
    without = replace(source, filters={k: v for k, v in source.filters.items() if k not in loose})

    def handler(call: Call) -> Any:
        codes = given(call, source, loose[0])
        if codes is None:
            return page(call, source)
        kinds = given(call, source, loose[1]) or ["sales_channel"]
        return page(
            call,
            without,
            "t.pk IN (SELECT m.place FROM om_place_mapping m"
            " WHERE m.level = ? AND m.code = ? AND m.integration_type = ?)",
            level,
            codes[-1],
            kinds[-1],
        )

    return handler


_REPORTS = Source(
    "om_address_report t",
    lambda call, rows: [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "type": row["level"],
            "remote_code": row["remote_code"],
            "name": row["name"],
            "country_id": row["country_id"],
            "city_id": row["city_id"],
            "township_id": row["township_id"],
            "integration_type": row["integration_type"],
            "err_code": row["err_code"],
            "err_desc": row["err_desc"],
            "created_date": iso(row["created"]),
        }
        for row in rows
    ],
    keys()
    | lookups("remote_code", "t.remote_code")
    | lookups("city_id", "t.city_id", number)
    | times("created_date"),
)


_REPORT_FIELDS = {
    "remote_code": Field(text(255, blank=False), required=True),
    "type": Field(text(64), null=True, default=None),
    "name": Field(text(255), null=True, default=None),
    "country_id": Field(integer, null=True, default=None),
    "country_code": Field(text(64), null=True, default=None),
    "city_id": Field(integer, null=True, default=None),
    "township_id": Field(integer, null=True, default=None),
    "integration_type": Field(
        choice("sales_channel", "erp", "marketplace"), default="sales_channel"
    ),
    "err_code": Field(text(255), null=True, default=None),
    "err_desc": Field(text(), null=True, default=None),
}


def reports_of(level: str) -> dict[str, Handler]:
    """The handlers of error_reports/{level}/: GET is the address-mapping list, POST adds to it
    and answers 201 without a body (O§4.4)."""

    def index(call: Call) -> Any:
        return page(call, _REPORTS, "t.level = ?", level)

    def create(call: Call) -> Reply:
        values = clean(call.document, _REPORT_FIELDS)
        call.db.execute(
            "INSERT INTO om_address_report (level, remote_code, name, country_id, city_id,"
            " township_id, integration_type, err_code, err_desc, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (level, values["remote_code"], values["name"], values["country_id"],
             values["city_id"], values["township_id"], values["integration_type"],
             values["err_code"], values["err_desc"], call.now),
        )  # fmt: skip
        call.world.books.effect("omnitron.address_report", values["remote_code"], {"level": level})
        return Reply(201)

    return {"GET": index, "POST": create}
