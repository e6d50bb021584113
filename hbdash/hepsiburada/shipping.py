"""Calls to the shipping host (H§12)."""

from __future__ import annotations

from hbdash.hepsiburada.calls import Calls, segment
from hbdash.hepsiburada.envelopes import shipping_value
from hbdash.hepsiburada.models.shipping import CargoFirm, CargoLabel
from hbdash.transport.wire import parse_all


class ShippingCalls(Calls):
    """Shipping host."""

    def cargo_firms(self) -> tuple[CargoFirm, ...]:
        """The carriers this merchant may use, in the order shown in the panel, each once."""
        path = f"/cargoFirms/{segment(self.merchant_id)}"
        reply = self.shipping_remote.request("GET", path)
        labels = parse_all(CargoLabel, shipping_value(reply, "cargoFirms"), reply, "cargoFirms")
        firms = {firm.cargo_firm_id: firm for label in labels for firm in label.cargo_firms}
        return tuple(firms.values())
