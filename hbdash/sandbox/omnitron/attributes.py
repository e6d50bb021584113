"""Attribute sets, attributes, their configs, schemas and values, read and written (O§7.4, O§7.5).

Lists honour every filter that the calls of O§7.4 use; a twin of a row is a 406.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from hbdash.sandbox.omnitron import contenttypes
from hbdash.sandbox.omnitron.fields import (
    Field,
    boolean,
    clean,
    integer,
    mapping,
    reference,
    text,
)
from hbdash.sandbox.omnitron.listing import Source, flag, keys, lookups, number
from hbdash.sandbox.omnitron.resources import Resource, Shape, resource
from hbdash.sandbox.omnitron.web import Call
from hbdash.sandbox.omnitron.wire import invalid, iso


def _base(row: sqlite3.Row) -> dict[str, Any]:
    return {"pk": row["pk"], "id": row["pk"], "modified_date": iso(row["modified"])}


def _set(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    return {
        **_base(row),
        "name": row["name"],
        "remote_id": row["remote_id"],
        "channel": call.world.channel_id,
    }


def _set_config(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    return {
        **_base(row),
        "attribute_set": row["attribute_set"],
        "object_id": row["object_id"],
        "content_type": contenttypes.wire(row["content_type"]),
        "url": f"{call.world.base_url}/attribute_set_configs/{row['pk']}/",
    }


def _attribute(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    return {
        **_base(row),
        "name": row["name"],
        "channel": call.world.channel_id,
        "locale_attribute_schema": None,
    }


def _schema(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    return {
        **_base(row),
        "name": row["name"],
        "schema": json.loads(row["schema"]),
        "channel": call.world.channel_id,
    }


def _config(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    return {
        **_base(row),
        "attribute_set": row["attribute_set"],
        "attribute_set_name": row["set_name"],
        "attribute": row["attribute"],
        "attribute_name": row["attribute_name"],
        "attribute_remote_id": row["remote_id"],
        "is_required": bool(row["is_required"]),
        "is_variant": bool(row["is_variant"]),
        "is_custom": bool(row["is_custom"]),
        "is_image_attribute": bool(row["is_image_attribute"]),
        "is_meta": bool(row["is_meta"]),
        "locale_attribute_schema": None,
    }


def _detailed(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    nested = {
        name: {"pk": row[name], "id": row[name], "name": row[label]}
        for name, label in (("attribute", "attribute_name"), ("attribute_set", "set_name"))
    }
    return {**_config(call, row), **nested}


def _value(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    return {
        **_base(row),
        "attribute": row["attribute"],
        "label": row["label"],
        "value": row["value"],
        "channel": call.world.channel_id,
    }


def _value_config(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    return {
        **_base(row),
        "attribute_set": row["attribute_set"],
        "attribute_value": row["attribute_value"],
    }


def _of(call: Call, table: str) -> Field:
    return Field(reference(call.db, table), required=True)


_NAME = Field(text(255, blank=False), required=True)
_CHANNEL = Field(integer, required=True)
_OFF = Field(boolean, default=False)

_SETS = resource(
    "attribute_sets", "om_attribute_set", _set,
    lambda call: {"name": _NAME, "remote_id": Field(text(255), required=True),
                  "channel": _CHANNEL},
    lookups("name", "t.name") | lookups("remote_id", "t.remote_id"), ("remote_id",),
)  # fmt: skip
_ATTRIBUTES = resource(
    "attributes", "om_attribute", _attribute,
    lambda call: {"name": _NAME, "channel": _CHANNEL},
    lookups("name", "t.name"), ("name",),
)  # fmt: skip
_SCHEMAS = resource(
    "attribute_schemas", "om_attribute_schema", _schema,
    lambda call: {"name": _NAME, "schema": Field(mapping, required=True), "channel": _CHANNEL},
    lookups("name", "t.name"), ("name",),
)  # fmt: skip
_VALUES = resource(
    "attribute_values", "om_attribute_value", _value,
    lambda call: {"attribute": _of(call, "om_attribute"), "label": _NAME,
                  "value": Field(text(255), required=True), "channel": _CHANNEL},
    lookups("attribute", "t.attribute", number) | lookups("label", "t.label")
    | lookups("value", "t.value"), ("attribute", "value"),
)  # fmt: skip
_VALUE_CONFIGS = resource(
    "attribute_value_configs", "om_attribute_value_config", _value_config,
    lambda call: {"attribute_set": _of(call, "om_attribute_set"),
                  "attribute_value": _of(call, "om_attribute_value")},
    lookups("attribute_set", "t.attribute_set", number)
    | lookups("attribute_value", "t.attribute_value", number),
    ("attribute_set", "attribute_value"),
)  # fmt: skip


class _SetConfigs(Resource):
    """Which category a set is for; one without an object is the whole channel's (O§7.6)."""

    def values(self, call: Call, *, partial: bool = False) -> dict[str, Any]:
        body = call.document
        content_type = contenttypes.from_body(body)
        values = clean(body, self.fields(call), partial=partial)
        if content_type != contenttypes.CATEGORY_NODE:
            raise invalid("content_type", "This content type has no attribute sets.")
        known = (
            values["object_id"] is None
            or call.db.execute(
                "SELECT 1 FROM om_category_node WHERE pk = ?", (values["object_id"],)
            ).fetchone()
        )
        if not known:
            raise invalid("object_id", "object does not exist.", "does_not_exist")
        call.db.execute(
            "UPDATE om_attribute_set SET node = ? WHERE pk = ?",
            (values["object_id"], values["attribute_set"]),
        )
        return values | {"content_type": content_type}


