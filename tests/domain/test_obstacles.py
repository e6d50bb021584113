"""What keeps a flow from running: each flag with its prerequisites (R6.1 to R6.14)."""

from __future__ import annotations

from typing import Any

import pytest

from hbdash.domain.settings import FLAGS, ChannelSettings, setting
from hbdash.domain.settings.obstacles import (
    CONNECTION_SETTINGS,
    flag_of,
    obstacles,
    required_settings,
    unset_prerequisites,
)
from hbdash.flows.registry import FLOWS

FULL: dict[str, Any] = {
    **{key: "https://x.example" if key.endswith("_url") else "x" for key in CONNECTION_SETTINGS},
    "category_ids": ["1"], "default_reason_id": 5, "cancellation_reason_id": 4,
    "cargo_company_mapping": {"default": 1},
    "feature_flags": {flag.name: True for flag in FLAGS},
}  # fmt: skip


def settings(**changes: Any) -> ChannelSettings:
    return ChannelSettings.from_channel({"name": "Hepsiburada", "conf": {**FULL, **changes}})


def ids(flow: str, *, is_active: bool = True, **changes: Any) -> list[str]:
    found = obstacles(FLOWS[flow], settings(**changes), is_active=is_active)
    return [one.id for one in found]


def test_a_full_channel_lets_every_flow_run() -> None:
    assert {flow: ids(flow) for flow in FLOWS} == {flow: [] for flow in FLOWS}


@pytest.mark.requirement("R6.17", "R2.4")
def test_the_status_overrides_every_flag() -> None:
    assert all(ids(flow, is_active=False) == ["channel.inactive"] for flow in FLOWS)


@pytest.mark.requirement(
    "R6.1", "R6.2", "R6.3", "R6.4", "R6.5", "R6.6", "R6.7", "R6.8",
    "R6.9", "R6.10", "R6.11", "R6.12", "R6.13", "R6.14",
)  # fmt: skip
@pytest.mark.parametrize("flag", FLAGS, ids=lambda flag: flag.name)
def test_each_flag_switches_its_flow_and_asks_for_its_required_settings(flag: Any) -> None:
    flows = [flow for flow, spec in FLOWS.items() if flag_of(spec) is flag]
    assert flows, "a flag without a flow"
    off = {**FULL["feature_flags"], flag.name: False}
    required = [key for key in flag.prerequisites if setting(key).required]
    for flow in flows:
        assert ids(flow, feature_flags=off) == ["flag.off"]
        assert set(required) <= set(required_settings(FLOWS[flow]))
        for key in required:
            assert ids(flow, **{key: None}) == ["setting.missing"], key
    optional = [key for key in flag.prerequisites if not setting(key).required]
    assert unset_prerequisites(flag, settings()) == tuple(optional)
    unreadable = [key for key in optional if setting(key).type in ("integer", "json", "bool")]
    for key in unreadable:
        assert ids(flows[0], **{key: "?"}) == ["setting.invalid"], key


@pytest.mark.requirement("R2.6", "R2.9", "R2.12")
def test_without_the_connection_nothing_runs_and_all_that_is_missing_is_named() -> None:
    found = obstacles(FLOWS["stock"], settings(username="", password=""), is_active=True)
    assert sorted(one.params["key"] for one in found) == ["password", "username"]
    assert {one.params["label"] for one in found} == {"Username", "Password"}
    assert ids("stock", oms_url="nowhere") == ["setting.invalid"]
