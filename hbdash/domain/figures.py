"""The eight figures of R7.1, in their order: the names under which they are stored and printed."""

EIGHT: tuple[str, ...] = (
    "sku_total",
    "sku_on_sale",
    "sku_not_on_sale",
    "price_differs",
    "stock_total",
    "stock_on_sale",
    "stock_not_on_sale",
    "stock_differs",
)
