"""Identifiers of attribute values, the same for both sides of the seed."""

from __future__ import annotations

from hashlib import blake2s


def value_id(attribute_id: str, value: str) -> str:
    """Hepsiburada's id of a value: opaque, and the same for one text in every category."""
    return blake2s(f"{attribute_id}|{value}".encode(), digest_size=6).hexdigest()
