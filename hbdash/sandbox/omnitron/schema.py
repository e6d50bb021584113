"""The tables of Omnitron's side, all with the prefix `om_`.

Times are integers of microseconds UTC, money is text with two decimals. What is *due* is kept in
`om_due` (see due.py), so that a queue of a million rows is read by its head.
"""

from __future__ import annotations

import sqlite3

TABLES = """
CREATE TABLE om_token (key TEXT PRIMARY KEY, username TEXT NOT NULL, created INTEGER NOT NULL);
CREATE TABLE om_shape (name TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE om_channel (
    pk INTEGER PRIMARY KEY, name TEXT NOT NULL, catalog INTEGER NOT NULL,
    channel_type TEXT NOT NULL, conf TEXT NOT NULL, schema TEXT NOT NULL, category_tree INTEGER,
    is_active INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE TABLE om_catalog (
    pk INTEGER PRIMARY KEY, name TEXT NOT NULL, price_list INTEGER NOT NULL,
    stock_list INTEGER NOT NULL);
CREATE TABLE om_price_list (
    pk INTEGER PRIMARY KEY, name TEXT NOT NULL, code TEXT, currency TEXT NOT NULL,
    modified INTEGER NOT NULL);
CREATE TABLE om_stock_list (
    pk INTEGER PRIMARY KEY, name TEXT NOT NULL, code TEXT, modified INTEGER NOT NULL);

CREATE TABLE om_product (
    pk INTEGER PRIMARY KEY, sku TEXT NOT NULL, base_code TEXT NOT NULL, name TEXT NOT NULL,
    brand TEXT NOT NULL, barcode TEXT NOT NULL, colour TEXT NOT NULL, size TEXT NOT NULL,
    product_type INTEGER NOT NULL, is_active INTEGER NOT NULL, in_catalog INTEGER NOT NULL,
    mapped INTEGER NOT NULL, attribute_set INTEGER, created INTEGER NOT NULL,
    modified INTEGER NOT NULL);
CREATE TABLE om_price (
    pk INTEGER PRIMARY KEY, product INTEGER NOT NULL, price_list INTEGER NOT NULL,
    price TEXT NOT NULL, retail_price TEXT, tax_rate TEXT NOT NULL, currency TEXT NOT NULL,
    adjusted_price TEXT, extra_field TEXT, created INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE TABLE om_stock (
    pk INTEGER PRIMARY KEY, product INTEGER NOT NULL, stock_list INTEGER NOT NULL,
    stock INTEGER NOT NULL, sold_unreported INTEGER NOT NULL DEFAULT 0, adjusted_stock INTEGER,
    extra_field TEXT, created INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE TABLE om_image (
    pk INTEGER PRIMARY KEY, product INTEGER NOT NULL, image TEXT NOT NULL,
    position INTEGER NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL,
    modified INTEGER NOT NULL);
CREATE TABLE om_product_category (
    pk INTEGER PRIMARY KEY, product INTEGER NOT NULL, category INTEGER NOT NULL,
    modified INTEGER NOT NULL);
CREATE TABLE om_category_tree (
    pk INTEGER PRIMARY KEY, name TEXT NOT NULL, root INTEGER NOT NULL, created INTEGER NOT NULL,
    modified INTEGER NOT NULL);
CREATE TABLE om_category_node (
    pk INTEGER PRIMARY KEY, parent INTEGER, name TEXT NOT NULL, path TEXT NOT NULL UNIQUE,
    depth INTEGER NOT NULL, numchild INTEGER NOT NULL, position INTEGER NOT NULL,
    created INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE TABLE om_attribute_set (
    pk INTEGER PRIMARY KEY, name TEXT NOT NULL, remote_id TEXT NOT NULL UNIQUE, node INTEGER,
    created INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE TABLE om_attribute_set_config (
    pk INTEGER PRIMARY KEY, attribute_set INTEGER NOT NULL, content_type INTEGER NOT NULL,
    object_id INTEGER, created INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE TABLE om_attribute (
    pk INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL,
    modified INTEGER NOT NULL);
CREATE TABLE om_attribute_schema (
    pk INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, schema TEXT NOT NULL,
    created INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE TABLE om_attribute_config (
    pk INTEGER PRIMARY KEY, attribute_set INTEGER NOT NULL, attribute INTEGER NOT NULL,
    attribute_name TEXT NOT NULL, remote_id TEXT NOT NULL, is_required INTEGER NOT NULL,
    is_variant INTEGER NOT NULL, is_custom INTEGER NOT NULL,
    is_image_attribute INTEGER NOT NULL DEFAULT 0, is_meta INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL, modified INTEGER NOT NULL, UNIQUE (attribute_set, attribute));
CREATE TABLE om_attribute_value (
    pk INTEGER PRIMARY KEY, attribute INTEGER NOT NULL, label TEXT NOT NULL, value TEXT NOT NULL,
    created INTEGER NOT NULL, modified INTEGER NOT NULL, UNIQUE (attribute, value));
CREATE TABLE om_attribute_value_config (
    pk INTEGER PRIMARY KEY, attribute_set INTEGER NOT NULL, attribute_value INTEGER NOT NULL,
    created INTEGER NOT NULL, modified INTEGER NOT NULL, UNIQUE (attribute_set, attribute_value));

CREATE TABLE om_action (
    pk INTEGER PRIMARY KEY, content_type INTEGER NOT NULL, object_id INTEGER NOT NULL,
    remote_id TEXT, version_date INTEGER, state TEXT, local_batch_id TEXT, status TEXT,
    once_succeeded INTEGER NOT NULL DEFAULT 0, earlier_status TEXT, created INTEGER NOT NULL,
    modified INTEGER NOT NULL);
CREATE TABLE om_batch (
    pk INTEGER PRIMARY KEY, local_batch_id TEXT NOT NULL UNIQUE, remote_batch_id TEXT,
    content_type INTEGER, status TEXT NOT NULL, log_file TEXT, sent INTEGER,
    created INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE TABLE om_batch_object (
    batch INTEGER NOT NULL, content_type INTEGER NOT NULL, object_id INTEGER NOT NULL,
    remote_id TEXT, version_date INTEGER, reason TEXT, action INTEGER,
    settled INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (batch, content_type, object_id)) WITHOUT ROWID;
CREATE TABLE om_penalty (
    pk INTEGER PRIMARY KEY, content_type INTEGER NOT NULL, object_id INTEGER NOT NULL,
    version_date INTEGER NOT NULL, reason_type TEXT NOT NULL, is_active INTEGER NOT NULL,
    expiration INTEGER, retry_count INTEGER NOT NULL, max_retry_count INTEGER NOT NULL,
    retry_interval INTEGER NOT NULL, integration_action INTEGER, log_id INTEGER,
    first_failure INTEGER NOT NULL, last_failure INTEGER NOT NULL, created INTEGER NOT NULL,
    modified INTEGER NOT NULL, UNIQUE (content_type, object_id));
CREATE TABLE om_due (
    content_type INTEGER NOT NULL, object_id INTEGER NOT NULL, kind TEXT NOT NULL,
    product_type INTEGER NOT NULL, not_before INTEGER NOT NULL, not_after INTEGER NOT NULL,
    PRIMARY KEY (content_type, object_id)) WITHOUT ROWID;

CREATE TABLE om_country (
    pk INTEGER PRIMARY KEY, name TEXT NOT NULL, name_upper TEXT NOT NULL, code TEXT NOT NULL,
    is_active INTEGER NOT NULL);
CREATE TABLE om_city (
    pk INTEGER PRIMARY KEY, name TEXT NOT NULL, name_upper TEXT NOT NULL,
    country INTEGER NOT NULL, postcode TEXT, is_active INTEGER NOT NULL);
CREATE TABLE om_township (
    pk INTEGER PRIMARY KEY, name TEXT NOT NULL, name_upper TEXT NOT NULL,
    country INTEGER NOT NULL, city INTEGER NOT NULL, postcode TEXT, is_active INTEGER NOT NULL);
CREATE TABLE om_district (
    pk INTEGER PRIMARY KEY, name TEXT NOT NULL, name_upper TEXT NOT NULL,
    country INTEGER NOT NULL, city INTEGER NOT NULL, township INTEGER NOT NULL,
    postcode TEXT, is_active INTEGER NOT NULL);
CREATE TABLE om_place_mapping (
    pk INTEGER PRIMARY KEY, level TEXT NOT NULL, place INTEGER NOT NULL, code TEXT NOT NULL,
    integration_type TEXT NOT NULL, UNIQUE (level, place, code, integration_type));
CREATE TABLE om_address_report (
    pk INTEGER PRIMARY KEY, level TEXT NOT NULL, remote_code TEXT NOT NULL, name TEXT,
    country_id INTEGER, city_id INTEGER, township_id INTEGER, integration_type TEXT NOT NULL,
    err_code TEXT, err_desc TEXT, created INTEGER NOT NULL);

CREATE TABLE om_customer (
    pk INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, phone_number TEXT, first_name TEXT,
    last_name TEXT, channel_code TEXT NOT NULL, payload TEXT NOT NULL,
    created INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE TABLE om_address (
    pk INTEGER PRIMARY KEY, customer INTEGER NOT NULL, hash_data TEXT NOT NULL UNIQUE,
    payload TEXT NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE TABLE om_cargo (
    pk INTEGER PRIMARY KEY, name TEXT NOT NULL, erp_code TEXT NOT NULL,
    shipping_company TEXT NOT NULL);

CREATE TABLE om_order (
    pk INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, remote_id TEXT NOT NULL,
    status TEXT NOT NULL, customer INTEGER NOT NULL, payload TEXT NOT NULL,
    created INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE TABLE om_order_item (
    pk INTEGER PRIMARY KEY, order_pk INTEGER NOT NULL, product INTEGER NOT NULL,
    remote_id TEXT NOT NULL, status TEXT NOT NULL, payload TEXT NOT NULL,
    created INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE TABLE om_shipping_info (
    pk INTEGER PRIMARY KEY, order_pk INTEGER NOT NULL, order_number TEXT NOT NULL,
    shipping_company INTEGER NOT NULL, is_send INTEGER NOT NULL, created INTEGER NOT NULL);
CREATE TABLE om_reason (
    pk INTEGER PRIMARY KEY, cancellation_type TEXT NOT NULL, subject TEXT NOT NULL,
    is_active INTEGER NOT NULL, position INTEGER NOT NULL, uuid TEXT NOT NULL);
CREATE TABLE om_request (
    pk INTEGER PRIMARY KEY, order_item INTEGER NOT NULL, reason INTEGER NOT NULL,
    remote_id TEXT NOT NULL, description TEXT NOT NULL, cancellation_type TEXT NOT NULL,
    status TEXT NOT NULL, uuid TEXT NOT NULL, created INTEGER NOT NULL,
    modified INTEGER NOT NULL);
CREATE TABLE om_cancellation_plan (
    pk INTEGER PRIMARY KEY, order_pk INTEGER NOT NULL, order_number TEXT NOT NULL,
    plan_type TEXT NOT NULL, status TEXT NOT NULL, payload TEXT NOT NULL,
    created INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE TABLE om_error_report (
    pk INTEGER PRIMARY KEY, action_content_type INTEGER NOT NULL, action_object_id INTEGER NOT NULL,
    target_content_type INTEGER NOT NULL, target_object_id INTEGER NOT NULL,
    obj_modified INTEGER, error_code TEXT NOT NULL, error_desc TEXT NOT NULL,
    raw_request TEXT NOT NULL, raw_response TEXT NOT NULL, is_ok INTEGER NOT NULL,
    created INTEGER NOT NULL);
"""

