"""What must be true before a flow can run now, and what opens what is shut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, or_, select

from hbdash.domain.flowspec import FlowSpec
from hbdash.domain.settings import ChannelSettings
from hbdash.domain.settings.obstacles import Obstacle, flag_of, obstacles
from hbdash.flows.registry import FLOWS
from hbdash.store.bulk import table_of
from hbdash.store.tables import Channel, FlowRun, Lease, Pause, SettingsSnapshot
from hbdash.texts.causes import remedy
from hbdash.texts.formats import duration
from hbdash.texts.labels import flow_label, side_label
from hbdash.texts.setup import obstacle_text
from hbdash.texts.translate import _

PASSED, STOPPED, NOT_LOOKED = "passed", "stopped", "not_looked"
#: Gates that stay shut until somebody acts; an engine, a lane and a remote side come by themselves.
_LASTING = ("built", "channel", "flag", "settings", "pause")
_NO_SETTINGS = ("channel.inactive", "flag.off")


@dataclass(frozen=True)
class FlowGate:
    """One condition: its state, its words, and the way out when it is shut."""

    name: str
    state: str
    text: str
    way_out: str = ""


def flow_gates(
    connection: Connection, channel_id: int, flow: str, now: datetime
) -> tuple[FlowGate, ...]:
    """Every condition in order; all are looked at, so that nothing comes as a second surprise."""
    spec = FLOWS[flow]
    channels = table_of(Channel)
    channel = (
        connection.execute(select(channels).where(channels.c.id == channel_id)).mappings().one()
    )
    settings = channel_settings(connection, channel)
    # A channel whose status was never read counts as active here: nothing is known against it.
    is_active = channel["is_active"] is not False
    shut = obstacles(spec, settings, is_active=is_active) if settings is not None else ()
    return (
        _built(spec),
        _lease(connection, channel_id, now),
        _active(channel, shut),
        *_flag(spec, settings, shut),
        *_required(settings, shut),
        _paused(connection, channel_id, spec, now),
        _reachable(channel, now),
        _lane(connection, channel_id, spec),
    )


def why_not(connection: Connection, channel_id: int, flow: str, now: datetime) -> FlowGate | None:
    """The first gate that keeps the flow from running; None when only time or an engine is missing.

    Flows' list, trigger answer and menu say the same: all of them look at :func:`flow_gates`.
    """
    return next(
        (
            gate
            for gate in flow_gates(connection, channel_id, flow, now)
            if gate.state == STOPPED and gate.name in _LASTING
        ),
        None,
    )


def _built(spec: FlowSpec) -> FlowGate:
    if spec.built:
        return FlowGate("built", PASSED, _("this version has the flow"))
    return FlowGate(
        "built", STOPPED, _("this version does not have the flow yet"), _("Update hbdash.")
    )


def _lease(connection: Connection, channel_id: int, now: datetime) -> FlowGate:
    leases = table_of(Lease)
    row = connection.execute(select(leases).where(leases.c.channel_id == channel_id)).mappings()
    lease = row.first()
    if lease is not None and lease["expires_at"] > now:
        who = f"{lease['host']} ({lease['username']})"
        return FlowGate("lease", PASSED, _("an engine holds the lease: {who}").format(who=who))
    return FlowGate(
        "lease",
        STOPPED,
        _("no engine runs"),
        _("Start `hbdash worker`, or a dashboard; it takes over within 30 s."),
    )


def _active(channel: RowMapping, shut: Sequence[Obstacle]) -> FlowGate:
    if channel["is_active"] is None:
        return FlowGate("channel", NOT_LOOKED, _("channel status not read yet"))
    if not any(one.id == "channel.inactive" for one in shut):
        return FlowGate("channel", PASSED, _("channel is active"))
    return FlowGate("channel", STOPPED, _("the channel is inactive"), _("Activate it in Omnitron."))


def _flag(
    spec: FlowSpec, settings: ChannelSettings | None, shut: Sequence[Obstacle]
) -> tuple[FlowGate, ...]:
    flag = flag_of(spec)
    if flag is None:
        return ()
    if settings is None:
        return (FlowGate("flag", NOT_LOOKED, _("flag {flag} not read yet").format(flag=flag.name)),)
    if not any(one.id == "flag.off" for one in shut):
        return (FlowGate("flag", PASSED, _("flag {flag} is true").format(flag=flag.name)),)
    return (
        FlowGate(
            "flag",
            STOPPED,
            _("its flag {flag} is false").format(flag=flag.name),
            _("Set it true under Feature Flags of the channel in Omnitron."),
        ),
    )


def _required(settings: ChannelSettings | None, shut: Sequence[Obstacle]) -> tuple[FlowGate, ...]:
    if settings is None:
        return ()
    missing = [one.params["key"] for one in shut if one.id == "setting.missing"]
    bad = [one for one in shut if one.id not in ("setting.missing", *_NO_SETTINGS)]
    gates = [
        FlowGate(
            "settings",
            STOPPED,
            _("setting {keys} is empty").format(keys=", ".join(missing)),
            _("Fill it in Omnitron; it acts on the next run."),
        )
    ] * bool(missing)
    gates += [
        FlowGate("settings", STOPPED, obstacle_text(one.id, one.params), remedy(one.id, one.params))
        for one in bad
    ]
    return tuple(gates) or (FlowGate("settings", PASSED, _("required settings are filled")),)


def _paused(connection: Connection, channel_id: int, spec: FlowSpec, now: datetime) -> FlowGate:
    pauses = table_of(Pause)
    row = connection.execute(
        select(pauses)
        .where(
            pauses.c.channel_id == channel_id,
            pauses.c.ended_at.is_(None),
            pauses.c.until > now,
            or_(
                pauses.c.scope == "channel",
                (pauses.c.scope == "direction") & (pauses.c.name == spec.direction.value),
                (pauses.c.scope == "flow") & (pauses.c.name == spec.id),
            ),
        )
        .order_by(pauses.c.until.desc())
    ).mappings().first()  # fmt: skip
    if row is None:
        return FlowGate("pause", PASSED, _("not paused"))
    left = duration(row["until"] - now)
    text = _("paused by {by} for {left} more: {why}").format(
        by=row["by"], left=left, why=row["why"]
    )
    return FlowGate("pause", STOPPED, text, _("P resumes it now."))


def _reachable(channel: RowMapping, now: datetime) -> FlowGate:
    shut: list[tuple[str, dict[str, Any]]] = [
        (name, state)
        for name, state in (channel["connection"] or {}).items()
        if state.get("phase") == "open"
    ]
    if not shut:
        return FlowGate("remote", PASSED, _("both sides answer"))
    name, state = shut[0]
    side = side_label(name.partition("/")[0])
    next_try = state.get("next_try")
    wait = ""
    if next_try:
        wait = duration(max((datetime.fromisoformat(next_try) - now).total_seconds(), 0))
    return FlowGate(
        "remote",
        STOPPED,
        _("{side} does not answer: {why}").format(side=side, why=state.get("reason", "?")),
        _("It is asked again by itself in {wait}.").format(wait=wait) if wait else "",
    )


def _lane(connection: Connection, channel_id: int, spec: FlowSpec) -> FlowGate:
    runs = table_of(FlowRun)
    mates = [other.id for other in FLOWS.values() if other.lane == spec.lane]
    running = connection.execute(
        select(runs.c.flow).where(
            runs.c.channel_id == channel_id, runs.c.state == "running", runs.c.flow.in_(mates)
        )
    ).scalar()
    if running is None:
        return FlowGate("lane", PASSED, _("nothing else holds this flow"))
    # No obstacle: the run is queued and starts when the other has ended.
    return FlowGate(
        "lane", NOT_LOOKED, _("waits for {flow}, which runs now").format(flow=flow_label(running))
    )


def channel_settings(connection: Connection, channel: RowMapping) -> ChannelSettings | None:
    """The settings as last read; ``None`` before the first run."""
    if channel["settings_id"] is None:
        return None
    snapshots = table_of(SettingsSnapshot)
    row = connection.execute(
        select(snapshots.c.conf, snapshots.c.form).where(snapshots.c.id == channel["settings_id"])
    ).one()
    return ChannelSettings.from_channel(
        {"name": channel["name"], **row.form, "is_active": channel["is_active"], "conf": row.conf}
    )
