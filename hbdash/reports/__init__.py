"""Figures, differences, reports: they read store and domain only."""
