"""How our rejections ended: won or lost, by our reason and by the customer's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, or_, select

from hbdash.domain.claims import ACCEPTED, REFUNDED, REJECTED, TAKEN
from hbdash.domain.reasons import claim_type as canonical_type
from hbdash.store.bulk import table_of
from hbdash.store.tables import Claim, ClaimDecision

claim_t = table_of(Claim)
decision_t = table_of(ClaimDecision)

LOOK_BACK = timedelta(days=365)


@dataclass(frozen=True)
class DisputeRecord:
    """Rejections that are over, of the last twelve months."""

    won: int = 0
    lost: int = 0
    won_with_photos: int = 0
    lost_with_photos: int = 0

    @property
    def total(self) -> int:
        """Won and lost."""
        return self.won + self.lost

    @property
    def with_photos(self) -> int:
        """How many had photos of ours."""
        return self.won_with_photos + self.lost_with_photos

    @property
    def won_without_photos(self) -> int:
        """Won without any photo of ours."""
        return self.won - self.won_with_photos

    @property
    def without_photos(self) -> int:
        """How many had none."""
        return self.total - self.with_photos

    def and_one(self, *, won: bool, photos: bool) -> DisputeRecord:
        """With one more."""
        return DisputeRecord(
            self.won + won,
            self.lost + (not won),
            self.won_with_photos + (won and photos),
            self.lost_with_photos + (not won and photos),
        )


def by_rejection_reason(
    connection: Connection, channel_id: int, claim_type: str, now: datetime
) -> dict[str, DisputeRecord]:
    """ClaimRejectionReason → how it ended for us, for claims of that type in any spelling.

    A reason that was never used is not in it.
    """
    records: dict[str, DisputeRecord] = {}
    for type_, reason, status, attachments in connection.execute(_ended(channel_id, now)):
        if canonical_type(type_) == canonical_type(claim_type) and reason:
            known = records.get(reason, DisputeRecord())
            records[reason] = known.and_one(won=status == REJECTED, photos=bool(attachments))
    return records


def by_customer_reason(
    connection: Connection, channel_id: int, reason: str, now: datetime
) -> DisputeRecord:
    """How disputes over claims with that customer's reason ended, those of the portal too."""
    record = DisputeRecord()
    statement = _ended(channel_id, now).where(claim_t.c.reason == reason)
    for _type, _reason, status, attachments in connection.execute(statement):
        record = record.and_one(won=status == REJECTED, photos=bool(attachments))
    return record


def _ended(channel_id: int, now: datetime) -> Select[Any]:
    """Type, our reason, status and photos of each rejection that is over.

    A Rejected claim was rejected by the merchant, here or in the portal; a refunded one was if
    our statement is on it or our decision was taken.
    """
    mine = and_(
        decision_t.c.channel_id == claim_t.c.channel_id,
        decision_t.c.claim_number == claim_t.c.number,
        decision_t.c.verdict == "reject",
        decision_t.c.state.in_(TAKEN),
    )
    rejected = or_(decision_t.c.id.is_not(None), claim_t.c.our_statement.is_not(None))
    return (
        select(
            claim_t.c.claim_type, decision_t.c.reason, claim_t.c.status, decision_t.c.attachments
        )
        .select_from(claim_t.outerjoin(decision_t, mine))
        .where(
            claim_t.c.channel_id == channel_id,
            claim_t.c.changed_at >= now - LOOK_BACK,
            or_(
                claim_t.c.status == REJECTED,
                and_(claim_t.c.status.in_((ACCEPTED, REFUNDED)), rejected),
            ),
        )
    )
