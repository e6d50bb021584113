"""Carriers as the marketplace names them (H§17.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Carrier:
    """A cargo company; ``labels`` says whether common labels can be printed for it."""

    id: int
    name: str
    short: str
    type_code: str
    labels: bool = False


CARRIERS = (
    Carrier(1, "HepsiJet", "HJ", "HJ", labels=True),
    Carrier(2, "Aras Kargo", "ARAS", "ARS", labels=True),
    Carrier(3, "Yurtiçi Kargo", "YK", "YK"),
    Carrier(4, "MNG Kargo", "MNG", "MNG"),
    Carrier(5, "Sürat Kargo", "SURAT", "SRT"),
    Carrier(6, "PTT Kargo", "PK", "PTT"),
    Carrier(12, "Mağaza Hesabı", "MP", "MP"),
)
MERCHANT_ACCOUNT = "MP"
HAND_DELIVERY = "ET"
BY_NAME = {carrier.name: carrier for carrier in CARRIERS}
BY_SHORT_NAME = {carrier.short: carrier for carrier in CARRIERS}


def model(name: str) -> dict[str, Any]:
    """``cargoCompanyModel`` of an order line."""
    carrier = BY_NAME[name]
    return {
        "id": carrier.id,
        "name": carrier.name,
        "shortName": carrier.short,
        "logoUrl": f"https://images.hepsiburada.example/cargo/{carrier.short}.png",
        "trackingUrl": None,
    }


def changeable(name: str) -> list[dict[str, Any]]:
    """The companies to which a line may be changed; PascalCase (H§10.3)."""
    return [
        {
            "Id": carrier.id,
            "Name": carrier.name,
            "ShortName": carrier.short,
            "LogoUrl": f"https://images.hepsiburada.example/cargo/{carrier.short}.png",
            "IsActive": True,
        }
        for carrier in CARRIERS
        if carrier.name != name and carrier.short != MERCHANT_ACCOUNT
    ]
