"""What commands on lists of keys share: the file, the plan, the result of each row."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hbdash.actions.lists import Unusable, read_file
from hbdash.cli.common import DONE, FAILED, UNAVAILABLE, WRONG_USE, CommandFailed, plain_text
from hbdash.cli.output import print_json, print_text
from hbdash.cli.session import Session
from hbdash.domain.csvkeys import KeyFile
from hbdash.store.queries.flows import Asked, asked
from hbdash.store.queries.levers import RowResult, row_results
from hbdash.texts.levers import unusable as why_unusable

#: A request that nobody has taken by then: no engine runs.
TAKEN_WITHIN_S = 35.0
#: Lines that can't be used, told one by one; the JSON document has all.
_TOLD = 20


def list_arguments(parser: argparse.ArgumentParser) -> None:
    """``--csv``, ``--yes`` and ``--no-wait``."""
    parser.add_argument("--csv", metavar="FILE", help="a key a row; header, encoding, quoting free")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--no-wait", action="store_true", help="return as soon as it is asked for")


def key_file(path: str | None) -> KeyFile | None:
    """The keys of ``--csv``."""
    if path is None:
        return None
    try:
        return read_file(Path(path).read_bytes())
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror or error}", WRONG_USE) from error


def tell_plan(file: KeyFile | None, unusable: Sequence[Unusable], question: str) -> None:
    """On the error output, before anything is done: how the file was read, what can't be used."""
    said: list[str] = []
    if file is not None:
        signs = {"": "one column", "\t": "tabs"}.get(file.delimiter, f"“{file.delimiter}”")
        head = f"header {', '.join(file.header)}" if file.header else "no header"
        said.append(f"read as {file.encoding}, {signs}, {head}, keys in column {file.column}")
    for one in unusable[:_TOLD]:
        where = f"line {one.line}: " if one.line is not None else ""
        said.append(f"{where}{one.text}: {why_unusable(one.reason, one.first)}")
    if len(unusable) > _TOLD:
        said.append(f"… and {len(unusable) - _TOLD:,} more that can't be used")
    said.append(question)
    sys.stderr.write("".join(plain_text(line) + "\n" for line in said))
    sys.stderr.flush()


def confirm(on: Session, word: str) -> None:
    """Ask for a word on the error output; anything else ends the command with exit code 1."""
    sys.stderr.write(f"{on.channel.environment.upper()}: type {word} to go on: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != word:
        raise CommandFailed("nothing was done", FAILED)


def wait_for(on: Session, request: int) -> Asked:
    """The request once its run has ended."""
    patience = time.monotonic() + TAKEN_WITHIN_S
    while True:
        with on.db.read() as connection:
            state = asked(connection, request)
        if state is None:
            raise CommandFailed(f"request {request} is gone: the database was exchanged", FAILED)
        if state.state not in ("waiting", "taken"):
            return state
        if state.state == "waiting" and time.monotonic() > patience:
            raise CommandFailed(
                "no engine took it; start `hbdash worker` or a dashboard", UNAVAILABLE
            )
        time.sleep(0.2)


def unusable_documents(unusable: Iterable[Unusable]) -> list[dict[str, Any]]:
    """Lines that lead to nothing, for JSON."""
    return [
        {
            "line": one.line,
            "text": one.text,
            "reason": one.reason,
            "why": why_unusable(one.reason, one.first),
        }
        for one in unusable
    ]


def finish(on: Session, request: int, args: argparse.Namespace, document: dict[str, Any]) -> int:
    """Wait for the run unless told otherwise, and print what became of each row.

    Exit code 1 when a row failed or was refused, or the run did not get to its end.
    """
    state: Asked | None = None if args.no_wait else wait_for(on, request)
    results: tuple[RowResult, ...] = ()
    if state is not None and state.run is not None:
        with on.db.read() as connection:
            results = row_results(connection, state.run.id, limit=20_000).rows
    done = sum(row.status in ("ok", "sent") for row in results)
    document |= {
        "request": request,
        "state": state.state if state is not None else "waiting",
        "done": done,
        "not_done": len(results) - done,
        "results": [
            {"kind": r.kind, "key": r.key, "status": r.status, "code": r.code, "text": r.message}
            for r in results
        ],
    }
    if args.json:
        print_json(document)
    elif state is None:
        print_text([f"asked for as request {request}"])
    else:
        print_text([*(f"{r.status:<8} {r.key}  {r.message}" for r in results),
                    f"{done:,} done, {len(results) - done:,} not"])  # fmt: skip
    if state is None:
        return DONE
    return DONE if state.state == "done" and done == len(results) else FAILED
