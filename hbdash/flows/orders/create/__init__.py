"""order_create (R5.9): packing, what is due, what is in doubt, and the run that writes orders."""
