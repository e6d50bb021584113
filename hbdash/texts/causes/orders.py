"""Orders, packages, cancellations, splits."""

from __future__ import annotations

from hbdash.texts.causes.model import ADDRESS_LOG, CauseText
from hbdash.texts.translate import N_

TEXTS: dict[str, CauseText] = {
    "order.address": CauseText(
        N_("Place “{name}” not mapped"),
        N_("Omnitron does not know “{name}” of {parent}; the order waits and can’t be shipped."),
        N_("Map it in Omnitron; all orders that wait for it are then written by themselves."),
        log=ADDRESS_LOG,
    ),
    "order.address#country": CauseText(
        N_("Country “{name}” not mapped"),
        N_("Omnitron does not know the country “{name}”; the order waits and can’t be shipped."),
        N_("Map it in Omnitron; all orders that wait for it are then written by themselves."),
        log="Country code {name} was not found in Omnitron",
    ),
    "order.address#city": CauseText(
        N_("City “{name}” not mapped"),
        N_("Omnitron does not know the city “{name}”; the order waits and can’t be shipped."),
        N_("Map it in Omnitron; all orders that wait for it are then written by themselves."),
        log=ADDRESS_LOG,
    ),
    "order.address#township": CauseText(
        N_("Township “{name}” not mapped"),
        N_(
            "Omnitron does not know which township “{name}” of {parent} is; the order waits "
            "and can’t be shipped."
        ),
        N_("Map it in Omnitron; all orders that wait for it are then written by themselves."),
        log=ADDRESS_LOG,
    ),
    "order.address#district": CauseText(
        N_("District “{name}” not mapped"),
        N_(
            "Omnitron does not know which district “{name}” of {parent} is; the order waits "
            "and can’t be shipped."
        ),
        N_(
            "Map it in Omnitron, or switch Use Neighborhood off; all orders that wait are "
            "then written."
        ),
        log=ADDRESS_LOG,
    ),
    "order.product_unknown": CauseText(
        N_("Product {sku} unknown"),
        N_("Omnitron has no product for the SKU {sku} of an order line."),
        N_("Add the product to Omnitron, or mend its SKU; the order is then written by itself."),
    ),
    "order.cargo_unmapped": CauseText(
        N_("Carrier “{cargo}” not mapped"),
        N_("Cargo Company Mapping has neither this carrier nor a default."),
        N_(
            "Add the carrier, or default, to Cargo Company Mapping in Settings; the order is "
            "then written."
        ),
    ),
    "order.amount_mismatch": CauseText(
        N_("Amounts do not add up"),
        N_("The lines of the package and its total differ, so the order is not written."),
        N_("For the developer: both sums are in the log."),
    ),
    "order.currency": CauseText(
        N_("Order in {currency}, not lira"),
        N_("Only orders in lira can be written to Omnitron."),
        N_("For the developer: say how this currency is to be written."),
    ),
    "order.number_format": CauseText(
        N_("Order number without {{id}}"),
        N_("Without {{id}}, the package number, the second package of an order would be lost."),
        N_(
            "Mend Order Number Format in Settings: it must contain {{id}} and nothing but "
            "{{orderNumber}} besides."
        ),
    ),
    "order.return_open": CauseText(
        N_("A return is open"),
        N_("An order with an open return is not updated at Hepsiburada."),
        N_("Approve, reject or finish the return; the update then goes by itself."),
    ),
    "order.too_old": CauseText(
        N_("Older than 7 days"),
        N_("Hepsiburada takes no status that is older than 7 days."),
        N_("Set it in Hepsiburada’s merchant portal."),
    ),
    "order.backwards": CauseText(
        N_("Status can’t go back"),
        N_("Hepsiburada is further than Omnitron, so nothing is sent."),
        N_("Nothing: Updated Orders brings Omnitron up to date."),
    ),
    "order.no_tracking_url": CauseText(
        N_("No tracking link for {cargo}"),
        N_(
            "Hepsiburada wants a link with each parcel, and Shipping Provider has no template for "
            "{cargo}."
        ),
        N_("Add the carrier to Shipping Provider in Settings; the update then goes by itself."),
    ),
    "order.step_refused": CauseText(
        N_("Update refused by Hepsiburada"),
        N_("The package is not set to “{step}”. Hepsiburada said: {text}"),
        N_("Look at the package in Hepsiburada’s merchant portal; mend there what it names."),
    ),
    "order.cancelled_here": CauseText(
        N_("Cancelled in Omnitron only"),
        N_(
            "Units were cancelled in Omnitron and still lie in an open package at Hepsiburada. "
            "hbdash never cancels there: it costs a penalty."
        ),
        N_("Ship them after all, or cancel them in Hepsiburada’s merchant portal."),
    ),
    "pack.address_change": CauseText(
        N_("Address is being changed"),
        N_("The customer asked for another address; until that is settled nothing can be packed."),
        N_("Nothing: every run asks again."),
    ),
    "pack.refused": CauseText(
        N_("Packing refused"),
        N_("Hepsiburada said: {text}"),
        N_("Pack it in Hepsiburada’s merchant portal, or mend what it names."),
    ),
    "invoice.refused": CauseText(
        N_("Invoice refused ({status})"),
        N_("Hepsiburada did not take the link of the invoice."),
        N_("The link must open without a login and serve a PDF or a page."),
    ),
    "cancel.item_shipped": CauseText(
        N_("Cancelled, but shipped"),
        N_("Hepsiburada cancelled what Omnitron has already shipped."),
        N_("Stop the parcel or take it back; then close this with a reason."),
    ),
    "split.payload": CauseText(
        N_("Split request unreadable"),
        N_("The request does not say which items go into which package: {why}"),
        N_("Look at the request in the log and mend the sender."),
    ),
    "split.refused": CauseText(
        N_("Split refused"),
        N_("Hepsiburada said: {text}"),
        N_("Split it in Hepsiburada’s merchant portal, or mend what it names and ask again."),
    ),
    "split.lost": CauseText(
        N_("Packages of a split not found"),
        N_("Hepsiburada broke the package up; its new packages do not show as they were wanted."),
        N_(
            "Look at the order in Hepsiburada’s merchant portal. To look for the packages again, "
            "run Split Packages for this package."
        ),
    ),
    "split.not_open": CauseText(
        N_("Package not open to split"),
        N_("The package was shipped, unpacked or cancelled meanwhile."),
        N_("Nothing can be split any more; close this with a reason."),
    ),
}
