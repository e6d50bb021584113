"""Does a package that could not be written still stand at Hepsiburada?"""

from __future__ import annotations

from hbdash.flows.orders.packages.faults import OrderFault, PackageRow
from hbdash.flows.orders.packages.parcel import Parcel, line_payload, packages_of, parcel_of
from hbdash.flows.orders.packages.units import UnitBook
from hbdash.runs.context import RunContext
from hbdash.transport.errors import NotFound


def still_standing(
    ctx: RunContext, units: UnitBook, row: PackageRow, parcel: Parcel | None
) -> Parcel | None:
    """The package to write; ``None``: it was broken up or cancelled meanwhile.

    parcel: what was kept of it; without that it is read anew from its order.
    """
    order = units.order(row.order_number)
    named = {} if order is None else packages_of(order)
    if order is not None and parcel is None and row.number in named:
        return parcel_of(line_payload(order, row.number))
    if row.number in named or _stands(ctx, row.number):
        if parcel is None:
            raise OrderFault(
                "remote.shape",
                {"side": "hepsiburada", "service": "oms", "endpoint": "packages", "field": "items"},
            )
        return parcel
    return None


def _stands(ctx: RunContext, number: str) -> bool:
    """The package itself says whether it was broken up; one that is not shown proves nothing
    against what was read before."""
    try:
        status = ctx.hepsiburada.package(number).status.strip().lower()
    except NotFound:
        return True
    return status != "unpacked" and not status.startswith("cancel")
