"""Names: flows, figures, states, kinds. Names of Hepsiburada and Omnitron stay as they are there.

Turkish names of flows and figures are those of the pictures in the reference.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from hbdash.domain.states import (
    ClaimState,
    DataState,
    DeadlineState,
    FailureState,
    OfferState,
    RunState,
)
from hbdash.texts.formats import time
from hbdash.texts.translate import N_, _, pgettext

_FLOWS: dict[str, tuple[str, str]] = {
    "category_node": (N_("Category Node"), N_("Reads Hepsiburada's category tree into Omnitron.")),
    "category_attributes": (
        N_("Category Attributes"),
        N_("Reads the attributes and values of the categories into Omnitron."),
    ),
    "default_attributes": (
        N_("Default Attributes"),
        N_("Prepares Hepsiburada's fixed product fields for the Mapper."),
    ),
    "compare_attributes": (
        N_("Compare Attributes"),
        N_("Finds what Hepsiburada changed in the categories in use."),
    ),
    "product_create": (N_("Product Create"), N_("Sends new products to Hepsiburada.")),
    "product_update": (N_("Product Update"), N_("Sends changed products to Hepsiburada.")),
    "product_delete": (
        N_("Product Delete"),
        N_("Takes products that left the catalogue off sale: stock 0."),
    ),
    "stock": (N_("Stock"), N_("Sends changed stocks to Hepsiburada.")),
    "price": (N_("Price"), N_("Sends changed prices to Hepsiburada.")),
    "order_create": (N_("Order Create"), N_("Writes Hepsiburada's packages as orders.")),
    "order_update": (
        N_("Order Update"),
        N_("Sends invoice, tracking number and status to Hepsiburada."),
    ),
    "order_cancel": (
        N_("Order Cancel"),
        N_("Cancels in Omnitron what was cancelled at Hepsiburada."),
    ),
    "order_refund": (N_("Order Refund"), N_("Writes Hepsiburada's claims as refund requests.")),
    "updated_orders": (
        N_("Updated Orders"),
        N_("Writes what Hepsiburada shipped and delivered to the order items."),
    ),
    "split_packages": (N_("Split Packages"), N_("Splits a package at Hepsiburada.")),
    "approve_refunds": (
        N_("Approve Refunds"),
        N_("Sends the refunds that were approved in Omnitron to Hepsiburada."),
    ),
    "reject_refund": (
        N_("Reject Refund"),
        N_("Sends a rejection with reason, explanation and photos to Hepsiburada."),
    ),
    "unpacked_orders": (
        N_("Unpacked Orders"),
        N_("Cancels orders whose package was broken up at Hepsiburada."),
    ),
    "mirror": (N_("Mirror"), N_("Reads both sides and computes the figures and reports.")),
    "stock_correction": (
        N_("Stock Correction"),
        N_("Sends stocks that differ although nothing changed."),
    ),
    "price_correction": (
        N_("Price Correction"),
        N_("Sends prices that differ although nothing changed."),
    ),
    "prematch": (N_("Match Decision"), N_("Sends a decision on a proposed match to Hepsiburada.")),
    "cause_watch": (N_("Cause Watch"), N_("Tests whether causes of failures are gone.")),
    "penalty_mirror": (N_("Penalty Mirror"), N_("Reads Omnitron’s penalties as they stand.")),
    "lift_penalty": (N_("Lift Penalty"), N_("Lifts penalties, so that records go again.")),
    "touch_version": (
        N_("Touch Version"),
        N_("Makes products count as changed, so that they are sent again."),
    ),
    "retry_failures": (N_("Retry"), N_("Tries the records of some failures again.")),
    "alarms": (N_("Alarms"), N_("Watches what the alarm rules ask for.")),
}


def flow_label(flow: str) -> str:
    """The flow's name; an unknown id is shown as it is."""
    return _(_FLOWS[flow][0]) if flow in _FLOWS else flow


