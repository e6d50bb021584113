"""One package as an order of Omnitron: goods, people, places, label, and the write itself."""
