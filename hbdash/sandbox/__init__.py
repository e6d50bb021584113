"""A strict local stand-in for Hepsiburada and Omnitron, over real HTTP.

It imports nothing else of hbdash, so that client and sandbox can't share a mistake. How it is
run, steered and made to misbehave: ``docs/sandbox.md``.
"""
