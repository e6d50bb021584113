"""The revisions of the schema, in order. Imports nothing: the number below is read at every start."""

HEAD = 1
"""Number of the newest revision: ``PRAGMA user_version`` on SQLite, ``0001`` in Alembic's table."""


def revision_id(number: int) -> str:
    """Alembic's name of revision ``number``."""
    return f"{number:04d}"
