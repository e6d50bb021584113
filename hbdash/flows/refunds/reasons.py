"""Which of Omnitron's refund reasons a claim gets (R2.17, R2.18)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import RowMapping

from hbdash.domain.reasons import refund_reason
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.texts.causes import log_text


@dataclass
class Reasons:
    """Omnitron's refund reasons, read once a run and only when a request is to be made."""

    ctx: RunContext
    _known: set[int] | None = None
    _blamed: set[str] = field(default_factory=set)

    def of(self, claim: RowMapping) -> int | None:
        """The reason for a claim: R2.17, else R2.18; None if neither is one of Omnitron's."""
        settings = self.ctx.settings
        chosen = refund_reason(
            settings.refund_reason_mapping, settings.default_reason_id, claim["reason"]
        )
        if self._is_known(chosen):
            return chosen
        default = settings.default_reason_id
        if chosen != default:
            # One mistyped id of the mapping must not hold up the claims that use it.
            self._blame("refund_reason_mapping", chosen)
            if self._is_known(default):
                return default
        self._blame("default_reason_id", default)
        return None

    def settle(self) -> None:
        """A setting that nobody had to blame in this run is mended."""
        if self._known is not None:
            for key in {"refund_reason_mapping", "default_reason_id"} - self._blamed:
                self.ctx.failures.passed("setting", key)

    def _is_known(self, reason: int | None) -> bool:
        if self._known is None:
            found = self.ctx.omnitron.cancellation_reasons("refund")
            self._known = {one.pk for one in found}
        return reason in self._known

    def _blame(self, key: str, value: int | None) -> None:
        if key in self._blamed:
            return
        self._blamed.add(key)
        code = "setting.missing" if value is None else "setting.invalid"
        params = {"key": key, "value": "" if value is None else str(value)}
        line = self.ctx.journal.add(
            "error", "failed", log_text(code, params), kind="setting", key=key, code=code,
            params=params,
        )  # fmt: skip
        self.ctx.failures.met(Met("setting", key, code, params, line=line))
