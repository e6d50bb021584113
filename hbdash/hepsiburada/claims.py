"""Calls about claims (H§13)."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from datetime import datetime

from hbdash.domain.clock import turkey_minute
from hbdash.hepsiburada.calls import Calls, segment
from hbdash.hepsiburada.envelopes import bare_rows
from hbdash.hepsiburada.models.claims import Claim, ClaimStatus
from hbdash.hepsiburada.paging import FeedPage, all_pages, feed_page

CLAIMS_PAGE = 100


class ClaimCalls(Calls):
    """Claim lists and decisions. A decision is never repeated here: after `unknown_outcome` look
    the claim up in the lists first (flows §10)."""

    def claims(
        self,
        status: ClaimStatus,
        *,
        status_begin: datetime | None = None,
        status_end: datetime | None = None,
    ) -> Iterator[FeedPage[Claim]]:
        """All claims in a state; the two dates filter on when they came into it."""
        merchant = segment(self.merchant_id)
        path = f"/claims/merchantId/{merchant}/status/{status.value}"
        dates = {
            "statusBeginDate": turkey_minute(status_begin, up=False) if status_begin else None,
            "statusEndDate": turkey_minute(status_end, up=True) if status_end else None,
        }

        def read(offset: int) -> FeedPage[Claim]:
            params = {**dates, "offset": offset, "limit": CLAIMS_PAGE}
            reply = self.oms_remote.request("GET", path, params=params)
            return feed_page(reply, bare_rows, Claim, offset)

        return all_pages(read, CLAIMS_PAGE)

    def accept_claim(self, number: str) -> None:
        """Refund the claim: no body means refund, also for a Change claim."""
        self._decide(f"/claims/number/{segment(number)}/accept", None)

    def reject_claim(
        self, number: str, reason: str, statement: str, photos: Sequence[bytes] = ()
    ) -> None:
        """Refuse the claim; it goes to dispute. reason: one of H§17.11 for the claim's type.

        photos: the files' bytes, sent as base64.
        """
        body: dict[str, object] = {
            "ClaimRejectionReason": reason,
            "MerchantStatement": statement,
            "Reports": [base64.b64encode(photo).decode("ascii") for photo in photos],
            "UploadedReportsUrls": [],
        }
        self._decide(f"/claims/number/{segment(number)}/reject", body)

    def _decide(self, path: str, body: dict[str, object] | None) -> None:
        reply = self.oms_remote.request("POST", path, json=body)
        if reply.status != 204:
            # Only 204 is known to mean "decided" (H§13.2); anything else has to be looked up.
            raise reply.bad_shape("", f"answered with {reply.status}, not with 204")
