"""Sentences about orders on their way to Omnitron."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hbdash.texts.formats import money, number
from hbdash.texts.translate import _, ngettext


def written(order: str, units: int, amount: Decimal | None) -> str:
    """An order was written, or found written."""
    text = ngettext(
        "{order} written, {n} unit, {amount}", "{order} written, {n} units, {amount}", units
    )
    return text.format(order=order, n=number(units), amount=money(amount or Decimal(0)))


def would_write(order: str, units: int, amount: Decimal) -> str:
    """Dry run: a good package."""
    text = ngettext(
        "would write {order}, {n} unit, {amount}",
        "would write {order}, {n} units, {amount}",
        units,
    )
    return text.format(order=order, n=number(units), amount=money(amount))


def linked(package: str) -> str:
    """Every unit of the package is held by an order that exists: a re-pack or a split."""
    return _("package {package}: its units are in Omnitron already, nothing written").format(
        package=package
    )


def would_link(holder: int | None) -> str:
    """Dry run: a package without a unit to write."""
    return _("nothing to write: its units are in Omnitron already") if holder else gone()


def gone() -> str:
    """Cancelled or packed anew before it could be written."""
    return _("left out: cancelled or packed anew at Hepsiburada")


def outcome_unknown() -> str:
    """The answer to a creation was lost."""
    return _("answer lost: Omnitron is asked again in a minute, before anything is sent twice")


def reported(order: str) -> str:
    """The line of a written order in Omnitron's own log, which is read in English."""
    return f"Order {order} has been created."


def not_found(key: str) -> str:
    """A number that was asked for by hand and that Hepsiburada does not know."""
    return _("{key}: Hepsiburada knows no such order, and no feed such a package").format(key=key)


def already(order: str) -> str:
    """Asked for by hand, and written before."""
    return _("in Omnitron already as {order}").format(order=order)


def not_packed(key: str) -> str:
    """Asked for by hand: the order is known and in no package yet."""
    return _("{key}: nothing of it is packed yet").format(key=key)


def packed(package: str, units: int) -> str:
    """We packed open lines at Hepsiburada."""
    text = ngettext("packed as {package}, {n} unit", "packed as {package}, {n} units", units)
    return text.format(package=package, n=number(units))


def would_pack(units: int, carrier: str) -> str:
    """Dry run: open lines that would be packed; carrier: the merchant's own, if it has one."""
    text = ngettext("would pack {n} unit", "would pack {n} units", units).format(n=number(units))
    return f"{text}, {carrier}" if carrier else text


def no_longer_open() -> str:
    """What was to be packed was cancelled or packed meanwhile."""
    return _("not packed: it is open no more, cancelled or packed meanwhile")


def pack_unsure() -> str:
    """The answer to a packing was lost."""
    return _("answer lost: Hepsiburada is asked twice before anything is packed again")


def label_added(package: str) -> str:
    """A label that came after its order."""
    return _("package {package}: cargo label added").format(package=package)


def label_missing(package: str, reason: str) -> str:
    """Hepsiburada gives no label yet."""
    return _("package {package}: no cargo label yet: {reason}").format(
        package=package, reason=reason
    )


def _step(name: str) -> str:
    return {
        "invoice": _("invoice"),
        "intransit": _("in transit"),
        "deliver": _("delivered"),
        "undeliver": _("not delivered"),
    }[name]


def step_told(name: str, package: str) -> str:
    """A step of a package that Hepsiburada took."""
    return _("package {package}: {step}, told to Hepsiburada").format(
        package=package, step=_step(name)
    )


def step_found(name: str) -> str:
    """Hepsiburada has it already."""
    return _("{step}: stands at Hepsiburada already").format(step=_step(name))


def would_tell(name: str, package: str) -> str:
    """Dry run: a step that would be told."""
    return _("package {package}: would tell {step}").format(package=package, step=_step(name))


def carrier_has_it(name: str) -> str:
    """The package travels with Hepsiburada's own carrier, who tells it."""
    return _("{step}: Hepsiburada’s own carrier reports it, nothing sent").format(step=_step(name))


def status_behind(status: str) -> str:
    """Hepsiburada is further than Omnitron."""
    return _("Hepsiburada is further ({status}): nothing is sent backwards").format(status=status)


def not_told(key: str) -> str:
    """An order that could not be told now and stays due."""
    return _("{key}: not told yet, goes in the next run").format(key=key)


def not_in_omnitron(key: str) -> str:
    """A number that was asked for by hand and that means no order of Omnitron."""
    return _("{key}: Omnitron has no such order").format(key=key)


def nobody_there() -> str:
    """Who received a parcel whose recipient nobody kept; read by Hepsiburada."""
    return "Alıcı"


def updated_report(order: str, steps: Sequence[str]) -> str:
    """The line in Omnitron's own log, which is read in English."""
    return f"Order {order} has been updated: {', '.join(steps)}."


def split_taken(package: str) -> str:
    """Hepsiburada took a split."""
    return _("package {package} split; its new packages are looked for").format(package=package)


def split_done(package: str, numbers: Sequence[str]) -> str:
    """A split whose packages were found and linked."""
    return _("package {package} is now {numbers}").format(
        package=package, numbers=", ".join(numbers)
    )


def split_nothing(package: str) -> str:
    """A request that names the package as it is."""
    return _("package {package}: one group over all of it, nothing to split").format(
        package=package
    )


def split_unsure() -> str:
    """Nobody knows yet whether a split was done."""
    return _("not known whether it was split: Hepsiburada is asked again in a minute")


def split_asked_again(package: str) -> str:
    """The new packages do not show yet."""
    return _("package {package}: its new packages do not show yet, looked for again").format(
        package=package
    )


def split_unknown_key(key: str) -> str:
    """Asked for by hand without a request that stands."""
    return _("{key}: no split of it is on its way; ask for one with its groups").format(key=key)


def would_split(package: str, units: Sequence[int]) -> str:
    """Dry run: units in each of the packages to be."""
    return _("would split package {package} into {units}").format(
        package=package, units=" + ".join(number(n) for n in units)
    )


def lines_not_told(package: str) -> str:
    """A shipped package of which no answer says what is in it."""
    return _("package {package}: Hepsiburada no longer says what is in it").format(package=package)
