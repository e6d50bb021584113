"""The error guide (R8): what each failure means, and which action of hbdash helps.

One entry per text of `hbdash.texts.causes`: a failure, a variant of it (one upload error, one level
of an address), a topic of the setup guide, a reason for which Hepsiburada locks a listing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hbdash.domain.failures import FAILURES, FailureKind, kind_of, penalty_type
from hbdash.domain.remedies import Remedy, remedy_of
from hbdash.domain.turkish import fold
from hbdash.domain.wordings import SPELLINGS, recognise
from hbdash.texts.causes import CAUSES, TOPICS, VARIANT_BY, cause, meaning, remedy

#: Guide id (or failure id for all its variants) → the setup guide's number.
_SOURCES = {
    "order.address": "R8.1",
    "stock.missing": "R8.2",
    "price.missing": "R8.3",
    "topic.send_again": "R8.4",
    "topic.many_faulty": "R8.5",
    "topic.lift_penalties": "R8.6",
    "mapping.refused": "R8.7",
    "attribute.missing": "R8.7",
    "attribute.value_unknown": "R8.7",
    "product.not_in_queue": "R8.8",
    "topic.order_not_updated": "R8.9",
    "order.return_open": "R8.9",
    "order.backwards": "R8.9",
    "batch.locked": "R8.10",
}
_FIELD = re.compile(r"(?<!\{)\{(\w+)\}")
_OF_A_CALL = "…"
"""Stands for a parameter where the guide is read without a case at hand."""


@dataclass(frozen=True)
class Entry:
    """One entry, in the language of the session."""

    id: str
    """``stock.missing``, ``upload.row#listingfrozen``, ``topic.…`` or ``lock.…``."""
    cause: str
    meaning: str
    what_to_do: str
    remedy: str
    """Id in `hbdash.domain.remedies`."""
    command: str | None
    """``hbdash flows run category_attributes``; None where nothing is to be done by hand."""
    action: str | None
    """Id of the screens' action."""
    elsewhere: bool
    """The cure itself is done in Omnitron or at Hepsiburada."""
    kind: str | None
    """``transient``, ``person`` or ``hopeless``; None for topics and locks."""
    watched: bool
    """hbdash tests the cause and sends the record by itself when it is gone."""
    penalty: str | None
    """Whose block of Failed Integration counts; None for no penalty."""
    wording: tuple[str, ...]
    """How the log, Omnitron, Hepsiburada and Akinon's library spell it."""
    source: str | None
    """Number in the setup guide."""


def entries() -> list[Entry]:
    """The whole guide, in the order of the failures."""
    return [entry(id) for id in (*CAUSES, *TOPICS)]


def entry(id: str, params: Mapping[str, object] | None = None) -> Entry:
    """One entry. params: of the case at hand; without them “…” stands for each.

    Raises KeyError for an id that the guide does not have.
    """
    failure_id, _, variant = id.partition("#")
    texts = CAUSES[id] if id in CAUSES else TOPICS[id]
    fields = set(_FIELD.findall(texts.cause + texts.meaning + texts.remedy))
    case = dict.fromkeys(fields, _OF_A_CALL) | dict(params or {})
    if variant:
        case[VARIANT_BY[failure_id]] = variant
    spec = FAILURES.get(failure_id)
    way = remedy_of(id, spec.remedy) if spec is not None else remedy_of(id)
    return Entry(
        id=id,
        cause=cause(failure_id, case),
        meaning=meaning(failure_id, case),
        what_to_do=remedy(failure_id, case),
        remedy=way.id,
        command=_command(way),
        action=way.action or None,
        elsewhere=way.elsewhere,
        kind=_kind(failure_id, case),
        watched=spec is not None and spec.watched,
        penalty=None if spec is None else penalty_type(failure_id, "productprice, productstock"),
        wording=SPELLINGS.get(id, SPELLINGS.get(failure_id, ())),
        source=_SOURCES.get(id, _SOURCES.get(failure_id)),
    )


def look_up(text: str) -> list[Entry]:
    """What a person may have read: an id, a number of the setup guide, a name, a line of a log.

    An id of a failure brings its variants too; a text that no wording knows is searched for.
    """
    asked = text.strip()
    by_id = {one.casefold(): one for one in (*CAUSES, *TOPICS)}
    if asked.casefold() in by_id:
        id = by_id[asked.casefold()]
        return [entry(id), *(entry(one) for one in CAUSES if one.startswith(f"{id}#"))]
    if re.fullmatch(r"[Rr]8\.\d+", asked):
        return [one for one in entries() if one.source == asked.upper()]
    if (known := recognise(asked)) is not None:
        return [entry(*known)]
    word = fold(asked)
    return [one for one in entries() if word and word in fold(_all_words(one))]


def _all_words(one: Entry) -> str:
    return " ".join((one.id, one.cause, one.meaning, one.what_to_do, *one.wording))


def _command(way: Remedy) -> str | None:
    return " ".join(("hbdash", *way.command)) if way.command else None


def _kind(failure_id: str, params: Mapping[str, object]) -> FailureKind | None:
    return kind_of(failure_id, params) if failure_id in FAILURES else None
