"""The catalogue service: categories, imports of products, their review (H§6, H§7)."""

from hbdash.sandbox.hepsiburada.mpop.service import app

__all__ = ["app"]
