"""Omnitron at the start: channel, lists, tree, places and the shop's products."""

from __future__ import annotations

import json
import random
import uuid
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

from hbdash.sandbox.omnitron import contenttypes, due
from hbdash.sandbox.omnitron.conf import (
    CANCEL_REASONS,
    REFUND_REASONS,
    default_conf,
    schema,
)
from hbdash.sandbox.omnitron.places import upper
from hbdash.sandbox.omnitron.product_rows import (
    DAY,
    PRICE_LIST,
    STOCK_LIST,
    WEB_NODE,
    ProductWriter,
)
from hbdash.sandbox.omnitron.schema import drop_indexes, make_indexes
from hbdash.sandbox.omnitron.wire import micros
from hbdash.sandbox.seed.attributes import value_id
from hbdash.sandbox.seed.catalogue import COLOURS, SeedProduct, categories
from hbdash.sandbox.seed.categories import GOODS
from hbdash.sandbox.seed.places import CITIES, turkish_title
from hbdash.sandbox.world import World

CATALOG, TREE, COUNTRY = 12, 41, 1
_SLICE = 5_000
_ROOT, _SETS_FROM = "0001", 100
_WEB_PATH = "0002"
_CARGOS = (
    (1, "Yurtiçi Kargo", "yurtici-kargo", "yurtici"),
    (2, "Aras Kargo", "aras-kargo", "aras"),
    (3, "HepsiJet", "hepsijet", "hepsijet"),
    (4, "MNG Kargo", "mng-kargo", "mng"),
    (5, "Sürat Kargo", "surat-kargo", "surat"),
    (6, "PTT Kargo", "ptt-kargo", "ptt"),
)
# attribute number, name, Hepsiburada's id, required, variant, custom (free text)
ATTRIBUTES: tuple[tuple[int, str, str, bool, bool, bool], ...] = (
    (301, "Varyant Grup Id", "VaryantGroupID", True, False, True),
    (302, "Ürün Açıklaması", "UrunAciklamasi", True, False, True),
    (303, "Barkod", "Barcode", True, False, True),
    (304, "Marka", "Marka", True, False, True),
    (305, "Garanti Süresi (Ay)", "GarantiSuresi", True, False, True),
    (306, "Desi", "kg", True, False, True),
    (307, "Renk", "renk_variant_property", True, True, False),
    (308, "Ebat", "ebatlar_variant_property", True, True, False),
    (309, "Materyal", "00000MU", False, False, False),
    (310, "Ürün İçeriği", "000009D", False, False, True),
)
# Omnitron calls these townships otherwise, so that only their mapping finds them.
_OTHER_NAMES = {("Kocaeli", "İZMİT"): "Kocaeli Merkez", ("Trabzon", "ORTAHİSAR"): "Trabzon Merkez"}


def seed(world: World, products: Iterable[SeedProduct]) -> None:
    """Fill the empty tables; the same seed gives the same data at any size."""
    now = micros(world.clock.now())
    _seed_channel(world, now)
    _seed_places(world)
    leaves = _seed_tree(world, now)
    drop_indexes(world.db)
    waiting = _seed_products(world, products, leaves, now)
    make_indexes(world.db)
    for content_type, pks in waiting.items():
        due.refresh(world.db, content_type, pks)


