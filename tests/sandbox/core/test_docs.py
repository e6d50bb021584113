"""The page names every route, fault, option and file of the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.routing import Route

import hbdash.sandbox
from hbdash.sandbox import control
from hbdash.sandbox.activity import Activity
from hbdash.sandbox.faults import KINDS, SERVICES
from hbdash.sandbox.world import new_world

PAGE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")
OPTIONS = ("--host", "--port", "--skus", "--seed", "--file", "--activity", "--write-config")
MODULES = sorted(
    path.name
    for path in Path(hbdash.sandbox.__file__).parent.glob("[a-z]*.py")
    if path.name not in ("options.py", "photos.py", "files.py", "config_file.py")
)


@pytest.mark.parametrize("word", [*KINDS, *SERVICES, *OPTIONS, *MODULES])
def test_it_is_documented(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_every_route_is_documented() -> None:
    world = new_world(1, 1)
    for route in control.app(world, Activity(world, 0)).routes:
        assert isinstance(route, Route)
        path = route.path.replace(":int", "")
        (method,) = (route.methods or set()) - {"HEAD"}
        assert f"`{method} /control{path}" in PAGE, (method, path)
    world.db.close()
