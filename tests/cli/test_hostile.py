"""Text of customers, of both sides and of files must not steer the terminal it is printed on."""

from __future__ import annotations

import unicodedata

import pytest
from sqlalchemy import update

from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.log.tables import LogEntry
from hbdash.store.tables import (
    AlarmRule,
    CatalogueItem,
    Claim,
    Failure,
    FlowRun,
    MarketPackage,
    Pause,
)
from tests.cli.conftest import Installation
from tests.support.commands import Answer
from tests.support.shop import NOW

#: Clears the screen, sets the title, moves by C1, turns the line round, breaks it, and is markup.
HOSTILE = "\x1b[2J\x1b]0;ele geçirildi\x07\x9b31m\u202e[bold red]Çaydanlık[/]\r\n\x00\x7f‮ ️"

COMMANDS = [
    ("status",), ("why", "LZR-20418-İND"), ("why", HOSTILE.replace("\x00", "")),
    ("report", "not-on-sale"), ("report", "price"), ("flows", "list"),
    ("flows", "history", "product_create"), ("logs", "--limit", "100"), ("failures", "list"),
    ("alarms", "list"), ("alarms", "list", "--rules"), ("refunds", "list"),
    ("refunds", "show", "042003118"), ("settings", "show"), ("settings", "check"),
]  # fmt: skip


def poison(db: Database) -> None:
    """Write it wherever text comes from outside."""
    clean = HOSTILE.replace("\x00", "")
    columns = {
        CatalogueItem: ("name",),
        Claim: ("product_name", "explanation", "customer_name", "order_number"),
        Failure: ("remote_text",),
        LogEntry: ("message",),
        AlarmRule: (),
        MarketPackage: ("cargo",),
        Pause: ("by", "why"),
        FlowRun: ("started_by",),
    }
    with db.write() as connection:
        for model, names in columns.items():
            table = table_of(model)
            if names:
                connection.execute(update(table).values(dict.fromkeys(names, clean)))
        failures, runs = table_of(Failure), table_of(FlowRun)
        connection.execute(
            update(failures).values(params={"city": clean, "township": clean, "name": clean})
        )
        connection.execute(
            update(runs).values(
                reason_id="run.paused", reason_params={"by": clean, "why": clean,
                                                       "until": NOW.isoformat()}
            )
        )  # fmt: skip


def steering(answer: Answer) -> set[str]:
    """Letters that a terminal might obey."""
    text = (answer.out + answer.err).replace("\n", "")
    return {letter for letter in text if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp")}


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2])[:18])
def test_no_command_prints_what_a_terminal_obeys(
    lalezar: Installation, words: tuple[str, ...]
) -> None:
    poison(lalezar.db)
    plain = lalezar.run(*words)
    assert plain.code in (0, 1), plain
    assert not steering(plain)
    for line in plain.out.splitlines():
        assert "\x1b" not in line
    assert not steering(lalezar.run(*words, "--json"))


def test_markup_is_printed_as_it_is(lalezar: Installation) -> None:
    poison(lalezar.db)
    assert "[bold red]Çaydanlık[/]" in lalezar.run("report", "price").out


def test_a_message_about_hostile_arguments_is_harmless(lalezar: Installation) -> None:
    given = (
        (HOSTILE,),
        ("flows", "run", "stock", "--from", HOSTILE, "--to", "x"),
        ("flows", "list", "--channel", HOSTILE),
        ("refunds", "show", HOSTILE),
    )
    for words in given:
        assert not steering(lalezar.run(*(word.replace("\x00", "") for word in words)))
