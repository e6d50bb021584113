"""A channel's settings as they count: parsed, typed, tolerant (R2, A14 to A17).

Nothing here refuses: what is missing or senseless becomes a `SettingProblem`, and its default, or
nothing, stands in. Whether a flow can run without it is for the flow's gate to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from hbdash.domain.clock import parse_time
from hbdash.domain.orders import DEFAULT_ORDER_NUMBER, OrderFormatRefused, check_order_format
from hbdash.domain.retry import RetryBook
from hbdash.domain.settings.flags import Flags, resolve_flags
from hbdash.domain.settings.schema import SETTINGS, Setting, setting
from hbdash.domain.settings.values import (
    BadValue,
    is_empty,
    read_bool,
    read_ids,
    read_integer,
    read_list,
    read_object,
    read_text,
)
from hbdash.domain.turkish import fold

#: Stands for a secret wherever one is shown or kept.
HIDDEN = "••••"

Origin = Literal["channel", "default", "empty"]


@dataclass(frozen=True)
class SettingProblem:
    """A setting that can't count as it stands.

    id: "setting.missing", "setting.invalid" or "order.number_format" (flows §11).
    params: what its texts need: key, label, value (never of a secret), parts (which entries).
    """

    id: str
    key: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ChannelSettings:
    """The 36 settings, typed; the names are the keys of the schema."""

    name: str = ""
    catalog_name: str = ""
    channel_type: str = ""
    is_active: bool = False
    schema: Mapping[str, object] = field(default_factory=dict)
    base_url: str = ""
    oms_url: str = ""
    listing_url: str = ""
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    merchant_id: str = ""
    user_agent: str = ""
    category_ids: tuple[str, ...] = ()
    feature_flags: Mapping[str, object] = field(default_factory=dict)
    use_neighborhood: bool = False
    use_hb_tracking_number: bool = False
    refund_reason_mapping: Mapping[str, int] = field(default_factory=dict)
    default_reason_id: int | None = None
    refund_start_date: datetime | None = None
    orders_refundable_days: int = 15
    failed_integration: Mapping[str, object] = field(default_factory=dict)
    erp_code: str = ""
    send_shipping_info: bool = False
    order_number_format: str = DEFAULT_ORDER_NUMBER
    cancellation_reason_id: int | None = None
    attribute_set_strategy: str = "CategoryNode"
    use_channel_id_in_address_mapping: bool = False
    buffer_stock: int = 0
    shipping_provider: Mapping[str, object] = field(default_factory=dict)
    cargo_company_mapping: Mapping[str, int] = field(default_factory=dict)
    cancellation_reason_mapping: Mapping[str, int] = field(default_factory=dict)
    automatic_packing: bool = False
    check_hepsijet_format_type: str = "png"
    billing_address_same_as_shipping: bool = False
    store_account_cargo_company: str = ""
    use_cargo_label: bool = False

    # Not among the 36: what else of the channel object counts (O§2.1, O§2.3).
    remote_id: int | None = None
    """Omnitron's id of the channel."""
    catalog_id: int | None = None
    category_tree_id: int | None = None
    tracking_phone_number: str = ""
    """Our own key: the number to call about a parcel that the merchant ships, which Hepsiburada
    demands with each one (H§11.5)."""
    remote_id_attribute: str = "sku"
    """Which product field matches Hepsiburada's SKU; parts joined by `__`."""

    flags: Flags = field(default_factory=lambda: resolve_flags(None))
    retry: RetryBook = field(default_factory=lambda: RetryBook.from_setting(None))
    problems: tuple[SettingProblem, ...] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Setting key → where its value came from."""

    def problem_of(self, key: str) -> SettingProblem | None:
        """What is wrong with that setting, or None."""
        return next((problem for problem in self.problems if problem.key == key), None)

    @classmethod
    def hidden_conf(cls, channel: Mapping[str, Any]) -> dict[str, object]:
        """The conf with every secret that is filled replaced, however its key is spelt: what may
        be kept still tells which settings are filled."""
        return _Reading(channel).hidden_conf()

    @classmethod
    def from_channel(cls, channel: Mapping[str, Any]) -> ChannelSettings:
        """From `GET channels/{id}/` (O§2.1).

        `catalog_name` may be added by the caller; without it a channel that has a catalog counts
        as named.
        """
        return cls(**_Reading(channel).values())


class _Reading:
    """One pass over a channel object."""

    def __init__(self, channel: Mapping[str, Any]) -> None:
        self._channel = channel
        self._problems: list[SettingProblem] = []
        self._origins: dict[str, Origin] = {}
        self._conf = _spelt({**_object(channel.get("conf"))})
        self._labels = keys_by_label(_object(channel.get("schema")))

    def values(self) -> dict[str, Any]:
        """Keyword arguments of `ChannelSettings`."""
        values = {one.key: self._value(one) for one in SETTINGS}
        retry = RetryBook.from_setting(values["failed_integration"])
        for part in retry.problems:
            self._problem("setting.invalid", "failed_integration", parts=part)
        return {
            **{name: value for name, value in values.items() if value is not None},
            "remote_id": self._id("pk") or self._id("id"),
            "catalog_id": self._id("catalog"),
            "category_tree_id": self._id("category_tree"),
            "tracking_phone_number": self._text("tracking_phone_number"),
            "remote_id_attribute": self._text("remote_id_attribute") or "sku",
            "flags": resolve_flags(self._raw(setting("feature_flags"))),
            "retry": retry,
            "problems": tuple(self._problems),
            "origins": self._origins,
        }

    def hidden_conf(self) -> dict[str, object]:
        secret = {
            squeeze(name)
            for one in SETTINGS
            if one.secret
            for name in (one.key, *self._conf_keys(one))
        }
        conf = _object(self._channel.get("conf"))
        return {
            name: _hidden(value) if squeeze(name) in secret and not is_empty(value) else value
            for name, value in conf.items()
        }

    def _value(self, one: Setting) -> Any:
        """The typed value; what is empty or can't be meant is replaced by the default."""
        raw = self._raw(one)
        try:
            value = self._typed(one, raw)
        except ValueError:
            shown = "" if one.secret else str(raw)[:60]
            self._problem("setting.invalid", one.key, label=one.label, value=shown)
            self._origins[one.key] = "default"
            # A mistyped test address must not become the real one.
            return "" if one.key.endswith("_url") else self._typed(one, one.default)
        needed = one.required and one.type != "bool" and is_empty(one.default)
        if needed and is_empty(raw):
            self._problem("setting.missing", one.key, label=one.label)
        self._origins[one.key] = (
            "channel" if not is_empty(raw) else "empty" if is_empty(one.default) else "default"
        )
        return value

    def _raw(self, one: Setting) -> object:
        if one.place == "channel":
            return self._channel.get(one.key)
        for name in (one.key, *self._conf_keys(one)):
            found = self._conf.get(squeeze(name))
            if found is not None:
                return found
        return None

    def _conf_keys(self, one: Setting) -> list[str]:
        """Other keys under which the conf may hold it: the schema may have renamed it (O§2.2)."""
        named = [one.label, *one.aliases]
        renamed = [self._labels.get(squeeze(name)) for name in (one.key, *named)]
        return [key for key in (*renamed, *named) if key]

    def _typed(self, one: Setting, raw: object) -> Any:
        special = getattr(self, f"_read_{one.key}", None)
        if special is not None:
            return special(raw)
        if is_empty(raw) and one.type != "bool":
            raw = one.default
        match one.type:
            case "integer":
                return self._whole(raw)
            case "bool":
                return read_bool(raw)
            case "json":
                return read_object(raw)
            case "list":
                return read_list(raw)
            case _:
                text = read_text(raw)
                return _address(text) if one.key.endswith("_url") else text

    @staticmethod
    def _whole(raw: object) -> int | None:
        number = read_integer(raw)
        if number is not None and number < 0:
            raise BadValue("negative")
        return number

    def _ids(self, key: str, raw: object) -> dict[str, int]:
        ids, bad = read_ids(raw)
        if bad:
            self._problem("setting.invalid", key, parts=", ".join(bad))
        return ids

    def _read_refund_reason_mapping(self, raw: object) -> dict[str, int]:
        return self._ids("refund_reason_mapping", raw)

    def _read_cargo_company_mapping(self, raw: object) -> dict[str, int]:
        return self._ids("cargo_company_mapping", raw)

    def _read_cancellation_reason_mapping(self, raw: object) -> dict[str, int]:
        return self._ids("cancellation_reason_mapping", raw)

    @staticmethod
    def _read_refund_start_date(raw: object) -> datetime | None:
        return None if is_empty(raw) else parse_time(read_text(raw))

    def _read_order_number_format(self, raw: object) -> str:
        """A format without {id} would lose an order's second package, so no order may be made."""
        text = read_text(raw) or DEFAULT_ORDER_NUMBER
        try:
            check_order_format(text)
        except OrderFormatRefused:
            self._problem("order.number_format", "order_number_format", format=text[:60])
        return text

    def _read_catalog_name(self, raw: object) -> str:
        return read_text(raw) or read_text(self._channel.get("catalog"))

    @staticmethod
    def _read_check_hepsijet_format_type(raw: object) -> str:
        return (read_text(raw) or "png").lower()

    def _id(self, key: str) -> int | None:
        try:
            return read_integer(self._channel.get(key))
        except BadValue:
            return None

    def _text(self, key: str) -> str:
        try:
            return read_text(self._conf.get(squeeze(key)))
        except BadValue:
            return ""

    def _problem(self, problem_id: str, key: str, **params: str) -> None:
        self._problems.append(SettingProblem(problem_id, key, {"key": key, **params}))


