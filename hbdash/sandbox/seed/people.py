"""Customers: private people and firms, with the oddities recorded packages have (H§11.1)."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass

_WOMEN = (
    "Ayşe", "Fatma", "Emine", "Hatice", "Zeynep", "Elif", "Merve", "Özlem", "Şule", "Gülşah",
    "Büşra", "Çiğdem", "Selin", "İrem", "Ebru", "Derya", "Nazlı", "Tuğba", "Yağmur", "Pınar",
)  # fmt: skip
_MEN = (
    "Mehmet", "Mustafa", "Ahmet", "Ali", "Hüseyin", "Hasan", "İbrahim", "Osman", "Murat", "Emre",
    "Burak", "Oğuz", "Çağrı", "Uğur", "Serkan", "Kerem", "Yiğit", "Tolga", "Barış", "Onur",
)  # fmt: skip
_SURNAMES = (
    "Yılmaz", "Kaya", "Demir", "Çelik", "Şahin", "Yıldız", "Yıldırım", "Öztürk", "Aydın", "Özdemir",
    "Arslan", "Doğan", "Kılıç", "Aslan", "Çetin", "Kara", "Koç", "Kurt", "Özkan", "Şimşek",
    "Polat", "Korkmaz", "Özçelik", "Güneş", "Işık", "Erdoğan", "Ünal", "Güler", "Akın", "Tekin",
)  # fmt: skip
_TRADES = (
    "Tekstil", "Otelcilik", "İnşaat", "Gıda", "Turizm", "Mobilya", "Lojistik", "Danışmanlık",
    "Kırtasiye", "Mimarlık",
)  # fmt: skip
_FORMS = ("Ltd. Şti.", "A.Ş.", "San. ve Tic. Ltd. Şti.", "Tic. A.Ş.")
_TAX_OFFICES = (
    "Kadıköy", "kocasinan", "Beşiktaş", "Çankaya", "BORNOVA", "Nilüfer", "Seyhan", "Meram",
    "Şehitkamil", "Mecidiyeköy", "Üsküdar", "Erciyes",
)  # fmt: skip
NO_IDENTITY = "99999999999"
"""What Hepsiburada sends when a private buyer gave no identity number."""


@dataclass(frozen=True)
class SeedCustomer:
    """A buyer. Names may hold double or trailing blanks, as on the wire.

    ``company`` is None for a private buyer; then ``tax_no`` is ``""`` and ``tax_office`` None.
    For a firm ``identity_no`` is None. ``phone`` may be ``""``.
    """

    customer_id: str
    name: str
    phone: str
    company: str | None
    tax_no: str
    tax_office: str | None
    identity_no: str | None


def customer(rng: random.Random, *, business: bool | None = None) -> SeedCustomer:
    """A random buyer; one in twelve is a firm, unless ``business`` says which."""
    first, last = rng.choice(_WOMEN + _MEN), rng.choice(_SURNAMES)
    if rng.random() < 0.12:
        first += " " + rng.choice(_WOMEN + _MEN)
    name = _spelt(rng, first, last)
    is_business = rng.random() < 1 / 12 if business is None else business
    customer_id = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    phone = f"05{rng.choice((30, 32, 35, 42, 44, 51, 55))}{rng.randrange(10**7):07d}"
    if not is_business:
        identity = _identity_no(rng) if rng.random() < 0.6 else NO_IDENTITY
        shown_phone = phone if rng.random() < 0.5 else ""
        return SeedCustomer(customer_id, name, shown_phone, None, "", None, identity)
    company = f"{last} {rng.choice(_TRADES)} {rng.choice(_FORMS)}"
    sole_trader = rng.random() < 0.3
    tax_no = _identity_no(rng) if sole_trader else f"{rng.randrange(10**9, 10**10)}"
    return SeedCustomer(
        customer_id,
        name,
        phone,
        company + (" " if rng.random() < 0.2 else ""),
        tax_no,
        rng.choice(_TAX_OFFICES),
        None,
    )


def _spelt(rng: random.Random, first: str, last: str) -> str:
    """Mostly tidy; some with a double blank, a trailing one, or all in small letters."""
    draw = rng.random()
    if draw < 0.08:
        return f"{first}  {last} "
    if draw < 0.14:
        return f"{first} {last} "
    if draw < 0.19:
        return f"{first} {last}".replace("İ", "i").replace("I", "ı").lower()
    return f"{first} {last}"


def _identity_no(rng: random.Random) -> str:
    """Eleven digits whose two check digits are right."""
    d = [rng.randrange(1, 10), *(rng.randrange(10) for _ in range(8))]
    tenth = (sum(d[0:9:2]) * 7 - sum(d[1:8:2])) % 10
    return "".join(map(str, [*d, tenth, (sum(d) + tenth) % 10]))
