"""What the ERP does to orders: the queue of updates offers them, items carry it (O§6.4, O§6.11)."""

from __future__ import annotations

from typing import Any

import pytest

from hbdash.sandbox.omnitron import erp
from tests.sandbox.conftest import SandboxUnderTest


def test_an_order_that_nobody_has_can_not_be_served(sandbox: SandboxUnderTest) -> None:
    for act in (erp.invoice_order, erp.ship_order, erp.deliver_order, erp.cancel_in_omnitron):
        with pytest.raises(LookupError):
            sandbox.call(act, "HB-0")
    assert sandbox.call(erp.order_to_serve) is None


def test_the_acts_can_be_asked_for_from_outside(sandbox: SandboxUnderTest) -> None:
    known: dict[str, Any] = sandbox.control.get("/do").json()
    assert {"invoice_order", "ship_order", "deliver_order", "fail_delivery"} <= set(known)
