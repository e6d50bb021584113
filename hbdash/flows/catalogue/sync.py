"""One category into step: what changed at Hepsiburada, what Omnitron lacks, whom it wakes.

Category Attributes, Default Attributes and Compare Attributes all do this; they differ in which
categories they take and in what they make of a closed one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select, update

from hbdash.flows.catalogue.attribute_sets import SetWriter
from hbdash.flows.catalogue.errors import Shrunk, is_shrunk, shrunk
from hbdash.flows.catalogue.faults import note_category_fault
from hbdash.flows.catalogue.keeping import change, note_changes
from hbdash.flows.catalogue.members import product_counts, wake
from hbdash.flows.catalogue.value_rows import ValueResult
from hbdash.flows.catalogue.values import ValueSync
from hbdash.flows.catalogue.wanted import AttributeChange, Before, Target, Wanted, changes
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of, upsert
from hbdash.store.tables import Category, CategoryAttribute
from hbdash.texts.catalogue import (
    attribute_change,
    category_changed,
    category_written,
    change_text,
)
from hbdash.transport.errors import Refused


@dataclass
class _Outcome:
    """What a category's turn brought."""

    before: Mapping[str, Before]
    changes: list[AttributeChange]
    pks: dict[str, int] = field(default_factory=dict)
    values: dict[str, ValueResult] = field(default_factory=dict)
    failed: bool = False


