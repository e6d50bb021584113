"""Which of Omnitron's cancellation reasons a cancelled unit gets (R2.25, R2.31)."""

from __future__ import annotations

from dataclasses import dataclass, field

from hbdash.domain.reasons import cancel_reason
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.texts.causes import log_text

MAPPING, DEFAULT = "cancellation_reason_mapping", "cancellation_reason_id"


@dataclass
class CancelReasons:
    """Omnitron's reasons to cancel, read once a run and only when something is to be cancelled."""

    ctx: RunContext
    _known: set[int] | None = None
    _blamed: set[str] = field(default_factory=set)

    def of(self, code: str = "") -> int | None:
        """For a cancelReasonCode R2.31, else R2.25; None if neither is one of Omnitron's."""
        settings = self.ctx.settings
        default = settings.cancellation_reason_id
        chosen = cancel_reason(settings.cancellation_reason_mapping, default, code)
        if self._is_known(chosen):
            return chosen
        if chosen != default:
            # One mistyped id of the mapping must not keep a unit from being cancelled.
            self._blame(MAPPING, chosen)
            if self._is_known(default):
                return default
        self._blame(DEFAULT, default)
        return None

    def settle(self) -> None:
        """A setting that nobody had to blame in this run is mended."""
        if self._known is not None:
            for key in {MAPPING, DEFAULT} - self._blamed:
                self.ctx.failures.passed("setting", key)

    def _is_known(self, reason: int | None) -> bool:
        if self._known is None:
            self._known = {one.pk for one in self.ctx.omnitron.cancellation_reasons("cancel")}
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
