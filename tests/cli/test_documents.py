"""docs/cli-json.md promises keys and types; here it is held to what the commands print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Installation, Live
from tests.support.commands import run

PAGE = Path(__file__).parents[2] / "docs" / "cli-json.md"


def _moment(value: Any) -> bool:
    return isinstance(value, str) and value.endswith("Z") and bool(datetime.fromisoformat(value))


def _money(value: Any) -> bool:
    return isinstance(value, str) and Decimal(value).is_finite()


_TYPES = {
    "text": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "money": _money,
    "moment": _moment,
    "object": lambda value: isinstance(value, dict),
    "any": lambda value: True,
}


def promised() -> dict[str, dict[str, str]]:
    """Command → key → type, as the page's tables have it."""
    tables: dict[str, dict[str, str]] = {}
    command = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"## `(.+)`", line):
            command = heading[1]
            tables[command] = {}
        elif command and (row := re.fullmatch(r"\| `([^`]+)` \| ([a-z ]+) \| .+ \|", line)):
            tables[command][row[1]] = row[2]
    return tables


PROMISED = promised()
PROMISED["refunds show"] |= {
    key.removeprefix("claims[]."): kind
    for key, kind in PROMISED["refunds list"].items()
    if key.startswith("claims[].")
}


def leaves(value: Any, keys: Iterable[str], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value with its key as the page writes it; free objects are values of their own."""
    known = set(keys)
    below = [key for key in known if key.startswith((f"{path}.", f"{path}[")) or not path]
    if path in known and not (below and value is not None and path):
        yield path, value
        return
    if path in known:
        yield path, value
    if isinstance(value, list):
        for item in value:
            yield from leaves(item, known, f"{path}[]")
    elif isinstance(value, dict):
        named = any(key.startswith(f"{path}.*") for key in known)
        for name, item in value.items():
            step = "*" if named else name
            yield from leaves(item, known, f"{path}.{step}" if path else step)
    else:
        yield path, value


def complaints(command: str, *documents: Any) -> list[str]:
    """What the page and these documents disagree about."""
    table = PROMISED[command]
    found = [pair for document in documents for pair in leaves(document, table)]
    wrong = [f"{path} is not in the page" for path, _ in found if path not in table]
    seen = {path for path, _ in found}
    wrong += [f"{path} did not appear" for path in table if path not in seen]
    for path, value in found:
        kind, _, may_be_null = table.get(path, "any").partition(" or ")
        if value is None:
            if not may_be_null and kind != "any":
                wrong.append(f"{path} is null")
        elif not _TYPES[kind](value):
            wrong.append(f"{path} is no {kind}: {value!r}")
    return sorted(set(wrong))


#: Commands that only read, each with enough variants that every key appears.
READING = {
    "status": [["status"]],
    "why": [["why", "LZR-20418-İND"], ["why", "nobody's"]],
    "report price": [["report", "price"], ["report", "stock"]],
    "flows list": [["flows", "list"]],
    "flows history": [["flows", "history", "product_create"], ["flows", "history", "stock"]],
    "failures list": [["failures", "list"]],
    "alarms list": [["alarms", "list"]],
    "settings show": [["settings", "show"]],
}


@pytest.mark.parametrize("command", READING)
def test_reading_commands_print_what_is_promised(lalezar: Installation, command: str) -> None:
    documents = [lalezar.run(*words, "--json").json for words in READING[command]]
    assert not complaints(command, *documents)


def test_the_log_prints_a_document_a_line(lalezar: Installation) -> None:
    lines = lalezar.run("logs", "--json", "--limit", 200).lines
    assert len(lines) > 20
    assert not complaints("logs", *lines)
    assert [line["id"] for line in lines] == sorted(line["id"] for line in lines)


def test_acts_print_what_is_promised(lalezar: Installation) -> None:
    said: dict[str, list[Any]] = {}

    def keep(command: str, *words: object) -> Any:
        document = lalezar.run(*words, "--json").json
        said.setdefault(command, []).append(document)
        return document

    keep("flows pause", "flows", "pause", "stock", "--hours", "2", "--why", "sayım")
    keep("flows list", "flows", "list")
    keep("flows resume", "flows", "resume", "stock")
    causes = keep("failures list", "failures", "list")["causes"]
    for word, cause in zip(("retry", "close"), causes, strict=False):
        more = ("--reason", "done") if word == "close" else ()
        keep("failures retry", "failures", word, cause["fingerprint"], *more)
    (first, *_) = keep("alarms list", "alarms", "list")["firing"]
    keep("alarms ack", "alarms", "ack", first["id"])
    for command, documents in said.items():
        assert not complaints(command, *documents), command


def test_version_and_settings_check(lalezar: Installation) -> None:
    assert not complaints("version", run("version", "--json").json)
    document = lalezar.run("settings", "check", "--json").json
    assert document["problems"], "the shop's settings are not complete"
    assert not [one for one in complaints("settings check", document) if "flag_warnings" not in one]


def test_claims_print_what_is_promised(lalezar: Installation) -> None:
    listed = [
        lalezar.run("refunds", "list", "--part", part, "--json").json
        for part in ("to-decide", "at-marketplace", "closed")
    ]
    assert all(one["count"] == len(one["claims"]) > 0 for one in listed)
    assert not complaints("refunds list", *listed)
    numbers = [claim["number"] for one in listed for claim in one["claims"]]
    shown = [lalezar.run("refunds", "show", number, "--json").json for number in numbers]
    assert not complaints("refunds show", *shown)


def test_a_rejection_prints_what_is_promised(lalezar: Installation) -> None:
    words = ("042003118", "--reason", "ProductNotWrong", "--explanation", "Doğru ürün.", "--yes")
    first = lalezar.run("refunds", "reject", *words, "--json")
    again = lalezar.run("refunds", "reject", *words, "--json")
    assert (first.code, again.code) == (0, 0), (first, again)
    assert not complaints("refunds reject", first.json, again.json)
    assert (first.json["already"], again.json["already"]) == (False, True)


def test_the_live_ones_print_what_is_promised(live: Live) -> None:
    asked = live.run("flows", "run", "stock", "LZR-20000-LCV-1", "--json")
    assert asked.code == 0, asked
    document = asked.json
    assert not complaints("flows history", {"flow": "stock", "runs": [document["run"]]})
    not_waited = live.run("flows", "run", "price", "--no-wait", "--json").json
    assert not complaints("flows run", document | {"run": {}}, not_waited)
    assert not complaints("report not-on-sale", live.run("report", "not-on-sale", "--json").json)
    assert not complaints("check", live.run("check", "--json").json)
