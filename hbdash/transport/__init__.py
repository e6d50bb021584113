"""The only room that speaks HTTP: connections, deadlines, budgets, breaker, typed errors.

`Remote.request` makes one call to one service; `errors` are what it raises; `calling` says whose
log records the calls made inside it and whose stop flag ends their waits.
"""
