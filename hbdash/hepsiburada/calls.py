"""What all groups of calls share: the services and who is calling."""

from __future__ import annotations

from urllib.parse import quote

from hbdash.transport.budget import Budget
from hbdash.transport.remote import Remote


def segment(value: str) -> str:
    """One part of a path: whatever the key holds, it can't leave its place."""
    return quote(value, safe="")


class Calls:
    """Base of the call groups. One remote per service; the merchant id never comes from input."""

    merchant_id: str
    catalogue_remote: Remote
    ticket_remote: Remote
    listing_remote: Remote
    oms_remote: Remote
    shipping_remote: Remote
    commissions_budget: Budget
