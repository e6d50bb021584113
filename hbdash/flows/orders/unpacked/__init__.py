"""unpacked_orders (R5.17): units of a broken package that nobody packs anew are cancelled."""
