"""What of hbdash helps against a failure: the command that does it, the action of the screens.

Every failure names one of these (`FailureSpec.remedy`); the error guide prints them (R8).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Remedy:
    """A way out.

    command: words after `hbdash`, upper-case ones are the reader's to fill in; () = there is none.
    action: id of the screens' action, "" = there is none. elsewhere: the cure itself is done in
    Omnitron or at Hepsiburada; what stands here goes on afterwards, or shows how it went.
    """

    id: str
    command: tuple[str, ...] = ()
    action: str = ""
    elsewhere: bool = False


_ALL = (
    Remedy("wait"),
    Remedy("check.run", ("check",)),
    Remedy("settings.open", ("settings", "check")),
    Remedy("why.open", ("why", "KEY"), "why"),
    Remedy("log.open", ("logs", "--key", "KEY"), "story"),
    Remedy("ticket.copy", ("logs", "--key", "KEY"), "ticket"),
    Remedy("failure.retry", ("failures", "retry", "ID"), "failure.retry"),
    Remedy("catalogue.open", ("why", "SKU"), "why", elsewhere=True),
    Remedy("omnitron.product", ("why", "SKU"), "why", elsewhere=True),
    Remedy("omnitron.stock", ("why", "SKU"), "why", elsewhere=True),
    Remedy("omnitron.price", ("why", "SKU"), "why", elsewhere=True),
    Remedy("omnitron.address", ("failures", "retry", "ID"), "failure.retry", elsewhere=True),
    Remedy("market.support", ("logs", "--key", "KEY"), "ticket", elsewhere=True),
    Remedy("flow.category_attributes", ("flows", "run", "category_attributes"), "flow.menu"),
    Remedy("flow.compare_attributes", ("flows", "run", "compare_attributes"), "flow.menu"),
    Remedy("flow.product_create", ("flows", "run", "product_create"), "flow.menu"),
    Remedy("flow.order_refund", ("flows", "run", "order_refund"), "flow.menu"),
    Remedy("products.prematch", ("products", "prematch", "list"), "why"),
    Remedy("products.touch", ("products", "touch", "--csv", "FILE"), "product.touch"),
    Remedy("penalties.lift", ("penalties", "lift", "--csv", "FILE"), "penalty.lift"),
    Remedy("held.open", ("why", "SKU"), "why"),
    Remedy("orders.open", ("why", "KEY"), "why"),
    Remedy("refunds.open", ("refunds", "show", "CLAIM"), "claim.reject"),
)

#: Remedy id → what it is.
REMEDIES: dict[str, Remedy] = {one.id: one for one in _ALL}

#: Guide id with a variant, or a topic → remedy id; other variants have that of their failure.
OF_ENTRY: dict[str, str] = {
    "offer.held#stock_decrease_disabled": "wait",
    "offer.held#price_increase_disabled": "wait",
    "offer.held#price_decrease_disabled": "wait",
    "upload.row#productnotfound": "flow.product_create",
    "upload.row#mismatchingskusspecified": "wait",
    "upload.row#duplicatehepsiburadaskuspecified": "wait",
    "upload.row#duplicatemerchantskuspecified": "wait",
    "upload.row#missingheaders": "ticket.copy",
    "upload.row#outofpricerange": "omnitron.price",
    "upload.row#invalidprice": "omnitron.price",
    "upload.row#invalidavailablestock": "omnitron.stock",
    "upload.row#invalidmaximumpurchasablequantity": "omnitron.stock",
    "upload.row#invaliddispatchtime": "market.support",
    "upload.row#merchantalreadylistedagainstproduct": "market.support",
    "upload.row#listingfrozen": "market.support",
    "upload.row#listingdeletedrecently": "wait",
    "upload.row#discountedlistingpriceincrease": "wait",
    "upload.row#discountedlistingstockdecrease": "wait",
    "upload.row#missingstandardcargocompany": "market.support",
    "upload.row#restrictedproductbrand": "market.support",
    "topic.send_again": "products.touch",
    "topic.many_faulty": "penalties.lift",
    "topic.lift_penalties": "penalties.lift",
    "topic.order_not_updated": "orders.open",
    "lock.priceislessthanthreshold": "omnitron.price",
    "lock.priceishigherthanthreshold": "omnitron.price",
    "lock.bycheckoutpriceanomaly": "omnitron.price",
    "lock.ordercancellation": "omnitron.stock",
    **dict.fromkeys(
        (
            "lock.bannedproduct", "lock.counterfeitproduct", "lock.regulative", "lock.assortment",
            "lock.catalogexchange", "lock.unknown",
        ),
        "market.support",
    ),
}  # fmt: skip


def remedy_of(entry_id: str, failure_remedy: str = "products.touch") -> Remedy:
    """The remedy of a guide entry. failure_remedy: that of its failure; locks for the product's
    content are mended in Omnitron and sent again."""
    return REMEDIES[OF_ENTRY.get(entry_id, failure_remedy)]
