"""``hbdash settings set KEY VALUE``: one setting or flag, written back to Omnitron."""

from __future__ import annotations

from hbdash.actions.settings import Writer
from hbdash.cli.common import DONE, UNAVAILABLE, CommandFailed
from hbdash.cli.output import json_text, print_json, print_text
from hbdash.cli.session import Session
from hbdash.domain.settings.channel import HIDDEN
from hbdash.engine.link import Link
from hbdash.texts.causes import cause
from hbdash.transport.errors import RemoteError


def set_setting(on: Session, key: str, value: str, *, as_json: bool) -> int:
    """Write it; it acts on the next run (R3.6)."""
    link = Link(on.db, on.clock, on.channel, on.channel_id)
    writer = Writer(on.db, on.clock, on.actor, on.channel_id, link.omnitron)
    try:
        change = writer.set_value(key, value)
    except RemoteError as error:
        found = f"{cause(error.failure_id, error.params)}: {error.message}"
        raise CommandFailed(found, UNAVAILABLE) from error
    finally:
        link.close()
    before = HIDDEN if change.secret and change.before else change.before
    shown = HIDDEN if change.secret else change.value
    if as_json:
        print_json({"key": change.key, "conf_key": change.conf_key, "before": before,
                    "value": shown})  # fmt: skip
    else:
        was, now = (json_text(one, indent=False) for one in (before, shown))
        print_text([f"{change.conf_key}: {was} → {now}; it acts on the next run"])
    return DONE
