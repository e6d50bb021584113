"""``hbdash orders split|splits``: what is asked, what is stored, who may (R5.14, R9.6)."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from hbdash.store.bulk import table_of
from hbdash.store.tables import Audit, EngineRequest, PackageSplit
from tests.cli.conftest import Installation
from tests.support import shop

pytestmark = pytest.mark.requirement("R5.14", "R9.6")

UNIT = "69a55c10-1f2a-4b3c-8d4e-5f6006060606"


def asked(on: Installation) -> list[dict[str, object]]:
    table = table_of(EngineRequest)
    with on.db.read() as connection:
        return [
            dict(row.payload["split"])
            for row in connection.execute(select(table).where(table.c.flow == "split_packages"))
        ]


def test_a_split_is_asked_for_once_it_was_confirmed(quick_lalezar: Installation) -> None:
    words = ("orders", "split", "0412", "--group", f"{UNIT}:2,GML-1", "--group", "7001")
    declined = quick_lalezar.run(*words, typed="no\n")
    assert (declined.code, "0412" in declined.err, asked(quick_lalezar)) == (1, True, [])
    assert quick_lalezar.run(*words, typed="yes\n").code == 0
    assert asked(quick_lalezar) == [
        {
            "package_number": "0412",
            "groups": [
                [{"unit": UNIT, "quantity": 2}, {"sku": "GML-1", "quantity": 1}],
                [{"order_item_id": 7001, "quantity": 1}],
            ],
        }
    ]
    table = table_of(Audit)
    with quick_lalezar.db.read() as connection:
        row = connection.execute(select(table).where(table.c.action == "package.split")).one()
    assert (row.target, row.outcome) == ("0412", "accepted")


def test_what_is_unclear_is_refused(quick_lalezar: Installation) -> None:
    twice = quick_lalezar.run("orders", "split", "1", "--group", "7", "--group", "7", "--yes")
    assert (twice.code, asked(quick_lalezar)) == (2, [])
    assert quick_lalezar.run("orders", "split", "1", "--group", ",", "--yes").code == 2
    assert quick_lalezar.run("orders", "split", "1", "--yes").code == 2


def test_what_became_of_requests(quick_lalezar: Installation) -> None:
    assert "No package" in quick_lalezar.run("orders", "splits").out
    with quick_lalezar.db.write() as connection:
        connection.execute(
            insert(table_of(PackageSplit)).values(
                channel_id=1, request_id=4, requested_by="depo", correlation_id="", key="0412",
                package_number="0412", order_number="0498", payload={}, state="done",
                groups=[{"lines": {}, "items": [], "package": "0413"}], asked=0,
                requested_at=shop.NOW,
            )
        )  # fmt: skip
    (one,) = quick_lalezar.run("orders", "splits", "--json").json["splits"]
    assert (one["package"], one["state"], one["packages"]) == ("0412", "done", ["0413"])
    assert "0413" in quick_lalezar.run("orders", "splits").out
