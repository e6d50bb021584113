"""Each flag with its prerequisites, each flow with what keeps it from running (R6)."""

from __future__ import annotations

from collections.abc import Iterator

from hbdash.cli.checks.model import ERROR, OFF, WARNING, Check, good
from hbdash.cli.session import Session
from hbdash.domain.settings import FLAGS, ChannelSettings, Flag, setting
from hbdash.domain.settings.obstacles import flag_of, obstacles, unset_prerequisites
from hbdash.explain.flows import STOPPED, flow_gates
from hbdash.flows.registry import FLOWS
from hbdash.texts.causes import remedy
from hbdash.texts.labels import flow_label
from hbdash.texts.setup import obstacle_text
from hbdash.texts.translate import _

#: Gates that are shut for a while, or that have a check of their own.
_PASSING = ("lease", "lane", "remote", "channel", "flag")


def flag_checks(settings: ChannelSettings) -> Iterator[Check]:
    """Every flag: off, on and ready, on and stopped by its prerequisites."""
    for flag in FLAGS:
        yield _flag(flag, settings)


def _flag(flag: Flag, settings: ChannelSettings) -> Check:
    name = f"flag {flag.name}"
    if not settings.flags.is_on(flag.name):
        return Check(name, OFF, _("off"))
    # The channel's status has a check of its own.
    shut = {
        one.params.get("key", one.id): one
        for spec in FLOWS.values()
        if flag_of(spec) is flag
        for one in obstacles(spec, settings, is_active=True)
    }
    if shut:
        found = "; ".join(obstacle_text(one.id, one.params) for one in shut.values())
        cure = " ".join(dict.fromkeys(remedy(one.id, one.params) for one in shut.values()))
        return Check(name, ERROR, found, cure)
    unset = [setting(key).label for key in unset_prerequisites(flag, settings)]
    if unset:
        found = _("on; never set, so the default counts: {labels}").format(labels=", ".join(unset))
        cure = _("Look at them once in Omnitron’s channel settings.")
        return Check(name, WARNING, found, cure)
    return good(name, _("on"))


def flow_checks(on: Session) -> Iterator[Check]:
    """Every flow of this version that its flag wants; the same words as in the menu."""
    for spec in FLOWS.values():
        if not spec.built:
            continue
        with on.db.read() as connection:
            gates = flow_gates(connection, on.channel_id, spec.id, on.now())
        by_name = {gate.name: gate for gate in gates}
        flag = by_name.get("flag")
        if flag is not None and flag.state == STOPPED:
            yield Check(flow_label(spec.id), OFF, flag.text)
            continue
        shut = [gate for gate in gates if gate.state == STOPPED and gate.name not in _PASSING]
        if not shut:
            yield good(flow_label(spec.id), _("can run"))
            continue
        severity = WARNING if all(gate.name == "pause" for gate in shut) else ERROR
        yield Check(
            flow_label(spec.id), severity,
            "; ".join(gate.text for gate in shut),
            " ".join(dict.fromkeys(gate.way_out for gate in shut)),
        )  # fmt: skip
