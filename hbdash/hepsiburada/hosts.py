"""Where each of the marketplace's services lives, and how often each may be called (H§1, H§4)."""

from __future__ import annotations

from dataclasses import dataclass

from hbdash.transport.budget import Allowance

# A little below the marketplace's own limits: its seconds do not begin when ours do.
CATALOGUE_ALLOWANCE = Allowance(97, 1.0)
OMS_ALLOWANCE = Allowance(970, 1.0)
COMMISSIONS_ALLOWANCE = Allowance(235, 60.0)


@dataclass(frozen=True)
class Hosts:
    """Base URLs without a slash at the end, e.g. `https://mpop.hepsiburada.com`.

    catalogue is followed by `/product/api/…`; tickets by `/ticket-api/…` and lives on the
    catalogue host unless told otherwise.
    """

    catalogue: str
    listing: str
    oms: str
    shipping: str
    ticket: str | None = None
