"""The base of Omnitron's rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hbdash.transport.wire import Pk, WireModel


class Row(WireModel):
    """A row with a number, sent as `pk` or as `id` depending on the resource (O§1.8)."""

    pk: Pk

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {"pk": ("id",)}
