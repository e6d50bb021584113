"""Entries of the error guide that are no failure of a record: R8.4-R8.6, R8.9, locks of listings.

Keys are `topic.…`, and `lock.` with Hepsiburada's own name in lower case (H§17.5).
"""

from __future__ import annotations

from hbdash.texts.causes.model import CauseText
from hbdash.texts.translate import N_

_UNLOCK = N_(
    "Set a fair price and the stock in Omnitron; both are sent by themselves. Then have the "
    "listing unlocked in Hepsiburada’s merchant portal if it stays off sale."
)
_MEND = N_(
    "Mend the product in Omnitron, touch its version so that it is sent again, then ask "
    "Hepsiburada to open the listing."
)
_ASK = N_("Ask Hepsiburada’s category team; nothing that is sent opens the listing.")

TOPICS: dict[str, CauseText] = {
    "topic.send_again": CauseText(
        N_("A record is to go once more"),
        N_(
            "After the last retry nothing happens by itself; the product trigger creates only, and "
            "refuses what is in penalty."
        ),
        N_(
            "Mend the cause, lift the penalty, and touch the product’s version if it was sent "
            "before; a watched cause needs none of it."
        ),
    ),
    "topic.many_faulty": CauseText(
        N_("Many faulty products"),
        N_(
            "Omnitron gives 50 records at a time. Here fresh records go first and each run goes "
            "through the whole queue, so faulty ones delay nobody."
        ),
        N_(
            "Mend causes that many share first: failures list shows them by cause. Then lift their "
            "penalties at once by CSV, or tune Failed Integration."
        ),
    ),
    "topic.lift_penalties": CauseText(
        N_("Penalties and lifting them"),
        N_("A failed record waits by the rules of Failed Integration, and ends after its retries."),
        N_("Lift one, many, or a list in a CSV file; the record goes with the next run."),
    ),
    "topic.order_not_updated": CauseText(
        N_("An order is not updated"),
        N_(
            "Nothing is sent while a return is open for it; the tracking number goes only with "
            "Send Shipping Info on; a status never goes back."
        ),
        N_(
            "Finish the return, switch the setting on, or leave it as it is: why names the one "
            "that holds it."
        ),
    ),
    # Locks that Hepsiburada's bulk-unlock lifts (H§9.4).
    "lock.priceislessthanthreshold": CauseText(
        N_("Locked: price too low"),
        N_("Hepsiburada took the listing off sale: the price is below its threshold."),
        _UNLOCK,
    ),
    "lock.priceishigherthanthreshold": CauseText(
        N_("Locked: price too high"),
        N_("Hepsiburada took the listing off sale: the price is above its threshold."),
        _UNLOCK,
    ),
    "lock.bycheckoutpriceanomaly": CauseText(
        N_("Locked: odd price at checkout"),
        N_("Hepsiburada saw a price at the checkout that it takes for a mistake."),
        _UNLOCK,
    ),
    "lock.ordercancellation": CauseText(
        N_("Locked: order was cancelled"),
        N_("The merchant cancelled an order, so Hepsiburada set the stock to 0 and locked it."),
        _UNLOCK,
    ),
    # Locks for the product itself.
    "lock.bannedproduct": CauseText(
        N_("Locked: product is banned"),
        N_("Hepsiburada does not let this product be sold."),
        _ASK,
    ),
    "lock.counterfeitproduct": CauseText(
        N_("Locked: taken for a fake"),
        N_("Hepsiburada takes the product for a counterfeit."),
        _ASK,
    ),
    "lock.regulative": CauseText(
        N_("Locked: by regulation"),
        N_("A regulation keeps the product off sale."),
        _ASK,
    ),
    "lock.assortment": CauseText(
        N_("Locked: not in assortment"),
        N_("Hepsiburada does not carry the product at present."),
        _ASK,
    ),
    "lock.catalogexchange": CauseText(
        N_("Locked: catalogue is moved"),
        N_("Hepsiburada moves the product to another record of its catalogue."),
        _ASK,
    ),
    "lock.universalproducterror": CauseText(
        N_("Locked: universal product"),
        N_("Hepsiburada lists the product as one for all models, which it is not."),
        _MEND,
    ),
    "lock.personalproducterror": CauseText(
        N_("Locked: personal product"),
        N_("The product is made to order or for one person, and not marked as such."),
        _MEND,
    ),
    "lock.duplicateproduct": CauseText(
        N_("Locked: product is there twice"),
        N_("Hepsiburada has the same product under another record."),
        _MEND,
    ),
    "lock.incorrectproductentry": CauseText(
        N_("Locked: wrong product data"),
        N_("What was sent describes another product."),
        _MEND,
    ),
    "lock.missingproductcontent": CauseText(
        N_("Locked: content is missing"),
        N_("Hepsiburada wants more about the product: description, attributes or pictures."),
        _MEND,
    ),
    "lock.barcodeerror": CauseText(
        N_("Locked: barcode is wrong"),
        N_("The barcode is not that of the product."),
        _MEND,
    ),
    "lock.branderror": CauseText(
        N_("Locked: brand is wrong"),
        N_("The brand is not that of the product, or not spelt as Hepsiburada has it."),
        _MEND,
    ),
    "lock.productdescriptionerror": CauseText(
        N_("Locked: description is wrong"),
        N_("The description does not fit the product or Hepsiburada’s rules."),
        _MEND,
    ),
    "lock.productnameerror": CauseText(
        N_("Locked: name is wrong"),
        N_("The name does not fit the product or Hepsiburada’s rules."),
        _MEND,
    ),
    "lock.groupingoptionerror": CauseText(
        N_("Locked: variants are wrong"),
        N_("The product stands in a group of variants to which it does not belong."),
        _MEND,
    ),
    "lock.wrongcategoryerror": CauseText(
        N_("Locked: category is wrong"),
        N_("The product stands in a category to which it does not belong."),
        _MEND,
    ),
    "lock.wrongproductattribute": CauseText(
        N_("Locked: attribute is wrong"),
        N_("An attribute does not fit the product."),
        _MEND,
    ),
    "lock.imageerror": CauseText(
        N_("Locked: picture is wrong"),
        N_("A picture does not show the product or breaks Hepsiburada’s rules."),
        _MEND,
    ),
    "lock.unknown": CauseText(
        N_("Locked, no reason given"),
        N_("Hepsiburada keeps the listing off sale and does not say why."),
        _ASK,
    ),
}
"""Guide id → its texts; nothing in them takes a parameter."""
