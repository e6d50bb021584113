"""Words for the gates of `why`, and for the conditions of the report (R7.1.3, R7.2.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal

from hbdash.domain.gates import GateResult, GateState
from hbdash.texts.formats import money, number, time
from hbdash.texts.translate import N_, _

_NAMES = {
    "channel": N_("channel"),
    "flag": N_("flag"),
    "catalogue": N_("catalogue"),
    "category": N_("category"),
    "mapping": N_("mapping"),
    "price": N_("price"),
    "stock": N_("stock"),
    "image": N_("image"),
    "penalty": N_("penalty"),
    "pending_upload": N_("upload"),
    "lock": N_("lock"),
    "marketplace_state": N_("marketplace"),
}
_PASSED = {
    "channel": N_("active"),
    "flag": N_("{flag} on"),
    "catalogue": N_("simple, active"),
    "category": N_("{category}, one only"),
    "mapping": N_("all mandatory attributes"),
    "price": N_("{price} in Omnitron"),
    "stock": N_("{stock}"),
    "image": N_("{images} images"),
    "penalty": N_("none"),
    "pending_upload": N_("none pending"),
    "lock": N_("none"),
    "marketplace_state": N_("on sale"),
}
_STOPPED: dict[str, tuple[str, str]] = {
    "channel.inactive": (N_("the channel is inactive"), N_("Activate it in Omnitron.")),
    "channel.paused": (N_("paused until {until}"), N_("It ends by itself; P resumes it now.")),
    "flag.off": (N_("the flag {flag} is off"), N_("Set it in Settings, Flags.")),
    "catalogue.not_in_catalogue": (
        N_("not in the catalogue"),
        N_("Add it to the channel's catalogue in Omnitron."),
    ),
    "catalogue.not_simple": (
        N_("not a simple product"),
        N_("Only simple products are sold; look at its variants."),
    ),
    "catalogue.not_active": (N_("not active"), N_("Activate the product in Omnitron.")),
    "category.no_category": (N_("in no category"), N_("Put it into one category.")),
    "category.many_categories": (
        N_("in {count} categories"),
        N_("Leave it in one category only."),
    ),
    "mapping.attributes": (
        N_("without a usable value: {attributes}"),
        N_("Map them, or run Category Attributes to refresh the values."),
    ),
    "price.no_price": (N_("no price"), N_("Add a price in Omnitron.")),
    "stock.no_record": (N_("no stock record"), N_("Add a stock in Omnitron.")),
    "stock.no_stock": (N_("stock {stock}"), N_("It goes on sale when there is stock.")),
    "stock.stop_of_sale": (
        N_("sale was stopped; 0 is sent for {stock}"),
        N_("End the stop of sale; today's stock is then sent."),
    ),
    "stock.kept_back": (
        N_("stock {stock}, all of it kept back"),
        N_("Buffer and held units take all of it; lower the buffer or add stock."),
    ),
    "image.no_image": (N_("no image"), N_("Add an image in Omnitron.")),
    "penalty.waiting": (
        N_("waits for its next try, {until}"),
        N_("It is tried again by itself; L lifts the penalty now."),
    ),
    "penalty.ended": (
        N_("tries used up"),
        N_("Mend the cause, then lift the penalty with L."),
    ),
    "pending_upload.pending": (
        N_("sent {since}, no result yet"),
        N_("Nothing: the result is asked for by itself."),
    ),
    "lock.locked": (
        N_("locked by Hepsiburada: {locks}"),
        N_("Mend what the lock names; price locks open with a price within the bounds."),
    ),
    "marketplace_state.status": (
        N_("in Hepsiburada's catalogue: {status}"),
        N_("See the Catalogue screen for what Hepsiburada asks."),
    ),
    "marketplace_state.suspended": (
        N_("suspended by Hepsiburada"),
        N_("Ask Hepsiburada's support."),
    ),
    "marketplace_state.frozen": (N_("frozen by Hepsiburada"), N_("Ask Hepsiburada's support.")),
    "marketplace_state.no_listing": (
        N_("no listing at Hepsiburada"),
        N_("Send the product with Product Create."),
    ),
    "marketplace_state.not_salable": (
        N_("listed, but not for sale"),
        N_("Compare stock and price there; they are corrected by themselves."),
    ),
}
_CONDITIONS: dict[str, tuple[str, str]] = {
    "no_price": (N_("no price"), N_("add a price in Omnitron")),
    "no_stock": (N_("no stock"), N_("add stock in Omnitron")),
    "no_category": (N_("no category"), N_("put it into one category")),
    "no_image": (N_("no image"), N_("add an image in Omnitron")),
    "not_in_catalogue": (N_("not in catalogue"), N_("add it to the catalogue")),
    "not_simple": (N_("not simple"), N_("only simple products are sold")),
    "not_active": (N_("not active"), N_("activate it in Omnitron")),
}


def gate_label(gate: str) -> str:
    """The gate's name."""
    return _(_NAMES[gate])


def gate_text(result: GateResult, now: datetime, zone: tzinfo) -> str:
    """What the gate said: passed with what, stopped by what, or not looked at."""
    if result.state is GateState.NOT_LOOKED:
        return _("not looked at")
    text = _STOPPED[_stop_id(result)][0] if result.stopped else _PASSED[result.gate]
    return _(text).format_map(_shown(result.params, now, zone))


def gate_remedy(result: GateResult) -> str:
    """What to do about a gate that stops; empty for one that does not."""
    return _(_STOPPED[_stop_id(result)][1]) if result.stopped else ""


def condition_label(condition: str) -> str:
    """A missing condition of saleability, as short as a column: "no price"."""
    return _(_CONDITIONS[condition][0]) if condition in _CONDITIONS else condition


def condition_remedy(condition: str) -> str:
    """What mends it, in lower case: "add a price in Omnitron"."""
    return _(_CONDITIONS[condition][1]) if condition in _CONDITIONS else ""


def _stop_id(result: GateResult) -> str:
    return f"{result.gate}.{result.params['reason']}"


class _Shown(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def _shown(params: Mapping[str, object], now: datetime, zone: tzinfo) -> _Shown:
    shown = _Shown()
    for name, value in params.items():
        if isinstance(value, datetime):
            shown[name] = time(value, now, zone)
        elif isinstance(value, Decimal):
            shown[name] = money(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            shown[name] = number(value)
        elif value:
            shown[name] = str(value)
    return shown
