"""The parts of ``hbdash init``: asking, testing, writing."""
