"""Alarms: what rings, does somebody have it, and what would ring when."""
