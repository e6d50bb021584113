"""One thing that was looked at, and how a call is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from hbdash.actions.actor import Refused
from hbdash.runs.gate import RunRefused
from hbdash.texts.causes import cause, remedy
from hbdash.texts.refusals import refusal
from hbdash.texts.runs import reason
from hbdash.transport.errors import AuthRefused, RemoteError

T = TypeVar("T")

OK, OFF, WARNING, ERROR = "ok", "off", "warning", "error"
SIGNS = {OK: "✓", OFF: "–", WARNING: "▲", ERROR: "×"}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. severity: ``off`` is wanted so; a warning stops nothing."""

    name: str
    severity: str
    found: str
    remedy: str = ""
    is_remote: bool = False
    """It is a remote side that is out of reach, not the installation."""

    @property
    def ok(self) -> bool:
        """Whether nothing has to be mended before everything can run."""
        return self.severity != ERROR


def good(name: str, found: str) -> Check:
    """It is as it must be."""
    return Check(name, OK, found)


def asked(name: str, call: Callable[[], T], found: str) -> tuple[Check, T | None]:
    """What a call says, and what it brought; a refusal or a fault becomes the check."""
    try:
        answer = call()
    except RunRefused as refused:
        cure = remedy(refused.id, refused.params)
        return Check(name, ERROR, reason(refused.id, refused.params), cure), None
    except Refused as refused:
        return Check(name, ERROR, refusal(refused.id, refused.params)), None
    except RemoteError as error:
        return failed(name, error), None
    return good(name, found), answer


def failed(name: str, error: RemoteError) -> Check:
    """A side that did not answer, or did not let us in."""
    said = f"{cause(error.failure_id, error.params)}: {error.message}"
    cure = remedy(error.failure_id, error.params)
    return Check(name, ERROR, said, cure, is_remote=not isinstance(error, AuthRefused))
