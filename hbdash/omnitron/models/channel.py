"""The channel, its catalog and what belongs to its set-up (O§2, O§4.7, O§6.7)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from hbdash.omnitron.models.row import Row
from hbdash.transport.wire import (
    Bag,
    Flag,
    OptionalPk,
    OptionalUtcMoment,
    OptionalWhole,
    Pk,
    Text,
)


def _pks(value: object) -> object:
    return [] if value is None or value == "" else value


Pks = Annotated[tuple[Pk, ...], BeforeValidator(_pks)]


class Channel(Row):
    """A sales channel (O§2.1). conf: the settings as filled in, keys as Omnitron has them."""

    name: Text
    catalog: OptionalPk = None
    channel_type: Text = ""
    conf: Bag
    # `schema` is a name pydantic keeps for itself.
    schema_: Bag = {}
    category_tree: OptionalPk = None
    is_active: Flag
    modified_date: OptionalUtcMoment = None


class Catalog(Row):
    """Which price list and which stock list the channel sells from (O§2.4)."""

    name: Text = ""
    price_list: OptionalPk
    stock_list: OptionalPk
    extra_price_lists: Pks = ()
    extra_stock_lists: Pks = ()


class ContentType(Row):
    """A kind of object, as batches, actions and reports refer to it (O§2.5)."""

    app_label: Text = ""
    model: Text


class Cargo(Row):
    """A carrier as Omnitron knows it (O§4.7)."""

    name: Text
    erp_code: Text = ""
    shipping_company: Text = ""


class CancellationReason(Row):
    """A reason for a cancellation or a refund (O§6.7)."""

    cancellation_type: Text
    subject: Text = ""
    is_active: Flag = True
    order: OptionalWhole = None
    extra_information_needed: Flag = False
