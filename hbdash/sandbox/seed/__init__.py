"""Seed data: what the sandbox's shop sells, and who buys where. Same seed, same data."""
