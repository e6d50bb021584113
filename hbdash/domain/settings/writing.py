"""What is to be written to a channel: missing defaults, or one changed value (R1.7, flows §9).

Pure: a channel object in (O§2.1), the whole conf and schema out. Existing keys are never changed
by the defaults (R2.5), and a changed value goes where the channel keeps it, whatever its spelling.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hbdash.domain.settings.channel import ChannelSettings, keys_by_label, squeeze
from hbdash.domain.settings.flags import Flag, flag_named, resolve_flags
from hbdash.domain.settings.schema import SETTINGS, Setting, channel_schema, setting
from hbdash.domain.settings.values import (
    BadValue,
    read_bool,
    read_integer,
    read_list,
    read_object,
)

FLAGS_KEY = "feature_flags"
#: Keys of ours beside the 36, as entries of the form (R2.5: keys may be added).
OWN_SCHEMA: Mapping[str, Mapping[str, Any]] = {
    key: {"key": key, "label": label, "required": False, "data_type": "text"}
    for key, label in (
        ("tracking_phone_number", "Tracking Phone Number"),
        ("remote_id_attribute", "Remote Id Attribute"),
    )
}
_EMPTY: Mapping[str, Any] = {"text": "", "list": [], "json": {}, "choice": ""}


@dataclass(frozen=True)
class Defaults:
    """What a channel lacks. conf and schema are whole; equal to the channel's when nothing is."""

    schema: dict[str, Any]
    conf: dict[str, Any]
    schema_added: tuple[str, ...]
    conf_added: tuple[str, ...]
    flags_added: tuple[str, ...]

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.schema_added or self.conf_added or self.flags_added)


@dataclass(frozen=True)
class Change:
    """One new value, as the conf will hold it. ``before`` is what stood there."""

    key: str
    conf_key: str
    before: Any
    value: Any
    conf: dict[str, Any]
    secret: bool = False


class ChangeRefused(ValueError):
    """A change that can't be meant; ``id`` is a refusal of ``texts.setup``."""

    def __init__(self, id: str, **params: str) -> None:
        super().__init__(id)
        self.id = id
        self.params = params


def missing_defaults(channel: Mapping[str, Any]) -> Defaults:
    """Schema entries, conf keys and flags that the channel lacks, with their defaults."""
    schema, conf = dict(_object(channel.get("schema"))), dict(_object(channel.get("conf")))
    known = keys_by_label(schema)
    schema_added = []
    for name, entry in {**channel_schema(), **OWN_SCHEMA}.items():
        if squeeze(name) not in known and squeeze(str(entry["label"])) not in known:
            schema[name] = entry
            schema_added.append(name)
    conf_added = []
    for one in SETTINGS:
        default = one.default if one.default is not None else _EMPTY.get(one.type)
        if one.place != "conf" or default is None or _stored_key(one, conf, known) is not None:
            continue
        conf[conf_key_of(one, conf, schema)] = list(default) if one.type == "list" else default
        conf_added.append(one.key)
    flags = _stored_key(setting(FLAGS_KEY), conf, known) or FLAGS_KEY
    # A channel without any gets them all with the setting's default, which is all of them false.
    missing = resolve_flags(None if FLAGS_KEY in conf_added else conf[flags]).missing
    if missing:
        conf[flags] = _with_flags(conf[flags], dict.fromkeys(missing, False))
    return Defaults(schema, conf, tuple(schema_added), tuple(conf_added), missing)


