"""From an error to its remedy: where hbdash can do it itself, one key leads there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hbdash.domain.failures import FAILURES
from hbdash.texts import _
from hbdash.texts.causes import remedy
from screens.monitoring.part import Part


def cure(
    part: Part, code: str, params: Mapping[str, Any], key: str, *, ticket: Callable[[], None]
) -> None:
    """Go where the remedy of a failure is done; what is done elsewhere is said in words."""
    owner, app = part.host, part.app
    known = FAILURES.get(code)
    if known is None:
        owner.say(_("This line names no failure, so there is nothing to cure."), "warning")
        return
    action = known.remedy_action or ""
    if action.startswith("flow."):
        getattr(app, "act_flow_menu")(action.removeprefix("flow."))  # noqa: B009
    elif action == "why.open" and key:
        getattr(app, "open_why")(key)  # noqa: B009
    elif action == "refunds.open":
        owner.go("refunds", key=key)
    elif action == "ticket.copy":
        ticket()
    elif action == "log.open" and key and part.part_id != "log":
        part.lead("log", key=key)
    else:
        owner.say(remedy(code, params), "warning")
