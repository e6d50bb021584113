"""All flows, each declared once, in the order of the dashboard (flows section 1).

Importing this is cheap: bodies are named, not imported.
"""

from __future__ import annotations

from datetime import time, timedelta

from hbdash.domain.flowspec import Daily, Direction, Every, FlowSpec, OnDemand

_OUT, _IN, _OWN = Direction.OUTBOUND, Direction.INBOUND, Direction.INTERNAL


def _minutes(n: int) -> Every:
    return Every(timedelta(minutes=n))


_ALL = (
    FlowSpec("category_node", "R5.1", _IN, Daily(time(3)), "catalogue", "category",
             priority=20, budget=timedelta(hours=3),
             body_path="hbdash.flows.catalogue.category_node:run"),
    FlowSpec("category_attributes", "R5.2", _IN, _minutes(30), "catalogue", "category",
             body_path="hbdash.flows.catalogue.category_attributes:run"),
    FlowSpec("default_attributes", "R5.3", _IN, Daily(time(3, 30)), "catalogue", priority=10,
             body_path="hbdash.flows.catalogue.default_attributes:run"),
    FlowSpec("compare_attributes", "R5.18", _IN, Daily(time(4)), "catalogue", "category",
             priority=10, budget=timedelta(hours=3), failures_of="category_attributes",
             body_path="hbdash.flows.catalogue.compare_attributes:run"),
    FlowSpec("product_create", "R5.4", _OUT, _minutes(5), "product", "sku",
             flag="product_create", body_path="hbdash.flows.products.create.run:run"),
    FlowSpec("product_update", "R5.5", _OUT, _minutes(5), "product", "sku",
             flag="product_update", body_path="hbdash.flows.products.update.run:run"),
    FlowSpec("product_delete", "R5.6", _OUT, _minutes(5), "product", "sku",
             flag="delete_product", body_path="hbdash.flows.products.delete.run:run"),
    FlowSpec("stock", "R5.7", _OUT, _minutes(1), "stock", "sku", flag="stock", priority=20,
             body_path="hbdash.flows.stock_price.run:run_stock"),
    FlowSpec("price", "R5.8", _OUT, _minutes(5), "price", "sku", flag="price", priority=20,
             body_path="hbdash.flows.stock_price.run:run_price"),
    FlowSpec("order_create", "R5.9", _IN, _minutes(5), "order", "order", flag="get_orders",
             prerequisites=("cargo_company_mapping",), windowed=True, priority=50,
             body_path="hbdash.flows.orders.create.run:run"),
    FlowSpec("order_update", "R5.10", _OUT, _minutes(5), "order", "order",
             flag="send_update_orders", priority=10, budget=timedelta(seconds=120),
             body_path="hbdash.flows.orders.update.run:run"),
    FlowSpec("order_cancel", "R5.11", _IN, _minutes(5), "order", "order",
             flag="get_cancel_orders", prerequisites=("cancellation_reason_id",), windowed=True,
             priority=40, body_path="hbdash.flows.orders.cancel.run:run"),
    FlowSpec("order_refund", "R5.12", _IN, _minutes(5), "claim", "claim",
             flag="get_refund_orders", prerequisites=("default_reason_id",), windowed=True,
             priority=60, body_path="hbdash.flows.refunds.pull:run"),
    FlowSpec("updated_orders", "R5.13", _IN, Daily(time(6)), "order", "order",
             flag="get_updated_orders", prerequisites=("cargo_company_mapping",), windowed=True,
             priority=20, body_path="hbdash.flows.orders.updated.run:run"),
    FlowSpec("split_packages", "R5.14", _OUT, OnDemand(), "order", "package",
             flag="split_packages", priority=90,
             body_path="hbdash.flows.orders.split.run:run"),
    FlowSpec("approve_refunds", "R5.15", _OUT, _minutes(5), "claim", "claim",
             flag="approve_refund", priority=90,
             body_path="hbdash.flows.refunds.approve:run"),
    FlowSpec("reject_refund", "R5.16", _OUT, OnDemand(), "claim", "claim", flag="reject_refund",
             priority=100, body_path="hbdash.flows.refunds.reject:run"),
    FlowSpec("unpacked_orders", "R5.17", _IN, _minutes(5), "order", "package",
             flag="unpacked_orders", prerequisites=("cancellation_reason_id",), windowed=True,
             priority=30, body_path="hbdash.flows.orders.unpacked.run:run"),
    FlowSpec("mirror", "R7.1", _IN, _minutes(5), "mirror", "sku", listed=False,
             body_path="hbdash.flows.mirror.run:run"),
    FlowSpec("stock_correction", "R7.1.8", _OUT, _minutes(15), "stock", "sku",
             flag="stock", listed=False, failures_of="stock",
             body_path="hbdash.flows.stock_price.corrections:run_stock"),
    FlowSpec("price_correction", "R7.1.4", _OUT, _minutes(60), "price", "sku",
             flag="price", listed=False, failures_of="price",
             body_path="hbdash.flows.stock_price.corrections:run_price"),
    FlowSpec("prematch", "R5.4", _OUT, OnDemand(), "product", "sku", listed=False, priority=90,
             failures_of="product_create", body_path="hbdash.flows.products.create.prematch:run"),
    FlowSpec("cause_watch", "design rule 8", _OWN, _minutes(1), "watch", listed=False,
             body_path="hbdash.flows.cause_watch:run"),
    FlowSpec("retry_failures", "design section 3", _OWN, OnDemand(), "watch", "failure",
             listed=False, priority=10, body_path="hbdash.flows.retry_failures:run"),
    FlowSpec("penalty_mirror", "R3.13", _OWN, _minutes(5), "penalties", listed=False,
             body_path="hbdash.flows.levers.mirror:run"),
    FlowSpec("lift_penalty", "R8.6", _OWN, OnDemand(), "lever", "penalty", listed=False,
             priority=10, body_path="hbdash.flows.levers.lift:run"),
    FlowSpec("touch_version", "R7.5.1", _OWN, OnDemand(), "lever", "sku", listed=False,
             body_path="hbdash.flows.levers.touch:run"),
)  # fmt: skip

#: Flow id → declaration, the 18 of the dashboard first and in its order.
FLOWS: dict[str, FlowSpec] = {spec.id: spec for spec in _ALL}
