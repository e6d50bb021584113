"""A package's split, asked for by the back office: see ``hbdash.actions.packages``."""

from hbdash.actions.packages import ask_split

__all__ = ["ask_split"]
