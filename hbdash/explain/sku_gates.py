"""A SKU: each gate in order up to the first that stops it (design section 4)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hbdash.domain.gates import GATES, GateResult, GateState, walk_gates
from hbdash.domain.turkish import sku_key
from hbdash.explain.answer import Gate, Why
from hbdash.explain.facts import SkuFacts, gate_facts, sku_facts
from hbdash.texts.causes import cause, remedy
from hbdash.texts.formats import money, number, time
from hbdash.texts.gates import gate_label, gate_remedy, gate_text
from hbdash.texts.labels import offer_state
from hbdash.texts.offers import value
from hbdash.texts.translate import _


def why_sku(connection: Connection, channel_id: int, key: str, now: datetime) -> Why:
    """Ask every gate. ``key`` in any spelling of a SKU."""
    facts = sku_facts(connection, channel_id, sku_key(key))
    zone = ZoneInfo(facts.channel["timezone"])
    results = walk_gates(gate_facts(facts, now))
    stop = results[-1] if results[-1].stopped else None
    gates = tuple(
        Gate(r.gate, gate_label(r.gate), r.state.value, gate_text(r, now, zone)) for r in results
    ) + tuple(
        Gate(name, gate_label(name), GateState.NOT_LOOKED.value, _("not looked at"))
        for name in GATES[len(results) :]
    )
    known = facts.item is not None or facts.listing is not None
    return Why(
        key=facts.key,
        kind="sku" if known else "unknown",
        title=facts.item["sku"] if facts.item is not None else key,
        product=_product(facts),
        known=known,
        verdict=_verdict(facts, stop, now, zone, known),
        stopped=stop is not None,
        stopped_by=stop.gate if stop is not None else None,
        gates=gates,
        sums=_sums(facts, now, zone),
        what_to_do=_what_to_do(facts, stop, known),
    )


def _product(facts: SkuFacts) -> str:
    name = facts.item["name"] if facts.item is not None else ""
    there = facts.listing["hb_sku"] if facts.listing is not None else ""
    return "   ".join(part for part in (name, there) if part)


def _verdict(
    facts: SkuFacts, stop: GateResult | None, now: datetime, zone: ZoneInfo, known: bool
) -> str:
    if not known:
        return _("Neither side knows this SKU, as far as it was read.")
    if stop is None:
        if facts.listing is not None and facts.listing["is_salable"]:
            return _("On sale: every gate is open.")
        return _("Nothing stops it; it goes in the next run.")
    reason = f"{gate_label(stop.gate)}: {gate_text(stop, now, zone)}"
    if facts.listing is not None and facts.listing["is_salable"]:
        return _("On sale, but held up: {reason}.").format(reason=reason)
    return _("Not on sale: {reason}.").format(reason=reason)


def _sums(facts: SkuFacts, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    lines = []
    item, listing = facts.item, facts.listing
    if item is not None and item["stock"] is not None:
        lines.append(
            _("stock {raw} − buffer {buffer} − held {held} = {wanted}").format(
                raw=number(item["stock"]),
                buffer=number(facts.buffer),
                held=number(facts.held),
                wanted=number(facts.wanted),
            )
            + _there(facts, "stock", listing["stock"] if listing is not None else None, now, zone)
        )
    if item is not None and item["price"] is not None:
        there = int(listing["price"] * 100_000) if listing is not None else None
        lines.append(
            _("price {price} in Omnitron").format(price=money(Decimal(item["price"])))
            + _there(facts, "price", there, now, zone)
        )
    return tuple(lines)


def _there(facts: SkuFacts, kind: str, there: int | None, now: datetime, zone: ZoneInfo) -> str:
    parts = []
    offer = facts.offers.get(kind)
    if offer is not None and offer["sent_at"] is not None:
        sent = value(kind, offer["sent"])
        parts.append(
            _("sent {value} {time}").format(value=sent, time=time(offer["sent_at"], now, zone))
        )
    if there is not None:
        parts.append(_("there {value}").format(value=value(kind, there)))
    if offer is not None:
        parts.append(offer_state(offer["state"]))
    return ", " + ", ".join(parts) if parts else ""


def _what_to_do(facts: SkuFacts, stop: GateResult | None, known: bool) -> str:
    if not known:
        return _("Check the spelling; a new product shows after the next reading of Omnitron.")
    if stop is None:
        return _("Nothing.")
    for failure in facts.failures:
        # A failure says more than the gate: it has the other side's own words.
        if stop.gate in ("penalty", "mapping", "lock", "marketplace_state"):
            text = remedy(failure["code"], failure["params"])
            return f"{cause(failure['code'], failure['params'])}: {text}"
    return gate_remedy(stop)