def _object(value: object) -> dict[str, object]:
    try:
        return read_object(value)
    except BadValue:
        return {}


def _hidden(value: object) -> object:
    """Dots for a secret; what is no text stays recognisable as wrong."""
    return HIDDEN if isinstance(value, (str, int, float)) else [HIDDEN]


def _address(text: str) -> str:
    if text and not text.lower().startswith(("http://", "https://")):
        raise BadValue("no web address")
    return text.rstrip("/")


def squeeze(name: str) -> str:
    """A key or a label without case, blanks and separators: how spellings are compared."""
    return "".join(letter for letter in fold(name) if letter.isalnum())


def _spelt(conf: Mapping[str, object]) -> dict[str, object]:
    """The conf by keys without case and separators; an exact spelling of ours wins."""
    ours = {one.key for one in SETTINGS}
    ordered = sorted(conf.items(), key=lambda item: item[0] in ours)
    return {squeeze(name): value for name, value in ordered}


def keys_by_label(schema: Mapping[str, object]) -> dict[str, str]:
    """Internal name and label → the conf key that Omnitron's form writes to (R2.37)."""
    keys: dict[str, str] = {}
    for name, entry in schema.items():
        if isinstance(entry, Mapping) and isinstance(entry.get("key"), str):
            keys[squeeze(name)] = entry["key"]
            if isinstance(entry.get("label"), str):
                keys.setdefault(squeeze(entry["label"]), entry["key"])
    return keys
