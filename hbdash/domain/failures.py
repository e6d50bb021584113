"""Every kind of failure, as data (flows §11): who can help, is the cause watched, which penalty.

The id and the parameters that name the cause make the fingerprint, which turns forty failures into
one line. The words are in `hbdash.texts.causes`, under the same ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2s

from hbdash.domain.turkish import fold

#: Stands for productstock or productprice, whichever value of the offer failed.
OFFER = "offer"


class FailureKind(StrEnum):
    """What helps: try again, wait for a person's cure, or nothing: stop now."""

    TRANSIENT = "transient"
    PERSON = "person"
    HOPELESS = "hopeless"


@dataclass(frozen=True)
class FailureSpec:
    """One row of the table of flows §11.

    watched: a cheap check can tell that the cause is gone (design rule 8).
    content_type: whose penalty block counts; None = no penalty; `OFFER` = the value's own type.
    cause_params: parameters that name the cause, hence the fingerprint.
    remedy_action: the action of hbdash that cures it or leads to the cure, or None.
    """

    id: str
    kind: FailureKind
    watched: bool = False
    content_type: str | None = None
    cause_params: tuple[str, ...] = ()
    remedy_action: str | None = None

    @property
    def remedy(self) -> str:
        """Id of its remedy in `hbdash.domain.remedies`; nothing to do is one, too."""
        return self.remedy_action or "wait"


_T, _P, _H = FailureKind.TRANSIENT, FailureKind.PERSON, FailureKind.HOPELESS

_ALL = (
    # Calls to the two sides; the breaker waits, records get no penalty.
    FailureSpec("remote.unreachable", _T, cause_params=("side", "service")),
    FailureSpec("remote.timeout", _T, cause_params=("side", "service")),
    FailureSpec("remote.rate", _T, cause_params=("side", "service")),
    FailureSpec("remote.server", _T, cause_params=("side", "service")),
    FailureSpec("remote.auth", _P, cause_params=("side", "status"), remedy_action="settings.open"),
    FailureSpec("remote.wall", _P, cause_params=("side", "status"), remedy_action="ticket.copy"),
    FailureSpec("remote.shape", _H, cause_params=("side", "endpoint", "field"),
                remedy_action="ticket.copy"),
    FailureSpec("remote.refused", _P, cause_params=("side", "endpoint", "status"),
                remedy_action="log.open"),
    FailureSpec("import.bad_number", _H, content_type="product", remedy_action="ticket.copy"),
    FailureSpec("internal.error", _H, cause_params=("error",), remedy_action="ticket.copy"),
    # The channel and its settings.
    FailureSpec("channel.unknown", _P, cause_params=("channel",), remedy_action="check.run"),
    FailureSpec("channel.inactive", _P, cause_params=("channel",), remedy_action="settings.open"),
    FailureSpec("setting.missing", _P, cause_params=("key",), remedy_action="settings.open"),
    FailureSpec("setting.invalid", _P, cause_params=("key",), remedy_action="settings.open"),
    FailureSpec("flag.off", _P, cause_params=("flag",), remedy_action="settings.open"),
    FailureSpec("batch.locked", _T, cause_params=("content_type",)),
    # Products.
    FailureSpec("product.no_category", _P, True, "product", (), "catalogue.open"),
    FailureSpec("product.many_categories", _P, True, "product", (), "catalogue.open"),
    FailureSpec("product.no_image", _P, True, "product", (), "omnitron.product"),
    FailureSpec("product.category_mismatch", _P, True, "product", ("category",),
                "catalogue.open"),
    FailureSpec("mapping.refused", _P, True, "product", ("attribute", "category"),
                "flow.category_attributes"),
    FailureSpec("attribute.missing", _P, True, "product", ("attribute", "category"),
                "flow.category_attributes"),
    FailureSpec("attribute.value_unknown", _P, True, "product", ("attribute", "category"),
                "flow.category_attributes"),
    FailureSpec("attribute.same_name", _P, True, "product", ("attribute", "category"),
                "flow.category_attributes"),
    FailureSpec("product.refused", _P, False, "product", ("attribute", "text"),
                "products.touch"),
    FailureSpec("product.blocked", _P, False, "product", ("text",), "products.touch"),
    FailureSpec("product.missing_info", _P, False, "product", ("attribute", "text"),
                "products.touch"),
    FailureSpec("product.barcode_twice", _P, False, "product", ("barcode",), "products.touch"),
    FailureSpec("product.sku_collision", _P, False, "product", ("sku",), "omnitron.product"),
    FailureSpec("ticket.rejected", _P, False, "product", ("attribute", "text"),
                "products.touch"),
    FailureSpec("product.no_result", _T, True, "product"),
    FailureSpec("product.in_progress", _T, True, "product"),
    FailureSpec("product.pre_matched", _P, True, remedy_action="products.prematch"),
    FailureSpec("product.not_in_queue", _P, cause_params=("reason",), remedy_action="why.open"),
    # The category tree and its attributes.
    FailureSpec("catalogue.shrunk", _P, False, None, ("what", "category", "attribute"),
                "log.open"),
    FailureSpec("category.unknown", _P, False, None, ("category",), "settings.open"),
    FailureSpec("category.same_name", _P, False, None, ("category",), "catalogue.open"),
    FailureSpec("category.refused", _P, False, None, ("text",), "log.open"),
    FailureSpec("product.category_closed", _P, True, None, ("category",), "catalogue.open"),
    FailureSpec("attribute.now_mandatory", _P, False, None, ("attribute", "category"),
                "catalogue.open"),
    # Stock and price.
    FailureSpec("stock.missing", _P, True, "productstock", (), "omnitron.stock"),
    FailureSpec("stock.zero_on_create", _P, True, "productstock", (), "omnitron.stock"),
    FailureSpec("price.missing", _P, True, "productprice", (), "omnitron.price"),
    FailureSpec("price.currency", _P, False, "productprice", ("currency",), "omnitron.price"),
    FailureSpec("price.locked", _P, True, "productprice", ("bound",), "omnitron.price"),
    FailureSpec("offer.no_listing", _T, True, OFFER),
    FailureSpec("offer.not_taken", _P, False, OFFER, (), "why.open"),
    FailureSpec("offer.second_writer", _P, False, OFFER, ("kind",), "why.open"),
    FailureSpec("offer.held", _P, cause_params=("guard",), remedy_action="held.open"),
    FailureSpec("upload.row", _P, True, OFFER, ("name",), "why.open"),
    FailureSpec("upload.too_many", _T),
    FailureSpec("upload.quota", _T),
    FailureSpec("upload.failed", _T),
    FailureSpec("upload.no_result", _T, False, OFFER),
    # Orders and packages.
    FailureSpec("order.address", _P, True, "order", ("level", "name", "parent"),
                "omnitron.address"),
    FailureSpec("order.product_unknown", _P, True, "order", ("sku",), "why.open"),
    FailureSpec("order.cargo_unmapped", _P, True, "order", ("cargo",), "settings.open"),
    FailureSpec("order.amount_mismatch", _P, False, "order", (), "ticket.copy"),
    FailureSpec("order.currency", _P, False, "order", ("currency",), "ticket.copy"),
    FailureSpec("order.number_format", _P, False, "order", (), "settings.open"),
    FailureSpec("order.return_open", _P, True, "order", (), "refunds.open"),
    FailureSpec("order.too_old", _P, False, "order", (), "orders.open"),
    FailureSpec("order.backwards", _H, False, "order"),
    FailureSpec("order.no_tracking_url", _P, True, "order", ("cargo",), "settings.open"),
    FailureSpec("order.step_refused", _P, False, "order", ("step", "text"), "orders.open"),
    FailureSpec("order.cancelled_here", _P, True, None, (), "orders.open"),
    FailureSpec("pack.address_change", _T),
    FailureSpec("pack.refused", _P, False, "order", ("text",), "orders.open"),
    FailureSpec("invoice.refused", _P, False, "order", ("status",), "orders.open"),
    FailureSpec("cancel.item_shipped", _P, False, "order", (), "orders.open"),
    FailureSpec("split.payload", _P, False, "order", (), "log.open"),
    FailureSpec("split.not_open", _P, False, "order", (), "orders.open"),
    FailureSpec("split.refused", _P, False, "order", ("text",), "orders.open"),
    FailureSpec("split.lost", _P, False, "order", (), "orders.open"),
    # Claims.
    FailureSpec("claim.item_unknown", _P, True, "cancellationrequest", ("type",),
                "refunds.open"),
    FailureSpec("claim.disagree", _P, False, "cancellationrequest", ("type",), "refunds.open"),
    FailureSpec("claim.not_open", _P, False, "cancellationrequest", ("type",), "refunds.open"),
    FailureSpec("claim.portal_only", _P, False, "cancellationrequest", ("type",),
                "refunds.open"),
    FailureSpec("claim.refused", _P, False, "cancellationrequest", ("type",), "refunds.open"),
    FailureSpec("claim.expired", _H, False, "cancellationrequest", ("type",), "refunds.open"),
    FailureSpec("claim.decided", _H, False, "cancellationrequest", ("type",), "refunds.open"),
    FailureSpec("claim.foreign_request", _P, False, "cancellationrequest", (), "refunds.open"),
)  # fmt: skip

