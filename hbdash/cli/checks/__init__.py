"""What ``hbdash check`` and the end of ``hbdash init`` look at, subject by subject."""

from __future__ import annotations

from collections.abc import Iterator

from hbdash.cli.checks.local import local_checks
from hbdash.cli.checks.model import Check
from hbdash.cli.checks.remote import remote_checks
from hbdash.cli.session import Session

__all__ = ["Check", "all_checks"]


def all_checks(on: Session) -> Iterator[Check]:
    """Everything, in the order in which it is to be mended."""
    yield from local_checks(on)
    yield from remote_checks(on)
