"""The order management service: orders, packages, claims (H§10, H§11, H§13)."""

from hbdash.sandbox.hepsiburada.oms.service import app

__all__ = ["app"]
