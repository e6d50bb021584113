"""Alarms: what is measured, what rings, and who is told. Reads store and domain only."""
