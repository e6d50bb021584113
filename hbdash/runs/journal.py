"""What a run writes into the log: collected, and written with the next commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from hbdash.domain.clock import Clock
from hbdash.store.log.writer import LogLine, LogWriter
from hbdash.transport.recorder import Exchange


@dataclass
class LineRef:
    """A line that is not written yet; ``log_id`` is filled by the flush."""

    line: LogLine
    log_id: int | None = None


@dataclass
class Journal:
    """Log lines of one run. ``flush`` runs inside a transaction, ``settled`` after its commit."""

    writer: LogWriter
    clock: Clock
    flow: str
    run_id: int | None = None
    _waiting: list[LineRef] = field(default_factory=list)
    _flushed: int = 0

    def add(
        self,
        level: str,
        status: str,
        message: str,
        *,
        kind: str = "",
        key: str = "",
        code: str = "",
        params: dict[str, Any] | None = None,
        exchange: Exchange | None = None,
    ) -> LineRef:
        """One line: an order, package, claim, product or failed record each, a chunk of values."""
        line = LogLine(
            at=self.clock.now(),
            flow=self.flow,
            level=level,
            status=status,
            message=message,
            kind=kind,
            key=key,
            code=code,
            params=params or {},
            run_id=self.run_id,
        )
        if exchange is not None:
            line = replace(
                line,
                duration_ms=round(exchange.elapsed_ms),
                request=exchange.request_text,
                response=exchange.response_text,
                correlation_id=exchange.correlation_id,
            )
        reference = LineRef(line)
        self._waiting.append(reference)
        return reference

    def flush(self, connection: Connection) -> None:
        """Write what waits; kept until :meth:`settled`, in case the transaction fails."""
        fresh: Sequence[LineRef] = self._waiting[self._flushed :]
        if not fresh:
            return
        ids = self.writer.write(connection, [reference.line for reference in fresh])
        for reference, log_id in zip(fresh, ids, strict=True):
            reference.log_id = log_id
        self._flushed = len(self._waiting)

    def settled(self) -> None:
        """The transaction of the last flush has been committed."""
        del self._waiting[: self._flushed]
        self._flushed = 0

    def undone(self) -> None:
        """The transaction of the last flush was rolled back: its lines wait again."""
        self._flushed = 0

    @property
    def is_empty(self) -> bool:
        return not self._waiting
