"""Penalties: when a failed record is tried again, and when the tries end (R3).

Decisions of design rule 4: MAX_RETRY_COUNT counts the retries after the first failure,
EXPIRATION_DATE is a duration that runs from the first failure, and whichever comes first ends the
tries. So the defaults retry after 8 and after 16 hours, orders too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

DEFAULT_BLOCK = "DEFAULT"
RESULT_BLOCK = "sent_to_remote"

#: The block that Omnitron is prefilled with (R3.1).
DEFAULT_FAILED_INTEGRATION: dict[str, dict[str, int]] = {
    "order": {"RETRY_INTERVAL": 28800, "EXPIRATION_DATE": 57601, "MAX_RETRY_COUNT": 3},
    DEFAULT_BLOCK: {"RETRY_INTERVAL": 28800, "EXPIRATION_DATE": 57601, "MAX_RETRY_COUNT": 2},
    "product": {"RETRY_INTERVAL": 28800, "EXPIRATION_DATE": 57601, "MAX_RETRY_COUNT": 2},
    "productprice": {"RETRY_INTERVAL": 28800, "EXPIRATION_DATE": 57601, "MAX_RETRY_COUNT": 2},
    "productstock": {"RETRY_INTERVAL": 28800, "EXPIRATION_DATE": 57601, "MAX_RETRY_COUNT": 2},
    RESULT_BLOCK: {"EXPIRATION_HOUR": 6},
}


@dataclass(frozen=True)
class RetryRule:
    """interval: from a failure to the next try. lifetime: from the first failure to the last try.

    max_retries: tries after the first failure (R3.2 to R3.4).
    """

    interval: timedelta
    lifetime: timedelta
    max_retries: int


@dataclass(frozen=True)
class PenaltyState:
    """Where a failed record stands.

    tries: failures so far, the first one included (as Omnitron's retry_count, O§5.6).
    next_at: when it may be tried again; None once `ended`.
    """

    tries: int
    first_failed_at: datetime
    next_at: datetime | None
    ended: bool

    def blocks(self, now: datetime) -> bool:
        """True while the record must not be sent (R3.8)."""
        return self.ended or (self.next_at is not None and now < self.next_at)


@dataclass(frozen=True)
class Penalty:
    """A record's penalty: one per content type and key (design, "Data, decided once")."""

    content_type: str
    key: str
    state: PenaltyState

    def blocks(self, now: datetime) -> bool:
        """True while the record must not be sent (R3.8)."""
        return self.state.blocks(now)

    def failed_again(self, now: datetime, rule: RetryRule) -> Penalty:
        """After one more failure, by the rule in force now (R3.6)."""
        return replace(self, state=next_penalty(self.state, now, rule))


def next_penalty(previous: PenaltyState | None, now: datetime, rule: RetryRule) -> PenaltyState:
    """The state after a failure at `now`; `previous` is None for the first one.

    The wait is counted from when the try was due, not from when a run came to it, as long as it
    was not later than half the interval: else five minutes of delay would push the second of two
    default retries out of its 16 h + 1 s (R3.12). A changed rule acts from this failure on (R3.6).
    """
    if previous is None:
        return _state(1, now, now, rule)
    if previous.ended:
        return replace(previous, tries=previous.tries + 1)
    due = previous.next_at
    on_time = due is not None and timedelta(0) <= now - due <= rule.interval / 2
    counted_from = due if due is not None and on_time else now
    return _state(previous.tries + 1, previous.first_failed_at, counted_from, rule)


def _state(tries: int, first: datetime, counted_from: datetime, rule: RetryRule) -> PenaltyState:
    next_at = counted_from + rule.interval
    ended = tries > rule.max_retries or next_at > first + rule.lifetime
    return PenaltyState(tries, first, None if ended else next_at, ended)


@dataclass(frozen=True)
class RemoteCount:
    """A failed-integration row of Omnitron, which counts for the records that it owns (O§5.6)."""

    tries: int
    max_retries: int
    interval: timedelta
    first_failed_at: datetime
    last_failed_at: datetime
    expires_at: datetime


def counted_there(count: RemoteCount, ours: PenaltyState | None) -> tuple[PenaltyState, datetime]:
    """What Omnitron's row means for the next try, and until when tries go on.

    ours: what we counted ourselves. Where it speaks of the same failure, its times stand, as far as
    Omnitron's numbers allow: they are of our own clock, and count a try that was on time from when
    it was due (see `next_penalty`), else the second of two default retries would fall out of its
    16 h + 1 s (R3.12).
    """
    next_at, first = count.last_failed_at + count.interval, count.first_failed_at
    expires = count.expires_at
    if (
        ours is not None
        and ours.next_at is not None
        and ours.tries == count.tries
        and abs(ours.next_at - next_at) <= count.interval / 2
    ):
        next_at, first = ours.next_at, ours.first_failed_at
        expires = first + (count.expires_at - count.first_failed_at)
    ended = count.tries > count.max_retries or next_at > expires
    return PenaltyState(count.tries, first, None if ended else next_at, ended), expires


def tries_left(
    tries: int,
    max_retries: int,
    interval: timedelta,
    next_at: datetime | None,
    expires_at: datetime,
) -> int:
    """Tries still to come, by count and by lifetime, whichever ends first; 0 once ended."""
    if next_at is None:
        return 0
    by_count = max_retries - tries + 1
    by_time = (expires_at - next_at) // interval + 1 if interval else by_count
    return max(0, min(by_count, by_time))


@dataclass(frozen=True)
class RetryBook:
    """The channel's Failed Integration setting (R2.21), read tolerantly.

    result_hours: how long Hepsiburada may take to deliver a result (R3.5).
    problems: block and key of what could not be used; the default stands in for it.
    """

    rules: Mapping[str, RetryRule]
    result_hours: int
    problems: tuple[str, ...] = field(default=())

    def rule_for(self, content_type: str) -> RetryRule:
        """The block of that content type (in any case), else DEFAULT (R3.11)."""
        return self.rules.get(content_type.lower(), self.rules[DEFAULT_BLOCK.lower()])

    def result_overdue(self, sent_at: datetime, now: datetime) -> bool:
        """True when Hepsiburada has had its hours and delivered no result (R3.5)."""
        return now - sent_at >= timedelta(hours=self.result_hours)

    @classmethod
    def from_setting(cls, value: Mapping[str, object] | None) -> RetryBook:
        """From the setting's JSON; what is missing or senseless is taken from the defaults."""
        source: Mapping[str, object] = value or DEFAULT_FAILED_INTEGRATION
        given = {name.lower(): block for name, block in source.items()}
        problems: list[str] = []
        hours = _number(RESULT_BLOCK, given.pop(RESULT_BLOCK, None), "EXPIRATION_HOUR", 1, problems)
        default = _rule(
            DEFAULT_BLOCK, given.pop(DEFAULT_BLOCK.lower(), None), _DEFAULT_RULE, problems
        )
        rules = {name: _rule(name, block, default, problems) for name, block in given.items()}
        return cls(
            rules={**rules, DEFAULT_BLOCK.lower(): default},
            result_hours=_DEFAULT_HOURS if hours is None else hours,
            problems=tuple(sorted(problems)),
        )


_DEFAULT_HOURS = DEFAULT_FAILED_INTEGRATION[RESULT_BLOCK]["EXPIRATION_HOUR"]
_DEFAULT_RULE = RetryRule(
    interval=timedelta(seconds=DEFAULT_FAILED_INTEGRATION[DEFAULT_BLOCK]["RETRY_INTERVAL"]),
    lifetime=timedelta(seconds=DEFAULT_FAILED_INTEGRATION[DEFAULT_BLOCK]["EXPIRATION_DATE"]),
    max_retries=DEFAULT_FAILED_INTEGRATION[DEFAULT_BLOCK]["MAX_RETRY_COUNT"],
)


def _rule(name: str, block: object, fallback: RetryRule, problems: list[str]) -> RetryRule:
    """The block's rule; what it lacks or can't mean is taken from `fallback`."""
    interval = _number(name, block, "RETRY_INTERVAL", 1, problems)
    lifetime = _number(name, block, "EXPIRATION_DATE", 0, problems)
    retries = _number(name, block, "MAX_RETRY_COUNT", 0, problems)
    return RetryRule(
        interval=fallback.interval if interval is None else timedelta(seconds=interval),
        lifetime=fallback.lifetime if lifetime is None else timedelta(seconds=lifetime),
        max_retries=fallback.max_retries if retries is None else retries,
    )


#: Ten years in seconds: more is a mistake, and would overflow a date.
_MOST = 10 * 366 * 86400


def _number(name: str, block: object, key: str, least: int, problems: list[str]) -> int | None:
    """A whole number of the block, or None where it is missing or of no use."""
    if block is None:
        return None
    if not isinstance(block, Mapping):
        if key in ("RETRY_INTERVAL", "EXPIRATION_HOUR"):
            problems.append(name)
        return None
    value = {str(k).upper(): v for k, v in block.items()}.get(key)
    if value is None or value == "":
        return None
    try:
        number = int(str(value)) if not isinstance(value, bool) else -1
    except ValueError:
        number = -1
    if least <= number <= _MOST:
        return number
    problems.append(f"{name}.{key}")
    return None
