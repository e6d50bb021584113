"""Web hooks of Akinon's order system (O§9)."""

from __future__ import annotations

from hbdash.omnitron.models.row import Row
from hbdash.transport.wire import Bag, Flag, OptionalPk, Text


class OmsChannel(Row):
    """A channel as the order system numbers it; omnitron_id is Omnitron's number (O§9.1)."""

    channel_type: Text = ""
    omnitron_id: OptionalPk = None
    name: Text = ""
    is_active: Flag = True


class Hook(Row):
    """A subscription of an address to an event (O§9.2)."""

    event_type: Text
    target_url: Text
    is_active: Flag = True
    secret_key: Text = ""
    retry_countdown_config: Bag = {}
    additional_headers: Bag = {}
    config: Bag = {}
