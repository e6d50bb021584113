"""The gates a SKU must pass to be on sale, in order, asked by flows and by `why` alike.

Also what Omnitron deems saleable (R7.1.3), which the figures and reports count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Final


class NotLooked(Enum):
    """Stands for a fact that nobody looked up, where None already means "there is none"."""

    NOT_LOOKED = "not looked"


NOT_LOOKED: Final = NotLooked.NOT_LOOKED


class GateState(StrEnum):
    """What a gate said."""

    PASSED = "passed"
    STOPPED = "stopped"
    NOT_LOOKED = "not_looked"


#: In the order in which they are asked (design section 4, `why KEY`).
GATES: tuple[str, ...] = (
    "channel", "flag", "catalogue", "category", "mapping", "price", "stock", "image", "penalty",
    "pending_upload", "lock", "marketplace_state",
)  # fmt: skip


@dataclass(frozen=True)
class GateFacts:
    """Everything the gates ask; None (or `NOT_LOOKED`, where None says "none") = not looked at.

    wanted_stock: the number to be sent; below `stock` by buffer, held units or a stop of sale.
    missing_attributes: mandatory ones without a usable value. penalty_until: next try, while
    it still blocks; with `penalty_ended` there is none. pending_upload: since when an upload is
    unsettled.
    marketplace_status: state in Hepsiburada's catalogue (H§17.1). listed: it has a listing there.
    """

    channel_active: bool | None = None
    paused_until: datetime | NotLooked | None = NOT_LOOKED
    flag: str = ""
    flag_on: bool | None = None
    simple: bool | None = None
    active: bool | None = None
    in_catalogue: bool | None = None
    categories: int | None = None
    category: str = ""
    missing_attributes: tuple[str, ...] | None = None
    price: Decimal | NotLooked | None = NOT_LOOKED
    stock: int | NotLooked | None = NOT_LOOKED
    wanted_stock: int | None = None
    sale_stopped: bool | None = None
    images: int | None = None
    penalty_until: datetime | NotLooked | None = NOT_LOOKED
    penalty_ended: bool = False
    pending_upload: datetime | NotLooked | None = NOT_LOOKED
    lock_reasons: tuple[str, ...] | None = None
    listed: bool | None = None
    marketplace_status: str = ""
    suspended: bool | None = None
    frozen: bool | None = None
    salable: bool | None = None


@dataclass(frozen=True)
class GateResult:
    """What one gate said, and the parameters of its text (`hbdash.texts.gates`).

    `params["reason"]` says which of its conditions stopped it.
    """

    gate: str
    state: GateState
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def stopped(self) -> bool:
        """True if this gate stops the record."""
        return self.state is GateState.STOPPED


def walk_gates(facts: GateFacts) -> list[GateResult]:
    """Each gate in order, up to and including the first that stops."""
    results = []
    for gate in GATES:
        result = _ask(gate, facts)
        results.append(result)
        if result.stopped:
            break
    return results


def first_stop(facts: GateFacts) -> GateResult | None:
    """The gate that stops the record, None if it passes all that were looked at."""
    last = walk_gates(facts)[-1]
    return last if last.stopped else None


# A check returns the parameters of a pass, a reason to stop, or None for "not looked at".
_Passed = dict[str, object]
_Stopped = tuple[str, dict[str, object]]
_Answer = _Passed | _Stopped | None


def _ask(gate: str, facts: GateFacts) -> GateResult:
    answer = _CHECKS[gate](facts)
    if answer is None:
        return GateResult(gate, GateState.NOT_LOOKED)
    if isinstance(answer, tuple):
        reason, params = answer
        return GateResult(gate, GateState.STOPPED, {"reason": reason, **params})
    return GateResult(gate, GateState.PASSED, answer)


def _channel(facts: GateFacts) -> _Answer:
    if facts.channel_active is False:
        return "inactive", {}
    if isinstance(facts.paused_until, datetime):
        return "paused", {"until": facts.paused_until}
    return None if facts.channel_active is None else {}


def _flag(facts: GateFacts) -> _Answer:
    if facts.flag_on is None:
        return None
    return {"flag": facts.flag} if facts.flag_on else ("off", {"flag": facts.flag})


def _catalogue(facts: GateFacts) -> _Answer:
    for reason, value in (
        ("not_in_catalogue", facts.in_catalogue),
        ("not_simple", facts.simple),
        ("not_active", facts.active),
    ):
        if value is False:
            return reason, {}
    return None if facts.in_catalogue is None else {}


def _category(facts: GateFacts) -> _Answer:
    if facts.categories is None:
        return None
    if facts.categories < 1:
        return "no_category", {}
    if facts.categories > 1:
        return "many_categories", {"count": facts.categories}
    return {"category": facts.category}


def _mapping(facts: GateFacts) -> _Answer:
    missing = facts.missing_attributes
    if missing is None:
        return None
    return ("attributes", {"attributes": ", ".join(missing)}) if missing else {}


def _price(facts: GateFacts) -> _Answer:
    if isinstance(facts.price, NotLooked):
        return None
    if facts.price is None or facts.price <= 0:
        return "no_price", {}
    return {"price": facts.price}


def _stock(facts: GateFacts) -> _Answer:
    if isinstance(facts.stock, NotLooked):
        return None
    if facts.stock is None:
        return "no_record", {}
    if facts.stock <= 0:
        return "no_stock", {"stock": facts.stock}
    if facts.sale_stopped:
        return "stop_of_sale", {"stock": facts.stock}
    if facts.wanted_stock is not None and facts.wanted_stock <= 0:
        return "kept_back", {"stock": facts.stock, "wanted": facts.wanted_stock}
    return {"stock": facts.stock}


def _image(facts: GateFacts) -> _Answer:
    if facts.images is None:
        return None
    return {"images": facts.images} if facts.images > 0 else ("no_image", {})


def _penalty(facts: GateFacts) -> _Answer:
    if facts.penalty_ended:
        return "ended", {}
    if isinstance(facts.penalty_until, NotLooked):
        return None
    return {} if facts.penalty_until is None else ("waiting", {"until": facts.penalty_until})


def _pending_upload(facts: GateFacts) -> _Answer:
    if isinstance(facts.pending_upload, NotLooked):
        return None
    return {} if facts.pending_upload is None else ("pending", {"since": facts.pending_upload})


def _lock(facts: GateFacts) -> _Answer:
    reasons = facts.lock_reasons
    if reasons is None:
        return None
    return ("locked", {"locks": ", ".join(reasons)}) if reasons else {}


#: States of Hepsiburada's catalogue in which a product is not for sale yet, or never (H§17.1).
_STOPPING_STATES = frozenset(
    {"WAITING", "MISSING_INFO", "PRE_MATCHED", "REJECTED", "BLOCKED", "IN_EXTERNAL_PROGRESS"}
)


def _marketplace_state(facts: GateFacts) -> _Answer:
    status = facts.marketplace_status.upper()
    if facts.listed is not True and status in _STOPPING_STATES:
        return "status", {"status": status}
    for reason, stops in (
        ("suspended", facts.suspended),
        ("frozen", facts.frozen),
        ("no_listing", None if facts.listed is None else not facts.listed),
        ("not_salable", None if facts.salable is None else not facts.salable),
    ):
        if stops:
            return reason, {}
    return None if facts.salable is None else {}


_CHECKS: dict[str, Callable[[GateFacts], _Answer]] = {
    "channel": _channel,
    "flag": _flag,
    "catalogue": _catalogue,
    "category": _category,
    "mapping": _mapping,
    "price": _price,
    "stock": _stock,
    "image": _image,
    "penalty": _penalty,
    "pending_upload": _pending_upload,
    "lock": _lock,
    "marketplace_state": _marketplace_state,
}


def missing_conditions(facts: GateFacts) -> list[str]:
    """What keeps a SKU from being saleable (R7.1.3), in the order of the report; [] = saleable.

    Saleable: in the catalogue (simple and active), a price, raw stock above 0, a category, an
    image. A fact that was not looked at misses nothing.
    """
    missing: list[str] = [
        reason
        for reason, value in (
            ("not_in_catalogue", facts.in_catalogue),
            ("not_simple", facts.simple),
            ("not_active", facts.active),
        )
        if value is False
    ]
    if not isinstance(facts.price, NotLooked) and (facts.price is None or facts.price <= 0):
        missing.append("no_price")
    if not isinstance(facts.stock, NotLooked) and (facts.stock is None or facts.stock <= 0):
        missing.append("no_stock")
    if facts.categories is not None and facts.categories < 1:
        missing.append("no_category")
    if facts.images is not None and facts.images < 1:
        missing.append("no_image")
    return missing