class CategorySync:
    """One per run."""

    def __init__(self, ctx: RunContext) -> None:
        self._ctx = ctx
        self._values = ValueSync(ctx)

    def bring(self, target: Target, wanted: Mapping[str, Wanted], others: frozenset[str]) -> None:
        """Bring a category (or the channel's own attributes) into step, and count it.

        others: ids that Hepsiburada knows besides, so that they do not count as gone.
        """
        ctx = self._ctx
        before = self._before(target)
        if ctx.dry_run:
            # What changed is told; values are not read, and nothing is written on either side.
            self._tell(target, changes(before, wanted) if not target.is_first else [], 0, 0)
            ctx.progress.skipped += 1
            self._settle()
            return
        if is_shrunk(len(wanted), len(before)) and not ctx.request.keys:
            self._fault(target, shrunk("attributes", len(wanted), len(before), target.name))
            self._settle()
            return
        at_market = frozenset(wanted) | others
        writer = SetWriter(ctx, target)
        try:
            writer.open()
        except Refused as error:
            self._refused(target, "", error)
            self._settle()
            return
        outcome = _Outcome(before, self._changes(target, before, wanted, writer, others))
        for one in wanted.values():
            ctx.go_on()
            self._one(target, one, writer, outcome, at_market)
        try:
            writer.release(at_market)
        except Refused as error:
            self._refused(target, "", error)
            outcome.failed = True
        writes = writer.writes + sum(result.writes for result in outcome.values.values())
        if writes:
            writer.touch()
        self._keep(target, wanted, writer, outcome, writes)

    def _one(
        self,
        target: Target,
        one: Wanted,
        writer: SetWriter,
        outcome: _Outcome,
        at_market: frozenset[str],
    ) -> None:
        if one.same_name_as is not None:
            params = {"attribute": one.name, "category": target.name, "id": one.id}
            note_category_fault(
                self._ctx, _key(target, one.id), "attribute.same_name", params,
                kind="attribute", counts=False,
            )  # fmt: skip
            return
        before = outcome.before.get(one.id)
        try:
            pk = writer.bring(one, before, at_market)
            if one.is_enum:
                outcome.values[one.id] = result = self._values.bring(
                    target, one, pk, writer.set_pk, before
                )
                if result.refused is not None:
                    self._refused(target, one.name, result.refused)
                    outcome.failed = True
            outcome.pks[one.id] = pk
        except Shrunk as error:
            self._fault(target, error)
            outcome.failed = True
        except Refused as error:
            self._refused(target, one.name, error)
            outcome.failed = True

    def _changes(
        self,
        target: Target,
        before: Mapping[str, Before],
        wanted: Mapping[str, Wanted],
        writer: SetWriter,
        others: frozenset[str],
    ) -> list[AttributeChange]:
        """Against our table; before the first reading, against what Omnitron has of an earlier
        program."""
        if not target.is_first:
            return changes(before, wanted)
        there = {
            remote_id: Before(
                config.name, wanted[remote_id].kind if remote_id in wanted else "",
                config.is_required, config.is_variant,
            )
            for remote_id, config in writer.by_remote.items()
            if remote_id not in others
        }  # fmt: skip
        return changes(there, wanted) if there and target.category_id else []

    def _keep(
        self,
        target: Target,
        wanted: Mapping[str, Wanted],
        writer: SetWriter,
        outcome: _Outcome,
        writes: int,
    ) -> None:
        """Our tables, history, log, failures and the wake-up call, in one commit."""
        ctx = self._ctx
        now = ctx.now()
        found = outcome.changes + _value_changes(target, wanted, outcome)
        with ctx.db.read() as connection:
            counts = product_counts(connection, ctx.channel_id, [target.category_id])
        products = counts.get(target.category_id, 0)
        self._tell(target, found, writes, products)
        self._note_mandatory(target, found, products)
        if not outcome.failed:
            ctx.failures.passed("category", target.category_id or target.remote_id)
            ctx.progress.ok += 1
        for one in wanted.values():
            if one.same_name_as is None and not one.is_mandatory:
                ctx.failures.passed("attribute", _key(target, one.id))
        with ctx.commit() as connection:
            upsert(
                connection, CategoryAttribute,
                self._rows(target, wanted, outcome),
                key=("channel_id", "category_id", "attribute_id"),
            )  # fmt: skip
            t = table_of(CategoryAttribute)
            gone = [one.attribute_id for one in found if one.kind == "removed"]
            for attribute_id in gone:
                ctx.failures.passed("attribute", _key(target, attribute_id))
            connection.execute(
                update(t)
                .where(
                    t.c.channel_id == ctx.channel_id,
                    t.c.category_id == target.category_id,
                    t.c.attribute_id.in_(gone),
                )
                .values(gone_at=now)
            )
            c = table_of(Category)
            read = {"set_pk": writer.set_pk} | ({} if outcome.failed else {"attributes_at": now})
            connection.execute(
                update(c)
                .where(c.c.channel_id == ctx.channel_id, c.c.category_id == target.category_id)
                .values(**read)
            )
            rows = [
                change(ctx.channel_id, ctx.run_id, target.category_id, one.kind, now,
                       one.detail, one.attribute_id)
                for one in found
            ]  # fmt: skip
            note_changes(connection, rows)
            if found or writes:
                wake(ctx, connection, target.node_pk)

    def _rows(
        self, target: Target, wanted: Mapping[str, Wanted], outcome: _Outcome
    ) -> list[dict[str, object]]:
        rows = []
        for one in wanted.values():
            before, result = outcome.before.get(one.id), outcome.values.get(one.id)
            count = before.value_count if before is not None else None
            digest = before.value_hash if before is not None else ""
            if result is not None:
                count, digest = result.count, result.hash
            rows.append(
                {
                    "channel_id": self._ctx.channel_id,
                    "category_id": target.category_id,
                    "attribute_id": one.id,
                    "name": one.name,
                    "kind": one.kind,
                    "is_mandatory": one.is_mandatory,
                    "is_variant": one.is_variant,
                    "attribute_pk": outcome.pks.get(one.id),
                    "value_count": count if one.is_enum else None,
                    "value_hash": digest if one.is_enum else "",
                    "same_name_as": one.same_name_as,
                    "gone_at": None,
                }
            )
        return rows

    def _before(self, target: Target) -> dict[str, Before]:
        t = table_of(CategoryAttribute)
        with self._ctx.db.read() as connection:
            rows = connection.execute(
                select(t).where(
                    t.c.channel_id == self._ctx.channel_id,
                    t.c.category_id == target.category_id,
                    t.c.gone_at.is_(None),
                )
            ).mappings()
            return {
                row["attribute_id"]: Before(
                    row["name"], row["kind"], row["is_mandatory"], row["is_variant"],
                    row["attribute_pk"], row["value_count"], row["value_hash"],
                )
                for row in rows
            }  # fmt: skip

    def _tell(
        self, target: Target, found: list[AttributeChange], writes: int, products: int
    ) -> None:
        """One line for what Hepsiburada changed, or for what was written of the category."""
        if found:
            said = [
                attribute_change(one.name, change_text(one.kind, one.detail)) for one in found[:20]
            ]
            message = category_changed(target.name, said, products)
        elif writes:
            message = category_written(target.name, writes)
        else:
            return
        level = "warning" if products and _takes_away(found) else "info"
        self._ctx.journal.add(
            level, "ok", message, kind="category", key=target.category_id,
            code="category.changed" if found else "category.written",
            params={"changes": len(found), "writes": writes, "products": products},
        )  # fmt: skip

    def _note_mandatory(self, target: Target, found: list[AttributeChange], products: int) -> None:
        """A new demand is work for a person, wherever products stand (flows §3)."""
        for one in found:
            demanded = one.kind == "mandatory" or (
                one.kind == "added" and bool(one.detail.get("mandatory"))
            )
            if demanded and products:
                params = {
                    "attribute": one.name,
                    "category": target.name,
                    "products": str(products),
                }
                note_category_fault(
                    self._ctx, _key(target, one.attribute_id), "attribute.now_mandatory", params,
                    kind="attribute", counts=False,
                )  # fmt: skip

    def _refused(self, target: Target, attribute: str, error: Refused) -> None:
        params = {"name": target.name, "attribute": attribute, "text": error.reason}
        self._fault_of(target, "category.refused", params)

    def _fault(self, target: Target, error: Shrunk) -> None:
        self._fault_of(target, error.failure_id, error.params)

    def _fault_of(self, target: Target, code: str, params: Mapping[str, str]) -> None:
        key = target.category_id or target.remote_id
        note_category_fault(self._ctx, key, code, params, exchange=True, counts=False)
        self._ctx.progress.failed += 1

    def _settle(self) -> None:
        with self._ctx.commit():
            pass


def _key(target: Target, attribute_id: str) -> str:
    """Key of an attribute of a category, in failures."""
    return f"{target.category_id or target.remote_id}/{attribute_id}"


def _takes_away(found: list[AttributeChange]) -> bool:
    return any(one.kind in ("removed", "mandatory", "values_lost", "type") for one in found)


def _value_changes(
    target: Target, wanted: Mapping[str, Wanted], outcome: _Outcome
) -> list[AttributeChange]:
    """Lists that were known before and have changed."""
    found = []
    for attribute_id, result in outcome.values.items():
        before = outcome.before.get(attribute_id)
        if target.is_first or before is None or before.value_count is None:
            continue
        name = wanted[attribute_id].name
        for kind, count, examples in (
            ("values_added", result.added, result.added_examples),
            ("values_lost", result.lost, result.lost_examples),
        ):
            if count:
                detail = {"name": name, "count": count, "examples": examples}
                found.append(AttributeChange(kind, attribute_id, name, detail))
    return found
