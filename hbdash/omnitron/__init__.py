"""Omnitron's REST API as a sales channel's app uses it, as typed Python.

`client.OmnitronClient` makes the calls, `models` are what they bring, `errors` are the refusals
that only this side knows. What concerns HTTP itself stands in `hbdash.transport`.
"""
