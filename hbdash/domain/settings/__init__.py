"""The 36 channel settings and the 14 flags: one schema, one tolerant view (R2, R6)."""

from __future__ import annotations

from hbdash.domain.settings.channel import ChannelSettings, SettingProblem
from hbdash.domain.settings.flags import FLAGS, Flag, Flags, FlagWarning, resolve_flags
from hbdash.domain.settings.schema import SETTINGS, Setting, channel_schema, setting

__all__ = [
    "FLAGS",
    "SETTINGS",
    "ChannelSettings",
    "Flag",
    "FlagWarning",
    "Flags",
    "Setting",
    "SettingProblem",
    "channel_schema",
    "resolve_flags",
    "setting",
]
