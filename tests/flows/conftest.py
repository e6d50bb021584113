"""Flow tests talk to a sandbox over its socket."""

from tests.sandbox.conftest import sandbox, start_sandbox
from tests.support.flows import bench

__all__ = ["bench", "sandbox", "start_sandbox"]
