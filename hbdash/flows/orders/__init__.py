"""Packages of Hepsiburada become orders of Omnitron (flows section 6)."""