def changed(channel: Mapping[str, Any], key: str, text: str) -> Change:
    """One setting, or one flag by its name, with the value that a person typed.

    Raises `ChangeRefused`: settings.unknown, settings.fixed, settings.not_conf,
    settings.bad_value.
    """
    conf, schema = dict(_object(channel.get("conf"))), dict(_object(channel.get("schema")))
    flag = _flag(key)
    if flag is not None:
        return _changed_flag(conf, schema, flag, text)
    own = next((name for name in OWN_SCHEMA if squeeze(name) == squeeze(key)), None)
    if own is not None:
        before, conf[own] = conf.get(own), text.strip()
        return Change(own, own, before, conf[own], conf)
    one = _setting(key)
    if one.fixed:
        raise ChangeRefused("settings.fixed", key=one.label)
    if one.place != "conf":
        raise ChangeRefused("settings.not_conf", key=one.label)
    value = _typed(one, text)
    stored = conf_key_of(one, conf, schema)
    before = conf.get(stored)
    conf[stored] = value
    _check(channel, conf, one, text)
    return Change(one.key, stored, before, value, conf, one.secret)


def conf_key_of(one: Setting, conf: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Where the channel keeps a setting: the key in use, else the form's, else ours (O§2.2)."""
    known = keys_by_label(schema)
    return _stored_key(one, conf, known) or known.get(squeeze(one.key)) or (
        known.get(squeeze(one.label)) or one.key
    )  # fmt: skip


def _stored_key(one: Setting, conf: Mapping[str, Any], known: Mapping[str, str]) -> str | None:
    names = (one.key, one.label, *one.aliases)
    renamed = (known.get(squeeze(name)) for name in names)
    wanted = {squeeze(name) for name in (*names, *(key for key in renamed if key))}
    found = [key for key in conf if squeeze(key) in wanted]
    return one.key if one.key in found else (found[0] if found else None)


def _changed_flag(conf: dict[str, Any], schema: Mapping[str, Any], flag: Flag, text: str) -> Change:
    try:
        value = read_bool(text)
    except BadValue as error:
        raise _bad(flag.name, text, str(error)) from error
    stored = conf_key_of(setting(FLAGS_KEY), conf, schema)
    before = conf.get(stored) or {}
    given = _object(before)
    # Where a flag stands twice its exact name counts, so that is the one to write.
    spelt = [name for name in given if _flag(name) is flag]
    name = flag.name if flag.name in spelt or not spelt else spelt[0]
    conf[stored] = _with_flags(before, {name: value})
    return Change(flag.name, f"{stored}.{name}", given.get(name), value, conf)


def _with_flags(before: Any, flags: Mapping[str, bool]) -> Any:
    """The same with more flags; text stays text, as the form of the channel wants it."""
    merged = {**_object(before), **flags}
    return json.dumps(merged, ensure_ascii=False) if isinstance(before, str) and before else merged


def _check(channel: Mapping[str, Any], conf: Mapping[str, Any], one: Setting, text: str) -> None:
    problem = ChannelSettings.from_channel({**channel, "conf": conf}).problem_of(one.key)
    if problem is not None and problem.id != "setting.missing":
        parts = problem.params.get("parts") or problem.params.get("format") or "not usable"
        raise _bad(one.label, "…" if one.secret else text, parts)


def _typed(one: Setting, text: str) -> Any:
    if not text.strip():
        return _EMPTY.get(one.type, False if one.type == "bool" else None)
    try:
        match one.type:
            case "integer":
                return read_integer(text)
            case "bool":
                return read_bool(text)
            case "list":
                return list(read_list(text))
            case "json":
                return read_object(text)
            case _:
                return text.strip()
    except BadValue as error:
        raise _bad(one.label, "…" if one.secret else text, str(error)) from error


def _setting(key: str) -> Setting:
    wanted = squeeze(key)
    for one in SETTINGS:
        if wanted in {squeeze(name) for name in (one.key, one.label, *one.aliases)}:
            return one
    raise ChangeRefused("settings.unknown", key=key[:60])


def _flag(key: str) -> Flag | None:
    try:
        return flag_named(key.removeprefix(f"{FLAGS_KEY}."))
    except KeyError:
        return None


def _bad(key: str, value: str, why: str) -> ChangeRefused:
    return ChangeRefused("settings.bad_value", key=key, value=value[:60], why=why)


def _object(value: object) -> dict[str, Any]:
    try:
        return read_object(value)
    except BadValue:
        return {}