class _Configs(Resource):
    """What a set asks of an attribute."""

    def values(self, call: Call, *, partial: bool = False) -> dict[str, Any]:
        values = super().values(call, partial=partial)
        if "attribute_remote_id" in values:
            values["remote_id"] = values.pop("attribute_remote_id")
        if "attribute" in values:
            values["attribute_name"] = call.db.execute(
                "SELECT name FROM om_attribute WHERE pk = ?", (values["attribute"],)
            ).fetchone()["name"]
        return values


def _config_fields(call: Call) -> dict[str, Field]:
    return {
        "attribute_set": _of(call, "om_attribute_set"),
        "attribute": _of(call, "om_attribute"),
        "attribute_remote_id": Field(text(255, blank=False), required=True),
        "is_required": _OFF,
        "is_variant": _OFF,
        "is_custom": _OFF,
        "is_image_attribute": _OFF,
        "is_meta": _OFF,
    }


def _set_config_resource() -> Resource:
    source = Source(
        "om_attribute_set_config t",
        lambda call, rows: [_set_config(call, row) for row in rows],
        keys()
        | lookups("attribute_set", "t.attribute_set", number)
        | lookups("object_id", "t.object_id", number)
        | lookups("content_type__model", "t.content_type", contenttypes.parse_model)
        | lookups("object_id__isnull", "(t.object_id IS NULL)", flag),
    )
    return _SetConfigs(
        "attribute_set_configs", "om_attribute_set_config", source, _set_config,
        lambda call: {"attribute_set": _of(call, "om_attribute_set"),
                      "object_id": Field(integer, null=True, default=None)},
        ("attribute_set", "object_id", "content_type"),
    )  # fmt: skip


def _configs_resource(shape: Shape) -> Resource:
    source = Source(
        "om_attribute_config t JOIN om_attribute_set s ON s.pk = t.attribute_set",
        lambda call, rows: [shape(call, row) for row in rows],
        keys()
        | lookups("attribute_set", "t.attribute_set", number)
        | lookups("attribute", "t.attribute", number),
        columns="t.*, s.name AS set_name",
    )
    return _Configs(
        "attribute_configs", "om_attribute_config", source, shape, _config_fields,
        ("attribute_set", "attribute"),
    )  # fmt: skip


_CONFIGS, _CONFIGS_DETAILED = _configs_resource(_config), _configs_resource(_detailed)

ROUTES: dict[str, Any] = {
    **_SETS.routes(),
    **_set_config_resource().routes(),
    **_ATTRIBUTES.routes(),
    **_SCHEMAS.routes(),
    "attribute_configs/detailed/": {"GET": _CONFIGS_DETAILED.index},
    **_CONFIGS.routes(),
    **_VALUES.routes(),
    **_VALUE_CONFIGS.routes(),
}
"""Path under channel/{c}/ → method → handler."""
