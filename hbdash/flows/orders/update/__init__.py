"""order_update (R5.10, R8.9): what the brand did with an order is told to Hepsiburada."""
