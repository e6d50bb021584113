"""The 14 feature flags, and every other spelling that is about (R6, M1 to M18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hbdash.domain.marking import N_
from hbdash.domain.settings.values import BadValue, read_bool, read_object
from hbdash.domain.turkish import fold


@dataclass(frozen=True)
class Flag:
    """One flag.

    every: how often its flow runs, in words ("" = on an outside trigger).
    prerequisites: settings that R6 wants to be set first. aliases: other names in use.
    """

    name: str
    requirement: str
    every: str
    prerequisites: tuple[str, ...]
    aliases: tuple[str, ...]
    description: str


FLAGS: tuple[Flag, ...] = (
    Flag("get_orders", "R6.1", "5 min",
         ("use_neighborhood", "send_shipping_info", "order_number_format",
          "use_channel_id_in_address_mapping", "cargo_company_mapping", "use_cargo_label",
          "store_account_cargo_company", "automatic_packing",
          "billing_address_same_as_shipping", "check_hepsijet_format_type",
          "use_hb_tracking_number"),
         ("order_create", "create_orders", "orders"),
         N_("Packages of the last 12 hours become orders in Omnitron.")),
    Flag("get_cancel_orders", "R6.2", "5 min",
         ("cancellation_reason_id", "cancellation_reason_mapping"),
         ("order_cancel", "cancel_orders", "get_cancelled_orders"),
         N_("What was cancelled at Hepsiburada in the last 12 hours is cancelled in Omnitron.")),
    Flag("get_refund_orders", "R6.3", "5 min",
         ("default_reason_id", "refund_reason_mapping", "refund_start_date",
          "orders_refundable_days"),
         ("order_refund", "refund_order", "refund_orders", "get_refunds"),
         N_("Claims become refund requests in Omnitron.")),
    Flag("send_update_orders", "R6.4", "5 min", ("shipping_provider", "send_shipping_info"),
         ("order_update", "update_orders", "send_updated_orders"),
         N_("Status, tracking number and invoice of orders are sent to Hepsiburada.")),
    Flag("split_packages", "R6.5", "", (), ("split_package", "package_split"),
         N_("A package is split at Hepsiburada when the order system asks for it.")),
    Flag("delete_product", "R6.6", "5 min", (),
         ("product_delete", "send_delete_products", "delete_products", "send_delete_product"),
         N_("Products that left the catalogue are taken off sale.")),
    Flag("product_update", "R6.7", "5 min", (), ("update_product", "update_products"),
         N_("Changed products are sent to Hepsiburada.")),
    Flag("product_create", "R6.8", "5 min", ("buffer_stock",),
         ("create_product", "create_products"),
         N_("New products are sent to Hepsiburada, with price and stock.")),
    Flag("get_updated_orders", "R6.9", "06:00", ("cargo_company_mapping",), ("updated_orders",),
         N_("What was shipped or delivered at Hepsiburada is written to Omnitron.")),
    Flag("approve_refund", "R6.10", "5 min", (), ("approve_refunds",),
         N_("Refunds approved in Omnitron are accepted at Hepsiburada.")),
    Flag("price", "R6.11", "5 min", (), ("prices", "price_update", "update_price"),
         N_("Changed prices are sent to Hepsiburada.")),
    Flag("stock", "R6.12", "1 min", ("buffer_stock",),
         ("stocks", "stock_update", "update_stock"),
         N_("Changed stocks are sent to Hepsiburada.")),
    Flag("Reject_refund", "R6.13", "", (), ("reject_refunds", "refund_reject"),
         N_("Claims may be rejected from the Reject refund screen.")),
    Flag("unpacked_orders", "R6.14", "5 min", ("cancellation_reason_id",),
         ("get_unpacked_orders", "unpacked_order"),
         N_("Packages that were broken up at Hepsiburada are cancelled in Omnitron.")),
)  # fmt: skip


def _key(name: str) -> str:
    return "".join(letter for letter in fold(name) if letter.isalnum())


_EXACT = {flag.name: flag for flag in FLAGS}
_BY_SPELLING: dict[str, Flag] = {
    **{_key(alias): flag for flag in FLAGS for alias in flag.aliases},
    **{_key(flag.name): flag for flag in FLAGS},
}

WarningKind = Literal["missing", "unknown", "alias", "conflict", "bad_value"]


@dataclass(frozen=True)
class FlagWarning:
    """Something about a flag that does not stop anything, but should be mended.

    name: as it is spelt in the channel's conf; flag: the flag meant, "" if none.
    """

    kind: WarningKind
    name: str
    flag: str = ""


@dataclass(frozen=True)
class Flags:
    """The flags as they count. missing: not in the conf, so false. unknown: kept, never used."""

    values: Mapping[str, bool]
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    warnings: tuple[FlagWarning, ...] = ()

    def is_on(self, name: str) -> bool:
        """True if that flag, by any of its spellings, is on. KeyError if there is no such flag."""
        return self.values[flag_named(name).name]


def flag_named(name: str) -> Flag:
    """The flag meant by any spelling: case, separators and the aliases of M1 to M9 don't matter.

    Raises KeyError if no flag is called so.
    """
    return _BY_SPELLING[_key(name)]


def resolve_flags(raw: object) -> Flags:
    """The flags as found in the channel's conf: an object, or the same as JSON text.

    A flag that is missing, or has no sensible value, is false with a warning (R6.15). Where a flag
    is given twice its exact name wins; two aliases that disagree count as false.
    """
    try:
        given = read_object(raw)
    except BadValue:
        given = {}
    values: dict[str, bool] = {}
    said_by: dict[str, str] = {}
    unknown: list[str] = []
    warnings: list[FlagWarning] = []
    # Exact names first, so that they win over their aliases.
    for name in sorted(given, key=lambda name: (name not in _EXACT, name)):
        flag = _BY_SPELLING.get(_key(name))
        if flag is None:
            unknown.append(name)
            warnings.append(FlagWarning("unknown", name))
            continue
        try:
            value = read_bool(given[name])
        except BadValue:
            value = False
            warnings.append(FlagWarning("bad_value", name, flag.name))
        if _key(name) != _key(flag.name):
            warnings.append(FlagWarning("alias", name, flag.name))
        if flag.name not in values:
            values[flag.name], said_by[flag.name] = value, name
        elif values[flag.name] != value:
            warnings.append(FlagWarning("conflict", name, flag.name))
            if said_by[flag.name] not in _EXACT:
                values[flag.name] = False
    missing = tuple(flag.name for flag in FLAGS if flag.name not in values)
    warnings.extend(FlagWarning("missing", name, name) for name in missing)
    return Flags(
        values={flag.name: values.get(flag.name, False) for flag in FLAGS},
        missing=missing,
        unknown=tuple(unknown),
        warnings=tuple(warnings),
    )
