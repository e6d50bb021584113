"""``--write-config``: a ready ``config.toml`` for hbdash that points at a running sandbox."""

from __future__ import annotations

import getpass
import json
import os
import secrets
import socket
from pathlib import Path

from hbdash.sandbox.omnitron.splitting import install_hook
from hbdash.sandbox.world import World

KEY = "lalezar"
"""The channel's key, which is the slug of its trigger address too."""


def write_config(path: Path, world: World) -> None:
    """Write the file for its owner's eyes only (it holds a password); an old one is replaced.

    The database stands next to it, so that each sandbox has its own.
    """
    path = path.expanduser().resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    port, token = _trigger(world)
    # As an operator would have done it: the order system knows where to send its split events.
    install_hook(world, f"http://127.0.0.1:{port}/flow-trigger/{KEY}/split_packages", token)
    world.commit()
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(config_text(path, world, port, token))
    new.replace(path)


def config_text(path: Path, world: World, trigger_port: int = 0, trigger_token: str = "") -> str:
    """The file's content; the keys are those of the repository's ``config.toml``.

    Without a token nothing listens for triggers.
    """
    database = path.with_name(f"{path.stem}-hbdash.db")
    base = world.base_url
    listen = f"127.0.0.1:{trigger_port}" if trigger_token else ""
    return f"""\
# Written by the sandbox: hbdash on the sandbox at {base}
[database]
url = {_quoted(f"sqlite:///{database}")}

[[channels]]
key = {_quoted(KEY)}
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

[trigger]
listen = {_quoted(listen)}
token = {_quoted(trigger_token)}

[operators]
admin = [{_quoted(getpass.getuser())}]

[sandbox]
start = false
clock_url = {_quoted(f"{base}/control/clock")}
"""


def _trigger(world: World) -> tuple[int, str]:
    """Port and token of hbdash's trigger endpoint: chosen once, since the hook names them."""
    port, token = world.meta("trigger_port"), world.meta("trigger_token")
    if port is None or token is None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        token = secrets.token_hex(20)
        world.set_meta("trigger_port", port)
        world.set_meta("trigger_token", token)
    return int(port), token


def _quoted(text: str) -> str:
    """A TOML basic string (its escapes are those of JSON)."""
    return json.dumps(text, ensure_ascii=False)
