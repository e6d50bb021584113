"""The claims lists and the merchant's decisions (H§13)."""

from __future__ import annotations

import base64
import hashlib
import io
import math
import sqlite3
from dataclasses import dataclass
from typing import Any

from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from hbdash.sandbox.hepsiburada.oms import claim_rules, claim_shape
from hbdash.sandbox.hepsiburada.oms.answers import Refused, body, page, window
from hbdash.sandbox.hepsiburada.pace import pace
from hbdash.sandbox.hepsiburada.wire import SECOND, Json, empty, micros
from hbdash.sandbox.world import World

_IMAGE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}


_NO_IMAGE = (TypeError, ValueError, OSError, SyntaxError, Image.DecompressionBombError)


@dataclass(frozen=True)
class Photo:
    """A picture that came with a rejection."""

    content: bytes
    media_type: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class Claims:
    """Handlers; bodies are in ``request.state.body``."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.db = world.db

    def all(self, request: Request) -> Json:
        """``GET /claims/merchantId/{m}``: by claim date."""
        return self._list(request, "", [], ("beginDate", "endDate", "c.claimed"))

    def by_status(self, request: Request) -> Json:
        """``…/status/{status}``: also by the date of entering the status."""
        status = claim_rules.STATUS_BY_PATH.get(request.path_params["status"].lower())
        if status is None:
            raise Refused(400, "Wrong Claim Status")
        return self._list(
            request,
            "c.status = ?",
            [status],
            ("beginDate", "endDate", "c.claimed"),
            ("statusBeginDate", "statusEndDate", "c.status_since"),
        )

    def _list(
        self, request: Request, where: str, arguments: list[Any], *dates: tuple[str, str, str]
    ) -> Json:
        if "limit" not in request.query_params:
            raise Refused(400, "LimitCannotBeEmpty")
        asked = page(request, 10**9, required=False)
        if asked.limit > self.world.limits.claims_page:
            raise Refused(400, f"LimitMustBeBetween1And{self.world.limits.claims_page}")
        parts = [where] if where else []
        for begin, end, column in dates:
            span = window(request, begin, end, clamp=False)
            if span is not None:
                parts.append(f"{column} >= ? AND {column} < ?")
                arguments = [*arguments, span.begin, span.end]
        condition = " AND ".join(parts) or "1"
        total = self.db.execute(
            f"SELECT count(*) FROM hb_claim c WHERE {condition}", arguments
        ).fetchone()[0]
        rows = self.db.execute(
            f"{claim_shape.SELECT} WHERE {condition} ORDER BY c.seq LIMIT ? OFFSET ?",
            (*arguments, asked.limit, asked.offset),
        )
        headers = {
            "X-Limit": asked.limit,
            "X-Offset": asked.offset,
            "X-Page": asked.offset // asked.limit + 1,
            "X-Total-Count": total,
            "X-Total-Pages": math.ceil(total / asked.limit),
        }
        return Json(
            [claim_shape.wire(self.world, row) for row in rows],
            headers={name: str(value) for name, value in headers.items()},
        )

    def accept(self, request: Request) -> Response:
        """``…/accept`` → 204; no body means refund."""
        claim = self._open(request, "AwaitingAction", "AwaitingPreApproval")
        asked = body(request.state.body)
        final = asked.get("FinalizedWith", "Refund")
        if final not in claim_rules.FINALIZED_WITH:
            raise Refused(400, "FinalizedWith is not valid")
        if final == "Change" and claim["claim_type"] != "Change":
            raise Refused(400, "This claim can not be finalized with Change")
        if asked.get("AcceptionReason") not in (None, *claim_rules.ACCEPTION_REASONS):
            raise Refused(400, "AcceptionReason is not valid")
        if claim["claim_type"] == "MissingInvoice":
            raise Refused(400, "MissingInvoice claims can only be accepted in the merchant portal")
        self.db.execute(
            "UPDATE hb_claim SET status = 'Accepted', status_since = ?, finalized_with = ?"
            " WHERE seq = ?",
            (micros(self.world.clock.now()), final, claim["seq"]),
        )
        self.world.books.effect("hepsiburada.claim_accept", claim["number"], asked)
        return empty(204)

    def reject(self, request: Request) -> Response:
        """``…/reject`` → 204; the claim is then in dispute, and Hepsiburada decides."""
        claim = self._open(request, "AwaitingAction")
        asked = body(request.state.body)
        reason, statement = asked.get("ClaimRejectionReason"), asked.get("MerchantStatement")
        if not isinstance(reason, str) or not reason:
            raise Refused(400, "ClaimRejectionReasonCannotBeEmpty")
        if reason not in claim_rules.rejection_reasons(claim["claim_type"]):
            raise Refused(400, "ClaimRejectionReasonIsNotValid")
        if not isinstance(statement, str) or not statement.strip():
            raise Refused(400, "MerchantStatementCannotBeEmpty")
        photos = _photos(asked.get("Reports"))
        urls = asked.get("UploadedReportsUrls") or []
        if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
            raise Refused(400, "UploadedReportsUrlsIsNotValid")
        self.db.execute(
            "UPDATE hb_claim SET status = 'InDispute', status_since = ?, rejection_reason = ?,"
            " statement = ? WHERE seq = ?",
            (micros(self.world.clock.now()), reason, statement, claim["seq"]),
        )
        self.db.executemany(
            "INSERT INTO hb_claim_report VALUES (?, ?, ?, ?, ?, ?)",
            [
                (claim["number"], n, photo.sha256, len(photo.content), photo.media_type,
                 photo.content)
                for n, photo in enumerate(photos, start=1)
            ],
        )  # fmt: skip
        self.world.books.effect(
            "hepsiburada.claim_reject",
            claim["number"],
            {
                "reason": reason,
                "statement": statement,
                "photos": [{"sha256": p.sha256, "size": len(p.content)} for p in photos],
                "urls": urls,
            },
        )
        return empty(204)

    def confirm_pre_approval(self, request: Request) -> Response:
        """``…/preapprovalconfirm`` → 204 and ``AwaitingAction``."""
        claim = self._open(request, "AwaitingPreApproval")
        reason = body(request.state.body).get("preApprovalReason")
        if reason not in claim_rules.PRE_APPROVAL_REASONS:
            raise Refused(400, "preApprovalReason is not valid")
        now = micros(self.world.clock.now())
        deadline = now + int(pace(self.db).claim_days * SECOND)
        self.db.execute(
            "UPDATE hb_claim SET status = 'AwaitingAction', status_since = ?1, pre_approved = ?1,"
            " pre_approval_reason = ?2, deadline = ?3 WHERE seq = ?4",
            (now, reason, deadline // SECOND * SECOND, claim["seq"]),
        )
        self.world.books.effect("hepsiburada.claim_preapproval", claim["number"])
        return empty(204)

    def _open(self, request: Request, *statuses: str) -> sqlite3.Row:
        """The claim in the path, if it may be acted on now."""
        number = request.path_params["number"]
        claim: sqlite3.Row | None = self.db.execute(
            "SELECT * FROM hb_claim WHERE number = ?", (number,)
        ).fetchone()
        if claim is None:
            raise Refused(404, f"Claim not found with number {number}")
        if claim["status"] not in statuses:
            raise Refused(400, f"Claim status is not suitable for this action: {claim['status']}")
        if claim["deadline"] is not None and claim["deadline"] <= micros(self.world.clock.now()):
            raise Refused(400, "Claim action date has expired")
        return claim


def _photos(reports: Any) -> list[Photo]:
    """``Reports`` decoded; each must be the base64 of a whole picture."""
    if reports in (None, []):
        return []
    if not isinstance(reports, list):
        raise Refused(400, "ReportsIsNotValid")
    photos = []
    for report in reports:
        try:
            content = base64.b64decode(report, validate=True)
            with Image.open(io.BytesIO(content)) as image:
                kind = image.format or ""
                image.load()
        except _NO_IMAGE as problem:
            raise Refused(400, "ReportIsNotAnImage") from problem
        if kind not in _IMAGE_TYPES:
            raise Refused(400, "ReportIsNotAnImage")
        photos.append(Photo(content, _IMAGE_TYPES[kind]))
    return photos
