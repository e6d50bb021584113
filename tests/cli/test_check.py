"""``hbdash check`` and ``settings set`` on a sandbox: what is missing is named with its cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hbdash.cli.common import DONE, FAILED, NOT_ALLOWED, UNAVAILABLE, WRONG_USE
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.omnitron.conf import FLAGS, default_conf
from hbdash.sandbox.server import RunningSandbox, start_in_thread
from tests.cli.conftest import Installation
from tests.sandbox.conftest import options
from tests.support.commands import config_of
from tests.support.databases import Database

ALL_ON = dict.fromkeys(FLAGS, True)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    sandbox = start_in_thread(options())
    yield sandbox
    sandbox.stop()


@pytest.fixture
def installation(
    running: RunningSandbox, sqlite_database: Database, tmp_path: Path
) -> Iterator[Installation]:
    """A channel on the sandbox, its settings as they were at the start."""
    more = '\n[trigger]\nlisten = "127.0.0.1:8700"\ntoken = "0123456789abcdef"\n'
    config = config_of(running, tmp_path / "config.toml", str(sqlite_database.url), more=more)
    yield Installation(config, sqlite_database)
    conf = default_conf(running.world, [])
    kept = running.call(_category_ids)
    running.call(lambda world: backoffice.set_conf(world, **{**conf, "category_ids": kept}))
    running.call(backoffice.set_active, True)
    running.call(lambda world: world.db.execute("DELETE FROM om_hook").rowcount)


def _category_ids(world: Any) -> Any:
    from hbdash.sandbox.omnitron.conf import stored_conf

    return stored_conf(world.db)["category_ids"]


Found = dict[str, dict[str, Any]]


def checked(installation: Installation, code: int = DONE) -> Found:
    answer = installation.run("check", "--json")
    assert answer.code == code, answer
    return {one["name"]: one for one in answer.json["checks"]}


@pytest.mark.requirement("R6.15", "R6.17", "R4.11")
def test_a_ready_channel_has_nothing_to_mend(
    installation: Installation, running: RunningSandbox
) -> None:
    running.call(backoffice.set_conf, feature_flags=ALL_ON)
    assert installation.run("webhook", "create").code == DONE
    found = checked(installation)
    for name in ("Omnitron answers", "clock", "channel active", "settings", "Hepsiburada listing",
                 "Hepsiburada catalogue", "Hepsiburada orders", "Hepsiburada shipping",
                 "Cargo Company Mapping", "Default Reason Id", "web hook"):  # fmt: skip
        assert found[name]["severity"] == "ok", found[name]
    assert found["engine"]["severity"] == "warning"
    assert {f"flag {flag}" for flag in FLAGS} <= found.keys()
    assert "×" not in installation.run("check").out


PROBLEMS: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"cargo_company_mapping": {}}, "flag get_orders", "Cargo Company Mapping"),
    ({"default_reason_id": None}, "flag get_refund_orders", "Default Reason Id"),
    ({"cancellation_reason_id": None}, "flag get_cancel_orders", "Cancellation Reason Id"),
    ({"cancellation_reason_id": ""}, "flag unpacked_orders", "Cancellation Reason Id"),
    ({"cargo_company_mapping": {"default": 99}}, "Cargo Company Mapping", "default → 99"),
    ({"refund_reason_mapping": {"PoorQuality": "98"}}, "Refund Reason Mapping", "98"),
    ({"cancellation_reason_mapping": {"Other": 97}}, "Cancellation Reason Mapping", "97"),
    ({"default_reason_id": 4}, "Default Reason Id", "4"),
    ({"buffer_stock": "many"}, "flag stock", "Buffer Stock"),
    ({"password": "wrong"}, "Hepsiburada listing", "login"),
    ({"user_agent": "other"}, "Hepsiburada orders", "login"),
)


@pytest.mark.requirement("R6.1", "R6.2", "R6.3", "R6.8", "R6.12", "R6.14")
@pytest.mark.parametrize(("changes", "name", "says"), PROBLEMS)
def test_what_a_flag_needs_is_named_with_its_cure(
    installation: Installation, running: RunningSandbox, changes: dict[str, Any], name: str,
    says: str,
) -> None:  # fmt: skip
    running.call(lambda w: backoffice.set_conf(w, **{"feature_flags": ALL_ON, **changes}))
    found = checked(installation, FAILED)
    assert found[name]["severity"] == "error", found[name]
    assert says.lower() in found[name]["found"].lower()
    assert found[name]["remedy"]


@pytest.mark.requirement("R6.15", "R6.16")
def test_flags_that_are_strange_or_missing_are_warnings(
    installation: Installation, running: RunningSandbox
) -> None:
    flags = {"get_orders": True, "send_invoice_link": True, "send_delete_products": True,
             "stock": "perhaps"}  # fmt: skip
    running.call(lambda w: backoffice.set_conf(w, feature_flags=flags))
    checks = installation.run("check", "--json").json["checks"]
    warned = [one["found"] for one in checks if one["severity"] == "warning"]
    assert "unknown flag send_invoice_link is kept and not used" in warned
    assert "flag send_delete_products is read as delete_product" in warned
    assert "flag stock is neither true nor false, so it counts as off" in warned
    assert sum("is missing" in text for text in warned) == len(FLAGS) - 3


@pytest.mark.requirement("R2.4", "R6.5")
def test_an_inactive_channel_and_a_missing_hook(
    installation: Installation, running: RunningSandbox
) -> None:
    running.call(backoffice.set_conf, feature_flags=ALL_ON)
    running.call(backoffice.set_active, False)
    found = checked(installation, FAILED)
    assert found["channel active"]["severity"] == "error"
    assert found["web hook"]["remedy"] == "hbdash webhook create"


def test_a_side_that_is_away_is_no_fault_of_the_installation(
    installation: Installation, running: RunningSandbox
) -> None:
    text = installation.config.read_text()
    installation.config.write_text(text.replace(running.url, "http://127.0.0.1:9"))
    found = checked(installation, UNAVAILABLE)
    assert found["Omnitron answers"]["is_remote"]


Conf = Callable[[], dict[str, Any]]


@pytest.fixture
def conf(running: RunningSandbox) -> Conf:
    from hbdash.sandbox.omnitron.conf import stored_conf

    return lambda: running.call(lambda world: stored_conf(world.db))


@pytest.mark.requirement("R2.5", "R3.6", "R2.15", "R2.28")
def test_settings_are_written_where_the_channel_keeps_them(
    installation: Installation, conf: Conf
) -> None:
    before = conf()
    turned = not before["feature_flags"]["unpacked_orders"]
    set_ = ("settings", "set")
    assert installation.run(*set_, "buffer_stock", "7").code == DONE
    assert installation.run(*set_, "Use Neighborhood", "false").code == DONE
    assert installation.run(*set_, "cargo_company_mapping", '{"default": 2}').code == DONE
    assert installation.run(*set_, "category_ids", "11\n12").code == DONE
    assert installation.run(*set_, "unpacked_orders", str(turned)).code == DONE
    assert installation.run(*set_, "tracking_phone_number", "0850 1").code == DONE
    answer = installation.run(*set_, "password", "s3cret", "--json")
    assert answer.code == DONE
    assert "s3cret" not in answer.out
    after = conf()
    assert after["buffer_stock"] == 7
    assert after["use_neighborhood"] is False
    assert after["cargo_company_mapping"] == {"default": 2}
    assert after["category_ids"] == ["11", "12"]
    assert after["feature_flags"]["unpacked_orders"] is turned
    assert after["password"] == "s3cret"
    assert after["tracking_phone_number"] == "0850 1"
    changed = {"buffer_stock", "use_neighborhood", "cargo_company_mapping", "category_ids",
               "feature_flags", "password"}  # fmt: skip
    assert {key for key in before if before[key] != after[key]} == changed


@pytest.mark.requirement("R2.1", "R2.3", "R2.26")
def test_a_setting_that_can_t_be_is_refused_and_nothing_written(
    installation: Installation, conf: Conf
) -> None:
    before = conf()
    for key, value, says in (
        ("attribute_set_strategy", "Other", "must not be changed"),
        ("name", "Other", "must not be changed"),
        ("is_active", "true", "in Omnitron"),
        ("buffer_stock", "many", "Buffer Stock"),
        ("buffer_stock", "-1", "Buffer Stock"),
        ("cargo_company_mapping", '{"default": "x"}', "default"),
        ("order_number_format", "HB-{orderNumber}", "HB-"),
        ("oms_url", "oms.example", "OMS Url"),
        ("stock", "perhaps", "stock"),
        ("bufferstok", "1", "bufferstok"),
    ):
        answer = installation.run("settings", "set", key, value)
        assert answer.code == WRONG_USE, (key, value, answer)
        assert says in answer.err
    installation.config.write_text(
        installation.config.read_text().replace("admin = [", "operator = [")
    )
    assert installation.run("settings", "set", "buffer_stock", "5").code == NOT_ALLOWED
    assert conf() == before
