"""What keeps a flow from running: the one answer for gate, menu, ``check`` and trigger (R6, R2.4).

Pure: settings in, obstacles out. What only the database knows (a pause, the lease) is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hbdash.domain.flowspec import FlowSpec
from hbdash.domain.settings.channel import ChannelSettings
from hbdash.domain.settings.flags import Flag, flag_named
from hbdash.domain.settings.schema import setting

#: Without these no call to Hepsiburada can be made.
CONNECTION_SETTINGS = (
    "base_url", "oms_url", "listing_url", "username", "password", "merchant_id", "user_agent",
)  # fmt: skip
_EMPTY: tuple[object, ...] = (None, "", {}, ())


@dataclass(frozen=True)
class Obstacle:
    """One thing in a flow's way. ``id`` and ``params`` are those of ``domain.failures``."""

    id: str
    params: Mapping[str, str] = field(default_factory=dict)


def obstacles(
    spec: FlowSpec, settings: ChannelSettings, *, is_active: bool
) -> tuple[Obstacle, ...]:
    """Everything that keeps the flow from running, in the order in which it is to be mended.

    The channel's status comes first, as it overrides every flag (R6.17). An empty optional setting
    means false or "as is" (A16) and is no obstacle; a mistyped one means nothing and is: an
    unreadable buffer must not send the whole stock.
    """
    found: list[Obstacle] = []
    if not is_active:
        found.append(Obstacle("channel.inactive", {"channel": settings.name}))
    flag = flag_of(spec)
    if flag is not None and not settings.flags.is_on(flag.name):
        found.append(Obstacle("flag.off", {"flag": flag.name}))
    required = required_settings(spec)
    wanted = {*required, *CONNECTION_SETTINGS}
    named: set[str] = set()
    for key in required:
        if getattr(settings, key) in _EMPTY:
            found.append(_of_setting("setting.missing", key, {}))
            named.add(key)
    readable = wanted | (set(flag.prerequisites) if flag is not None else set())
    for problem in settings.problems:
        in_the_way = wanted if problem.id == "setting.missing" else readable
        if problem.key in in_the_way and problem.key not in named:
            found.append(_of_setting(problem.id, problem.key, problem.params))
    return tuple(found)


def required_settings(spec: FlowSpec) -> tuple[str, ...]:
    """Settings that must be filled before the flow runs: its own, and the required of its flag's.

    R6 also names optional settings to "set first"; those have a meaning when they are empty.
    """
    flag = flag_of(spec)
    of_flag = flag.prerequisites if flag is not None else ()
    required = (key for key in of_flag if setting(key).required)
    return tuple(dict.fromkeys((*spec.prerequisites, *required)))


def unset_prerequisites(flag: Flag, settings: ChannelSettings) -> tuple[str, ...]:
    """Optional settings that R6 wants considered before this flag, and that nobody has set.

    No obstacle: they are worth a look, since their default then counts.
    """
    return tuple(
        key
        for key in flag.prerequisites
        if not setting(key).required and settings.origins.get(key) != "channel"
    )


def flag_of(spec: FlowSpec) -> Flag | None:
    """The flag that switches the flow, by its exact name; None for a flow without."""
    return flag_named(spec.flag) if spec.flag is not None else None


def _of_setting(problem: str, key: str, params: Mapping[str, str]) -> Obstacle:
    return Obstacle(problem, {"key": key, "label": setting(key).label, **params})
