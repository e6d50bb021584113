"""Which values a category takes, where those are not all that the attribute has (O§7.4 step 9)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, update

from hbdash.flows.catalogue.value_rows import ValueResult
from hbdash.flows.catalogue.wanted import Target, Wanted
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import CategoryValue, OmnitronValue
from hbdash.transport.errors import Refused


def configure(
    ctx: RunContext,
    target: Target,
    one: Wanted,
    attribute_pk: int,
    set_pk: int,
    result: ValueResult,
) -> None:
    """Name the category's values where they are not all that the attribute has (step 9)."""
    t, o = table_of(CategoryValue), table_of(OmnitronValue)
    mine = (
        (t.c.channel_id == ctx.channel_id)
        & (t.c.category_id == target.category_id)
        & (t.c.attribute_id == one.id)
    )
    live = mine & t.c.gone_at.is_(None)
    joined = (
        (o.c.channel_id == t.c.channel_id)
        & (o.c.attribute_pk == attribute_pk)
        & (o.c.digest == t.c.digest)
    )
    whole = (o.c.channel_id == ctx.channel_id) & (o.c.attribute_pk == attribute_pk)
    with ctx.db.read() as connection:
        count = connection.execute(select(func.count()).where(live)).scalar_one()
        every = connection.execute(select(func.count()).where(whole)).scalar_one()
        open_ = connection.execute(
            select(func.count()).where(live, t.c.is_configured.is_(False))
        ).scalar_one()
    if count >= every or not open_:
        return
    for page in ctx.omnitron.value_config_pages(set_pk):
        pks = [row.attribute_value for row in page.rows if row.attribute_set == set_pk]
        _configured(ctx, mine, pks)
        ctx.go_on()
    while True:
        with ctx.db.read() as connection:
            waiting = connection.execute(
                select(o.c.value_pk)
                .select_from(t.join(o, joined))
                .where(live, t.c.is_configured.is_(False))
                .limit(200)
            ).scalars().all()  # fmt: skip
        if not waiting:
            return
        for pk in waiting:
            ctx.go_on()
            ctx.before_write()
            try:
                ctx.omnitron.create_value_config(set_pk, pk)
                result.writes += 1
            except Refused as error:
                # Refused as a twin it is there; whatever else it is, it is said.
                if error.status != 406:
                    result.refused, result.refused_count = error, result.refused_count + 1
        _configured(ctx, mine, waiting)


def _configured(ctx: RunContext, mine: ColumnElement[bool], value_pks: Sequence[int]) -> None:
    t, o = table_of(CategoryValue), table_of(OmnitronValue)
    for part in sliced(value_pks, 500):
        digests = select(o.c.digest).where(o.c.channel_id == ctx.channel_id, o.c.value_pk.in_(part))
        with ctx.commit() as connection:
            connection.execute(
                update(t).where(mine, t.c.digest.in_(digests)).values(is_configured=True)
            )