def _seed_channel(world: World, now: int) -> None:
    db, start = world.db, now - 300 * DAY
    main = [node.id for node in categories(world.seed) if node.parent_id is None]
    active = bool(getattr(world, "active", True))
    db.execute(
        "INSERT INTO om_channel VALUES (?, 'Hepsiburada', ?, 'sales_channel', ?, ?, ?, ?, ?, ?)",
        (world.channel_id, CATALOG, json.dumps(default_conf(world, main), ensure_ascii=False),
         json.dumps(schema(), ensure_ascii=False), TREE, int(active), start, start),
    )  # fmt: skip
    db.execute(
        "INSERT INTO om_catalog VALUES (?, 'Hepsiburada', ?, ?)", (CATALOG, PRICE_LIST, STOCK_LIST)
    )
    db.execute(
        "INSERT INTO om_price_list VALUES (?, 'Perakende', 'perakende', 'try', ?)",
        (PRICE_LIST, start),
    )
    db.execute(
        "INSERT INTO om_stock_list VALUES (?, 'Merkez Depo', 'merkez', ?)", (STOCK_LIST, start)
    )
    db.executemany("INSERT INTO om_cargo VALUES (?, ?, ?, ?)", _CARGOS)
    rng = random.Random(f"{world.seed}:omnitron")
    reasons = [(pk, "refund", subject) for pk, subject, _ in REFUND_REASONS]
    reasons += [(pk, "cancel", subject) for pk, subject, _ in CANCEL_REASONS]
    db.executemany(
        "INSERT INTO om_reason VALUES (?, ?, ?, ?, ?, ?)",
        [
            (pk, kind, subject, 1, 100 + at, str(uuid.UUID(int=rng.getrandbits(128), version=4)))
            for at, (pk, kind, subject) in enumerate(reasons)
        ]
        + [(2, "refund", "Eski sistemden", 0, 900, str(uuid.UUID(int=2)))],
    )


def _seed_places(world: World) -> None:
    db = world.db
    db.executemany(
        "INSERT INTO om_country VALUES (?, ?, ?, ?, 1)",
        [(COUNTRY, "Türkiye", upper("Türkiye"), "tr"), (2, "Almanya", upper("Almanya"), "de")],
    )
    townships: list[tuple[Any, ...]] = []
    districts: list[tuple[Any, ...]] = []
    codes: list[tuple[Any, ...]] = []
    for at, city in enumerate(CITIES):
        pk = 60 + at
        db.execute(
            "INSERT INTO om_city VALUES (?, ?, ?, ?, ?, 1)",
            (pk, city.name, upper(city.name), COUNTRY, city.plate + "000"),
        )
        for town in city.townships:
            number = 900 + len(townships)
            other = _OTHER_NAMES.get((city.name, town.name))
            name = other or turkish_title(town.name)
            townships.append((number, name, upper(name), COUNTRY, pk, city.plate + "100"))
            if other is not None or number % 9 == 0:
                for code in (f"{world.channel_id}_{town.name}", town.name):
                    codes.append(("township", number, code, "sales_channel"))
            for district in town.districts:
                label = turkish_title(district)
                districts.append(
                    (5000 + len(districts), label, upper(label), COUNTRY, pk, number, None)
                )
    db.executemany("INSERT INTO om_township VALUES (?, ?, ?, ?, ?, ?, 1)", townships)
    db.executemany("INSERT INTO om_district VALUES (?, ?, ?, ?, ?, ?, ?, 1)", districts)
    db.executemany(
        "INSERT INTO om_place_mapping (level, place, code, integration_type) VALUES (?, ?, ?, ?)",
        codes,
    )


def _seed_tree(world: World, now: int) -> dict[int, tuple[int, int]]:
    """Make the channel's tree and a web shop's; returns category id → (node, attribute set)."""
    start, db = now - 290 * DAY, world.db
    nodes: dict[int | None, tuple[int, str]] = {None: (1, _ROOT)}
    children: Counter[str] = Counter()
    rows: list[tuple[Any, ...]] = []
    leaves: dict[int, tuple[int, int]] = {}
    names: dict[int, tuple[int | None, str, str]] = {
        1: (None, "Sales Channel Tree", _ROOT),
        2: (None, "Web", _WEB_PATH),
    }
    names[WEB_NODE] = (2, "Yeni Gelenler", _WEB_PATH + "0001")
    children[_WEB_PATH] = 1
    for category in categories(world.seed):
        parent, above = nodes[category.parent_id]
        children[above] += 1
        path = f"{above}{children[above]:04d}"
        pk = 10 + len(nodes)
        nodes[category.id] = (pk, path)
        names[pk] = (parent, category.name, path)
        if category.leaf:
            leaves[category.id] = (pk, _SETS_FROM + len(leaves))
            _seed_attributes(world, leaves[category.id], category.name, category.id, start)
    for pk, (above_pk, name, path) in names.items():
        depth, count = len(path) // 4, children[path]
        rows.append((pk, above_pk, name, path, depth, count, int(path[-4:]), start, start))
    db.executemany("INSERT INTO om_category_node VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    db.execute(
        "INSERT INTO om_category_tree VALUES (?, ?, 1, ?, ?)",
        (TREE, "Sales Channel Tree", start, start),
    )
    db.executemany(
        "INSERT INTO om_action (content_type, object_id, remote_id, version_date, status,"
        " once_succeeded, created, modified) VALUES (?, ?, ?, ?, 'success', 1, ?, ?)",
        [
            (contenttypes.CATEGORY_NODE, pk, str(remote), start, start, start)
            for remote, (pk, _) in nodes.items()
            if remote is not None
        ],
    )
    _seed_values(world, start)
    return leaves