def flow_description(flow: str) -> str:
    """What the flow does, in one sentence."""
    return _(_FLOWS[flow][1]) if flow in _FLOWS else ""


#: The eight figures of R7.1, by the names under which they are stored; second the guide's name.
_FIGURES: dict[str, tuple[str, str]] = {
    "sku_total": (N_("SKUs in catalogue"), N_("TOTAL SKU IN CATALOG")),
    "sku_on_sale": (N_("SKUs on sale"), N_("NUMBER OF SKUs ON SALE")),
    "sku_not_on_sale": (N_("Not on sale"), N_("TOTAL SKU DIFFERENCE")),
    "price_differs": (
        N_("Price differs"),
        N_("NUMBER OF SKUs WITH PRICE DIFFERENCES (CORRECTED)"),
    ),
    "stock_total": (N_("Stock in catalogue"), N_("TOTAL STOCK IN CATALOG")),
    "stock_on_sale": (N_("Stock on sale"), N_("TOTAL STOCK ON SALE")),
    "stock_not_on_sale": (N_("Stock not on sale"), N_("TOTAL STOCK DIFFERENCE")),
    "stock_differs": (N_("Stock differs"), N_("NUMBER OF SKUs WITH STOCK DIFFERENCES")),
}


def figure_label(name: str | int) -> str:
    """The figure's name on the dashboard, by its stored name or its number (R7.1.1 to R7.1.8)."""
    return _(_figure(name)[0])


def figure_guide_label(name: str | int) -> str:
    """The name that the setup guide gives it."""
    return _(_figure(name)[1])


def _figure(name: str | int) -> tuple[str, str]:
    return list(_FIGURES.values())[name - 1] if isinstance(name, int) else _FIGURES[name]


_RUN_STATES = {
    RunState.RUNNING: N_("running"),
    RunState.DONE: N_("done"),
    RunState.PARTLY_DONE: N_("partly done"),
    RunState.NOTHING_DUE: N_("nothing due"),
    RunState.FAILED: N_("failed"),
    RunState.REFUSED: N_("refused"),
    RunState.CANCELLED: N_("cancelled"),
    RunState.LOST: N_("lost"),
    RunState.PAUSED: N_("paused"),
}
_FAILURE_STATES = {
    FailureState.RETRYING: N_("retrying"),
    FailureState.ENDED: N_("ended"),
    FailureState.CURED: N_("cured"),
    FailureState.CLOSED: N_("closed"),
}
_OFFER_STATES = {
    OfferState.WAITING: N_("waiting"),
    OfferState.SENT: N_("sent"),
    OfferState.AWAITING_RESULT: N_("awaiting result"),
    OfferState.SUPERSEDED: N_("superseded"),
    OfferState.SKIPPED: N_("skipped"),
    OfferState.CONFIRMED: N_("confirmed"),
    OfferState.FAILED: N_("failed"),
    OfferState.UNKNOWN: N_("unknown"),
}
_CLAIM_STATES = {
    ClaimState.TO_DECIDE: N_("to decide"),
    ClaimState.REASON_NEEDED: N_("reason needed"),
    ClaimState.SENDING: N_("being sent"),
    ClaimState.AWAITING: N_("awaiting Hepsiburada"),
    ClaimState.WON: N_("won"),
    ClaimState.LOST: N_("lost, refunded"),
    ClaimState.PORTAL_ONLY: N_("portal only"),
    ClaimState.ACCEPTED: N_("accepted"),
    ClaimState.CLOSED: N_("closed by Hepsiburada"),
    ClaimState.UNKNOWN: N_("outcome unknown"),
}
_DEADLINE_STATES = {
    DeadlineState.FAR: N_("over a day"),
    DeadlineState.TODAY: N_("within a day"),
    DeadlineState.SOON: N_("within 4 hours"),
    DeadlineState.NOW: N_("within the hour"),
    DeadlineState.MISSED: N_("missed"),
}
_DATA_STATES = {
    DataState.LIVE: N_("live"),
    DataState.PAUSED: N_("paused"),
    DataState.STALE: N_("stale"),
    DataState.RECONNECTING: N_("reconnecting"),
    DataState.VIEWER: N_("viewer"),
}


