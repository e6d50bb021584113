"""The installation's own file: ``config.toml``, each key overridable as ``HBDASH_SECTION__KEY``.

The 36 channel settings are not here: they live in Omnitron's channel conf (design section 6).
"""

from __future__ import annotations

from hbdash.config.load import ConfigRefused, check_text, find_config, load_config, os_user
from hbdash.config.model import (
    ChannelConfig,
    Config,
    DatabaseConfig,
    EngineConfig,
    Hosts,
    NotifyConfig,
    OmnitronAccess,
    OperatorsConfig,
    RefundsConfig,
    RetentionConfig,
    SandboxConfig,
    UiConfig,
)
from hbdash.config.trigger import TriggerConfig

__all__ = [
    "ChannelConfig", "Config", "ConfigRefused", "DatabaseConfig", "EngineConfig", "Hosts",
    "NotifyConfig", "OmnitronAccess", "OperatorsConfig", "RefundsConfig", "RetentionConfig",
    "SandboxConfig", "TriggerConfig", "UiConfig", "check_text", "find_config", "load_config",
    "os_user",
]  # fmt: skip
