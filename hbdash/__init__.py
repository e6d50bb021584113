"""hbdash: a terminal dashboard that keeps Omnitron and Hepsiburada in step."""

__version__ = "0.1.0"
