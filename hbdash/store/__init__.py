"""The database: tables, migrations, and the queries that screens and flows share.

Nothing is imported here, so that ``hbdash status`` can read through :mod:`hbdash.store.quick`
without loading SQLAlchemy.
"""
