"""The revisions of the schema, in order.

Imports nothing, since the number below is read at every start.
"""

HEAD = 1
"""Number of the newest revision: ``PRAGMA user_version`` on SQLite, ``0001`` in Alembic's table."""
