"""The words of the trade as plain types and pure functions. No I/O.

Imports the standard library and nothing else; `hbdash.texts` puts it into words.
"""
