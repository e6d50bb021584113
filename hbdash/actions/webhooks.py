"""The order system's web hook that asks for split packages: looked up, made, mended (R9.1-R9.5).

Done by the process that is asked, not by the engine: it is set-up, and whoever does it looks on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.audit import ACCEPTED, permit, record
from hbdash.config import ChannelConfig, Config
from hbdash.domain.clock import Clock
from hbdash.omnitron.models.webhook import Hook
from hbdash.omnitron.webhooks import HookExists, WebhookCalls
from hbdash.store.database import Database

FLOW = "split_packages"
#: As the setup guide says (R9.4); Akinon's engine then tries eleven times within 20 minutes.
RETRY: dict[str, Any] = {"choice": "fixed", "kwargs": {"seconds": 120}}
RIGHT, ABSENT, DIFFERS = "right", "absent", "differs"


@dataclass(frozen=True)
class Wanted:
    """The hook as it must be."""

    event_type: str
    target_url: str
    token: str
    signing_secret: str

    def fields(self) -> dict[str, Any]:
        """As the order system takes them (O§9.2)."""
        return {
            "event_type": self.event_type,
            "target_url": self.target_url,
            "is_active": True,
            "secret_key": self.signing_secret or None,
            "retry_countdown_config": RETRY,
            "additional_headers": {"Authorization": f"Token {self.token}"},
            "config": {},
        }


@dataclass(frozen=True)
class WebhookState:
    """How the hook stands. differences: ids of what must be mended, empty when it is right.

    others: more active hooks that send the same event to a trigger of this kind; each split would
    be asked for twice.
    """

    state: str
    oms_channel_id: int
    wanted: Wanted
    hook: Hook | None
    differences: tuple[str, ...] = ()
    others: tuple[Hook, ...] = ()


def wanted_hook(config: Config, channel: ChannelConfig, oms_channel_id: int) -> Wanted:
    """What the configuration asks for. ``Refused`` webhook.no_address without ``[trigger]``."""
    url = config.trigger.url_of(config.slug_of(channel), FLOW)
    token = config.trigger.secret_token()
    if not url or not token:
        raise Refused("webhook.no_address")
    return Wanted(
        f"order.split_package_{oms_channel_id}", url, token, config.trigger.secret_signing()
    )


def look_up(calls: WebhookCalls, config: Config, channel: ChannelConfig) -> WebhookState:
    """Ask the order system. ``Refused``: webhook.no_address, webhook.no_channel; `RemoteError`."""
    matching = [one for one in calls.oms_channels() if one.omnitron_id == channel.remote_id]
    if not matching:
        raise Refused("webhook.no_channel", {"channel": channel.remote_id})
    wanted = wanted_hook(config, channel, matching[0].pk)
    hooks = calls.hooks(wanted.event_type)
    found = next((hook for hook in hooks if hook.target_url == wanted.target_url), None)
    ours = [hook for hook in hooks if hook is not found and _is_trigger(hook)]
    if found is None and ours:
        # It was made for another address of this installation, or for another program.
        found = max(ours, key=lambda hook: (hook.is_active, hook.pk))
    others = tuple(hook for hook in ours if hook is not found and hook.is_active)
    if found is None:
        return WebhookState(ABSENT, matching[0].pk, wanted, None, (), others)
    differences = _differences(found, wanted)
    state = DIFFERS if differences else RIGHT
    return WebhookState(state, matching[0].pk, wanted, found, differences, others)


def create(
    db: Database,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    calls: WebhookCalls,
    config: Config,
    channel: ChannelConfig,
) -> WebhookState:
    """Make the hook. ``Refused`` webhook.exists when there is one, right or not; as `look_up`."""
    permit(db, clock, actor, channel_id, "webhook.create", needs=Role.ADMIN)
    before = look_up(calls, config, channel)
    if before.state != ABSENT:
        raise Refused("webhook.exists", {"id": before.hook.pk if before.hook else 0})
    try:
        made = calls.create_hook(before.wanted.fields())
    except HookExists as error:
        raise Refused("webhook.exists", {"id": 0}) from error
    _note(db, clock, actor, channel_id, "webhook.create", before, made)
    return look_up(calls, config, channel)


def repair(
    db: Database,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    calls: WebhookCalls,
    config: Config,
    channel: ChannelConfig,
) -> WebhookState:
    """Make the hook right; one that is right is left alone. ``Refused`` webhook.absent."""
    permit(db, clock, actor, channel_id, "webhook.repair", needs=Role.ADMIN)
    before = look_up(calls, config, channel)
    if before.hook is None:
        raise Refused("webhook.absent")
    if before.state == RIGHT:
        return before
    try:
        changed = calls.change_hook(before.hook.pk, before.wanted.fields())
    except HookExists as error:
        raise Refused("webhook.exists", {"id": 0}) from error
    _note(db, clock, actor, channel_id, "webhook.repair", before, changed)
    return look_up(calls, config, channel)


def _is_trigger(hook: Hook) -> bool:
    path = urlsplit(hook.target_url).path.rstrip("/")
    return "/flow-trigger/" in path and path.endswith(f"/{FLOW}")


def _differences(hook: Hook, wanted: Wanted) -> tuple[str, ...]:
    headers = {str(name).lower(): value for name, value in hook.additional_headers.items()}
    # `config` may hold the channel's number (an older revision of the guide): both are right.
    wrong = {
        "inactive": not hook.is_active,
        "target_url": hook.target_url != wanted.target_url,
        "token": headers.get("authorization") != f"Token {wanted.token}",
        "signing_secret": hook.secret_key != wanted.signing_secret,
        "retry": hook.retry_countdown_config != RETRY,
    }
    return tuple(name for name, is_wrong in wrong.items() if is_wrong)


def _note(
    db: Database,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    action: str,
    before: WebhookState,
    after: Hook,
) -> None:
    detail = {
        "hook": after.pk,
        "event_type": after.event_type,
        "target_url": after.target_url,
        "differences": list(before.differences),
    }
    with db.write() as connection:
        record(
            connection, clock, actor, channel_id, action, before.wanted.event_type, detail, ACCEPTED
        )
