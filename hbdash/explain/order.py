"""An order or a package: whether it is in Omnitron, and if not, what it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, or_, select

from hbdash.explain.answer import Gate, Why
from hbdash.store.bulk import table_of
from hbdash.store.tables import Failure, MarketPackage, OmnitronOrder, Penalty
from hbdash.texts.causes import cause, remedy
from hbdash.texts.formats import duration, money
from hbdash.texts.translate import _

_OPEN = ("open", "retrying", "ended")


def why_order(connection: Connection, channel_id: int, key: str, now: datetime) -> Why | None:
    """``None`` if neither an order, a package nor an Omnitron order has that number."""
    packages, orders = table_of(MarketPackage), table_of(OmnitronOrder)
    rows = connection.execute(
        select(packages, orders.c.number.label("omnitron_number"), orders.c.written_at)
        .outerjoin(
            orders,
            (orders.c.channel_id == packages.c.channel_id)
            & (orders.c.package_number == packages.c.package_number),
        )
        .where(
            packages.c.channel_id == channel_id,
            or_(
                packages.c.package_number == key,
                packages.c.order_number == key,
                orders.c.number == key,
            ),
        )
        .order_by(packages.c.package_number)
    ).mappings().all()  # fmt: skip
    if not rows:
        return None
    # Failures and penalties stand under the order's number, which is what people know.
    numbers = sorted({row[name] for row in rows for name in ("package_number", "order_number")})
    failures = _failures(connection, channel_id, numbers)
    waiting = [row for row in rows if row["state"] in ("seen", "failed", "unknown")]
    gates = tuple(_gate(row) for row in rows) + tuple(
        Gate("failure", _("cause"), "stopped", cause(f["code"], f["params"])) for f in failures
    )
    gates += _penalties(connection, channel_id, numbers, now)
    stop = next((gate for gate in gates if gate.state == "stopped"), None)
    first = rows[0]
    return Why(
        key=key,
        kind="order",
        title=key,
        product=_("order {order}, {n} packages, {city}").format(
            order=first["order_number"], n=len(rows), city=first["city"]
        ),
        known=True,
        verdict=_verdict(waiting, failures),
        stopped=stop is not None,
        stopped_by=stop.id if stop else None,
        gates=gates,
        sums=_sums(rows, now),
        what_to_do=_what_to_do(waiting, failures),
    )


def _failures(connection: Connection, channel_id: int, keys: list[str]) -> list[RowMapping]:
    table = table_of(Failure)
    return list(
        connection.execute(
            select(table).where(
                table.c.channel_id == channel_id,
                table.c.kind == "order",
                table.c.key.in_(keys),
                table.c.state.in_(_OPEN),
            )
        ).mappings()
    )


def _gate(row: RowMapping) -> Gate:
    name = row["package_number"]
    if row["omnitron_number"] is not None:
        text = _("written as {number}").format(number=row["omnitron_number"])
        return Gate("package", name, "passed", text)
    words = {
        "linked": ("passed", _("its units are held by another order")),
        "left": ("passed", _("not ours to write")),
        "unknown": ("stopped", _("sent, nobody knows whether it arrived; asked again")),
        "failed": ("stopped", _("not written")),
    }
    state, text = words.get(row["state"], ("not_looked", _("goes in the next run")))
    return Gate("package", name, state, text)


def _penalties(
    connection: Connection, channel_id: int, numbers: list[str], now: datetime
) -> tuple[Gate, ...]:
    table = table_of(Penalty)
    rows = connection.execute(
        select(table).where(
            table.c.channel_id == channel_id,
            table.c.content_type == "order",
            table.c.key.in_(numbers),
        )
    ).mappings()
    found = []
    for row in rows:
        if row["ended"]:
            found.append(Gate("penalty", _("penalty"), "stopped", _("tries used up")))
        elif row["next_at"] is not None and row["next_at"] > now:
            wait = duration(row["next_at"] - now)
            text = _("next try in {wait}").format(wait=wait)
            found.append(Gate("penalty", _("penalty"), "stopped", text))
    return tuple(found)


def _verdict(waiting: list[RowMapping], failures: list[RowMapping]) -> str:
    if not waiting:
        return _("In Omnitron: nothing is missing.")
    if failures:
        causes = ", ".join(sorted({cause(f["code"], f["params"]) for f in failures}))
        return _("Not in Omnitron: {causes}.").format(causes=causes)
    return _("Not in Omnitron yet: it goes in the next run.")


def _sums(rows: Sequence[RowMapping], now: datetime) -> tuple[str, ...]:
    lines = []
    for row in rows:
        line = f"{row['package_number']}  {money(row['total'])}  {row['status']}"
        if row["due_at"] is not None and row["due_at"] > now:
            line += "  " + _("ship within {left}").format(left=duration(row["due_at"] - now))
        lines.append(line)
    return tuple(lines)


def _what_to_do(waiting: list[RowMapping], failures: list[RowMapping]) -> str:
    if not waiting:
        return _("Nothing.")
    if not failures:
        return _("Nothing; or run Order Create for it now with t.")
    return remedy(failures[0]["code"], failures[0]["params"])
