"""The catalogue family: category tree, attributes, default attributes, comparison (flows §3)."""
