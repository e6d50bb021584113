"""Both sides: credentials, each service, the channel and its settings as they are now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hbdash.cli.checks.flags import flag_checks, flow_checks
from hbdash.cli.checks.ids import id_checks
from hbdash.cli.checks.model import ERROR, OK, WARNING, Check, asked, good
from hbdash.cli.session import Session
from hbdash.cli.webhook import look_up_with
from hbdash.domain.settings import ChannelSettings
from hbdash.engine.link import Link
from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.runs.kit import Connected
from hbdash.texts.causes import remedy
from hbdash.texts.labels import flag_warning
from hbdash.texts.setup import obstacle_text, webhook_difference
from hbdash.texts.translate import _

#: Windows overlap by 15 minutes, so that a smaller difference loses nothing; it is told early.
CLOCK_DIFFERENCE = timedelta(seconds=60)
#: A SKU that nobody has: asking for it reads and changes nothing.
_NO_SKU = "HBDASH-CHECK"


def remote_checks(on: Session) -> Iterator[Check]:
    """Omnitron first: without its settings nothing is known of the other side."""
    link = Link(on.db, on.clock, on.channel, on.channel_id)
    try:
        answer, theirs = asked("Omnitron answers", lambda: (link.omnitron.ping(),), _("lets us in"))
        yield answer
        if theirs is None:
            return
        yield from _clock(theirs[0])
        answer, connected = asked("channel", link.connect, on.channel.name)
        yield answer
        if connected is None:
            return
        yield _active(connected)
        yield from settings_checks(connected.settings)
        yield from hepsiburada_checks(connected.hepsiburada, connected.settings, on.now())
        yield from id_checks(connected)
        yield from flag_checks(connected.settings)
        if connected.settings.flags.is_on("split_packages"):
            yield _webhook(on, link)
        yield from flow_checks(on)
    finally:
        link.close()


def settings_checks(settings: ChannelSettings) -> Iterator[Check]:
    """Each setting that can't count as it stands, and each flag that is spelt strangely."""
    for problem in settings.problems:
        params = {"key": problem.key, **problem.params}
        said = obstacle_text(problem.id, params)
        yield Check(f"setting {problem.key}", ERROR, said, remedy(problem.id, params))
    if not settings.problems:
        yield good("settings", _("every required setting is filled"))
    for warning in settings.flags.warnings:
        said = flag_warning(warning.kind, warning.name, warning.flag)
        cure = _("Mend Feature Flags in Omnitron’s channel settings.")
        yield Check(f"flag {warning.flag or warning.name}", WARNING, said, cure)


def hepsiburada_checks(
    client: HepsiburadaClient, settings: ChannelSettings, now: datetime
) -> Iterator[Check]:
    """Each service with the credentials, by a call that only reads."""
    services: tuple[tuple[str, str, Callable[[], Any]], ...] = (
        ("listing", "listing_url", lambda: client.listings(limit=1)),
        ("catalogue", "base_url", lambda: client.check_product_status([_NO_SKU])),
        ("orders", "oms_url", lambda: client.package_page(now - timedelta(hours=1), now, 0)),
        ("shipping", "", client.cargo_firms),
    )
    for name, key, call in services:
        title = f"Hepsiburada {name}"
        if key and not getattr(settings, key):
            # The settings' own check has said so.
            yield Check(title, ERROR, _("no address"), _("Fill {key}.").format(key=key))
        else:
            yield asked(title, lambda call=call: (call(),), _("lets us in"))[0]  # type: ignore[misc]


def _clock(theirs: datetime | None) -> Iterator[Check]:
    if theirs is None:
        return
    apart = abs(datetime.now(UTC) - theirs)
    found = _("{n} s from Omnitron’s").format(n=round(apart.total_seconds()))
    if apart < CLOCK_DIFFERENCE:
        yield Check("clock", OK, found)
    else:
        yield Check("clock", WARNING, found, _("Let this machine follow a time server (NTP)."))


def _active(connected: Connected) -> Check:
    if connected.is_active:
        return good("channel active", _("yes"))
    cure = _("Activate the channel in Omnitron: nothing runs before.")
    return Check("channel active", ERROR, _("no"), cure)


def _webhook(on: Session, link: Link) -> Check:
    answer, state = asked("web hook", lambda: look_up_with(on, link), _("as it must be"))
    if state is None or state.state == "right":
        if state is not None and state.others:
            found = _("{n} more send the same event").format(n=len(state.others))
            return Check("web hook", WARNING, found, "hbdash webhook show")
        return answer
    if state.state == "absent":
        return Check("web hook", ERROR, _("there is none"), "hbdash webhook create")
    wrong = ", ".join(webhook_difference(one) for one in state.differences)
    return Check("web hook", ERROR, wrong, "hbdash webhook repair")
