"""The values of an attribute: at most a page of them in memory, however long the list is.

A list is read once to see whether it changed (its hash, in any order). Only if it did it is read a
second time, page by page against our tables, and what Omnitron lacks is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b

from sqlalchemy import delete, func, select, update

from hbdash.flows.catalogue.errors import is_shrunk, shrunk
from hbdash.flows.catalogue.value_configs import configure
from hbdash.flows.catalogue.value_rows import (
    ValueResult,
    digest_of,
    om_row,
    omnitron_values,
    standing_values,
)
from hbdash.flows.catalogue.wanted import Before, Target, Wanted
from hbdash.hepsiburada.models.categories import MarketValue
from hbdash.omnitron.attributes import ATTRIBUTE_VALUE
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of, upsert
from hbdash.store.tables import CategoryValue, OmnitronValue
from hbdash.transport.errors import Refused

_EXAMPLES = 5
_WHOLE = 1 << 128
_LONGEST = 255


class ValueSync:
    """Brings lists into step; one per run, as it remembers what it has read of Omnitron."""

    def __init__(self, ctx: RunContext) -> None:
        self._ctx = ctx
        self._read: set[int] = set()

    def bring(
        self, target: Target, one: Wanted, attribute_pk: int, set_pk: int, before: Before | None
    ) -> ValueResult:
        """One list. Raises :class:`Shrunk` for one that lost half of its values at once."""
        ctx = self._ctx
        count, digest, faulty = self._fingerprint(target, one)
        result = ValueResult(count, digest)
        last = before.value_count if before is not None else None
        if last is not None and is_shrunk(count, last) and not ctx.request.keys:
            raise shrunk("values", count, last, target.name, one.name)
        known = before is not None and before.attribute_pk == attribute_pk
        if not (known and before is not None and (last, before.value_hash) == (count, digest)):
            self._mirror(attribute_pk)
            for page in self._pages(target, one):
                self._keep_page(target, one, attribute_pk, page, result)
                ctx.go_on()
            if not faulty:
                self._mark_lost(target, one, result)
            if result.refused is not None:
                # Tried again next time, as if the list had changed.
                result.hash = ""
        configure(ctx, target, one, attribute_pk, set_pk, result)
        return result

    def _pages(self, target: Target, one: Wanted) -> Iterator[Mapping[str, MarketValue]]:
        """Pages by digest of the text; blanks are no values."""
        for page in self._ctx.hepsiburada.attribute_values(target.ask_id, one.id):
            yield {digest_of(row.value): row for row in page.rows if row.value.strip()}

    def _fingerprint(self, target: Target, one: Wanted) -> tuple[int, str, int]:
        """Number of values, hash of all in any order, and rows that can't be read."""
        total = count = faulty = 0
        for page in self._ctx.hepsiburada.attribute_values(target.ask_id, one.id):
            for row in page.rows:
                if row.value.strip():
                    text = f"{row.value}\x00{row.id or ''}".encode("utf-8", "replace")
                    total += int.from_bytes(blake2b(text, digest_size=16).digest(), "big")
                    count += 1
            faulty += len(page.faulty)
            self._ctx.go_on()
        return count, f"{total % _WHOLE:032x}", faulty

    def _mirror(self, attribute_pk: int) -> None:
        """Read which values Omnitron has for the attribute, once in a run."""
        if attribute_pk in self._read:
            return
        ctx, t = self._ctx, table_of(OmnitronValue)
        for page in ctx.omnitron.attribute_value_pages(attribute_pk):
            rows = {
                digest_of(row.label): om_row(ctx, attribute_pk, digest_of(row.label), row.pk)
                for row in page.rows
            }
            with ctx.commit() as connection:
                upsert(
                    connection, OmnitronValue, list(rows.values()),
                    key=("channel_id", "attribute_pk", "digest"), update=("value_pk", "run_id"),
                )  # fmt: skip
            ctx.go_on()
        with ctx.commit() as connection:
            connection.execute(
                delete(t).where(
                    t.c.channel_id == ctx.channel_id,
                    t.c.attribute_pk == attribute_pk,
                    t.c.run_id != ctx.run_id,
                )
            )
        self._read.add(attribute_pk)

    def _keep_page(
        self,
        target: Target,
        one: Wanted,
        attribute_pk: int,
        page: Mapping[str, MarketValue],
        result: ValueResult,
    ) -> None:
        ctx, digests = self._ctx, sorted(page)
        with ctx.db.read() as connection:
            standing = standing_values(
                connection, ctx.channel_id, target.category_id, one.id, digests
            )
            there = omnitron_values(connection, ctx.channel_id, attribute_pk, digests)
        # Named by their pk, since an action is looked up by it.
        unnamed = {pk: digest for digest, (pk, has_action) in there.items() if not has_action}
        named = ctx.omnitron.values_with_action(sorted(unnamed)) if unnamed else set()
        for pk, digest in unnamed.items():
            if pk not in named:
                self._name(pk, page[digest], result)
        written = {digest: pk for pk, digest in unnamed.items()}
        for digest in digests:
            if digest not in there:
                made = self._create(attribute_pk, page[digest], result)
                if made is not None:
                    written[digest] = made
        kept = [d for d in digests if d in there or d in written]
        with ctx.commit() as connection:
            upsert(
                connection, OmnitronValue,
                [{**om_row(ctx, attribute_pk, d, pk), "has_action": True}
                 for d, pk in written.items()],
                key=("channel_id", "attribute_pk", "digest"),
                update=("value_pk", "run_id", "has_action"),
            )  # fmt: skip
            upsert(
                connection, CategoryValue,
                [
                    {"channel_id": ctx.channel_id, "category_id": target.category_id,
                     "attribute_id": one.id, "digest": d, "label": page[d].value,
                     "run_id": ctx.run_id, "is_configured": False, "gone_at": None}
                    for d in kept
                ],
                key=("channel_id", "category_id", "attribute_id", "digest"),
                update=("label", "run_id", "gone_at"),
            )  # fmt: skip
        fresh = [page[d].value for d in kept if not standing.get(d, False)]
        result.added += len(fresh)
        result.added_examples += fresh[: _EXAMPLES - len(result.added_examples)]

    def _create(self, attribute_pk: int, row: MarketValue, result: ValueResult) -> int | None:
        """The value's number; the id may stand for another text already, then the text does."""
        omnitron, label = self._ctx.omnitron, row.value
        self._ctx.go_on()
        refused: Refused | None = None
        for value in dict.fromkeys(((row.id or label)[:_LONGEST], label[:_LONGEST])):
            self._ctx.before_write()
            try:
                pk = omnitron.create_attribute_value(attribute_pk, label, value).pk
            except Refused as error:
                refused = error
                continue
            result.writes += 1
            self._name(pk, row, result)
            return pk
        result.refused, result.refused_count = refused, result.refused_count + 1
        return None

    def _name(self, pk: int, row: MarketValue, result: ValueResult) -> None:
        content_type = self._ctx.omnitron.content_type(ATTRIBUTE_VALUE).pk
        self._ctx.before_write()
        try:
            self._ctx.omnitron.create_action(
                content_type, pk, (row.id or row.value)[:_LONGEST], self._ctx.now()
            )
        except Refused:
            return  # it has one: the answer to an earlier try was lost
        result.writes += 1

    def _mark_lost(self, target: Target, one: Wanted, result: ValueResult) -> None:
        """What this run did not see is gone: marked and listed, never deleted."""
        t, ctx = table_of(CategoryValue), self._ctx
        here = (
            (t.c.channel_id == ctx.channel_id)
            & (t.c.category_id == target.category_id)
            & (t.c.attribute_id == one.id)
            & (t.c.run_id != ctx.run_id)
            & t.c.gone_at.is_(None)
        )
        with ctx.commit() as connection:
            result.lost = connection.execute(select(func.count()).where(here)).scalar_one()
            if result.lost:
                labels = select(t.c.label).where(here).order_by(t.c.label).limit(_EXAMPLES)
                result.lost_examples = list(connection.execute(labels).scalars())
                connection.execute(update(t).where(here).values(gone_at=ctx.now()))
