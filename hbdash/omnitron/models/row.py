"""The base of Omnitron's rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import ValidationError

from hbdash.transport.errors import BadShape
from hbdash.transport.wire import OptionalKey, OptionalPk, Pk, UtcMoment, WireModel


class Row(WireModel):
    """A row with a number, sent as `pk` or as `id` depending on the resource (O§1.8)."""

    pk: Pk

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {"pk": ("id",)}


class Remains(Row):
    """What has to be readable of a due row so that it can be committed and failed (O§5.3)."""

    modified_date: UtcMoment
    product: OptionalPk = None
    sku: OptionalKey = None


def remains_of(fault: BadShape) -> Remains | None:
    """Of a row that can't be read; None if not even its number and version can be."""
    try:
        return Remains.model_validate(fault.row)
    except ValidationError:
        return None
