"""Who asks for a write, and whether he may (design section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Role(IntEnum):
    """What a person may do; a higher role may all that a lower one may."""

    VIEWER = 0
    OPERATOR = 1
    ADMIN = 2

    @property
    def word(self) -> str:
        """``viewer``, ``operator`` or ``admin``: as kept in the audit trail and the config."""
        return self.name.lower()


@dataclass(frozen=True)
class Actor:
    """Who acts, and through which face."""

    name: str
    """OS user, or the name a webhook goes by."""
    role: Role
    via: str
    """``dashboard``, ``cli`` or ``webhook``."""
    read_only: bool = False
    """Started with ``--read-only``: every write is refused, whatever the role."""

    def may(self, role: Role) -> bool:
        """Whether ``require`` would let this actor pass."""
        return not self.read_only and self.role >= role


class Refused(Exception):
    """A write that is not done, and why; the text is ``hbdash.texts.refusals.refusal``."""

    def __init__(self, id: str, params: Mapping[str, Any] | None = None) -> None:
        self.id = id
        self.params: dict[str, Any] = dict(params or {})
        super().__init__(id, self.params)


def role_of(username: str, admins: Iterable[str], operators: Iterable[str]) -> Role:
    """The role that ``[operators]`` of the config gives a user; who is in no list views."""
    if username in set(admins):
        return Role.ADMIN
    if username in set(operators):
        return Role.OPERATOR
    return Role.VIEWER


def require(actor: Actor, role: Role) -> None:
    """Raise ``Refused`` unless ``actor`` has at least ``role`` and may write at all.

    Ids: ``action.read_only``; ``action.not_allowed`` with ``who``, ``role`` and ``needed``.
    """
    if actor.read_only:
        raise Refused("action.read_only", {"who": actor.name})
    if actor.role < role:
        raise Refused(
            "action.not_allowed",
            {"who": actor.name, "role": actor.role.word, "needed": role.word},
        )
