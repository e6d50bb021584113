"""updated_orders (R5.13): what Hepsiburada shipped and delivered moves Omnitron's items on."""
