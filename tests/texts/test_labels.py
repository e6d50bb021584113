from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hbdash.domain.gates import GATES, GateResult, GateState, walk_gates
from hbdash.domain.reasons import CLAIM_TYPES, CUSTOMER_REASONS, REJECTION_REASONS
from hbdash.domain.settings import SETTINGS
from hbdash.domain.settings.flags import resolve_flags
from hbdash.domain.states import (
    ClaimState,
    DataState,
    DeadlineState,
    FailureState,
    OfferState,
    RunState,
)
from hbdash.flows.registry import FLOWS
from hbdash.texts import labels as l_
from hbdash.texts import language, set_language
from hbdash.texts.gates import (
    condition_label,
    condition_remedy,
    gate_label,
    gate_remedy,
    gate_text,
)
from hbdash.texts.reasons import claim_type_label, customer_reason, rejection_reason
from tests.domain.test_gates import GOOD, STOPS

ZONE = ZoneInfo("Europe/Istanbul")
NOW = datetime(2026, 11, 23, 11, 32, tzinfo=UTC)
NAMED: list[tuple[Callable[[str], str], list[str]]] = [
    (l_.flow_label, list(FLOWS)),
    (l_.flow_description, list(FLOWS)),
    (l_.run_state, list(RunState)),
    (l_.failure_state, list(FailureState)),
    (l_.offer_state, list(OfferState)),
    (l_.claim_state, list(ClaimState)),
    (l_.deadline_label, list(DeadlineState)),
    (l_.data_state, list(DataState)),
    (l_.setting_group, sorted({one.group for one in SETTINGS})),
    (l_.setting_type, sorted({one.type for one in SETTINGS})),
    (claim_type_label, list(CLAIM_TYPES)),
    (customer_reason, list(CUSTOMER_REASONS)),
    (rejection_reason, list(REJECTION_REASONS)),
    (gate_label, list(GATES)),
]


@pytest.mark.parametrize("code", ["en", "tr"])
@pytest.mark.parametrize(("label", "names"), NAMED)
def test_everything_has_a_name_of_its_own(
    label: Callable[[str], str], names: list[str], code: str
) -> None:
    set_language(code)
    shown = [label(name) for name in names]
    assert all(shown)
    assert len(set(shown)) == len(shown)


def test_names_of_the_pictures() -> None:
    assert l_.flow_label("order_create") == "Order Create"
    assert l_.figure_label(3) == l_.figure_label("sku_not_on_sale") == "Not on sale"
    assert l_.figure_guide_label(4) == "NUMBER OF SKUs WITH PRICE DIFFERENCES (CORRECTED)"
    assert l_.failure_state("open") == "open"
    set_language("tr")
    assert l_.flow_label("order_create") == "Sipariş Alma"
    assert l_.figure_label(1) == "Katalogdaki SKU"
    assert l_.failure_state("open") == "açık"
    assert l_.run_state(RunState.PARTLY_DONE) == "kısmen bitti"
    assert l_.service_label("listing") == "liste servisi"


def test_what_nobody_knows_is_shown_as_it_came() -> None:
    assert l_.flow_label("new_flow") == "new_flow"
    assert customer_reason("NewReason") == "NewReason"
    assert customer_reason(None) == "?"
    assert rejection_reason("NewReason") == "NewReason"
    assert claim_type_label("Missingpart") == "Missing part"
    assert claim_type_label("NewKind") == "NewKind"
    assert condition_label("new_condition") == "new_condition"


def test_a_retrying_failure_says_its_tries() -> None:
    text = l_.failure_state("retrying", tries=2, max_tries=3, next_at=NOW, now=NOW, zone=ZONE)
    assert text == "retrying 2/3, 14:32"
    assert l_.failure_state("cured", tries=2, max_tries=3) == "cured"


@pytest.mark.parametrize("code", ["en", "tr"])
@pytest.mark.parametrize(("gate", "reason", "change"), STOPS)
def test_every_gate_says_what_stops_and_what_to_do(
    gate: str, reason: str, change: dict[str, object], code: str
) -> None:
    set_language(code)
    result = walk_gates(replace(GOOD, **change))[-1]  # type: ignore[arg-type]
    assert result.stopped
    assert gate_text(result, NOW, ZONE)
    assert "{" not in gate_text(result, NOW, ZONE)
    assert gate_remedy(result).endswith(".")


def test_gates_that_pass_say_what_they_saw() -> None:
    texts = {result.gate: gate_text(result, NOW, ZONE) for result in walk_gates(GOOD)}
    assert texts["price"] == "₺299.00 in Omnitron"
    assert texts["stock"] == "10"
    assert texts["image"] == "4 images"
    assert gate_text(GateResult("lock", GateState.NOT_LOOKED), NOW, ZONE) == "not looked at"
    assert gate_remedy(GateResult("lock", GateState.PASSED)) == ""


def test_conditions_of_the_report() -> None:
    for condition in ("no_price", "no_stock", "no_category", "no_image", "not_in_catalogue",
                      "not_simple", "not_active"):  # fmt: skip
        assert condition_label(condition) != condition
        assert condition_remedy(condition)


def test_flag_warnings_are_sentences() -> None:
    flags = resolve_flags({"send_invoice_link": True, "send_delete_products": True, "stock": "x"})
    texts = [l_.flag_warning(w.kind, w.name, w.flag) for w in flags.warnings]
    assert "unknown flag send_invoice_link is kept and not used" in texts
    assert "flag send_delete_products is read as delete_product" in texts


@pytest.mark.parametrize(
    ("given", "code"),
    [("tr", "tr"), ("tr_TR.UTF-8", "tr"), ("en-GB", "en"), ("C", "en"), ("C.UTF-8", "en")],
)
def test_languages_may_be_given_as_locales(given: str, code: str) -> None:
    set_language(given)
    assert language() == code


def test_a_language_that_we_lack_is_refused() -> None:
    with pytest.raises(ValueError):
        set_language("de")