def _seed_attributes(
    world: World, leaf: tuple[int, int], name: str, remote: int, start: int
) -> None:
    node, number = leaf
    world.db.execute(
        "INSERT INTO om_attribute_set VALUES (?, ?, ?, ?, ?, ?)",
        (number, name, str(remote), node, start, start),
    )
    world.db.execute(
        "INSERT INTO om_attribute_set_config (attribute_set, content_type, object_id, created,"
        " modified) VALUES (?, ?, ?, ?, ?)",
        (number, contenttypes.CATEGORY_NODE, node, start, start),
    )
    world.db.executemany(
        "INSERT INTO om_attribute_config (attribute_set, attribute, attribute_name, remote_id,"
        " is_required, is_variant, is_custom, created, modified)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(number, *attribute, start, start) for attribute in ATTRIBUTES],
    )


def _seed_values(world: World, start: int) -> None:
    """The attributes, and the values of the two enums that products are mapped to.

    Those are what the shop's products have; Hepsiburada's lists are longer.
    """
    db = world.db
    db.executemany(
        "INSERT INTO om_attribute VALUES (?, ?, ?, ?)",
        [(pk, name, start, start) for pk, name, *_ in ATTRIBUTES],
    )
    db.executemany(
        "INSERT INTO om_attribute_schema (name, schema, created, modified) VALUES (?, '{}', ?, ?)",
        [(f"{world.channel_id} {name} Schema", start, start) for _, name, *_ in ATTRIBUTES],
    )
    sizes = dict.fromkeys(size for goods in GOODS for size in goods.sizes)
    ids = {pk: remote for pk, _, remote, *_ in ATTRIBUTES}
    values = [(307, colour) for colour, _ in COLOURS] + [(308, size) for size in sizes]
    db.executemany(
        "INSERT INTO om_attribute_value (attribute, label, value, created, modified)"
        " VALUES (?, ?, ?, ?, ?)",
        [(pk, text, value_id(ids[pk], text), start, start) for pk, text in values],
    )
    actions = [(contenttypes.ATTRIBUTE, pk, remote) for pk, remote in ids.items()]
    actions += [
        (contenttypes.ATTRIBUTE_VALUE, row["pk"], row["value"])
        for row in db.execute("SELECT pk, value FROM om_attribute_value")
    ]
    db.executemany(
        "INSERT INTO om_action (content_type, object_id, remote_id, version_date, status,"
        " once_succeeded, created, modified) VALUES (?, ?, ?, ?, 'success', 1, ?, ?)",
        [(*action, start, start, start) for action in actions],
    )


def _seed_products(
    world: World,
    products: Iterable[SeedProduct],
    leaves: dict[int, tuple[int, int]],
    now: int,
) -> dict[int, list[int]]:
    """Write the products in slices; returns what may be due, per content type."""
    writer = ProductWriter(world, leaves, now)
    stream = iter(products)
    while batch := list(islice(stream, _SLICE)):
        for product in batch:
            writer.add(product)
        writer.flush()
    return writer.waiting
