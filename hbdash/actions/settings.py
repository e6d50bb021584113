"""Writing a channel's settings back to Omnitron: read again first, never over another's change.

Omnitron takes the conf whole and knows no version (O§2.1), so whoever writes reads it again just
before and refuses when it is no longer what was looked at (flows §9).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.audit import ACCEPTED, permit, record
from hbdash.domain.clock import Clock
from hbdash.domain.settings.writing import (
    Change,
    ChangeRefused,
    Defaults,
    changed,
    missing_defaults,
)
from hbdash.omnitron.client import OmnitronClient
from hbdash.omnitron.models.channel import Channel
from hbdash.store.database import Database

_HIDDEN = "…"


@dataclass(frozen=True)
class Writer:
    """Who writes to which channel."""

    db: Database
    clock: Clock
    actor: Actor
    channel_id: int
    omnitron: OmnitronClient

    def write_defaults(self, seen: Channel) -> Defaults:
        """Write schema and settings that are missing (R1.7); what was added. Harmless twice.

        seen: the channel as it was shown. Raises ``Refused`` settings.changed_meanwhile and
        settings.not_taken, or what the role says; `RemoteError`.
        """
        self._permit("settings.defaults")
        plan = missing_defaults(as_mapping(seen))
        if not plan.is_needed:
            return plan
        self._write(seen, conf=plan.conf, schema=plan.schema)
        self._note(
            "settings.defaults",
            {
                "schema": list(plan.schema_added),
                "conf": list(plan.conf_added),
                "flags": list(plan.flags_added),
            },
        )
        return plan

    def set_value(self, key: str, text: str, seen: Channel | None = None) -> Change:
        """Write one setting or one flag; it acts on the next run (R3.6). As `write_defaults`.

        Raises ``Refused`` also for what `domain.settings.writing.changed` refuses.
        """
        return self.set_values({key: text}, seen)[0]

    def set_values(
        self, values: Mapping[str, str], seen: Channel | None = None
    ) -> tuple[Change, ...]:
        """Several at once, in one write: all of them or none."""
        self._permit("settings.set", ", ".join(values))
        looked_at = seen if seen is not None else self.omnitron.channel()
        channel = as_mapping(looked_at)
        changes: list[Change] = []
        for key, text in values.items():
            try:
                change = changed(channel, key, text)
            except ChangeRefused as refused:
                raise Refused(refused.id, refused.params) from refused
            changes.append(change)
            channel = {**channel, "conf": change.conf}
        if changes:
            self._write(looked_at, conf=changes[-1].conf)
        for change in changes:
            shown = _HIDDEN if change.secret else change.value
            before = _HIDDEN if change.secret and change.before else change.before
            self._note("settings.set", {"key": change.conf_key, "before": before, "value": shown})
        return tuple(changes)

    def _permit(self, action: str, target: str = "") -> None:
        permit(
            self.db, self.clock, self.actor, self.channel_id, action, needs=Role.ADMIN,
            target=target,
        )  # fmt: skip

    def _write(
        self, seen: Channel, *, conf: dict[str, Any], schema: dict[str, Any] | None = None
    ) -> None:
        now = self.omnitron.channel()
        keys = _different(seen.conf, now.conf)
        if schema is not None:
            keys += _different(seen.schema_, now.schema_)
        if keys:
            raise Refused("settings.changed_meanwhile", {"keys": ", ".join(sorted(keys))})
        self.omnitron.patch_channel(conf=conf, schema=schema)
        after = self.omnitron.channel()
        lost = [key for key in _different(now.conf, conf) if after.conf.get(key) != conf.get(key)]
        if lost:
            raise Refused("settings.not_taken", {"keys": ", ".join(sorted(lost))})

    def _note(self, action: str, detail: Mapping[str, Any]) -> None:
        with self.db.write() as connection:
            target = str(detail.get("key", ""))
            record(
                connection, self.clock, self.actor, self.channel_id, action, target, detail,
                ACCEPTED,
            )  # fmt: skip


def as_mapping(channel: Channel) -> dict[str, Any]:
    """The channel as `ChannelSettings.from_channel` reads it."""
    return {
        "pk": channel.pk,
        "name": channel.name,
        "channel_type": channel.channel_type,
        "is_active": channel.is_active,
        "catalog": channel.catalog,
        "category_tree": channel.category_tree,
        "schema": channel.schema_,
        "conf": channel.conf,
    }


def _different(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return [key for key in {*one, *other} if one.get(key) != other.get(key)]