INDEXES = """
CREATE UNIQUE INDEX om_product_sku ON om_product (sku);
CREATE INDEX om_product_modified ON om_product (modified);
CREATE INDEX om_product_gone ON om_product (pk) WHERE in_catalog = 0;
CREATE UNIQUE INDEX om_price_product ON om_price (product, price_list);
CREATE INDEX om_price_modified ON om_price (modified);
CREATE UNIQUE INDEX om_stock_product ON om_stock (product, stock_list);
CREATE INDEX om_stock_modified ON om_stock (modified);
CREATE INDEX om_image_product ON om_image (product, position);
CREATE INDEX om_product_category_product ON om_product_category (product);
CREATE INDEX om_action_object ON om_action (content_type, object_id);
CREATE INDEX om_action_remote ON om_action (remote_id);
CREATE INDEX om_action_batch ON om_action (local_batch_id) WHERE local_batch_id IS NOT NULL;
CREATE INDEX om_batch_open ON om_batch (status) WHERE status NOT IN ('done', 'fail');
CREATE INDEX om_due_head ON om_due
    (content_type, kind, not_before, object_id, not_after, product_type);
CREATE INDEX om_due_end ON om_due (not_after) WHERE not_after < 9000000000000000000;
CREATE INDEX om_attribute_value_attribute ON om_attribute_value (attribute, pk);
CREATE INDEX om_category_node_parent ON om_category_node (parent, name);
CREATE INDEX om_township_city ON om_township (city);
CREATE INDEX om_district_township ON om_district (township);
CREATE INDEX om_place_code ON om_place_mapping (code);
CREATE INDEX om_order_modified ON om_order (modified);
CREATE INDEX om_order_item_order ON om_order_item (order_pk);
CREATE INDEX om_order_item_remote ON om_order_item (remote_id);
CREATE INDEX om_request_item ON om_request (order_item);
CREATE INDEX om_request_status ON om_request (status, pk);
CREATE INDEX om_cancellation_plan_order ON om_cancellation_plan (order_pk);
CREATE INDEX om_error_report_code ON om_error_report (error_code);
CREATE INDEX om_error_report_object ON om_error_report (action_content_type, action_object_id);
"""

