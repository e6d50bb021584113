"""All tables, by subject. Importing this module fills ``SQLModel.metadata``."""

from hbdash.store.log.tables import LogBody, LogEntry, LogFacet, LogHour, LogMinute
from hbdash.store.tables.alarms import Alarm, AlarmRule, Audit, Notice
from hbdash.store.tables.batches import BatchObject, BatchRequest, Upload, UploadRow
from hbdash.store.tables.catalogue import (
    Category,
    CategoryAttribute,
    CategoryChange,
    CategoryMember,
    CategoryValue,
    OmnitronValue,
)
from hbdash.store.tables.channel import (
    Channel,
    Cursor,
    FlowSchedule,
    Lane,
    Lease,
    Pause,
    SettingsSnapshot,
)
from hbdash.store.tables.claims import (
    Attachment,
    CancellationRequest,
    Claim,
    ClaimDecision,
    ClaimDraft,
)
from hbdash.store.tables.failures import Failure, FailureAttempt, Penalty
from hbdash.store.tables.mirror import CatalogueItem, Difference, Figure, Listing, Offer, Sweep
from hbdash.store.tables.orders import (
    MarketCancellation,
    MarketLine,
    MarketOrder,
    MarketPackage,
    OmnitronItem,
    OmnitronOrder,
    PackageLine,
)
from hbdash.store.tables.packages import PackageSplit
from hbdash.store.tables.products import MarketProduct, Removal
from hbdash.store.tables.runs import EngineRequest, FlowRun, Intent
from hbdash.store.tables.triggers import TriggerEvent

__all__ = [
    "Alarm", "AlarmRule", "Attachment", "Audit", "BatchObject", "BatchRequest",
    "CancellationRequest", "CatalogueItem", "Category", "CategoryAttribute", "CategoryChange",
    "CategoryMember", "CategoryValue", "Channel", "Claim", "ClaimDecision", "ClaimDraft", "Cursor",
    "Difference", "EngineRequest", "Failure", "FailureAttempt", "Figure", "FlowRun", "FlowSchedule",
    "Intent", "Lane", "Lease", "Listing", "LogBody", "LogEntry", "LogFacet", "LogHour", "LogMinute",
    "MarketCancellation", "MarketLine", "MarketOrder", "MarketPackage", "MarketProduct", "Notice",
    "Offer", "OmnitronItem", "OmnitronOrder", "OmnitronValue", "PackageLine", "PackageSplit",
    "Pause", "Penalty", "Removal", "SettingsSnapshot", "Sweep", "TriggerEvent", "Upload",
    "UploadRow",
]  # fmt: skip
