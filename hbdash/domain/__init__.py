"""The words of the trade as plain types and pure functions. No I/O.

Imports the standard library, pydantic and `hbdash.texts`, nothing else.
"""
