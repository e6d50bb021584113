"""What the steps hand each other about a product, and where they note it: rows, faults, reports."""
