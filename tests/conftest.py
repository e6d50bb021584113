"""Names the plugins that all folders share; fixtures live in tests/support."""

import signal

pytest_plugins = ["tests.support.databases"]

# A shell starts what it puts into the background with SIGINT ignored, and every process that a
# test starts would inherit that: none could be interrupted.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
