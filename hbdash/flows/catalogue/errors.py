"""What ends a run of this family."""

from __future__ import annotations

from hbdash.transport.errors import RemoteError


class Shrunk(RemoteError):
    """Half as much as last time, or nothing: not believed, nothing is written (design rule 13)."""

    failure_id = "catalogue.shrunk"


def shrunk(what: str, n: int, before: int, category: str = "", attribute: str = "") -> Shrunk:
    """``what``: tree, attributes or values."""
    return Shrunk(
        f"{what}: {n} where there were {before}",
        side="hepsiburada",
        service="catalogue",
        params={
            "what": what,
            "n": str(n),
            "before": str(before),
            "category": category,
            "attribute": attribute,
        },
    )


def is_shrunk(n: int, before: int) -> bool:
    """Whether a new count is too far below the last one; small lists only when they are empty."""
    if before < 10:
        return n == 0 < before
    return n * 2 <= before
