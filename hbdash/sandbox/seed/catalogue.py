"""The products of the shop: any number, made one by one, the same for the same seed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import lru_cache

from hbdash.sandbox.seed.categories import GOODS, Goods, SeedCategory, categories

__all__ = ["Kind", "SeedCategory", "SeedProduct", "categories", "product", "products"]

BRAND = "Lalezar"
FIRST_PK = 12000
VARIANTS = 4
"""Products per base code: two colours in two sizes."""

COLOURS = (
    ("Krem", "KRM"), ("Bordo", "BRD"), ("Lacivert", "LCV"), ("Gri", "GRI"), ("Bej", "BEJ"),
    ("Antrasit", "ANT"), ("Hardal", "HRD"), ("Turkuaz", "TRK"), ("Pudra", "PDR"),
    ("Siyah", "SYH"), ("Beyaz", "BYZ"), ("Vizon", "VZN"), ("İndigo", "İND"), ("Yeşil", "YŞL"),
)  # fmt: skip
_SERIES = (
    "Lale", "Nar", "Defne", "Yasemin", "Zeytin", "Mercan", "Safir", "Ege", "Kapadokya",
    "Boğaziçi", "Likya", "Nergis", "Çınar", "Ihlamur", "Leylak", "Anka", "Şirvan", "Üsküdar",
)  # fmt: skip
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Kind(Enum):
    """What is special about a product; each but LISTED and NEW is rare."""

    LISTED = "listed"
    PRICE_DRIFT = "price drift"
    STOCK_DRIFT = "stock drift"
    LOCKED_PRICE = "locked by its price"
    LOCKED = "locked by Hepsiburada"
    NEW = "new"
    NO_PRICE = "without price"
    NO_STOCK = "without stock"
    NO_CATEGORY = "without category"
    NO_IMAGE = "without image"
    UNMAPPED = "attribute not mapped"
    INACTIVE = "inactive"
    NOT_SIMPLE = "not simple"


LISTED_KINDS = frozenset(
    {Kind.LISTED, Kind.PRICE_DRIFT, Kind.STOCK_DRIFT, Kind.LOCKED_PRICE, Kind.LOCKED}
)
# The first products hold one or two of every kind, so that the smallest shop shows them all.
_SURE = (
    *(Kind.NEW,) * 3,
    *(Kind.PRICE_DRIFT, Kind.STOCK_DRIFT) * 2,
    Kind.LOCKED_PRICE, Kind.LOCKED, Kind.NO_PRICE, Kind.NO_STOCK, Kind.NO_CATEGORY,
    Kind.NO_IMAGE, Kind.UNMAPPED, Kind.INACTIVE, Kind.NOT_SIMPLE,
)  # fmt: skip
_SURE_AMONG = 50
# Beyond them: so many in 65,536.
_SHARES: tuple[tuple[Kind, int], ...] = (
    (Kind.NEW, 4300), (Kind.PRICE_DRIFT, 450), (Kind.STOCK_DRIFT, 450),
    (Kind.LOCKED_PRICE, 130), (Kind.LOCKED, 130), (Kind.NO_PRICE, 330), (Kind.NO_STOCK, 330),
    (Kind.NO_CATEGORY, 260), (Kind.NO_IMAGE, 260), (Kind.UNMAPPED, 330),
    (Kind.INACTIVE, 200), (Kind.NOT_SIMPLE, 200),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeedProduct:
    """One SKU as both sides know it at the start.

    ``image_urls`` are paths under ``/files``: put ``world.base_url`` before them.
    ``stock`` is what may be offered, the same for both sides: Omnitron's side lays the channel's
    buffer on top of it (``omnitron/product_rows.py``), so that nothing is due because of it.
    ``hb_price`` and ``hb_stock`` are Hepsiburada's; they count only when ``listed``.
    """

    n: int
    pk: int
    sku: str
    base_code: str
    name: str
    brand: str
    barcode: str
    category: SeedCategory
    colour: str
    size: str
    price: Decimal
    retail_price: Decimal
    tax_rate: int
    stock: int
    image_urls: tuple[str, ...]
    has_price: bool
    has_stock: bool
    has_category: bool
    has_image: bool
    mapped: bool
    is_active: bool
    is_simple: bool
    listed: bool
    hb_price: Decimal
    hb_stock: int
    hb_sku: str
    locked: bool
    price_min: Decimal
    price_max: Decimal
    kind: Kind = Kind.LISTED


def products(seed: int, count: int) -> Iterator[SeedProduct]:
    """The first ``count`` products, lazily; a smaller shop is the beginning of a larger one."""
    for n in range(count):
        yield product(seed, n)


def product(seed: int, n: int) -> SeedProduct:
    """Product number ``n`` (0-based) of the shop with this seed."""
    model, variant = divmod(n, VARIANTS)
    shape = _dice(seed, "model", model)
    goods = GOODS[shape[0] % len(GOODS)]
    kind = _kind(seed, n)
    return _build(seed, n, goods, kind, shape, variant)


def new_product(seed: int, n: int) -> SeedProduct:
    """Product ``n`` as a complete one that is not at Hepsiburada yet (live activity)."""
    model, variant = divmod(n, VARIANTS)
    shape = _dice(seed, "model", model)
    return _build(seed, n, GOODS[shape[0] % len(GOODS)], Kind.NEW, shape, variant)


def _build(seed: int, n: int, goods: Goods, kind: Kind, shape: bytes, variant: int) -> SeedProduct:
    own = _dice(seed, "product", n)
    category = _leaves()[goods.category_id]
    colour, code = COLOURS[(shape[1] + (variant % 2) * (1 + shape[2] % 13)) % len(COLOURS)]
    size_index = (shape[3] + variant // 2) % len(goods.sizes)
    base_code = f"LZR-{20000 + n // VARIANTS}"
    sku = f"{base_code}-{code}-{size_index + 1}"
    price = _price(goods, shape, size_index)
    if kind is Kind.LOCKED_PRICE:
        price = (category.price_min * Decimal("0.6")).quantize(Decimal("0.01"))
    stock = _stock(own)
    listed = kind in LISTED_KINDS
    images = tuple(f"/files/products/{sku}/{i}.jpg" for i in range(1, 2 + own[6] % 4))
    return SeedProduct(
        n=n,
        pk=FIRST_PK + n,
        sku=sku,
        base_code=base_code,
        name=_name(goods, shape, goods.sizes[size_index], colour),
        brand=BRAND,
        barcode=_ean13(n),
        category=category,
        colour=colour,
        size=goods.sizes[size_index],
        price=price,
        retail_price=(price * Decimal(f"1.{15 + shape[7] % 30}")).quantize(Decimal("0.01")),
        tax_rate=goods.tax_rate,
        stock=stock,
        image_urls=images if kind is not Kind.NO_IMAGE else (),
        has_price=kind is not Kind.NO_PRICE,
        has_stock=kind is not Kind.NO_STOCK,
        has_category=kind is not Kind.NO_CATEGORY,
        has_image=kind is not Kind.NO_IMAGE,
        mapped=kind is not Kind.UNMAPPED,
        is_active=kind is not Kind.INACTIVE,
        is_simple=kind is not Kind.NOT_SIMPLE,
        listed=listed,
        hb_price=_drifted_price(price, own) if kind is Kind.PRICE_DRIFT else price,
        hb_stock=_drifted_stock(stock, own) if kind is Kind.STOCK_DRIFT else stock,
        hb_sku=_hb_sku(seed, n),
        locked=kind in (Kind.LOCKED, Kind.LOCKED_PRICE),
        price_min=category.price_min,
        price_max=category.price_max,
        kind=kind,
    )


def _dice(seed: int, topic: str, n: int) -> bytes:
    """16 random bytes that depend on nothing but the arguments (cheaper than a Random each)."""
    return hashlib.blake2b(f"{seed}:{topic}:{n}".encode(), digest_size=16).digest()


@lru_cache(maxsize=16)
def _sure_kinds(seed: int) -> tuple[Kind, ...]:
    kinds = [*_SURE, *(Kind.LISTED,) * (_SURE_AMONG - len(_SURE))]
    random.Random(f"{seed}:kinds").shuffle(kinds)
    return tuple(kinds)


def _kind(seed: int, n: int) -> Kind:
    if n < _SURE_AMONG:
        return _sure_kinds(seed)[n]
    draw = int.from_bytes(_dice(seed, "kind", n)[:2])
    for kind, share in _SHARES:
        draw -= share
        if draw < 0:
            return kind
    return Kind.LISTED


@lru_cache(maxsize=1)
def _leaves() -> dict[int, SeedCategory]:
    return {node.id: node for node in categories(0) if node.leaf}


def _name(goods: Goods, shape: bytes, size: str, colour: str) -> str:
    style = goods.styles[shape[4] % len(goods.styles)]
    what = goods.kinds[shape[5] % len(goods.kinds)]
    return f"{BRAND} {_SERIES[shape[6] % len(_SERIES)]} {style} {what} {size} {colour}"


def _price(goods: Goods, shape: bytes, size_index: int) -> Decimal:
    """Between 0.7 and 1.6 of the usual price, larger sizes dearer, ending in .90 or .99."""
    lira = goods.price * (70 + shape[8] % 61) // 100 * (100 + 12 * size_index) // 100
    return Decimal(max(lira, 20)) + (Decimal("0.90") if shape[9] % 3 else Decimal("0.99"))


def _stock(own: bytes) -> int:
    """A few sold out, some nearly, most 5–120."""
    if own[0] < 10:
        return 0
    return own[1] % 5 + 1 if own[0] < 40 else 5 + (own[1] * 256 + own[2]) % 116


def _drifted_price(price: Decimal, own: bytes) -> Decimal:
    factor = Decimal("0.90") if own[3] % 2 else Decimal("1.12")
    return (price * factor).quantize(Decimal("0.01"))


def _drifted_stock(stock: int, own: bytes) -> int:
    return stock + 3 + own[4] % 9 if own[5] % 2 or stock < 4 else stock - 1 - own[4] % 3


def _ean13(n: int) -> str:
    digits = f"8690{n + 10_000:08d}"
    odd, even = sum(map(int, digits[0::2])), sum(map(int, digits[1::2]))
    return f"{digits}{(10 - (odd + 3 * even) % 10) % 10}"


def _hb_sku(seed: int, n: int) -> str:
    """``HBCV`` and eight letters or digits; unique, since the multiplier is odd and prime to 36."""
    value = (n * 2_176_782_335 + _dice(seed, "hb", 0)[0] * 7_919) % 36**8
    text = ""
    for _ in range(8):
        value, digit = divmod(value, 36)
        text = _BASE36[digit] + text
    return f"HBCV{text}"
