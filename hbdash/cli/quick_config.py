"""The one key ``status`` needs, read without pydantic: it must start as fast as it can."""

from __future__ import annotations

import os

from hbdash.cli.common import DEMO_FOLDER, WRONG_USE, CommandFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DEFAULT_URL = "sqlite:///hbdash.db"
_SECRETS = ("password", "token", "signing_secret")


def database_url(given: str | None) -> str:
    """``database.url`` from the same places as the whole configuration.

    Refuses, as the whole configuration does, a file that holds secrets and that others can read.
    """
    path = given or os.environ.get("HBDASH_CONFIG") or _usual_place()
    values = _read(path) if path else {}
    demo = f"{DEMO_FOLDER}/config.toml"
    starts = values.get("sandbox.start") == "true" and ".channels" not in values
    if starts and os.path.isfile(demo):  # noqa: PTH113
        values = _read(demo)
    return os.environ.get("HBDASH_DATABASE__URL") or values.get("database.url") or DEFAULT_URL


def _usual_place() -> str:
    if os.path.isfile("config.toml"):  # noqa: PTH113
        return "config.toml"
    from platformdirs import user_config_path

    place = user_config_path("hbdash") / "config.toml"
    return str(place) if place.is_file() else ""


def _read(path: str) -> dict[str, str]:
    """``database.url`` and ``sandbox.start`` as text."""
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib takes long to import
            text = file.read()
            seen_by_others = os.fstat(file.fileno()).st_mode & 0o004
    except (OSError, ValueError) as error:
        raise CommandFailed(f"{path}: {error}", WRONG_USE) from error
    values = plain_values(text)
    if values is None or (seen_by_others and any(f".{name}" in values for name in _SECRETS)):
        values = _parsed(path, text, bool(seen_by_others))
    return values


def plain_values(text: str) -> dict[str, str] | None:
    """The keys of ``[database]`` and ``[sandbox]``, ``.channels`` and ``.password`` if there are.

    None when the file is not of plain lines: then only a TOML parser can tell, which takes longer
    to import than all the rest of the command.
    """
    if '"""' in text or "'''" in text:
        return None
    values: dict[str, str] = {}
    table = ""
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("["):
            table = line.partition("#")[0].strip()
            if table == "[[channels]]":
                values[".channels"] = ""
            if table not in ("[database]", "[sandbox]") and (
                "database" in table or "sandbox" in table
            ):
                return None
            continue
        key, assigned, value = line.partition("=")
        if not assigned or line.startswith("#"):
            continue
        key, value = key.strip(), value.strip()
        if key in _SECRETS and not value.startswith(('""', "''")):
            values[f".{key}"] = ""
        if table == "" or key[:1] in "\"'":
            return None
        if table in ("[database]", "[sandbox]"):
            simple = _simple(value)
            if simple is None:
                return None
            values[f"{table[1:-1]}.{key}"] = simple
    return values


def _simple(value: str) -> str | None:
    """A one-line string without escapes, a number or a bool; None for anything else."""
    if value[:1] in "\"'":
        end = value.find(value[0], 1)
        rest = value[end + 1 :].strip()
        if end < 0 or "\\" in value[:end] or (rest and not rest.startswith("#")):
            return None
        return value[1:end]
    bare = value.partition("#")[0].strip()
    return bare if bare.replace(".", "").replace("_", "").isalnum() else None


def _parsed(path: str, text: str, seen_by_others: bool) -> dict[str, str]:
    import tomllib

    try:
        found: dict[str, Any] = tomllib.loads(text)
    except ValueError as error:
        raise CommandFailed(f"{path}: {error}", WRONG_USE) from error
    accesses = [channel.get("omnitron", {}) for channel in found.get("channels", [])]
    accesses.append(found.get("trigger", {}))
    if seen_by_others and any(access.get(name) for access in accesses for name in _SECRETS):
        raise CommandFailed(
            f"{path} holds secrets and others can read it. Mend it with: chmod o-rwx {path}",
            WRONG_USE,
        )
    values = {"sandbox.start": str(found.get("sandbox", {}).get("start", False)).lower()}
    if found.get("channels"):
        values[".channels"] = ""
    if url := found.get("database", {}).get("url"):
        values["database.url"] = str(url)
    return values
