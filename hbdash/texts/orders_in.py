"""Sentences about what became of orders at Hepsiburada: cancelled, unpacked, shipped, delivered."""

from __future__ import annotations

from hbdash.domain.orders import ATTEMPTED, DELIVERED, SHIPPED
from hbdash.texts.formats import number
from hbdash.texts.translate import N_, _, ngettext

_WORDS = {
    SHIPPED: N_("shipped"),
    ATTEMPTED: N_("not delivered"),
    DELIVERED: N_("delivered"),
}


def cancelled(units: int) -> str:
    """Items were cancelled in Omnitron."""
    text = ngettext("{n} unit cancelled in Omnitron", "{n} units cancelled in Omnitron", units)
    return text.format(n=number(units))


def would_cancel(units: int) -> str:
    """Dry run."""
    text = ngettext(
        "would cancel {n} unit in Omnitron", "would cancel {n} units in Omnitron", units
    )
    return text.format(n=number(units))


def cancelled_unwritten(units: int) -> str:
    """A cancellation of units that no order of Omnitron holds: known, and left out from now on."""
    text = ngettext(
        "{n} unit cancelled at Hepsiburada before it was written: left out",
        "{n} units cancelled at Hepsiburada before they were written: left out",
        units,
    )
    return text.format(n=number(units))


def nothing_to_cancel() -> str:
    """Asked for by hand: Hepsiburada names no cancellation of the order, or all is done."""
    return _("nothing to cancel: both sides agree")


def cancel_unknown() -> str:
    """The answer to a cancellation was lost."""
    return _("answer lost: Omnitron is asked again in a minute whether it cancelled")


def not_taken(status: int) -> str:
    """Omnitron said yes to a cancellation, and the item stands as before."""
    return _("accepted, but the item still has status {status}").format(status=status)


def reported_cancel(units: int) -> str:
    """The line of a cancellation in Omnitron's own log, which is read in English."""
    return f"{units} order item(s) have been cancelled."


def broken_up(package: str) -> str:
    """A package was broken up; its units wait for their next package."""
    return _("package {package} was broken up; its units have 30 minutes to be packed anew").format(
        package=package
    )


def broken_unknown(package: str) -> str:
    """A package that was broken up before it was written."""
    return _("package {package} was broken up before it was written: left out").format(
        package=package
    )


def waits(package: str, until: str) -> str:
    """Asked for by hand within the half hour."""
    return _("package {package}: units not packed anew by {time} are cancelled").format(
        package=package, time=until
    )


def packed_anew(package: str) -> str:
    """Asked for by hand: every unit lies in another package."""
    return _("package {package}: its units lie in another package, nothing to cancel").format(
        package=package
    )


def not_broken(package: str, status: str) -> str:
    """Asked for by hand: the package stands."""
    return _("package {package} is not broken up: {status}").format(package=package, status=status)


def unpacked_cancelled(package: str, units: int) -> str:
    """Units of a broken package were cancelled."""
    text = ngettext(
        "package {package} broken up and {n} unit not packed anew: cancelled in Omnitron",
        "package {package} broken up and {n} units not packed anew: cancelled in Omnitron",
        units,
    )
    return text.format(package=package, n=number(units))


def moved_on(package: str, units: int, status: int) -> str:
    """Items of a package were moved on in Omnitron."""
    text = ngettext(
        "package {package} {status}: {n} unit updated in Omnitron",
        "package {package} {status}: {n} units updated in Omnitron",
        units,
    )
    return text.format(package=package, status=_(_WORDS[status]), n=number(units))


def would_move_on(package: str, units: int, status: int) -> str:
    """Dry run."""
    text = ngettext(
        "package {package} {status}: would update {n} unit in Omnitron",
        "package {package} {status}: would update {n} units in Omnitron",
        units,
    )
    return text.format(package=package, status=_(_WORDS[status]), n=number(units))


def up_to_date(package: str) -> str:
    """Asked for by hand: Omnitron is as far as Hepsiburada."""
    return _("package {package}: Omnitron is up to date").format(package=package)


def not_written_yet(package: str) -> str:
    """Shipped, and no order of Omnitron yet."""
    return _("package {package} is in no order of Omnitron yet; it is written first").format(
        package=package
    )
