"""``hbdash webhook show|create|repair``: the order system's hook for split packages (R9)."""

from __future__ import annotations

import argparse
from typing import Any

from hbdash.actions import webhooks
from hbdash.actions.webhooks import WebhookState
from hbdash.cli.common import DONE, FAILED, UNAVAILABLE, CommandFailed
from hbdash.cli.output import print_json, print_text
from hbdash.cli.session import Session, channel_argument, session
from hbdash.engine.link import Link
from hbdash.omnitron.webhooks import WebhookCalls
from hbdash.texts.causes import cause
from hbdash.texts.setup import webhook_difference
from hbdash.transport.errors import RemoteError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    sub = parser.add_subparsers(dest="what", required=True)
    channel_argument(sub.add_parser("show", help="how the hook stands, and how it must be"))
    channel_argument(sub.add_parser("create", help="make it"))
    channel_argument(sub.add_parser("repair", help="make it right: address, token, retries"))


def run(args: argparse.Namespace) -> int:
    """``show`` exits 1 when the hook is missing or wrong."""
    with session(args) as on:
        state = asked(on, args.what)
    if args.json:
        print_json(document(state))
    else:
        print_text(lines(state))
    return DONE if state.state == webhooks.RIGHT else FAILED


def asked(on: Session, what: str) -> WebhookState:
    """The hook's state, after ``create`` or ``repair`` if one is asked for."""
    link = Link(on.db, on.clock, on.channel, on.channel_id)
    try:
        if what == "show":
            return look_up_with(on, link)
        act = webhooks.create if what == "create" else webhooks.repair
        with _calls(on, link) as calls:
            return act(on.db, on.clock, on.actor, on.channel_id, calls, on.config, on.channel)
    except RemoteError as error:
        found = f"{cause(error.failure_id, error.params)}: {error.message}"
        raise CommandFailed(found, UNAVAILABLE) from error
    finally:
        link.close()


def look_up_with(on: Session, link: Link) -> WebhookState:
    """The hook's state over connections that are open; raises `RemoteError` and ``Refused``."""
    with _calls(on, link) as calls:
        return webhooks.look_up(calls, on.config, on.channel)


def _calls(on: Session, link: Link) -> WebhookCalls:
    base = on.channel.hosts.akinon_oms
    return WebhookCalls(link.omnitron, clock=on.clock, base_url=base)


def document(state: WebhookState) -> dict[str, Any]:
    """Keys of docs/cli-json.md; no secret is in it."""
    hook = state.hook
    return {
        "state": state.state,
        "oms_channel": state.oms_channel_id,
        "event_type": state.wanted.event_type,
        "target_url": state.wanted.target_url,
        "hook": {"id": hook.pk, "target_url": hook.target_url, "active": hook.is_active}
        if hook
        else None,
        "differences": list(state.differences),
        "others": [{"id": other.pk, "target_url": other.target_url} for other in state.others],
    }


def lines(state: WebhookState) -> list[str]:
    """The same for people."""
    said = [f"event    {state.wanted.event_type}", f"address  {state.wanted.target_url}"]
    if state.hook is None:
        said.append("hook     none; `hbdash webhook create` makes it")
    elif not state.differences:
        said.append(f"hook     {state.hook.pk}, as it must be")
    else:
        wrong = ", ".join(webhook_difference(one) for one in state.differences)
        said.append(f"hook     {state.hook.pk}: {wrong}; `hbdash webhook repair` mends it")
    said += [
        f"▲ hook {other.pk} sends the same event to {other.target_url}" for other in state.others
    ]
    return said
