"""What may be kept of a request or an answer: no secrets, no personal data, bounded length.

By the names of keys, since the same text is a product's name here and a person's there. Nothing
here raises: a log line must never stop a run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote_plus

MASK = "•••"
LONGEST_TEXT = 2_000
LONGEST_BODY = 64_000
_DEEPEST = 30
_MOST_ITEMS = 500

_SECRET = ("password", "passwd", "authorization", "token", "secret", "apikey", "cookie", "session")
_PERSONAL = frozenset({
    "email", "emailaddress", "phone", "phonenumber", "alternatephonenumber", "gsm", "mobile",
    "mobilephone", "telephone", "customername", "recipientname", "receivedby", "receiver",
    "receivername", "firstname", "lastname", "fullname", "surname", "creditcardholdername",
    "companyname", "username", "address", "addressdetail", "addressline", "addressline1",
    "addressline2", "line", "shippingaddressdetail", "billingaddress", "shippingaddress",
    "deliveryaddress", "directions", "identityno", "identitynumber", "turkishidentitynumber",
    "tckn", "taxnumber", "taxno", "taxoffice", "vkn",
})  # fmt: skip
# Objects in which a bare `name` is a person's.
_OF_PERSONS = ("address", "customer", "invoice", "recipient", "receiver", "buyer")
_PHOTOS = ("reports", "photos", "file", "files", "content", "image", "label")

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{400,}={0,2}")
_PAIR = re.compile(
    r"(?P<head>[\"']?(?P<key>[A-Za-z_][\w-]{1,60})[\"']?\s*[:=]\s*)"
    r"(?P<value>\"(?:[^\"\\]|\\.){0,2000}\"?|'[^']{0,2000}'?|[^\s,;&<>{}\[\]\"']{1,2000})"
)
_TAG = re.compile(r"<(?P<key>[A-Za-z][\w:.-]{1,60})(?:\s[^<>]{0,500})?>(?P<value>[^<>]{1,2000})</")
_PERSON_OBJECT = re.compile(
    rf"\"\w{{0,40}}(?:{'|'.join(_OF_PERSONS)})\w{{0,40}}\"\s*:\s*\{{[^{{}}]{{0,3000}}",
    re.IGNORECASE,
)
_NAME = re.compile(r"(\"name\"\s*:\s*)\"(?:[^\"\\]|\\.)*\"?")
_BASIC = re.compile(r"\b(?P<scheme>Basic|Bearer|Token)\s+[A-Za-z0-9+/=._~-]{6,}", re.IGNORECASE)


def mask_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with secrets masked; of `Authorization` the scheme stays."""
    try:
        return {str(name): _header(str(name), str(value)) for name, value in headers.items()}
    except Exception:  # noqa: BLE001 - see the module's promise
        return {}


def mask_url(url: str) -> str:
    """The URL with the password before the host and personal query values masked."""
    try:
        head, mark, query = url.partition("?")
        head = re.sub(r"(://)[^/@\s]+@", rf"\1{MASK}@", head)
        pairs = [_query_pair(pair) for pair in query.split("&")] if mark else []
        return _cut(_free_text(head) + mark + "&".join(pairs), LONGEST_TEXT)
    except Exception:  # noqa: BLE001
        return MASK


def mask_json(value: object) -> object:
    """A copy of a JSON value with secrets and personal data masked, and long parts cut."""
    try:
        return _value(value, "", "", 0)
    except Exception:  # noqa: BLE001
        return MASK


def mask_text(text: str) -> str:
    """Free text (an error page, a log line): e-mails, credentials and `key: value` pairs."""
    try:
        return _cut(_pairs(_free_text(text[: LONGEST_BODY * 2])), LONGEST_BODY)
    except Exception:  # noqa: BLE001
        return MASK


def mask_body(body: bytes | str | None, limit: int = LONGEST_BODY) -> str:
    """A request's or answer's body as text of at most about `limit` letters.

    JSON is masked by its keys and stays readable; anything else as free text.
    """
    try:
        if not body:
            return ""
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        if text.lstrip()[:1] in ("{", "["):
            try:
                shown = json.dumps(mask_json(json.loads(text)), ensure_ascii=False)
                return _cut(shown, limit)
            except (ValueError, RecursionError):
                pass
        return _cut(mask_text(text), limit)
    except Exception:  # noqa: BLE001
        return MASK


def _header(name: str, value: str) -> str:
    if not _is_secret(name):
        return _cut(_free_text(value), LONGEST_TEXT)
    scheme, blank, _ = value.partition(" ")
    return f"{scheme} {MASK}" if blank and scheme.isalpha() and len(scheme) < 12 else MASK


def _query_pair(pair: str) -> str:
    name, mark, value = pair.partition("=")
    if not mark or not value:
        return pair
    if _is_masked(unquote_plus(name), ""):
        return f"{name}={MASK}"
    plain = unquote_plus(value)
    masked = _free_text(plain)
    return pair if masked == plain else f"{name}={quote(masked, safe=MASK)}"


def _value(value: object, key: str, parent: str, depth: int) -> object:
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        items = list(value.items())
        masked = {
            str(name): _value(one, str(name), key or parent, depth + 1)
            for name, one in items[:_MOST_ITEMS]
        }
        if len(items) > _MOST_ITEMS:
            masked["…"] = f"{len(items) - _MOST_ITEMS} more"
        return masked
    if isinstance(value, list | tuple):
        shown = [_value(one, key, parent, depth + 1) for one in value[:_MOST_ITEMS]]
        return [*shown, f"… {len(value) - _MOST_ITEMS} more"] if len(value) > _MOST_ITEMS else shown
    if value is None or value == "" or isinstance(value, bool):
        return value
    if _is_masked(key, parent):
        return MASK
    if isinstance(value, str):
        if _plain(key) in _PHOTOS and len(value) > 200 and " " not in value:
            return f"<{len(value)} letters>"
        return _cut(_free_text(value), LONGEST_TEXT)
    return value if isinstance(value, int | float) else _cut(_free_text(str(value)), LONGEST_TEXT)


def _plain(key: str) -> str:
    return "".join(letter for letter in key.lower() if letter.isalnum())


def _is_secret(key: str) -> bool:
    plain = _plain(key)
    return any(word in plain for word in _SECRET)


def _is_masked(key: str, parent: str) -> bool:
    plain = _plain(key)
    if plain in _PERSONAL or _is_secret(plain):
        return True
    return plain == "name" and any(word in _plain(parent) for word in _OF_PERSONS)


def _free_text(text: str) -> str:
    """Without e-mails, credentials and photos."""
    bare = _EMAIL.sub(MASK, text)
    bare = _BASIC.sub(lambda found: f"{found['scheme']} {MASK}", bare)
    return _BASE64.sub(lambda found: f"<{len(found[0])} letters>", bare)


def _pairs(text: str) -> str:
    def pair(found: re.Match[str]) -> str:
        if not _is_masked(found["key"], ""):
            return found[0]
        mark = found["value"][:1] if found["value"][:1] in "\"'" else ""
        return f"{found['head']}{mark}{MASK}{mark}"

    def tag(found: re.Match[str]) -> str:
        return f"<{found['key']}>{MASK}</" if _is_masked(found["key"], "") else found[0]

    # JSON that was cut can't be parsed, so a person's `name` is found by the object around it.
    text = _PERSON_OBJECT.sub(lambda found: _NAME.sub(rf'\1"{MASK}"', found[0]), text)
    return _TAG.sub(tag, _PAIR.sub(pair, text))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… {len(text) - limit} more letters"
