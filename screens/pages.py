"""The pages: which there are, their digit, and where they live. The order never changes."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from hbdash.texts import N_

if TYPE_CHECKING:
    from screens.frame import Page


@dataclass(frozen=True)
class PageSpec:
    """A tab."""

    id: str
    digit: int
    label: str
    short: str
    path: str
    """``module:class``; imported when the page is first opened."""

    def page(self) -> Page[object]:
        """A new instance."""
        module, _, name = self.path.partition(":")
        return cast("Page[object]", getattr(import_module(module), name)())


PAGES: tuple[PageSpec, ...] = (
    PageSpec("dashboard", 1, N_("Dashboard"), N_("Dash"), "screens.dashboard.page:DashboardPage"),
    PageSpec(
        "monitoring", 2, N_("Monitoring"), N_("Monitor"), "screens.monitoring.page:MonitoringPage"
    ),
    PageSpec("alarms", 3, N_("Alarms"), N_("Alarms"), "screens.alarms.page:AlarmsPage"),
    PageSpec("refunds", 4, N_("Reject refund"), N_("Refunds"), "screens.refunds.page:RefundsPage"),
)
ROOT = "dashboard"
BY_ID = {spec.id: spec for spec in PAGES}
