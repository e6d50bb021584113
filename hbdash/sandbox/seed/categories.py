"""The category tree of the shop: three levels, with what is sold in each leaf."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

_TEXTILE_SIZES = ("Tek Kişilik", "Çift Kişilik", "Battal Boy")


@dataclass(frozen=True)
class SeedCategory:
    """One node. ``path`` holds the names from the root to this node; leaves carry goods.

    ``price_min`` and ``price_max`` are Hepsiburada's bounds for the leaf (H§9.4); outside them
    an offer is locked. Both are 0 for a node that is no leaf.
    """

    id: int
    name: str
    path: tuple[str, ...]
    parent_id: int | None
    leaf: bool
    price_min: Decimal = Decimal(0)
    price_max: Decimal = Decimal(0)


@dataclass(frozen=True)
class Goods:
    """What a leaf sells: names to combine, sizes, the usual price in lira, VAT in percent."""

    category_id: int
    leaf: str
    kinds: tuple[str, ...]
    styles: tuple[str, ...]
    sizes: tuple[str, ...]
    price: int
    tax_rate: int


_TREE: tuple[tuple[str, tuple[tuple[str, tuple[Goods, ...]], ...]], ...] = (
    (
        "Ev Tekstili",
        (
            (
                "Halı & Kilim",
                (
                    Goods(
                        18021982,
                        "Kilim",
                        ("Kilim", "Yolluk Kilim"),
                        ("Şönil", "Jakarlı", "El Dokuma", "Pamuklu", "Çift Taraflı"),
                        ("80×150 cm", "120×180 cm", "160×230 cm"),
                        849,
                        10,
                    ),
                    Goods(
                        18021983,
                        "Paspas",
                        ("Paspas", "Kapı Önü Paspası"),
                        ("Kaymaz Taban", "Koko", "Püsküllü"),
                        ("40×60 cm", "50×80 cm"),
                        189,
                        10,
                    ),
                ),
            ),
            (
                "Yatak Odası Tekstili",
                (
                    Goods(
                        60001546,
                        "Çarşaf Takımı",
                        ("Çarşaf Takımı", "Lastikli Çarşaf"),
                        ("Pamuklu", "Saten", "Ranforce", "Penye"),
                        _TEXTILE_SIZES,
                        599,
                        10,
                    ),
                    Goods(
                        60001547,
                        "Nevresim Takımı",
                        ("Nevresim Takımı",),
                        ("Pamuk Saten", "Müslin", "Ranforce", "Çiçekli"),
                        _TEXTILE_SIZES,
                        1099,
                        10,
                    ),
                    Goods(
                        60001548,
                        "Battaniye",
                        ("Battaniye", "Pike"),
                        ("Welsoft", "Müslin", "Örgü", "Pamuklu"),
                        _TEXTILE_SIZES,
                        479,
                        10,
                    ),
                    Goods(
                        60001549,
                        "Yastık",
                        ("Yastık", "Kırlent Kılıfı"),
                        ("Bambu", "Silikon", "Keten", "Kadife"),
                        ("43×43 cm", "50×70 cm"),
                        229,
                        10,
                    ),
                ),
            ),
            (
                "Banyo Tekstili",
                (
                    Goods(
                        60001612,
                        "Havlu",
                        ("Banyo Havlusu", "El Havlusu", "Peştemal"),
                        ("Pamuklu", "Bambu", "Jakarlı"),
                        ("50×90 cm", "70×140 cm"),
                        199,
                        10,
                    ),
                    Goods(
                        60001613,
                        "Bornoz",
                        ("Bornoz", "Aile Bornoz Seti"),
                        ("Pamuklu", "Waffle", "Kapüşonlu"),
                        ("S/M", "L/XL"),
                        899,
                        10,
                    ),
                ),
            ),
            (
                "Perde",
                (
                    Goods(
                        60001701,
                        "Tül Perde",
                        ("Tül Perde",),
                        ("Düz", "Pileli", "İşlemeli"),
                        ("150×250 cm", "200×260 cm", "300×260 cm"),
                        449,
                        10,
                    ),
                    Goods(
                        60001702,
                        "Fon Perde",
                        ("Fon Perde",),
                        ("Keten Dokulu", "Kadife"),
                        ("140×260 cm", "200×260 cm"),
                        559,
                        10,
                    ),
                ),
            ),
        ),
    ),
    (
        "Mutfak",
        (
            (
                "Sofra & Servis",
                (
                    Goods(
                        18021640,
                        "Kahve Fincanı",
                        ("Kahve Fincanı", "Türk Kahvesi Takımı"),
                        ("Porselen", "Seramik", "Gold Varaklı"),
                        ("2'li", "6'lı"),
                        389,
                        20,
                    ),
                    Goods(
                        18021641,
                        "Çay Bardağı",
                        ("Çay Bardağı", "Kupa Bardak"),
                        ("İnce Belli", "Temperli Cam", "Stoneware"),
                        ("6'lı", "12'li"),
                        249,
                        20,
                    ),
                    Goods(
                        18021642,
                        "Yemek Takımı",
                        ("Yemek Takımı", "Kahvaltı Takımı"),
                        ("Porselen", "Bone China", "Stoneware"),
                        ("24 Parça", "57 Parça"),
                        2499,
                        20,
                    ),
                    Goods(
                        18021643,
                        "Masa Örtüsü",
                        ("Masa Örtüsü", "Runner"),
                        ("Keten", "Leke Tutmaz", "Dantelli"),
                        ("140×180 cm", "160×220 cm"),
                        329,
                        10,
                    ),
                ),
            ),
            (
                "Pişirme",
                (
                    Goods(
                        18021711,
                        "Tencere",
                        ("Tencere", "Derin Tencere"),
                        ("Granit", "Çelik", "Döküm"),
                        ("20 cm", "24 cm", "28 cm"),
                        749,
                        20,
                    ),
                    Goods(
                        18021712,
                        "Çaydanlık",
                        ("Çaydanlık Takımı",),
                        ("Çelik", "Emaye", "Porselen"),
                        ("Orta Boy", "Büyük Boy"),
                        899,
                        20,
                    ),
                ),
            ),
        ),
    ),
)
_ROOTS = {"Ev Tekstili": 18020010, "Mutfak": 18020020}
_MIDDLES = {
    "Halı & Kilim": 18020110,
    "Yatak Odası Tekstili": 18020120,
    "Banyo Tekstili": 18020130,
    "Perde": 18020140,
    "Sofra & Servis": 18020210,
    "Pişirme": 18020220,
}

GOODS: tuple[Goods, ...] = tuple(
    goods for _, middles in _TREE for _, leaves in middles for goods in leaves
)


def categories(seed: int) -> list[SeedCategory]:
    """The whole tree, parents before children. The tree is Hepsiburada's, so no seed changes it."""
    nodes: list[SeedCategory] = []
    for root, middles in _TREE:
        nodes.append(SeedCategory(_ROOTS[root], root, (root,), None, False))
        for middle, leaves in middles:
            path = (root, middle)
            nodes.append(SeedCategory(_MIDDLES[middle], middle, path, _ROOTS[root], False))
            nodes += [_leaf(goods, path, _MIDDLES[middle]) for goods in leaves]
    return nodes


def _leaf(goods: Goods, path: tuple[str, ...], parent_id: int) -> SeedCategory:
    return SeedCategory(
        goods.category_id,
        goods.leaf,
        (*path, goods.leaf),
        parent_id,
        True,
        price_min=(Decimal(goods.price) * Decimal("0.25")).quantize(Decimal("0.01")),
        price_max=(Decimal(goods.price) * 5).quantize(Decimal("0.01")),
    )
