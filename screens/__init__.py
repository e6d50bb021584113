"""Textual screens and widgets: they read the database and ask the engine to act."""
