"""Packages and their lines as we keep them: units, where each is, the order each became."""
