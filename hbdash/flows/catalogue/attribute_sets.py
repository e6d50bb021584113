"""Omnitron's side of a category's attributes: set, attributes, configs (O§7.4 steps 3 to 8)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from hbdash.flows.catalogue.wanted import Before, Target, Wanted
from hbdash.omnitron.models.catalogue import AttributeConfig
from hbdash.runs.context import RunContext
from hbdash.transport.errors import Refused

ATTRIBUTE = "marketplaceattribute"


@dataclass
class SetWriter:
    """Writes what differs in one category's set. writes: calls that changed something."""

    ctx: RunContext
    target: Target
    writes: int = 0
    set_pk: int = 0
    by_remote: dict[str, AttributeConfig] = field(default_factory=dict)
    by_attribute: dict[int, AttributeConfig] = field(default_factory=dict)

    def open(self) -> None:
        """Find or make the set, tie it to its node, and read what it asks for."""
        omnitron, target = self.ctx.omnitron, self.target
        found = omnitron.attribute_set_of(target.remote_id)
        if found is None:
            self.ctx.before_write()
            found = omnitron.create_attribute_set(target.name, target.remote_id)
            self.writes += 1
        elif found.name != target.name:
            self.ctx.before_write()
            omnitron.rename_attribute_set(found.pk, target.name)
            self.writes += 1
        self.set_pk = found.pk
        if found.pk != target.set_pk:
            tied = {one.object_id for one in omnitron.set_configs(found.pk)}
            if target.node_pk not in tied:
                self.ctx.before_write()
                omnitron.create_set_config(found.pk, target.node_pk)
                self.writes += 1
        for config in omnitron.attribute_configs(found.pk):
            if config.attribute_remote_id is not None:
                self.by_remote.setdefault(config.attribute_remote_id, config)
            self.by_attribute[config.attribute_pk] = config

    def bring(self, one: Wanted, before: Before | None, at_market: Collection[str]) -> int:
        """Bring one attribute into step; its number in Omnitron. at_market: ids that count."""
        config = self.by_remote.get(one.id)
        pk = config.attribute_pk if config is not None else self._attribute(one.name)
        if before is None or before.attribute_pk != pk:
            self._name(pk, one)
            self._schema(config.name if config is not None else one.name)
        if config is None:
            config = self.by_attribute.get(pk)
        if config is None:
            self.ctx.before_write()
            self.ctx.omnitron.create_attribute_config(self.set_pk, pk, one.id, one.flags)
            self.writes += 1
            return pk
        changes: dict[str, object] = {
            name: value for name, value in one.flags.items() if getattr(config, name) != value
        }
        if config.attribute_remote_id != one.id and config.attribute_remote_id not in at_market:
            # Hepsiburada gave the attribute a new id; the name, and so the mapping, stays.
            changes["attribute_remote_id"] = one.id
        self._patch(config.pk, changes)
        return pk

    def release(self, at_market: Collection[str]) -> None:
        """What Hepsiburada asks for no longer stays, but must not stop a product."""
        for remote_id, config in self.by_remote.items():
            if remote_id not in at_market and config.is_required:
                self._patch(config.pk, {"is_required": False})

    def touch(self) -> None:
        """Move the node's date, and the version of its action to it (O§7.4 step 10)."""
        node, omnitron = self.target.node_pk, self.ctx.omnitron
        if node is None:
            return
        self.ctx.before_write()
        touched = omnitron.patch_node(node, self.target.name)
        actions = omnitron.integration_actions("categorynode", object_ids=[node])
        for action in actions:
            if action.remote_id == self.target.remote_id:
                omnitron.patch_action(action.pk, version_date=touched.modified_date)

    def _attribute(self, name: str) -> int:
        found = self.ctx.omnitron.attribute_named(name)
        if found is None:
            self.ctx.before_write()
            found = self.ctx.omnitron.create_attribute(name)
            self.writes += 1
        return found.pk

    def _name(self, pk: int, one: Wanted) -> None:
        """Say that the attribute is this one of Hepsiburada's; it may be several."""
        omnitron = self.ctx.omnitron
        actions = omnitron.integration_actions(ATTRIBUTE, object_ids=[pk])
        if any(action.remote_id == one.id for action in actions):
            return
        self.ctx.before_write()
        try:
            omnitron.create_action(omnitron.content_type(ATTRIBUTE).pk, pk, one.id, self.ctx.now())
        except Refused:
            return  # the answer to an earlier try was lost
        self.writes += 1

    def _schema(self, name: str) -> None:
        """An empty rule set of the Mapper, for users to fill."""
        wanted = f"{self.ctx.channel.remote_id} {name} Schema"
        if self.ctx.omnitron.schema_named(wanted) is None:
            self.ctx.before_write()
            self.ctx.omnitron.create_schema(wanted)
            self.writes += 1

    def _patch(self, config: int, changes: dict[str, object]) -> None:
        if changes:
            self.ctx.before_write()
            self.ctx.omnitron.patch_attribute_config(config, changes)
            self.writes += 1
