"""``penalties`` and ``products trigger|touch``: the plan first, then a result per row."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hbdash.domain.clock import SystemClock
from hbdash.domain.retry import RetryBook
from hbdash.runs import penalties
from hbdash.runs.failures import FailureBook, Met
from hbdash.runs.penalties import Offender
from hbdash.store.bulk import table_of
from hbdash.store.tables import Penalty
from tests.cli.conftest import Live
from tests.cli.test_documents import complaints

pytestmark = pytest.mark.requirement("R7.5.2", "R8.6", "R8.8", "R4.12", "R7.1.9", "R3.9")


def punish(live: Live, key: str, *, tries: int = 1, content_type: str = "productprice") -> None:
    """A record of ours that failed so often."""
    book = FailureBook(1, "price", SystemClock())
    now = SystemClock().now()
    rule = RetryBook.from_setting(None).rule_for(content_type)
    with live.db.write() as connection:
        for n in range(tries):
            at = now - timedelta(hours=8 * (tries - n))
            views = penalties.penalise(
                connection, 1, content_type, [Offender(key)], rule, at, owner="hbdash"
            )
        book.met(Met(content_type, key, "price.locked", {"bound": "Max", "max": "10"},
                     penalty=views[key]))  # fmt: skip
        book.flush(connection)


def standing(live: Live) -> set[str]:
    table = table_of(Penalty)
    with live.db.read() as connection:
        return set(connection.execute(select(table.c.key)).scalars())


def test_penalties_are_listed_and_lifted_by_key_by_file_and_all(live: Live, tmp_path: Path) -> None:
    for n in range(4):
        punish(live, f"CLI-{n}", tries=3 if n == 0 else 1)
    document = live.run("penalties", "list", "--word", "cli-", "--json")
    assert document.code == 0
    assert (document.json["count"], document.json["ended"]) == (4, 1)
    assert not [one for one in complaints("penalties list", document.json) if "appear" not in one]
    assert "CLI-0" in live.run("penalties", "list", "--state", "ended").out

    asked = live.run("penalties", "lift", "CLI-0", typed="no\n")
    assert (asked.code, "CLI-0" in standing(live)) == (1, True)
    assert "1 ended" in asked.err

    path = tmp_path / "liste.csv"
    path.write_bytes("Stok Kodu;Ürün\ncli-1;Şal\nYOK;x\nCLI-1;y\n".encode("cp1254"))
    lifted = live.run("penalties", "lift", "CLI-0", "--csv", path, "--yes", "--json")
    assert lifted.code == 0, lifted
    assert not complaints("penalties lift", lifted.json)
    assert (lifted.json["planned"], lifted.json["done"]) == (2, 2)
    assert [(bad["line"], bad["reason"]) for bad in lifted.json["unusable"]] == [
        (3, "not_penalised"), (4, "again"),
    ]  # fmt: skip
    assert "cp1254" in lifted.err

    rest = live.run("penalties", "lift", "--all", "--word", "CLI", "--yes")
    assert rest.code == 0, rest
    assert not {key for key in standing(live) if key.startswith("CLI-")}
    nothing = live.run("penalties", "lift", "CLI-0", "--yes", "--json")
    assert (nothing.code, nothing.json["request"]) == (1, None)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("lift",), 2),
        (("lift", "A", "--state", "ended"), 2),
        (("lift", "--csv", "/no/such/file"), 2),
        (("list", "--type", "nothing"), 2),
    ],
)
def test_wrong_use_is_told(live: Live, words: tuple[str, ...], code: int) -> None:
    answer = live.run("penalties", *words)
    assert answer.code == code
    assert answer.err


def test_products_are_triggered_and_touched(live: Live, tmp_path: Path) -> None:
    known = "LZR-20000-LCV-1"
    refused = live.run("products", "trigger", known, "--json")
    assert refused.code == 1
    assert not complaints("products trigger", refused.json)
    (result,) = refused.json["results"]
    assert result["code"] == "product.not_in_queue"
    assert result["text"].startswith(
        "The relevant record is not in queue. the item may have been penalized or check product "
        "is saleable: "
    )
    path = tmp_path / "touch.csv"
    path.write_text(f"{known}\nYOK-1\n", encoding="utf-8-sig")
    touched = live.run("products", "touch", "--csv", path, "--yes", "--json")
    assert touched.code == 0, touched
    assert (touched.json["planned"], touched.json["done"]) == (1, 1)
    assert [bad["reason"] for bad in touched.json["unusable"]] == ["unknown_sku"]
