"""What each failure says: its cause in a list, its meaning, what to do, and the log's line.

Ids and parameters are those of `hbdash.domain.failures` (flows §11).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from hbdash.domain.settings.schema import SETTINGS
from hbdash.texts.causes import catalogue, channel, claims, offers, orders, products, remote
from hbdash.texts.causes.model import CauseText
from hbdash.texts.causes.topics import TOPICS
from hbdash.texts.cells import cells, cut_end
from hbdash.texts.formats import UNKNOWN, money
from hbdash.texts.labels import service_label, side_label
from hbdash.texts.translate import N_, _, language

__all__ = ["CAUSES", "TOPICS", "VARIANT_BY", "CauseText", "cause", "log_text", "meaning", "remedy"]

#: Failure id, or `id#variant` → its texts.
CAUSES: dict[str, CauseText] = {
    **remote.TEXTS,
    **channel.TEXTS,
    **products.TEXTS,
    **catalogue.TEXTS,
    **offers.TEXTS,
    **orders.TEXTS,
    **claims.TEXTS,
}

#: Longest cause in a list (look section 5), and the least that is left of a parameter in it.
LONGEST_CAUSE = 30
_SHORTEST_PARAM = 4
_LONGEST_PARAM = 300

#: Failure id → the parameter that chooses between its texts.
VARIANT_BY = {
    "remote.auth": "side",
    "price.locked": "bound",
    "offer.held": "guard",
    "upload.row": "name",
    "order.address": "level",
}
_OTHER_SPELLINGS = {"missingstandartcargocompany": "missingstandardcargocompany"}
_KINDS = {"stock": N_("stock"), "price": N_("price")}
_LABELS = {setting.key: setting.label for setting in SETTINGS}
_PARENTS = {"township": "city", "district": "township", "city": "country"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")


def cause(failure_id: str, params: Mapping[str, object]) -> str:
    """The cause in at most 30 cells, a long parameter cut: `Township “Merkez” not mapped`.

    An id that has no texts is shown as it is, here and below.
    """
    found = _texts(failure_id, params)
    if found is None:
        return cut_end(failure_id, LONGEST_CAUSE)
    template = _(found.cause)
    shown = _shown(params, missing="?")
    text = _capital(template.format_map(shown))
    while cells(text) > LONGEST_CAUSE:
        longest = max(
            (name for name in shown if f"{{{name}}}" in template),
            key=lambda name: cells(shown[name]),
            default=None,
        )
        if longest is None or cells(shown[longest]) <= _SHORTEST_PARAM:
            return cut_end(text, LONGEST_CAUSE)
        over = cells(text) - LONGEST_CAUSE
        shown[longest] = cut_end(shown[longest], max(cells(shown[longest]) - over, _SHORTEST_PARAM))
        text = _capital(template.format_map(shown))
    return text


def meaning(failure_id: str, params: Mapping[str, object]) -> str:
    """What it means, in a sentence."""
    return _sentence(failure_id, params, lambda texts: texts.meaning)


def remedy(failure_id: str, params: Mapping[str, object]) -> str:
    """What to do about it, or that nothing needs doing."""
    return _sentence(failure_id, params, lambda texts: texts.remedy)


def log_text(failure_id: str, params: Mapping[str, object]) -> str:
    """The log's line: the setup guide's own wording where it has one (R8), else the cause whole.

    The guide's wording is never translated, since people search for it.
    """
    found = _texts(failure_id, params)
    if found is None:
        return failure_id
    if found.log:
        return " ".join(found.log.format_map(_guide_params(failure_id, params)).split()).rstrip(
            ": "
        )
    return _capital(_(found.cause).format_map(_shown(params, missing="?")))


def _sentence(
    failure_id: str, params: Mapping[str, object], part: Callable[[CauseText], str]
) -> str:
    found = _texts(failure_id, params)
    if found is None:
        return ""
    text = _(part(found)).format_map(_shown(params, missing=""))
    # A parameter that is not known leaves neither a gap nor a sign that leads nowhere.
    text = re.sub(r" ?(\(\)|“”)", "", " ".join(text.split()))
    return re.sub(r"[:,]? *\.?$", "", text) + ("" if text.endswith("…") else ".")


def _texts(failure_id: str, params: Mapping[str, object]) -> CauseText | None:
    by = VARIANT_BY.get(failure_id)
    if by is not None:
        variant = str(params.get(by) or "").lower()
        variant = _OTHER_SPELLINGS.get(variant, variant)
        if (found := CAUSES.get(f"{failure_id}#{variant}")) is not None:
            return found
    return CAUSES.get(failure_id) or TOPICS.get(failure_id)


class _Shown(dict[str, str]):
    """Parameters as people read them; `{name.attribute}` in a template can't reach anything."""

    def __init__(self, values: Mapping[str, str], missing: str) -> None:
        super().__init__(values)
        self._missing = missing

    def __missing__(self, key: str) -> str:
        return self._missing


def _shown(params: Mapping[str, object], *, missing: str) -> _Shown:
    shown = {name: _plain(value) for name, value in params.items() if value not in (None, "")}
    for name, label in (("side", side_label), ("service", service_label), ("kind", _kind_label)):
        if name in shown:
            shown[name] = label(shown[name])
    for name in ("min", "max"):
        if name in shown:
            shown[name] = _money(shown[name])
    if "key" in shown:
        shown.setdefault("label", _LABELS.get(shown["key"], shown["key"]))
    return _Shown(shown, missing)


def _guide_params(failure_id: str, params: Mapping[str, object]) -> _Shown:
    """As `_shown`, with the words of R8.1 for the level of an address."""
    shown = _shown(params, missing="..")
    if failure_id == "order.address":
        level = shown.get("level", "").lower()
        shown["model"] = level.capitalize() or ".."
        shown["parent_model"] = _PARENTS.get(level, "city")
        shown.setdefault("code", shown.get("name", ".."))
    return _Shown(shown, "" if failure_id == "mapping.refused" else "..")


def _plain(value: object) -> str:
    return _CONTROL.sub(" ", str(value))[:_LONGEST_PARAM].strip() or UNKNOWN


def _kind_label(kind: str) -> str:
    return _(_KINDS[kind]) if kind in _KINDS else kind


def _money(text: str) -> str:
    try:
        return money(Decimal(text))
    except InvalidOperation:
        return text


def _capital(text: str) -> str:
    first = text[:1]
    return ("İ" if first == "i" and language() == "tr" else first.upper()) + text[1:]
