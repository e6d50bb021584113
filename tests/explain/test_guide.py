"""The error guide (R8): complete, searchable by what people read, and leading to what exists."""

from __future__ import annotations

import argparse
from importlib import import_module

import pytest

from hbdash.cli.main import COMMANDS
from hbdash.domain.failures import FAILURES
from hbdash.domain.remedies import OF_ENTRY, REMEDIES
from hbdash.domain.wordings import (
    CONTENT_LOCKS,
    PRICE_LOCKS,
    SPELLINGS,
    UPLOAD_ERRORS,
    recognise,
)
from hbdash.explain.guide import entries, entry, look_up
from hbdash.flows.registry import FLOWS
from hbdash.texts.causes import CAUSES, TOPICS
from hbdash.texts.cells import cells
from screens.actions import BY_ID
from tests.support.commands import run

#: What stands for a word of the reader's in a command.
_FILLED_IN = {"KEY": "LZR-1", "SKU": "LZR-1", "ID": "f", "FILE": "skus.csv", "CLAIM": "041987654"}
#: Error names of H§17.6, as the reference has them.
OF_THE_REFERENCE = (
    "ProductNotFound",
    "MismatchingSkusSpecified",
    "DuplicateHepsiburadaSkuSpecified",
    "DuplicateMerchantSkuSpecified",
    "MissingHeaders",
    "InvalidPrice",
    "InvalidAvailableStock",
    "InvalidDispatchTime",
    "InvalidMaximumPurchasableQuantity",
    "DiscountedListingPriceIncrease",
    "DiscountedListingStockDecrease",
    "MerchantAlreadyListedAgainstProduct",
    "ListingDeletedRecently",
    "ListingFrozen",
    "MissingStandardCargoCompany",
    "MissingStandartCargoCompany",
    "OutOfPriceRange",
    "restrictedProductBrand",
)


def test_every_failure_has_an_entry_and_a_remedy_that_exists() -> None:
    ids = {one.id for one in entries()}
    assert set(FAILURES) <= ids
    assert {spec.remedy for spec in FAILURES.values()} <= set(REMEDIES)
    assert set(OF_ENTRY) <= ids, "a remedy of something that the guide does not have"
    assert set(OF_ENTRY.values()) <= set(REMEDIES)


@pytest.mark.parametrize("name", OF_THE_REFERENCE)
def test_every_upload_error_has_an_entry_of_its_own(name: str) -> None:
    (found,) = look_up(name)
    assert found.id.startswith("upload.row#")
    assert found.cause != entry("upload.row").cause
    assert name in found.wording
    assert {one.lower() for one in UPLOAD_ERRORS} >= {found.id.partition("#")[2]}


@pytest.mark.parametrize("remedy", REMEDIES.values(), ids=lambda one: one.id)
def test_every_action_that_the_guide_names_exists(remedy: object) -> None:
    command, action = remedy.command, remedy.action  # type: ignore[attr-defined]
    assert not action or action in BY_ID
    if not command:
        return
    assert command[0] in COMMANDS
    parser = argparse.ArgumentParser(exit_on_error=False)
    import_module(f"hbdash.cli.{command[0]}").add_arguments(parser)
    words = [_FILLED_IN.get(word, word) for word in command[1:]]
    parser.parse_args(words)
    if command[:2] == ("flows", "run"):
        assert command[2] in FLOWS


@pytest.mark.requirement("R8.1", "R8.2", "R8.3", "R8.7", "R8.8", "R8.10")
@pytest.mark.parametrize(("id", "spelling"), [(i, s) for i, all in SPELLINGS.items() for s in all])
def test_each_spelling_leads_to_its_entry(id: str, spelling: str) -> None:
    if id == "lock.unknown":
        return  # an everyday word: it is found by its id
    found = recognise(f"2026-11-23 product LZR-20418: {spelling}")
    assert found is not None
    assert found[0] == id
    assert [one.id for one in look_up(spelling)] == [id]


@pytest.mark.requirement(
    "R8.1", "R8.2", "R8.3", "R8.4", "R8.5", "R8.6", "R8.7", "R8.8", "R8.9", "R8.10"
)
@pytest.mark.parametrize("number", range(1, 11))
def test_the_guide_answers_every_number_of_the_setup_guide(number: int) -> None:
    found = look_up(f"R8.{number}")
    assert found
    assert all(one.source == f"R8.{number}" for one in found)
    assert any(one.command for one in found) or number == 10, "what to do is a command"


def test_the_parameters_of_a_line_go_into_the_entry() -> None:
    (found,) = look_up(
        "Address is not valid. channel: 137 code: 137_Merkez model: Township city id: 14, "
        "city name: Bolu"
    )
    assert found.cause == "Township “Merkez” not mapped"
    (found,) = look_up("Renk : Bordo was not defined for Kilim attribute set")
    assert "Bordo" in found.meaning


def test_locks_are_explained() -> None:
    for name in (*PRICE_LOCKS, *CONTENT_LOCKS):
        assert entry(f"lock.{name.lower()}").what_to_do


@pytest.mark.parametrize("id", [*CAUSES, *TOPICS])
def test_an_entry_reads_as_sentences_without_a_case_at_hand(id: str) -> None:
    one = entry(id)
    assert cells(one.cause) <= 30
    for text in (one.meaning, one.what_to_do):
        assert text.endswith((".", "…"))
        assert "{" not in text.replace("{id}", "").replace("{orderNumber}", "")


def test_words_are_searched_and_nonsense_is_said() -> None:
    assert {"order.address#township"} <= {one.id for one in look_up("township")}
    assert look_up("çşğ nothing of the kind") == []
    answer = run("guide", "çşğ nothing of the kind")
    assert (answer.code, answer.out) == (1, "")


def test_the_command_prints_it_without_a_configuration() -> None:
    whole = run("guide", "--json").json
    assert whole["count"] == len(whole["entries"]) == len(entries())
    one = run("guide", "StockNotFound").out
    assert "stock.missing, R8.2" in one
    assert "Add a stock in Omnitron" in one
    listed = run("guide", "price").out
    assert len(listed.splitlines()) > 3
