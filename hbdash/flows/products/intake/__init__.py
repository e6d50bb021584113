"""Step 1: products that are due are read, gated and translated, or decided at once."""