VIEW = """
CREATE VIEW om_offer AS
SELECT p.pk, p.sku, p.attribute_set,
       CAST(round(CAST(coalesce(r.adjusted_price, r.price) AS REAL) * 100) AS INTEGER) AS kurus,
       coalesce(s.adjusted_stock, s.stock) AS stock,
       s.extra_field AS stock_extra_field,
       (SELECT count(*) FROM om_product_category c
          JOIN om_category_node n ON n.pk = c.category
         WHERE c.product = p.pk AND n.path LIKE '0001%') AS categories,
       EXISTS (SELECT 1 FROM om_image i WHERE i.product = p.pk AND i.status = 'active') AS has_image
  FROM om_product p
  LEFT JOIN om_price r ON r.product = p.pk
       AND r.price_list = (SELECT price_list FROM om_catalog LIMIT 1)
  LEFT JOIN om_stock s ON s.product = p.pk
       AND s.stock_list = (SELECT stock_list FROM om_catalog LIMIT 1)
 WHERE p.in_catalog = 1 AND p.is_active = 1 AND p.product_type = 0;
"""
"""One row per SKU that counts in the eight figures (flows section 8, set C): the price in kuruş and
the stock are NULL where there is no row."""


def create_schema(db: sqlite3.Connection) -> None:
    """Make all tables, indexes and the view `om_offer`; a database that has them is left alone."""
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'om_token'").fetchone() is not None:
        return
    for statement in _statements(TABLES + INDEXES + VIEW):
        db.execute(statement)


def drop_indexes(db: sqlite3.Connection) -> None:
    """Take the secondary indexes away, for a faster first load; `make_indexes` brings them back."""
    for statement in _statements(INDEXES):
        words = statement.split()
        db.execute(f"DROP INDEX {words[words.index('INDEX') + 1]}")


def make_indexes(db: sqlite3.Connection) -> None:
    """Make the secondary indexes."""
    for statement in _statements(INDEXES):
        db.execute(statement)


def _statements(text: str) -> list[str]:
    return [part.strip() for part in text.split(";\n") if part.strip()]


def bump(db: sqlite3.Connection, name: str) -> None:
    """Note that rows of a table came, went or changed sides: kept counts end (sweeps.py)."""
    db.execute(
        "INSERT INTO om_shape VALUES (?, 1)"
        " ON CONFLICT (name) DO UPDATE SET generation = generation + 1",
        (name,),
    )


def generation(db: sqlite3.Connection, name: str) -> int:
    """The number that `bump` raises."""
    row = db.execute("SELECT generation FROM om_shape WHERE name = ?", (name,)).fetchone()
    return 0 if row is None else int(row[0])
