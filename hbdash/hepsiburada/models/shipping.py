"""Carriers (H§12)."""

from __future__ import annotations

from typing import Annotated

from hbdash.transport.wire import Flag, Key, NullIsEmpty, OptionalWhole, Text, WireModel


class CargoFirm(WireModel):
    """A carrier as the merchant's profiles name it."""

    cargo_firm_id: Key
    cargo_firm_name: Text
    cargo_firm_display_order: OptionalWhole = None
    is_exceptional: Flag = False
    is_visible: Flag = True


class CargoLabel(WireModel):
    """A group of carriers for one kind of delivery."""

    label_id: Key
    label_name: Text = ""
    label_display_name: Text = ""
    cargo_firms: Annotated[tuple[CargoFirm, ...], NullIsEmpty]
