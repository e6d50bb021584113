"""``--write-config``: a ready ``config.toml`` for hbdash that points at a running sandbox."""

from __future__ import annotations

import getpass
import json
import os
from pathlib import Path

from hbdash.sandbox.world import World


def write_config(path: Path, world: World) -> None:
    """Write the file for its owner's eyes only (it holds a password); an old one is replaced.

    The database stands next to it, so that each sandbox has its own.
    """
    path = path.expanduser().resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(config_text(path, world))
    new.replace(path)


def config_text(path: Path, world: World) -> str:
    """The file's content; the keys are those of the repository's ``config.toml``."""
    database = path.with_name(f"{path.stem}-hbdash.db")
    base = world.base_url
    return f"""\
# Written by the sandbox: hbdash on the sandbox at {base}
[database]
url = {_quoted(f"sqlite:///{database}")}

[[channels]]
key = "lalezar"
name = "Lalezar · Hepsiburada"
environment = "sandbox"
timezone = "Europe/Istanbul"
remote_id = {world.channel_id}

[channels.omnitron]
url = {_quoted(f"{base}/omnitron")}
username = {_quoted(world.omnitron_username)}
password = {_quoted(world.omnitron_password)}

[channels.hosts]
shipping = {_quoted(f"{base}/shipping")}

[operators]
admin = [{_quoted(getpass.getuser())}]

[sandbox]
start = false
clock_url = {_quoted(f"{base}/control/clock")}
"""


def _quoted(text: str) -> str:
    """A TOML basic string (its escapes are those of JSON)."""
    return json.dumps(text, ensure_ascii=False)
