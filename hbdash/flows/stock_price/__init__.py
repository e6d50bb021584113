"""Stock and price: absolute values, sent by uploads whose results come later (flows section 5)."""
