"""Writing ``config.toml``: comments, order and whatever else stands there are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

_HEAD = (
    "hbdash: the installation's own file, written by `hbdash init`.",
    "Each key can be given as HBDASH_SECTION__KEY in the environment, which wins over this file.",
    "It holds secrets: keep it chmod 600. Every key is explained in the repository's config.toml.",
)


@dataclass(frozen=True)
class Answers:
    """What set-up learned. Empty values leave what the file says.

    channel: keys of ``[[channels]]`` with the tables ``omnitron`` and ``hosts`` inside.
    """

    channel: Mapping[str, Any]
    database_url: str = ""
    trigger: Mapping[str, Any] = field(default_factory=dict)
    admins: tuple[str, ...] = ()


def with_answers(text: str, answers: Answers) -> str:
    """The file's new text; ``text`` is the old one, or empty. ValueError when it is no TOML."""
    try:
        document = tomlkit.parse(text) if text.strip() else _new_document()
    except TOMLKitError as error:
        raise ValueError(str(error)) from error
    if answers.database_url:
        _table(document, "database")["url"] = answers.database_url
    if document.get("sandbox", {}).get("start") is True:
        # The file has a channel of its own now; the built-in sandbox was for the time before.
        _table(document, "sandbox")["start"] = False
    if answers.trigger:
        _fill(_table(document, "trigger"), answers.trigger)
    if answers.admins:
        operators = _table(document, "operators")
        known = list(operators.get("admin", []))
        operators["admin"] = [*known, *(name for name in answers.admins if name not in known)]
    _fill(_channel(document, str(answers.channel["key"])), answers.channel)
    return tomlkit.dumps(document)


def save(path: Path, text: str) -> None:
    """Write the file for its owner's eyes only, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _new_document() -> tomlkit.TOMLDocument:
    document = tomlkit.document()
    for line in _HEAD:
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    return document


def _table(document: MutableMapping[str, Any], name: str) -> MutableMapping[str, Any]:
    if name not in document:
        document[name] = tomlkit.table()
    table: MutableMapping[str, Any] = document[name]
    return table


def _channel(document: MutableMapping[str, Any], key: str) -> MutableMapping[str, Any]:
    """The channel of that key; a new one comes after those that are there."""
    if "channels" not in document:
        document["channels"] = tomlkit.aot()
    channels = document["channels"]
    for one in channels:
        if one.get("key") == key:
            found: MutableMapping[str, Any] = one
            return found
    made = tomlkit.table()
    channels.append(made)
    last: MutableMapping[str, Any] = channels[-1]
    return last


def _fill(table: MutableMapping[str, Any], values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, Mapping):
            if value:
                _fill(_table(table, name), value)
        elif value is None:
            table.pop(name, None)
        elif table.get(name) != value:
            table[name] = value
