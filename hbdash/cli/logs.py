"""``hbdash logs``: the log, filtered, newest last; ``--follow`` goes on."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

from hbdash.cli.common import DONE
from hbdash.cli.documents import log_document
from hbdash.cli.output import print_lines, print_text
from hbdash.cli.session import Session, channel_argument, session
from hbdash.store.changes import ChangeWatcher
from hbdash.store.log.reader import LogFilter, LogRow, newest_id, page

_SIGNS = {"info": "·", "warning": "▲", "error": "×"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--flow", action="append", default=[])
    parser.add_argument("--level", action="append", default=[], choices=sorted(_SIGNS))
    parser.add_argument("--key", default="", help="SKU, order, package or claim")
    parser.add_argument("--text", default="", help="words that must occur")
    parser.add_argument("--hours", type=float, help="only the last hours")
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--follow", action="store_true", help="go on until interrupted")
    channel_argument(parser)


def run(args: argparse.Namespace) -> int:
    """One line each; with ``--json`` one document a line."""
    with session(args) as on:
        wanted = LogFilter(
            channel_id=on.channel_id,
            flows=tuple(args.flow),
            levels=tuple(args.level),
            key=args.key,
            text=args.text,
            since=on.now() - timedelta(hours=args.hours) if args.hours else None,
        )
        with on.db.read() as connection:
            found = page(connection, wanted, limit=args.limit)
            last = newest_id(connection, on.channel_id) or 0
        _print(on, found.rows[::-1], args.json)
        if not found.complete and found.searched_to is not None and not args.json:
            sys.stderr.write(f"searched back to {found.searched_to.astimezone(on.zone):%H:%M:%S}\n")
        if args.follow:
            _follow(on, wanted, last, args.json)
    return DONE


def _follow(on: Session, wanted: LogFilter, last: int, as_json: bool) -> None:
    watcher = ChangeWatcher(on.db)
    try:
        while True:
            watcher.wait(1.0)
            with on.db.read() as connection:
                fresh = page(connection, wanted, after=last, limit=500)
                rows = sorted(fresh.rows, key=lambda row: row.id)
            if rows:
                last = rows[-1].id
                _print(on, rows, as_json)
    finally:
        watcher.close()


def _print(on: Session, rows: tuple[LogRow, ...] | list[LogRow], as_json: bool) -> None:
    if as_json:
        print_lines([log_document(row) for row in rows])
        return
    print_text(
        [
            f"{row.at.astimezone(on.zone):%d.%m. %H:%M:%S} {_SIGNS.get(row.level, ' ')} "
            f"{row.flow:<16} {row.key:<22} {row.message}"
            for row in rows
        ]
    )
    sys.stdout.flush()
