"""Reject refund: claims with their deadlines, what is behind them, and the form of a rejection."""
