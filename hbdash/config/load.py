"""Finding and reading ``config.toml``; the environment wins over it."""

from __future__ import annotations

import getpass
import os
import stat
import tomllib
from pathlib import Path
from typing import Any

from platformdirs import user_config_path
from pydantic import ValidationError
from pydantic_settings import TomlConfigSettingsSource

from hbdash.config.model import Config
from hbdash.config.trigger import SHORTEST_TOKEN

#: Keys whose value is nobody's business.
SECRET_KEYS = ("password", "token", "signing_secret")


class ConfigRefused(Exception):
    """The file can't be used; the message says what, where, and the command that mends it."""


def find_config(given: str | None) -> Path | None:
    """``--config``, ``$HBDASH_CONFIG``, ``./config.toml``, the user's config folder; or none."""
    if given is not None:
        return Path(given)
    if named := os.environ.get("HBDASH_CONFIG"):
        return Path(named)
    for candidate in (Path("config.toml"), user_config_path("hbdash") / "config.toml"):
        if candidate.is_file():
            return candidate
    return None


def _holds_secrets(values: dict[str, Any]) -> bool:
    tables = [channel.get("omnitron", {}) for channel in values.get("channels", [])]
    tables.append(values.get("trigger", {}))
    return any(table.get(name) for table in tables for name in SECRET_KEYS)


def load_config(path: Path | None) -> Config:
    """The configuration, or :class:`ConfigRefused` with a line per mistake."""
    if path is None:
        return Config()
    if not path.is_file():
        raise ConfigRefused(f"{path}: no such file")
    try:
        values = TomlConfigSettingsSource(Config, path)()
    except (ValueError, OSError) as error:
        raise ConfigRefused(f"{path}: {error}") from error
    mode = path.stat().st_mode
    # A group may read it: the service's staff start the dashboard as themselves.
    if _holds_secrets(values) and mode & stat.S_IROTH:
        raise ConfigRefused(
            f"{path} holds secrets and others can read it. Mend it with: chmod o-rwx {path}"
        )
    config = _checked(path, values)
    _read_secrets(path, config)
    return config


def check_text(path: Path, text: str) -> None:
    """Raise :class:`ConfigRefused` unless ``text`` may stand in ``path``."""
    try:
        values = tomllib.loads(text)
    except ValueError as error:
        raise ConfigRefused(f"{path}: {error}") from error
    _checked(path, values)


def _checked(path: Path, values: dict[str, Any]) -> Config:
    try:
        return Config(**values)
    except ValidationError as error:
        lines = [f"{path}: {_where(e['loc'])}: {e['msg']}" for e in error.errors()]
        raise ConfigRefused("\n".join(lines)) from error


def _read_secrets(path: Path, config: Config) -> None:
    """A password's file that can't be read is found now, not in the first run."""
    for number, channel in enumerate(config.channels):
        try:
            channel.omnitron.secret()
        except (OSError, ValueError) as error:
            raise ConfigRefused(
                f"{path}: channels.{number}.omnitron.password_file: {error}"
            ) from error
    try:
        if config.trigger.listen and len(config.trigger.secret_token()) < SHORTEST_TOKEN:
            raise ValueError(f"{SHORTEST_TOKEN} letters at least")
        config.trigger.secret_signing()
    except (OSError, ValueError) as error:
        raise ConfigRefused(f"{path}: trigger.token_file: {error}") from error


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "file"


def os_user() -> str:
    """The login name that roles are given to."""
    return getpass.getuser()
