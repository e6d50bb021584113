"""Explanations are asked after real flows over the sandbox's socket."""

from tests.sandbox.conftest import sandbox, start_sandbox
from tests.support.flows import bench

__all__ = ["bench", "sandbox", "start_sandbox"]