#: Failure id → what is known about it.
FAILURES: dict[str, FailureSpec] = {spec.id: spec for spec in _ALL}

#: Names of upload errors that end by themselves (flows §11, H§17.6).
_PASSING_ROW_ERRORS = frozenset(
    {"listingdeletedrecently", "discountedlistingpriceincrease", "discountedlistingstockdecrease"}
)


def spec(failure_id: str) -> FailureSpec:
    """The row of that id. Raises KeyError for an id that is in no table: a mistake of ours."""
    return FAILURES[failure_id]


def kind_of(failure_id: str, params: Mapping[str, object]) -> FailureKind:
    """As `spec(id).kind`; of upload rows some names end by themselves."""
    if failure_id == "upload.row" and str(params.get("name", "")).lower() in _PASSING_ROW_ERRORS:
        return FailureKind.TRANSIENT
    return FAILURES[failure_id].kind


def penalty_type(failure_id: str, offer_type: str | None = None) -> str | None:
    """Content type whose penalty the record gets, None for none.

    offer_type: "productstock" or "productprice", for failures that either value may meet.
    """
    content_type = FAILURES[failure_id].content_type
    return offer_type if content_type == OFFER else content_type


def fingerprint(failure_id: str, params: Mapping[str, object]) -> str:
    """The cause in at most 200 letters: the id and the parameters that name the cause.

    Never rendered text, so it is the same in every language; spellings of one place are one.
    Other parameters (an order number) do not change it.
    """
    named = FAILURES[failure_id].cause_params
    parts = [f"{name}={_value(params.get(name))}" for name in named]
    text = "|".join((failure_id, *parts))
    if len(text) <= 200:
        return text
    return f"{text[:167]}#{blake2s(text.encode(), digest_size=16).hexdigest()}"


def _value(value: object) -> str:
    text = "" if value is None else fold(str(value))
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("=", "\\=").replace("\x00", "")
