"""Bodies as they may be kept: secrets and personal data masked, long ones cut."""

from __future__ import annotations

from hbdash.domain.masking import mask_body

# A chunk of 4,000 rows is kept by its beginning; its rows have log rows of their own.
_LONGEST_TEXT = 16_000
_LARGEST_BODY = 1_000_000


def masked_text(body: bytes) -> str:
    """UTF-8 text of a body, masked by its keys, at most about 16,000 letters."""
    return mask_body(body[:_LARGEST_BODY], _LONGEST_TEXT)
