"""Style sheets, one per screen, read through importlib.resources."""
