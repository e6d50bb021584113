"""Second step: Hepsiburada's credentials, tested against each service before they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hbdash.actions.settings import as_mapping
from hbdash.cli.checks.remote import hepsiburada_checks
from hbdash.cli.common import FAILED, UNAVAILABLE, WRONG_USE, CommandFailed
from hbdash.cli.setup.asking import Asker
from hbdash.domain.clock import Clock
from hbdash.domain.settings import ChannelSettings, setting
from hbdash.domain.settings.writing import ChangeRefused, changed, missing_defaults
from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.hepsiburada.hosts import Hosts
from hbdash.omnitron.models.channel import Channel
from hbdash.texts.refusals import refusal

#: Settings without which nothing can be asked of Hepsiburada; asked for when they are empty.
ASKED = ("merchant_id", "username", "password", "user_agent", "category_ids")
_CREDENTIALS = ("merchant_id", "username", "password", "user_agent")


def meet_hepsiburada(
    asker: Asker, channel: Channel, extra: Mapping[str, str], shipping: str, clock: Clock
) -> dict[str, str]:
    """The settings to be written: those asked for and ``extra`` (``--set``).

    Nothing is written here; the channel is tried with its missing defaults filled in.
    """
    while True:
        values = _asked(asker, channel) | dict(extra)
        settings = _with(channel, values)
        if _let_in(asker, settings, shipping, clock):
            return values


def _asked(asker: Asker, channel: Channel) -> dict[str, str]:
    """New values only: what the channel has stays unless an option gives another."""
    now = ChannelSettings.from_channel(as_mapping(channel))
    values: dict[str, str] = {}
    for key in ASKED:
        one = setting(key)
        held = getattr(now, key)
        before = "\n".join(held) if isinstance(held, tuple) else str(held or "")
        if key == "username" and not before:
            # The guide: the API's user is the merchant id (R2.9, A10).
            before = values.get("merchant_id", now.merchant_id)
        name = f"hb_{key}" if key in ("username", "password") else key
        answer = asker.ask(name, one.label, default=before, secret=one.key == "password")
        if not answer:
            raise CommandFailed(f"{one.label} is needed", WRONG_USE)
        if answer != before or not held:
            values[key] = answer.replace(",", "\n") if one.type == "list" else answer
    return values


def _with(channel: Channel, values: Mapping[str, str]) -> ChannelSettings:
    found = as_mapping(channel)
    plan = missing_defaults(found)
    merged: dict[str, Any] = {**found, "conf": plan.conf, "schema": plan.schema}
    for key, text in values.items():
        try:
            merged["conf"] = changed(merged, key, text).conf
        except ChangeRefused as refused:
            raise CommandFailed(refusal(refused.id, refused.params), WRONG_USE) from refused
    return ChannelSettings.from_channel(merged)


def _let_in(asker: Asker, settings: ChannelSettings, shipping: str, clock: Clock) -> bool:
    hosts = Hosts(
        catalogue=settings.base_url, listing=settings.listing_url, oms=settings.oms_url,
        shipping=shipping,
    )  # fmt: skip
    with HepsiburadaClient(
        hosts, settings.merchant_id, settings.password, settings.user_agent, clock=clock
    ) as client:
        checks = list(hepsiburada_checks(client, settings, clock.now()))
    for check in checks:
        asker.tell(f"{'✓' if check.ok else '×'} {check.name}: {check.found}")
    bad = [check for check in checks if not check.ok]
    if not bad:
        return True
    away = all(check.is_remote for check in bad)
    why = f"{bad[0].name}: {bad[0].found} {bad[0].remedy}".strip()
    names = tuple(f"hb_{key}" if key in ("username", "password") else key for key in _CREDENTIALS)
    asker.refuse(names, why, UNAVAILABLE if away else FAILED)
    return False
