"""Products: category, mapping, attributes, what Hepsiburada said."""

from __future__ import annotations

from hbdash.texts.causes.model import CauseText
from hbdash.texts.translate import N_

TEXTS: dict[str, CauseText] = {
    "product.no_category": CauseText(
        N_("No category in Omnitron"),
        N_("The product is in no category of the channel’s tree."),
        N_("Put it into one category; it then goes by itself."),
        log="ProductCategoryNotFound",
    ),
    "product.many_categories": CauseText(
        N_("In more than one category"),
        N_("A product may be in one category only."),
        N_("Leave it in one category; it then goes by itself."),
    ),
    "product.no_image": CauseText(
        N_("No image in Omnitron"),
        N_("Hepsiburada takes no product without an image."),
        N_("Add an image in Omnitron; the product then goes by itself."),
    ),
    "product.category_mismatch": CauseText(
        N_("Category mapped elsewhere"),
        N_("The product’s category and its attribute set ({category}) are not the same."),
        N_("Choose the attribute set of its category in the Mapper."),
    ),
    "mapping.refused": CauseText(
        N_("Mapper refuses the product"),
        N_("Omnitron’s Mapper can’t translate it: {text}"),
        N_(
            "Mend the mapping. If the values are old, run Category Attributes, and Compare "
            "Attributes if needed."
        ),
        log="Failed to suggest product to catalog: {text}",
    ),
    "attribute.missing": CauseText(
        N_("Attribute “{attribute}” empty"),
        N_("A mandatory attribute has no value."),
        N_("Fill it in Omnitron or map it; the product then goes by itself."),
        log="Failed to suggest product to catalog: {attribute} is required",
    ),
    "attribute.value_unknown": CauseText(
        N_("Value of “{attribute}” unknown"),
        N_("Hepsiburada’s list for this attribute does not have “{value}”."),
        N_("Map it to a value of the list. If the list is old, run Category Attributes."),
        log=(
            "Failed to suggest product to catalog: {attribute} : {value} was not defined for "
            "{category} attribute set"
        ),
    ),
    "attribute.same_name": CauseText(
        N_("Two attributes “{attribute}”"),
        N_("Hepsiburada has two attributes of one name in this category; Omnitron keeps one."),
        N_("Ask Hepsiburada which one counts; the product waits."),
    ),
    "product.refused": CauseText(
        N_("Hepsiburada refused it"),
        N_("Hepsiburada said: {text}"),
        N_(
            "Mend what it names in Omnitron, then touch the product’s version so that it is "
            "sent again."
        ),
    ),
    "product.blocked": CauseText(
        N_("Blocked by Hepsiburada"),
        N_("Hepsiburada does not take this product: {text}"),
        N_("Mend what it names, or ask Hepsiburada’s support."),
    ),
    "product.missing_info": CauseText(
        N_("Information missing there"),
        N_("Hepsiburada wants more about the product: {text}"),
        N_("Fill it in Omnitron, then touch the product’s version."),
    ),
    "product.barcode_twice": CauseText(
        N_("Barcode used twice"),
        N_("Another product at Hepsiburada has the barcode {barcode}."),
        N_("Give each product a barcode of its own, then touch the version."),
    ),
    "product.sku_collision": CauseText(
        N_("Two SKUs become {sku}"),
        N_(
            "Without spaces and in capitals these SKUs are the same to Hepsiburada, so "
            "neither is sent."
        ),
        N_("Rename one of them in Omnitron."),
    ),
    "ticket.rejected": CauseText(
        N_("Change refused there"),
        N_("Hepsiburada refused a changed field ({attribute}): {text}"),
        N_("Mend the field in Omnitron; the change is then sent again."),
    ),
    "product.no_result": CauseText(
        N_("No result from Hepsiburada"),
        N_("Hepsiburada did not deliver a result in the hours allowed."),
        N_("Nothing: it is asked and tried again by itself."),
    ),
    "product.in_progress": CauseText(
        N_("Hepsiburada works on it"),
        N_("The product is in Hepsiburada’s catalogue process and can’t be changed meanwhile."),
        N_("Nothing: it goes when Hepsiburada is done."),
    ),
    "product.pre_matched": CauseText(
        N_("Match waits for your word"),
        N_("Hepsiburada thinks it is its product {hb_sku} {name}."),
        N_(
            "Compare both, then approve or reject with hbdash products prematch: a wrong match "
            "sells another product."
        ),
    ),
    "product.not_in_queue": CauseText(
        N_("Not due as a new product"),
        N_("It can’t be sent as new: {reason}"),
        N_(
            "w shows which gate stops it. A product that was sent before is updated by "
            "touching its version."
        ),
        log=(
            "The relevant record is not in queue. the item may have been penalized or check "
            "product is saleable"
        ),
    ),
}
