"""The dashboard page."""

from __future__ import annotations

from sqlalchemy import Connection

from screens.frame import Page


class DashboardPage(Page[int]):
    """Is everything all right?"""

    page_id = "dashboard"

    def load(self, connection: Connection) -> int:
        return 0
