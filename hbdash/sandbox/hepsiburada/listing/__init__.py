"""The listing service: offers as Hepsiburada holds them, and the uploads that change them."""

from hbdash.sandbox.hepsiburada.listing.service import app

__all__ = ["app"]