def run_state(state: RunState | str) -> str:
    """The word for a run's state."""
    return _(_RUN_STATES[RunState(state)])


def failure_state(
    state: FailureState | str,
    *,
    tries: int | None = None,
    max_tries: int | None = None,
    next_at: datetime | None = None,
    now: datetime | None = None,
    zone: tzinfo | None = None,
) -> str:
    """The word for a failure's state; while retrying with its tries and the next one, if given:
    `retrying 2/3, 14:35`.
    """
    known = FailureState(state)
    # "open" is also a key's verb, and those are two words in Turkish.
    word = pgettext("failure", "open") if known is known.OPEN else _(_FAILURE_STATES[known])
    if known is not FailureState.RETRYING:
        return word
    if tries is not None and max_tries:
        word = f"{word} {tries}/{max_tries}"
    if next_at is not None and now is not None and zone is not None:
        word = f"{word}, {time(next_at, now, zone)}"
    return word


def offer_state(state: OfferState | str) -> str:
    """The word for the state of a sent value."""
    return _(_OFFER_STATES[OfferState(state)])


def claim_state(state: ClaimState | str) -> str:
    """The word for a claim's state."""
    return _(_CLAIM_STATES[ClaimState(state)])


def deadline_label(state: DeadlineState | str) -> str:
    """How near a deadline is, in words."""
    return _(_DEADLINE_STATES[DeadlineState(state)])


def data_state(state: DataState | str) -> str:
    """The word for how fresh the data on the screen are."""
    return _(_DATA_STATES[DataState(state)])


_SIDES = {"hepsiburada": "Hepsiburada", "omnitron": "Omnitron"}
_SERVICES = {
    "catalogue": N_("catalogue service"),
    "listing": N_("listing service"),
    "oms": N_("order service"),
    "shipping": N_("shipping service"),
    "ticket": N_("ticket service"),
    "omnitron": "Omnitron",
}


def side_label(side: str) -> str:
    """Hepsiburada or Omnitron, as they write themselves."""
    return _SIDES.get(side.lower(), side)


def service_label(service: str) -> str:
    """The service in words: "listing service"."""
    return _(_SERVICES[service.lower()]) if service.lower() in _SERVICES else service


_GROUPS = {
    "channel": N_("Channel"),
    "connection": N_("Connection"),
    "products": N_("Products and stock"),
    "orders": N_("Orders"),
    "shipping": N_("Shipping"),
    "refunds": N_("Refunds"),
}
_TYPES = {
    "text": N_("text"),
    "integer": N_("whole number"),
    "bool": N_("yes or no"),
    "json": N_("JSON"),
    "list": N_("list"),
    "choice": N_("choice"),
}


def setting_group(group: str) -> str:
    """The heading over a group of settings."""
    return _(_GROUPS[group])


def setting_type(type_: str) -> str:
    """What kind of value a setting takes."""
    return _(_TYPES[type_])


_FLAG_WARNINGS = {
    "missing": N_("flag {flag} is missing, so it counts as off"),
    "unknown": N_("unknown flag {name} is kept and not used"),
    "alias": N_("flag {name} is read as {flag}"),
    "conflict": N_("flag {name} contradicts another spelling of {flag}"),
    "bad_value": N_("flag {name} is neither true nor false, so it counts as off"),
}


def flag_warning(kind: str, name: str, flag: str = "") -> str:
    """A warning of `domain.settings.FlagWarning`, as a sentence."""
    return _(_FLAG_WARNINGS[kind]).format(name=name[:60], flag=flag or name[:60])
