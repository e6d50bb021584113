"""The few keys ``status`` needs, read without pydantic: it must start as fast as it can."""

from __future__ import annotations

import os
import tomllib

from hbdash.cli.common import WRONG_USE, CommandFailed


def database_url(given: str | None) -> tuple[str, str]:
    """``database.url`` and ``ui.language``, from the same places as the whole configuration."""
    values: dict[str, dict[str, str]] = {}
    path = given or os.environ.get("HBDASH_CONFIG") or _usual_place()
    if path:
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes as long as all the rest
                values = tomllib.load(file)
        except (OSError, ValueError) as error:
            raise CommandFailed(f"{path}: {error}", WRONG_USE) from error
    url = os.environ.get("HBDASH_DATABASE__URL") or values.get("database", {}).get("url")
    language = os.environ.get("HBDASH_UI__LANGUAGE") or values.get("ui", {}).get("language")
    return url or "sqlite:///hbdash.db", language or "en"


def _usual_place() -> str:
    if os.path.isfile("config.toml"):  # noqa: PTH113
        return "config.toml"
    from platformdirs import user_config_path

    place = user_config_path("hbdash") / "config.toml"
    return str(place) if place.is_file() else ""
