"""Lists of keys that a person brings: typed, marked or in a file, with what can't be used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hbdash.actions.actor import Refused
from hbdash.domain.csvkeys import FileUnusable, KeyFile, parse_keys

#: More rows than this at once are no list that anyone has looked at.
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Unusable:
    """A line that leads to nothing; words: ``hbdash.texts.levers.unusable(reason, first)``."""

    line: int | None
    """In the file, from 1; ``None`` when the key was typed."""
    text: str
    reason: str
    first: int = 0


@dataclass(frozen=True)
class Given:
    """Keys in their order, each once, and the lines of a file that have none."""

    keys: tuple[str, ...]
    lines: dict[str, int]
    """Key → its line in the file; empty for typed keys."""
    unusable: tuple[Unusable, ...]

    def without(self, key: str, reason: str) -> Unusable:
        """The line of a key that can't be used for what is asked."""
        return Unusable(self.lines.get(key), key, reason)


def read_file(data: bytes) -> KeyFile:
    """The keys of a file. Raises ``Refused``: ``file.large``, ``file.binary``."""
    try:
        return parse_keys(data)
    except FileUnusable as error:
        raise Refused(error.id) from error


def given(keys: Iterable[str] = (), file: KeyFile | None = None) -> Given:
    """Typed keys and those of a file, together."""
    typed = dict.fromkeys(key.strip() for key in keys if key.strip())
    if file is None:
        return Given(tuple(typed), {}, ())
    lines = {one.key: one.line for one in file.lines}
    bad = tuple(Unusable(one.line, one.text, one.reason, one.first) for one in file.bad)
    return Given(tuple(typed | dict.fromkeys(file.keys)), lines, bad)


def in_order(unusable: Iterable[Unusable]) -> tuple[Unusable, ...]:
    """As the file has them, typed ones last."""
    return tuple(sorted(unusable, key=lambda one: (one.line is None, one.line or 0, one.text)))


def check_size(rows: Sequence[object], none: str) -> None:
    """Raise ``Refused`` with ``none`` when nothing is left, ``lever.many`` when it is too much."""
    if not rows:
        raise Refused(none)
    if len(rows) > MOST_ROWS:
        raise Refused("lever.many", {"n": len(rows), "most": MOST_ROWS})
