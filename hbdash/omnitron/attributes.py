"""Calls about attribute sets, attributes and values (O§7.4, O§7.5), row by row.

The bulk routes of O§7.7 have no known path. Every `create_*` may answer with a `Refused`: the row
is there already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hbdash.omnitron.calls import PAGE, Calls, M, Page, joined, slices
from hbdash.omnitron.models.batch import IntegrationAction
from hbdash.omnitron.models.catalogue import AttributeValue
from hbdash.omnitron.models.categories import (
    Attribute,
    AttributeSchema,
    AttributeSet,
    SetConfig,
    ValueConfig,
)
from hbdash.transport.wire import parse_one

CATEGORY_NODE = "categorynode"
ATTRIBUTE_VALUE = "marketplaceattributevalue"


class AttributeCalls(Calls):
    """Everything of a category's attributes but reading its configs, which the Mapper needs too."""

    def attribute_set_of(self, remote_id: str) -> AttributeSet | None:
        """The set of a category, by the marketplace's id of it."""
        params = {"remote_id__exact": remote_id, "channel": self.channel_id}
        found = self._all(self._path("attribute_sets"), AttributeSet, params)
        return next((one for one in found if one.remote_id == remote_id), None)

    def create_attribute_set(self, name: str, remote_id: str) -> AttributeSet:
        """A set for a category, or for the whole channel."""
        return self._create_row("attribute_sets", AttributeSet, name=name, remote_id=remote_id)

    def rename_attribute_set(self, pk: int, name: str) -> None:
        """Give a set its category's new name."""
        path = self._path("attribute_sets", pk)
        self.remote.request("PATCH", path, json={"name": name}, repeatable=True)

    def set_configs(self, attribute_set: int) -> tuple[SetConfig, ...]:
        """What a set belongs to."""
        params = {"attribute_set": attribute_set, "content_type__model__exact": CATEGORY_NODE}
        found = self._all(self._path("attribute_set_configs"), SetConfig, params)
        return tuple(one for one in found if one.attribute_set == attribute_set)

    def create_set_config(self, attribute_set: int, node: int | None) -> None:
        """Tie a set to a node; None: to the whole channel (O§7.6)."""
        body = {
            "attribute_set": attribute_set,
            "object_id": node,
            "content_type": CATEGORY_NODE,
        }
        self.remote.request("POST", self._path("attribute_set_configs"), json=body)

    def attribute_named(self, name: str) -> Attribute | None:
        """The channel's attribute of exactly that name; there is at most one."""
        params = {"name": name, "channel": self.channel_id}
        found = self._all(self._path("attributes"), Attribute, params)
        return next((one for one in found if one.name == name), None)

    def create_attribute(self, name: str) -> Attribute:
        """An attribute."""
        return self._create_row("attributes", Attribute, name=name)

    def schema_named(self, name: str) -> AttributeSchema | None:
        """The Mapper's rule set of exactly that name."""
        params = {"name": name, "channel": self.channel_id}
        found = self._all(self._path("attribute_schemas"), AttributeSchema, params)
        return next((one for one in found if one.name == name), None)

    def create_schema(self, name: str) -> AttributeSchema:
        """An empty rule set, for users to fill."""
        return self._create_row("attribute_schemas", AttributeSchema, name=name, schema={})

    def create_attribute_config(
        self, attribute_set: int, attribute: int, remote_id: str, flags: Mapping[str, bool]
    ) -> None:
        """What a set asks of an attribute. flags: `is_required` and its sisters (O§7.4 step 7)."""
        body = {
            "attribute_set": attribute_set,
            "attribute": attribute,
            "attribute_remote_id": remote_id,
            "is_meta": False,
            **flags,
        }
        self.remote.request("POST", self._path("attribute_configs"), json=body)

    def patch_attribute_config(self, pk: int, changes: Mapping[str, object]) -> None:
        """Write the given fields. Harmless twice."""
        path = self._path("attribute_configs", pk)
        self.remote.request("PATCH", path, json=dict(changes), repeatable=True)

    def attribute_value_pages(
        self, attribute: int, *, limit: int = PAGE
    ) -> Iterator[Page[AttributeValue]]:
        """The values of an attribute, page by page: there may be 100,000."""
        params = {"attribute": attribute, "sort": "id"}
        return self._pages(self._path("attribute_values"), AttributeValue, params, limit=limit)

    def create_attribute_value(self, attribute: int, label: str, value: str) -> AttributeValue:
        """A value. value: the marketplace's id of it."""
        return self._create_row(
            "attribute_values", AttributeValue, attribute=attribute, label=label, value=value
        )

    def values_with_action(self, value_pks: Sequence[int]) -> set[int]:
        """Which of these values have an integration action."""
        path = self._path("integration_actions")
        found: set[int] = set()
        for portion in slices(value_pks):
            params = {
                "content_type_name": ATTRIBUTE_VALUE,
                "object_id__in": joined(portion),
                "sort": "id",
            }
            rows = self._all(path, IntegrationAction, params)
            found |= {row.object_id for row in rows}
        return found

    def value_config_pages(
        self, attribute_set: int, *, limit: int = PAGE
    ) -> Iterator[Page[ValueConfig]]:
        """The values that a set takes, page by page."""
        params = {"attribute_set": attribute_set, "sort": "id"}
        path = self._path("attribute_value_configs")
        return self._pages(path, ValueConfig, params, limit=limit)

    def create_value_config(self, attribute_set: int, attribute_value: int) -> None:
        """That a set takes a value."""
        body = {"attribute_set": attribute_set, "attribute_value": attribute_value}
        self.remote.request("POST", self._path("attribute_value_configs"), json=body)

    def _create_row(self, resource: str, model: type[M], **body: object) -> M:
        body["channel"] = self.channel_id
        reply = self.remote.request("POST", self._path(resource), json=body)
        return parse_one(model, reply.json(), reply)
