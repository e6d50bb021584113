"""The tables of the marketplace's side, all prefixed ``hb_``.

Money of listings is an integer of kuruş, money of orders and claims an integer of 10⁻⁵ lira
(recorded packages carry five decimals, H§3.4); times are integers of microseconds UTC.
``hb_line.parcel`` says into which package of its order Hepsiburada puts a line when it packs by
itself; -n cuts the line into n packages.
Listings are never deleted, so ``n`` is dense and a page at any offset is one key range.
"""

from __future__ import annotations

import sqlite3

_TABLES = """
CREATE TABLE hb_pace (name TEXT PRIMARY KEY, seconds REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE hb_counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE hb_listing (
    n INTEGER PRIMARY KEY,
    listing_id TEXT NOT NULL,
    hb_sku TEXT NOT NULL UNIQUE,
    merchant_sku TEXT NOT NULL UNIQUE,
    sku_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, brand TEXT NOT NULL, barcode TEXT NOT NULL, image TEXT NOT NULL,
    category_id INTEGER NOT NULL, category_name TEXT NOT NULL, base_code TEXT NOT NULL,
    colour TEXT NOT NULL, size TEXT NOT NULL, tax_rate INTEGER NOT NULL,
    price INTEGER NOT NULL, stock INTEGER NOT NULL,
    price_min INTEGER NOT NULL, price_max INTEGER NOT NULL,
    max_qty INTEGER NOT NULL DEFAULT 0, min_qty INTEGER NOT NULL DEFAULT 0,
    dispatch_time INTEGER NOT NULL DEFAULT 2,
    locked INTEGER NOT NULL DEFAULT 0, lock_reasons TEXT NOT NULL DEFAULT '[]',
    frozen INTEGER NOT NULL DEFAULT 0, suspended INTEGER NOT NULL DEFAULT 0,
    deactivated INTEGER NOT NULL DEFAULT 0, fulfilled_by_hb INTEGER NOT NULL DEFAULT 0,
    price_increase_disabled INTEGER NOT NULL DEFAULT 0,
    price_decrease_disabled INTEGER NOT NULL DEFAULT 0,
    stock_decrease_disabled INTEGER NOT NULL DEFAULT 0,
    has_variant INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'MATCHED',
    changed INTEGER NOT NULL,
    salable INTEGER GENERATED ALWAYS AS (
        price > 0 AND stock > 0 AND NOT locked AND NOT frozen AND NOT suspended AND NOT deactivated
    ) STORED
);
CREATE INDEX hb_listing_changed ON hb_listing (changed);
CREATE INDEX hb_listing_salable ON hb_listing (salable, n);
CREATE INDEX hb_listing_status ON hb_listing (status, n);
CREATE INDEX hb_listing_barcode ON hb_listing (barcode);
CREATE INDEX hb_listing_stock ON hb_listing (salable, stock);

CREATE TABLE hb_upload (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    created INTEGER NOT NULL, ready INTEGER NOT NULL, status TEXT NOT NULL,
    total INTEGER NOT NULL, rows TEXT, errors TEXT, price_validations TEXT
);
CREATE INDEX hb_upload_pending ON hb_upload (ready) WHERE status NOT IN ('Done', 'Failed');
CREATE INDEX hb_upload_created ON hb_upload (created);

CREATE TABLE hb_order (
    order_number TEXT PRIMARY KEY, order_id TEXT NOT NULL, placed INTEGER NOT NULL,
    paid INTEGER, date_form INTEGER NOT NULL, customer_id TEXT NOT NULL,
    customer_name TEXT NOT NULL, delivery TEXT NOT NULL, invoice TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '', cargo TEXT NOT NULL, delivery_type TEXT NOT NULL,
    micro_export INTEGER NOT NULL DEFAULT 0, address_change INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX hb_order_placed ON hb_order (placed);
CREATE INDEX hb_order_awaiting ON hb_order (placed) WHERE paid IS NULL;

CREATE TABLE hb_line (
    seq INTEGER PRIMARY KEY, line_id TEXT NOT NULL UNIQUE, order_number TEXT NOT NULL,
    ordinal INTEGER NOT NULL, listing INTEGER NOT NULL,
    hb_sku TEXT NOT NULL, merchant_sku TEXT NOT NULL,
    quantity INTEGER NOT NULL, open_quantity INTEGER NOT NULL,
    cancelled_quantity INTEGER NOT NULL DEFAULT 0,
    unit_price INTEGER NOT NULL, hb_discount INTEGER NOT NULL, merchant_discount INTEGER NOT NULL,
    vat_rate INTEGER NOT NULL, commission_rate INTEGER NOT NULL,
    due INTEGER NOT NULL, updated INTEGER NOT NULL,
    unpacked INTEGER NOT NULL DEFAULT 0, parcel INTEGER NOT NULL DEFAULT 0, pack_at INTEGER,
    warehouse TEXT NOT NULL DEFAULT 'BIRINCIL', cancelled_by TEXT
);
CREATE INDEX hb_line_order ON hb_line (order_number);
CREATE INDEX hb_line_open ON hb_line (seq) WHERE open_quantity > 0;
CREATE INDEX hb_line_pack ON hb_line (pack_at) WHERE open_quantity > 0 AND pack_at IS NOT NULL;

CREATE TABLE hb_package (
    seq INTEGER PRIMARY KEY, package_number TEXT NOT NULL UNIQUE, id TEXT NOT NULL,
    order_number TEXT NOT NULL, barcode TEXT NOT NULL, status TEXT NOT NULL,
    added INTEGER NOT NULL, due INTEGER NOT NULL, cargo TEXT NOT NULL, carrier TEXT,
    deci REAL NOT NULL DEFAULT 1, parcels INTEGER NOT NULL DEFAULT 1, warehouse TEXT NOT NULL,
    unpacked INTEGER, shipped INTEGER, delivered INTEGER, undelivered INTEGER,
    undelivered_reason TEXT, received_by TEXT, tracking_code TEXT, tracking_url TEXT,
    arrival INTEGER NOT NULL, invoice TEXT
);
CREATE INDEX hb_package_added ON hb_package (added) WHERE status IN ('Open', 'Unpacked');
CREATE INDEX hb_package_status ON hb_package (status, added);
CREATE INDEX hb_package_shipped ON hb_package (shipped) WHERE shipped IS NOT NULL;
CREATE INDEX hb_package_delivered ON hb_package (delivered) WHERE delivered IS NOT NULL;
CREATE INDEX hb_package_undelivered ON hb_package (undelivered) WHERE undelivered IS NOT NULL;
CREATE INDEX hb_package_unpacked ON hb_package (unpacked) WHERE unpacked IS NOT NULL;
CREATE INDEX hb_package_order ON hb_package (order_number);

CREATE TABLE hb_package_line (
    package_number TEXT NOT NULL, line_id TEXT NOT NULL, quantity INTEGER NOT NULL,
    PRIMARY KEY (package_number, line_id)
) WITHOUT ROWID;
CREATE INDEX hb_package_line_line ON hb_package_line (line_id);

CREATE TABLE hb_cancellation (
    seq INTEGER PRIMARY KEY, line_id TEXT NOT NULL, order_number TEXT NOT NULL,
    quantity INTEGER NOT NULL, cancelled INTEGER NOT NULL, reason_code TEXT NOT NULL,
    cancelled_by TEXT NOT NULL
);
CREATE INDEX hb_cancellation_at ON hb_cancellation (cancelled);

CREATE TABLE hb_claim (
    seq INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, id TEXT NOT NULL,
    status TEXT NOT NULL, status_since INTEGER NOT NULL, claim_type TEXT NOT NULL,
    reason TEXT NOT NULL, explanation TEXT NOT NULL, claimed INTEGER NOT NULL,
    line_id TEXT NOT NULL, order_number TEXT NOT NULL, quantity INTEGER NOT NULL,
    price INTEGER NOT NULL, deadline INTEGER, pre_approval_deadline INTEGER,
    refund INTEGER NOT NULL DEFAULT 0, refunded INTEGER, finalized_with TEXT,
    rejection_reason TEXT, statement TEXT, pre_approval_reason TEXT, pre_approved INTEGER,
    photos INTEGER NOT NULL DEFAULT 0, delivery TEXT
);
CREATE INDEX hb_claim_status ON hb_claim (status, status_since);
CREATE INDEX hb_claim_line ON hb_claim (line_id);
CREATE INDEX hb_claim_claimed ON hb_claim (claimed);

CREATE TABLE hb_claim_report (
    claim TEXT NOT NULL, ordinal INTEGER NOT NULL, sha256 TEXT NOT NULL,
    size INTEGER NOT NULL, media_type TEXT NOT NULL, content BLOB NOT NULL,
    PRIMARY KEY (claim, ordinal)
);

CREATE TABLE hb_category (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, path TEXT NOT NULL, parent INTEGER,
    leaf INTEGER NOT NULL, status TEXT NOT NULL DEFAULT 'ACTIVE',
    available INTEGER NOT NULL DEFAULT 1, type TEXT NOT NULL DEFAULT 'HB'
);
CREATE TABLE hb_attribute (
    category INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, section TEXT NOT NULL,
    mandatory INTEGER NOT NULL, type TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (category, id)
) WITHOUT ROWID;
CREATE TABLE hb_attribute_value (
    category INTEGER NOT NULL, attribute TEXT NOT NULL, position INTEGER NOT NULL,
    id TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (category, attribute, position)
) WITHOUT ROWID;
CREATE INDEX hb_attribute_value_text ON hb_attribute_value (category, attribute, value);
CREATE TABLE hb_known_barcode (barcode TEXT PRIMARY KEY, hb_sku TEXT NOT NULL, name TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE hb_product (
    seq INTEGER PRIMARY KEY, sku_key TEXT NOT NULL UNIQUE, merchant_sku TEXT NOT NULL,
    barcode TEXT NOT NULL, hb_sku TEXT, category_id INTEGER NOT NULL, status TEXT NOT NULL,
    attributes TEXT NOT NULL, price INTEGER NOT NULL, stock INTEGER NOT NULL,
    next_at INTEGER, validation TEXT NOT NULL DEFAULT '[]', rejections TEXT NOT NULL DEFAULT '[]',
    matched TEXT NOT NULL DEFAULT '[]', updated INTEGER NOT NULL
);
CREATE INDEX hb_product_status ON hb_product (status, seq);
CREATE INDEX hb_product_next ON hb_product (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX hb_product_barcode ON hb_product (barcode);
CREATE TABLE hb_import (
    seq INTEGER PRIMARY KEY, tracking_id TEXT NOT NULL UNIQUE, created INTEGER NOT NULL,
    visible INTEGER NOT NULL, ready INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE hb_import_row (
    tracking_id TEXT NOT NULL, ordinal INTEGER NOT NULL, sku_key TEXT NOT NULL,
    content TEXT NOT NULL, outcome TEXT NOT NULL DEFAULT 'PROCESSING',
    messages TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (tracking_id, ordinal)
) WITHOUT ROWID;

CREATE TABLE hb_ticket (
    seq INTEGER PRIMARY KEY, tracking_id TEXT NOT NULL UNIQUE, created INTEGER NOT NULL,
    ready INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE hb_ticket_item (
    tracking_id TEXT NOT NULL, ordinal INTEGER NOT NULL, hb_sku TEXT NOT NULL,
    content TEXT NOT NULL, results TEXT, message TEXT, PRIMARY KEY (tracking_id, ordinal)
) WITHOUT ROWID;
CREATE INDEX hb_ticket_item_sku ON hb_ticket_item (hb_sku);
CREATE TABLE hb_ticket_rule (
    sku_key TEXT NOT NULL, field TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (sku_key, field)
) WITHOUT ROWID;

CREATE VIEW hb_offers AS
    SELECT sku_key, merchant_sku, hb_sku, price, stock, salable, locked, fulfilled_by_hb, max_qty
    FROM hb_listing;
"""


def create_schema(db: sqlite3.Connection) -> None:
    """Create the tables, indexes and the view ``hb_offers`` where they are missing.

    ``hb_offers`` is what the figures compare with the back office: one row per listing, price in
    kuruş, ``salable`` 0 or 1, keyed by ``sku_key`` (upper case, without spaces).
    """
    for statement in _TABLES.split(";\n"):
        words = statement.split(maxsplit=2)
        if words:
            db.execute(f"{words[0]} {words[1]} IF NOT EXISTS {words[2]}")
