"""What a sandbox is started with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORT = 8137
DEFAULT_SKUS = 2000
DEFAULT_SEED = 7


@dataclass(frozen=True)
class SandboxOptions:
    """``port`` 0 takes a free one; ``file`` None keeps all in memory; ``activity`` is the time
    between two acts of customers and back office in seconds, 0 for none; ``tick`` the time
    between two looks at what is due (uploads, deadlines); ``start_orders`` False starts
    without open orders and claims."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    skus: int = DEFAULT_SKUS
    seed: int = DEFAULT_SEED
    file: Path | None = None
    activity: float = 4.0
    write_config: Path | None = None
    tick: float = 1.0
    start_orders: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise ValueError("port must lie between 0 and 65535")
        if self.skus < 1:
            raise ValueError("skus must be at least 1")
        if self.activity < 0:
            raise ValueError("activity must not be negative")
        if self.tick <= 0:
            raise ValueError("tick must be more than 0 seconds")
