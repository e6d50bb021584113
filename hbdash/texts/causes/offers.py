"""Stock and price on their way to Hepsiburada."""

from __future__ import annotations

from hbdash.texts.causes.model import CauseText
from hbdash.texts.translate import N_

TEXTS: dict[str, CauseText] = {
    "stock.missing": CauseText(
        N_("No stock in Omnitron"),
        N_("The product has no stock record in the channel’s stock list."),
        N_("Add a stock in Omnitron; it then goes by itself."),
        log="Stock data not found",
    ),
    "stock.zero_on_create": CauseText(
        N_("Stock 0, not sent as new"),
        N_("A new product is sent with stock above 0 only."),
        N_("Nothing: it goes when there is stock."),
        log="OutOfStockOnInsert",
    ),
    "price.missing": CauseText(
        N_("No price in Omnitron"),
        N_("The product has no price above 0 in the channel’s price list."),
        N_("Add a price in Omnitron; it then goes by itself."),
        log="Price data not found",
    ),
    "price.currency": CauseText(
        N_("Price in {currency}, not lira"),
        N_("Hepsiburada takes prices in lira only."),
        N_("Put the product into a price list in lira."),
    ),
    "price.locked": CauseText(
        N_("Price out of bounds, locked"),
        N_("Hepsiburada took it off sale: the price is out of the bounds {min} to {max}."),
        N_(
            "Set a price within the bounds in Omnitron. It is sent by itself, and Hepsiburada "
            "opens the listing."
        ),
    ),
    "price.locked#min": CauseText(
        N_("Price below limit, locked"),
        N_("Hepsiburada took it off sale: its category asks for {min} or more."),
        N_(
            "Set a price of {min} or more in Omnitron. It is sent by itself, and Hepsiburada "
            "opens the listing."
        ),
    ),
    "price.locked#max": CauseText(
        N_("Price above limit, locked"),
        N_("Hepsiburada took it off sale: its category allows {max} at most."),
        N_(
            "Set a price of {max} or less in Omnitron. It is sent by itself, and Hepsiburada "
            "opens the listing."
        ),
    ),
    "offer.no_listing": CauseText(
        N_("No listing there yet"),
        N_("Hepsiburada has not listed the product yet, so it takes no stock and price."),
        N_("Nothing: the newest value goes as soon as the listing is seen."),
        log="Product has not been sent",
    ),
    "offer.not_taken": CauseText(
        N_("Value was not taken over"),
        N_("Hepsiburada reported success, but shows another value 30 minutes later."),
        N_("See w for both values; if it stays, send the ticket text to Hepsiburada."),
    ),
    "offer.second_writer": CauseText(
        N_("A second program sets {kind}"),
        N_("The value there is neither ours nor our last one: somebody else writes it."),
        N_(
            "Find the other integration of this merchant and switch it off. Corrections are "
            "held meanwhile."
        ),
    ),
    "offer.held": CauseText(
        N_("Held until you decide"),
        N_("A guard holds it back: {guard}."),
        N_("Let it go or throw it away on the To do screen."),
    ),
    "offer.held#removals": CauseText(
        N_("{count} removals held"),
        N_(
            "{count} products left the catalogue at once, of {listings} listings: none of them "
            "was taken off sale."
        ),
        N_(
            "Look at hbdash products removals list; then release them, or keep them on sale if the "
            "catalogue was emptied by mistake."
        ),
    ),
    "offer.held#stock_decrease_disabled": CauseText(
        N_("Stock may not fall there"),
        N_("Hepsiburada does not allow a lower stock now, as in a campaign."),
        N_(
            "Nothing: it goes when Hepsiburada allows it. Stop the campaign there if it can’t wait."
        ),
    ),
    "offer.held#price_increase_disabled": CauseText(
        N_("Price may not rise there"),
        N_("Hepsiburada does not allow a higher price now, as in a campaign."),
        N_(
            "Nothing: it goes when Hepsiburada allows it. Stop the campaign there if it can’t wait."
        ),
    ),
    "offer.held#price_decrease_disabled": CauseText(
        N_("Price may not fall there"),
        N_("Hepsiburada does not allow a lower price now, as in a campaign."),
        N_(
            "Nothing: it goes when Hepsiburada allows it. Stop the campaign there if it can’t wait."
        ),
    ),
    "upload.row": CauseText(
        N_("Refused: {name}"),
        N_("Hepsiburada refused this row of the upload: {name}."),
        N_(
            "Look up the name with Hepsiburada’s support; the row is tried again by the "
            "penalty rules."
        ),
    ),
    "upload.row#productnotfound": CauseText(
        N_("Product not found there"),
        N_("Hepsiburada has no listing under this SKU."),
        N_(
            "Check that the SKU is spelt as at Hepsiburada, or send the product with Product "
            "Create."
        ),
    ),
    "upload.row#mismatchingskusspecified": CauseText(
        N_("Its two SKUs disagree"),
        N_("Merchant SKU and Hepsiburada SKU belong to different listings."),
        N_("Nothing: both are read anew from Hepsiburada. If it stays, two products share a SKU."),
    ),
    "upload.row#outofpricerange": CauseText(
        N_("Price out of range there"),
        N_("The price is outside what Hepsiburada allows for the category."),
        N_("Set a price within the range in Omnitron."),
    ),
    "upload.row#listingfrozen": CauseText(
        N_("Listing frozen there"),
        N_("Hepsiburada has frozen the listing."),
        N_("Ask Hepsiburada’s support; it goes when the listing is open again."),
    ),
    "upload.row#listingdeletedrecently": CauseText(
        N_("Listing deleted just now"),
        N_("The listing was deleted at Hepsiburada a short while ago."),
        N_("Nothing: it is tried again by itself."),
    ),
    "upload.row#discountedlistingpriceincrease": CauseText(
        N_("In a campaign: price fixed"),
        N_("The listing is in a campaign, so its price can’t rise."),
        N_("Nothing: it goes when the campaign ends."),
    ),
    "upload.row#discountedlistingstockdecrease": CauseText(
        N_("In a campaign: stock fixed"),
        N_("The listing is in a campaign, so its stock can’t fall."),
        N_("Nothing: it goes when the campaign ends."),
    ),
    "upload.row#invalidprice": CauseText(
        N_("Price refused there"),
        N_("Hepsiburada does not take this price."),
        N_("Check the price in Omnitron."),
    ),
    "upload.row#invalidavailablestock": CauseText(
        N_("Stock refused there"),
        N_("Hepsiburada does not take this stock."),
        N_("Check the stock in Omnitron."),
    ),
    "upload.row#invalidmaximumpurchasablequantity": CauseText(
        N_("Purchase limit refused"),
        N_("Hepsiburada does not take maximumPurchasableQuantity of this stock."),
        N_("Mend it in the stock’s extra_field in Omnitron."),
    ),
    "upload.row#missingstandardcargocompany": CauseText(
        N_("No standard carrier there"),
        N_("The merchant has no standard carrier at Hepsiburada."),
        N_("Choose one in Hepsiburada’s merchant portal."),
    ),
    "upload.row#restrictedproductbrand": CauseText(
        N_("Brand restricted there"),
        N_("Hepsiburada does not let this merchant sell the brand."),
        N_("Ask Hepsiburada’s support for the permission."),
    ),
    "upload.row#duplicatehepsiburadaskuspecified": CauseText(
        N_("SKU twice in one upload"),
        N_("The upload named one Hepsiburada SKU twice."),
        N_("Nothing: the next upload has it once. If it stays, two products share a listing."),
    ),
    "upload.row#duplicatemerchantskuspecified": CauseText(
        N_("SKU twice in one upload"),
        N_("The upload named one merchant SKU twice."),
        N_("Nothing: the next upload has it once. If it stays, two products share a SKU."),
    ),
    "upload.row#missingheaders": CauseText(
        N_("Row without its SKU"),
        N_("Hepsiburada found no SKU or no value in a row of the upload."),
        N_("For the developer: the row stands in the log."),
    ),
    "upload.row#invaliddispatchtime": CauseText(
        N_("Dispatch time refused"),
        N_("Hepsiburada does not take the dispatch time of the listing."),
        N_("Set it in Hepsiburada’s merchant portal; hbdash does not send it."),
    ),
    "upload.row#merchantalreadylistedagainstproduct": CauseText(
        N_("Product listed twice"),
        N_("This merchant sells the same product of Hepsiburada under another SKU."),
        N_("Close one of the two listings in Hepsiburada’s merchant portal."),
    ),
    "upload.too_many": CauseText(
        N_("Too many uploads wait"),
        N_("Hepsiburada takes no further upload until earlier ones are done."),
        N_("Nothing: the next run sends them."),
    ),
    "upload.quota": CauseText(
        N_("Daily upload quota used up"),
        N_("Hepsiburada takes ten rows a day per listing; the rest waits for tomorrow."),
        N_("Nothing: urgent values go first tomorrow."),
    ),
    "upload.failed": CauseText(
        N_("Upload failed as a whole"),
        N_("Hepsiburada threw away a whole upload; it is sent once more."),
        N_("Nothing: the next run sends it again."),
    ),
    "upload.no_result": CauseText(
        N_("No result of the upload"),
        N_("Hepsiburada did not finish the upload in the hours allowed."),
        N_("Nothing: the values of then are sent again."),
    ),
}
