"""Everything at once: a sandbox on its socket, an engine in its thread, a face."""

from tests.sandbox.conftest import sandbox, start_sandbox
from tests.screens.conftest import _steady

__all__ = ["_steady", "sandbox", "start_sandbox"]
