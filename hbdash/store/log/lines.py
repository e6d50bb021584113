"""What is written into the log, and what is read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class LogLine:
    """A line to be written. Request and response must be masked already."""

    at: datetime
    flow: str
    level: str
    """``info``, ``warning`` or ``error``."""
    status: str
    """``ok``, ``sent``, ``failed``, ``skipped``, ``waiting`` or ``system``."""
    message: str
    kind: str = ""
    key: str = ""
    code: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    run_id: int | None = None
    duration_ms: int | None = None
    request: str = ""
    response: str = ""
    correlation_id: str = ""


@dataclass(frozen=True)
class LogRow:
    """A line as lists show it."""

    id: int
    at: datetime
    flow: str
    level: str
    status: str
    kind: str
    key: str
    code: str
    params: Mapping[str, Any]
    message: str
    run_id: int | None
    duration_ms: int | None


@dataclass(frozen=True)
class LogDetail:
    """A line with its masked bodies; empty where none were kept or retention took them."""

    row: LogRow
    request: str
    response: str
    correlation_id: str
