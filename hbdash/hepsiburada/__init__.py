"""Hepsiburada's merchant API as typed Python: every oddity of its wire ends here.

`client.HepsiburadaClient` makes the calls, `models` are what they bring, `errors` are the
refusals that only this side knows. What concerns HTTP itself stands in `hbdash.transport`.
"""
