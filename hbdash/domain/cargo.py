"""Hepsiburada's carrier to Omnitron's (R2.30)."""

from __future__ import annotations

from collections.abc import Mapping

from hbdash.domain.turkish import squeezed

DEFAULT = "default"


def cargo_company(
    mapping: Mapping[str, int], name: str | None, short_name: str | None = None
) -> int | None:
    """Omnitron's id of the carrier, None if it is not mapped (`order.cargo_unmapped`).

    Asked in this order: the exact name, the name folded and without blanks (`Aras Kargo` and
    `araskargo`), the short name (`HJ`), `default`.
    """
    folded = {squeezed(key): number for key, number in mapping.items()}
    if name and name in mapping:
        return mapping[name]
    for candidate in (name, short_name):
        key = squeezed(candidate or "")
        if key and key != DEFAULT and key in folded:
            return folded[key]
    return folded.get(DEFAULT)
