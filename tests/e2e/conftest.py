"""Everything at once: a sandbox on its socket, an engine in its thread, a face."""

from tests.sandbox.conftest import sandbox, start_sandbox
from tests.screens.conftest import _steady
from tests.support.processes import nursery

__all__ = ["_steady", "nursery", "sandbox", "start_sandbox"]
