"""Refusals that only the marketplace knows."""

from __future__ import annotations

from hbdash.transport.errors import RateLimited, Refused, RemoteError


class TooManyUploads(RateLimited):
    """Five uploads are waiting already (H§4). Nothing was taken; the next run sends again."""

    failure_id = "upload.too_many"


class UploadQuotaUsed(Refused):
    """The day's rows (ten times the listings, H§4) are used up."""

    failure_id = "upload.quota"


class NotVisibleYet(Refused):
    """The tracking id is not known, or not yet (catalogue code 4000, H§5.2)."""

    failure_id = "product.no_result"
    transient = True


class AddressChanging(Refused):
    """The customer asked for another address: nothing of the order can be packed (H§11.4)."""

    failure_id = "pack.address_change"
    transient = True


class NotYoursToMove(Refused):
    """DeliveryManipulationForbiddenError: Hepsiburada's own carrier has the package."""


_TOO_MANY = "too many ongoing"
_QUOTA = "upload limit"


def upload_refusal(text: str) -> type[RemoteError] | None:
    """Which refusal of an upload a text is; its HTTP status is not certain (H§4)."""
    words = " ".join(text.lower().split())
    if _TOO_MANY in words or "waiting inventory uploads" in words:
        return TooManyUploads
    if _QUOTA in words:
        return UploadQuotaUsed
    return None
