"""Making, breaking and moving packages, whoever asks for it: Hepsiburada, customer, merchant."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from hbdash.sandbox.hepsiburada.numbers import next_number
from hbdash.sandbox.hepsiburada.oms import lines as order_lines
from hbdash.sandbox.hepsiburada.wire import DAY, HOUR, ean13, micros, new_uuid
from hbdash.sandbox.world import World


@dataclass(frozen=True)
class Parcel:
    """What is said about a package when it is made; empty means the order's own."""

    cargo: str = ""
    carrier: str | None = None
    barcode: str = ""
    deci: float = 1
    parcels: int = 1
    warehouse: str = ""


def pack(
    world: World,
    contents: list[tuple[sqlite3.Row, int]],
    parcel: Parcel | None = None,
    *,
    added: int | None = None,
) -> tuple[str, str]:
    """Pack units of open lines (rows of ``lines.SELECT``); returns package number and barcode.

    ValueError when a line has fewer open units than asked for.
    """
    db = world.db
    parcel = parcel or Parcel()
    at = micros(world.clock.now()) if added is None else added
    for line, quantity in contents:
        taken = db.execute(
            "UPDATE hb_line SET open_quantity = open_quantity - ?, updated = ?, pack_at = NULL,"
            " unpacked = CASE WHEN open_quantity = ? THEN 0 ELSE unpacked END"
            " WHERE line_id = ? AND open_quantity >= ?",
            (quantity, at, quantity, line["line_id"], quantity),
        ).rowcount
        if not taken:
            raise ValueError(f"line {line['line_id']} has fewer than {quantity} open units")
    first = contents[0][0]
    number = next_number(db, "package")
    barcode = parcel.barcode or ean13(f"629{number}")
    db.execute(
        "INSERT INTO hb_package (package_number, id, order_number, barcode, status, added, due,"
        " cargo, carrier, deci, parcels, warehouse, arrival)"
        " VALUES (?, ?, ?, ?, 'Open', ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            new_uuid(world.rng),
            first["order_number"],
            barcode,
            at,
            first["due"],
            parcel.cargo or first["cargo"],
            parcel.carrier,
            parcel.deci,
            parcel.parcels,
            parcel.warehouse or first["warehouse"],
            # the last second, Turkey time, of the second day after the ship-by date
            (first["due"] + 3 * HOUR) // DAY * DAY + 3 * DAY - 3 * HOUR - 1_000_000,
        ),
    )
    merged: dict[str, int] = {}
    for line, quantity in contents:
        merged[line["line_id"]] = merged.get(line["line_id"], 0) + quantity
    db.executemany(
        "INSERT INTO hb_package_line VALUES (?, ?, ?)",
        [(number, line_id, quantity) for line_id, quantity in merged.items()],
    )
    world.books.effect("hepsiburada.package", number, {"lines": merged})
    return number, barcode


def contents(db: sqlite3.Connection, package_number: str) -> list[tuple[sqlite3.Row, int]]:
    """The lines of a package with the units in it, in the order in which they were bought."""
    quantities = dict(
        db.execute(
            "SELECT line_id, quantity FROM hb_package_line WHERE package_number = ?",
            (package_number,),
        ).fetchall()
    )
    rows = order_lines.of_ids(db, quantities)
    ordered = sorted(rows.values(), key=lambda row: int(row["seq"]))
    return [(row, quantities[row["line_id"]]) for row in ordered]


def find(db: sqlite3.Connection, package_number: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM hb_package WHERE package_number = ?", (package_number,)
    ).fetchone()
    return row


def package_in(world: World, package_number: str, status: str) -> sqlite3.Row:
    """The package; ValueError unless it stands in that status."""
    package = find(world.db, package_number)
    if package is None or package["status"] != status:
        raise ValueError(f"no {status} package {package_number}")
    return package


def unpack(world: World, package_number: str) -> None:
    """Break an open package: its units are open again, as ``Unpacked``, and wait for anyone."""
    now = micros(world.clock.now())
    world.db.execute(
        "UPDATE hb_package SET status = 'Unpacked', unpacked = ? WHERE package_number = ?",
        (now, package_number),
    )
    world.db.execute(
        "UPDATE hb_line SET open_quantity = open_quantity + (SELECT quantity FROM hb_package_line"
        "   WHERE package_number = ?1 AND line_id = hb_line.line_id), unpacked = 1, updated = ?2"
        " WHERE line_id IN (SELECT line_id FROM hb_package_line WHERE package_number = ?1)",
        (package_number, now),
    )
    world.books.effect("hepsiburada.unpack", package_number)


def pack_again(world: World, order_number: str, at: int) -> None:
    """Let Hepsiburada pack what is open of an order at that time."""
    world.db.execute(
        "UPDATE hb_line SET pack_at = ? WHERE order_number = ? AND open_quantity > 0",
        (at, order_number),
    )


def ship(world: World, package: sqlite3.Row, at: int, code: str = "", url: str = "") -> None:
    """Open → InTransit."""
    tracking = code or f"{package['cargo'][:2].upper()}{package['package_number']}"
    address = url or f"https://kargo.hepsiburada.example/takip/{tracking}"
    world.db.execute(
        "UPDATE hb_package SET status = 'InTransit', shipped = ?, tracking_code = ?,"
        " tracking_url = ? WHERE seq = ?",
        (at, tracking, address, package["seq"]),
    )
    world.books.effect("hepsiburada.intransit", package["package_number"], {"tracking": tracking})


def deliver(world: World, package: sqlite3.Row, at: int, received_by: str) -> None:
    """InTransit → Delivered."""
    world.db.execute(
        "UPDATE hb_package SET status = 'Delivered', delivered = ?, received_by = ? WHERE seq = ?",
        (at, received_by, package["seq"]),
    )
    world.books.effect("hepsiburada.deliver", package["package_number"], {"by": received_by})


def undeliver(world: World, package: sqlite3.Row, at: int, reason: str) -> None:
    """InTransit → Undelivered."""
    world.db.execute(
        "UPDATE hb_package SET status = 'Undelivered', undelivered = ?, undelivered_reason = ?"
        " WHERE seq = ?",
        (at, reason, package["seq"]),
    )
    world.books.effect("hepsiburada.undeliver", package["package_number"], {"reason": reason})
