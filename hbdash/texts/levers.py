"""Sentences about lifting penalties, touching versions, and lists of keys that people bring."""

from __future__ import annotations

from hbdash.texts.formats import number
from hbdash.texts.translate import N_, _, ngettext

#: Why an action on a list is not done at all.
LEVER_REFUSALS = {
    "file.large": N_("The file is too large to be a list of keys."),
    "file.binary": N_("This is no text file. Save it as CSV: a spreadsheet itself can’t be read."),
    "file.unreadable": N_("{path} can’t be read: {error}."),
    "lift.none": N_("No penalty stands for any of these."),
    "touch.none": N_("None of these is a product that could be touched."),
    "trigger.none": N_("Name at least one SKU."),
    "lever.many": N_("{n} rows are too many at once; {most} at most. Narrow the list."),
}

#: Why one line of a list can't be used.
_UNUSABLE = {
    "empty_cell": N_("no key in this line"),
    "too_long": N_("too long to be a key"),
    "rounded": N_("the spreadsheet has rounded this number: its digits are gone"),
    "unreadable": N_("has signs that can’t be read"),
    "again": N_("stands in line {first} already"),
    "not_penalised": N_("no penalty stands for it"),
    "unknown_sku": N_("no such SKU in this channel’s catalogue"),
}

_CONTENT_TYPES = {
    "product": N_("product"),
    "productprice": N_("price"),
    "productstock": N_("stock"),
    "productimage": N_("image"),
    "order": N_("order"),
    "orderitem": N_("order item"),
    "cancellationrequest": N_("refund"),
    "integrationaction": N_("deletion"),
}


def content_type(name: str) -> str:
    """What is penalised, in a word; an unknown type as Omnitron calls it."""
    return _(_CONTENT_TYPES[name]) if name in _CONTENT_TYPES else name


def unusable(reason: str, first: int = 0) -> str:
    """Why a line can't be used; ``first``: where its key stood before."""
    return _(_UNUSABLE[reason]).format(first=number(first))


def lift_question(records: int, waiting: int, ended: int) -> str:
    """What a lift will do, in numbers."""
    text = ngettext(
        "Lift {n} penalty: {waiting} waiting, {ended} ended. It is sent in the next run.",
        "Lift {n} penalties: {waiting} waiting, {ended} ended. They are sent in the next run.",
        records,
    )
    return text.format(n=number(records), waiting=number(waiting), ended=number(ended))


def touch_question(products: int, unlisted: int, penalised: int) -> str:
    """What a touch will do, in numbers."""
    text = ngettext(
        "Touch the version of {n} product, so that it is sent again as an update",
        "Touch the version of {n} products, so that they are sent again as updates",
        products,
    ).format(n=number(products))
    if unlisted:
        never = ngettext(
            "{n} has no listing and may never have been sent",
            "{n} have no listing and may never have been sent",
            unlisted,
        )
        text += "; " + never.format(n=number(unlisted))
    if penalised:
        waits = ngettext(
            "{n} serves a penalty and goes when it is over",
            "{n} serve a penalty and go when it is over",
            penalised,
        )
        text += "; " + waits.format(n=number(penalised))
    return text + "."


def lifted(what: str, *, there: bool) -> str:
    """One penalty is gone; ``there``: Omnitron had a row of its own."""
    if there:
        return _("penalty of the {what} lifted in Omnitron; goes in the next run").format(
            what=content_type(what)
        )
    return _("penalty of the {what} lifted; goes in the next run").format(what=content_type(what))


def was_gone() -> str:
    """Somebody lifted it meanwhile, or the record went through."""
    return _("this penalty does not stand any more")


def lifted_there(what: str) -> str:
    """Omnitron's row is gone although the record did not go through here."""
    return _("penalty of the {what} was lifted in Omnitron").format(what=content_type(what))


def touched(sku: str) -> str:
    """One product is due as an update."""
    return _("{sku}: version touched; goes with the next product update").format(sku=sku)


def not_sent_yet(sku: str) -> str:
    """Only what was sent can be updated."""
    return _("{sku}: was never sent successfully; it goes as a new product").format(sku=sku)


def in_work(sku: str) -> str:
    """A batch holds the product."""
    return _("{sku}: is being sent right now").format(sku=sku)


def not_there(key: str) -> str:
    """Omnitron does not have it."""
    return _("{key}: Omnitron has no such product on this channel").format(key=key)


def waits_still(sku: str, until: str) -> str:
    """Touched, but its penalty keeps it."""
    return _("{sku}: version touched; serves a penalty until {until}, lift it to send now").format(
        sku=sku, until=until
    )


def ended_still(sku: str) -> str:
    """Touched, but its tries are used up."""
    return _("{sku}: version touched; its tries are used up, lift the penalty too").format(sku=sku)


def lift_failed(what: str, why: str) -> str:
    """Omnitron refused one row."""
    return _("penalty of the {what} not lifted: {why}").format(what=content_type(what), why=why)


def touch_failed(sku: str, why: str) -> str:
    """Omnitron refused one row."""
    return _("{sku}: version not touched: {why}").format(sku=sku, why=why)
