"""Queries that screens, the CLI and flows share; one module per subject."""
