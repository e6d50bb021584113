"""The category tree and what its categories ask for."""

from __future__ import annotations

from hbdash.texts.causes.model import CauseText
from hbdash.texts.translate import N_

TEXTS: dict[str, CauseText] = {
    "catalogue.shrunk": CauseText(
        N_("Too much gone at once"),
        N_("Hepsiburada answered {n} where there were {before}: not believed, nothing changed."),
        N_(
            "Look at Hepsiburada’s portal. If it is true, run the flow by hand for the category "
            "id: then it is believed."
        ),
    ),
    "category.unknown": CauseText(
        N_("Category {category} unknown"),
        N_("Hepsiburada has no active category of this id."),
        N_("Correct Category Ids in the settings, or the id that was asked for."),
    ),
    "category.same_name": CauseText(
        N_("Two categories “{name}”"),
        N_("Two categories below one parent have this name; Omnitron keeps one of them."),
        N_("Rename the node in Omnitron that is in its way, then run Category Node again."),
    ),
    "category.refused": CauseText(
        N_("Omnitron refuses a category"),
        N_("Omnitron said: {text}"),
        N_("Mend what it names; the next run tries again."),
    ),
    "product.category_closed": CauseText(
        N_("Category “{category}” closed"),
        N_("Hepsiburada takes no new products in this category any more."),
        N_("Move the product to another category in Omnitron; this then closes by itself."),
    ),
    "attribute.now_mandatory": CauseText(
        N_("“{attribute}” now mandatory"),
        N_("Hepsiburada demands this attribute in {category}; products there: {products}."),
        N_("Map it in the Mapper, or fill it in Omnitron; then close this entry."),
    ),
}
