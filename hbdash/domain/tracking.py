"""Where a parcel can be followed: the Shipping Provider setting (R2.29, R2.38)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from hbdash.domain.turkish import squeezed

_PLACEHOLDER = "{tracking_number}"


def tracking_url(
    providers: Mapping[str, object], provider: str, tracking_number: str
) -> str | None:
    """The address for a parcel of that carrier, None if the setting has none for it.

    Ptt's number is `barcode-guid`: it is split at its first dash and goes into the query as
    `barkod` and `barkod_guid` (R2.38a). Where the template is an object (Loomis), the part before
    the dash picks the entry and the rest is the number (R2.38b, flows §6).
    """
    entry = _entry(providers, provider)
    number = tracking_number.strip()
    if entry is None or not number:
        return None
    template = entry.get("tracking_url") or entry.get("tracking_url_by_tracking_number")
    if isinstance(template, Mapping):
        picked, _, rest = number.partition("-")
        template = _by_name(template, picked)
        number = rest or picked
    if not isinstance(template, str) or not template.strip():
        return None
    if squeezed(provider).startswith("ptt") and "-" in number:
        return _ptt(template.strip(), number)
    return template.strip().replace(_PLACEHOLDER, quote(number, safe=""))


def _entry(providers: Mapping[str, object], provider: str) -> Mapping[str, object] | None:
    found = _by_name(providers, provider)
    if isinstance(found, str):
        return {"tracking_url": found}
    return found if isinstance(found, Mapping) else None


def _by_name(entries: Mapping[str, object], name: str) -> object:
    """By its exact name, else without regard to case and blanks (`k_gelsin`, `K Gelsin`)."""
    if name in entries:
        return entries[name]
    wanted = squeezed(name).replace("_", "")
    for key, value in entries.items():
        if squeezed(key).replace("_", "") == wanted:
            return value
    return None


def _ptt(template: str, number: str) -> str:
    """A GUID has dashes itself, so only the first one parts it from the barcode."""
    barcode, _, guid = number.partition("-")
    parts = urlsplit(template)
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if _PLACEHOLDER not in value and name not in ("barkod", "barkod_guid")
    ]
    query = urlencode([*kept, ("barkod", barcode), ("barkod_guid", guid)])
    return urlunsplit(parts._replace(query=query))
