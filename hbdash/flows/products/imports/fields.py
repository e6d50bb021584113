"""A product's fields as tickets name them, and which of them changed (H§8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2s

import orjson

#: Attribute of an import → member of a ticket.
_MEMBERS = {
    "UrunAdi": "productName",
    "UrunAciklamasi": "productDescription",
    "Video1": "video",
    "tax_vat_rate": "kdv",
    "GarantiSuresi": "warrantyPeriod",
    "kg": "desi",
    "Barcode": "barcode",
    **{f"Image{n}": f"image{n}" for n in range(1, 11)},
}
#: No member of a ticket: identity, brand, and what goes as an offer.
_NEVER = frozenset({"merchantSku", "VaryantGroupID", "Marka", "price", "stock"})
_ATTRIBUTE = "attributes."
#: Field of a ticket's answer → the members it speaks of.
_SPOKEN_OF = {
    "NAME": ("productName",),
    "DESCRIPTION": ("productDescription",),
    "KDV": ("kdv",),
    "BARCODE": ("barcode",),
    "DESI": ("desi",),
    "WARRANTY_PERIOD": ("warrantyPeriod",),
    "MEDIA": (*(f"image{n}" for n in range(1, 11)), "video"),
}


def fields_of(attributes: Mapping[str, object]) -> dict[str, object]:
    """From the attributes of an import: flat, ``attributes.<id>`` for the category's own.

    Empty ones are left out: an empty text deletes there.
    """
    found: dict[str, object] = {}
    for name, value in attributes.items():
        if name in _NEVER or value in (None, ""):
            continue
        found[_MEMBERS.get(name, f"{_ATTRIBUTE}{name}")] = value
    return found


def digests(fields: Mapping[str, object]) -> dict[str, str]:
    """A short digest of each field, by which a change is seen."""
    return {
        name: blake2s(orjson.dumps(value, default=str), digest_size=8).hexdigest()
        for name, value in fields.items()
    }


def changed(fields: Mapping[str, object], before: Mapping[str, str]) -> dict[str, object]:
    """The fields that are not as they were sent last; all of them where nothing is known."""
    now = digests(fields)
    return {name: value for name, value in fields.items() if now[name] != before.get(name)}


def as_members(fields: Mapping[str, object]) -> dict[str, object]:
    """Flat fields as the members of a ticket's item."""
    members: dict[str, object] = {}
    attributes: dict[str, object] = {}
    for name, value in fields.items():
        if name.startswith(_ATTRIBUTE):
            attributes[name.removeprefix(_ATTRIBUTE)] = str(value)
        else:
            members[name] = value
    return members | ({"attributes": attributes} if attributes else {})


def members_of(field: str, attribute_ids: Iterable[str], known: Iterable[str]) -> list[str]:
    """The flat fields that one entry of a ticket's answer speaks of, among ``known``."""
    known = list(known)
    if field.strip().upper() == "ATTRIBUTE":
        named = {f"{_ATTRIBUTE}{one}" for one in attribute_ids}
        return [name for name in known if name.startswith(_ATTRIBUTE) and name in (named or {name})]
    return [name for name in known if name in _SPOKEN_OF.get(field.strip().upper(), ())]
