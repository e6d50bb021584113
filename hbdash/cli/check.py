"""``hbdash check``: every dependency, credential, flag and prerequisite, with the remedy."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from hbdash.cli.common import DONE, FAILED, UNAVAILABLE
from hbdash.cli.output import print_json, print_table
from hbdash.cli.session import Session, channel_argument, session

T = TypeVar("T")

#: First SQLite without the WAL-reset bug, and the releases it was mended in.
SAFE_SQLITE = (3, 51, 3)
#: Gates that are shut for a while, or that were tried anew above: no fault of the installation.
_PASSING = ("lease", "lane", "remote")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    found: str
    remedy: str = ""
    is_remote: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    channel_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 all well, 4 when only a remote side is out of reach, else 1."""
    with session(args, create=True) as on:
        checks = [*_local(on), *_remote(on), *_flows(on)]
    if args.json:
        print_json({"checks": [vars(check) for check in checks], "ok": all(c.ok for c in checks)})
    else:
        print_table(
            ("", "what", "found", "what to do"),
            [("✓" if c.ok else "×", c.name, c.found, c.remedy) for c in checks],
            on.zone,
            empty="",
        )
    bad = [c for c in checks if not c.ok]
    if not bad:
        return DONE
    return UNAVAILABLE if all(c.is_remote for c in bad) else FAILED


def _local(on: Session) -> Iterator[Check]:
    from hbdash.store.database import sqlite_module
    from hbdash.store.migrate import schema_state

    yield Check("schema", schema_state(on.db) == "current", str(schema_state(on.db)))
    if on.db.is_sqlite:
        module = sqlite_module()
        found = module.sqlite_version
        safe = module.sqlite_version_info >= SAFE_SQLITE
        yield Check(
            "SQLite", safe, found,
            "" if safe else "Two writers can corrupt the file: install pysqlite3 0.6 or newer.",
        )  # fmt: skip


def _remote(on: Session) -> Iterator[Check]:
    from hbdash.engine.link import Link

    link = Link(on.db, on.clock, on.channel, on.channel_id)
    try:
        answer, connected = _asked("Omnitron", link.connect)
        yield answer
        if connected is None:
            return
        yield Check(
            "channel active", connected.is_active, "yes" if connected.is_active else "no",
            "" if connected.is_active else "Activate the channel in Omnitron: nothing runs before.",
        )  # fmt: skip
        from hbdash.texts.causes import cause, remedy

        for problem in connected.settings.problems:
            params = {"key": problem.key, **problem.params}
            yield Check(
                f"setting {problem.key}", False, cause(problem.id, params),
                remedy(problem.id, params),
            )  # fmt: skip
        yield _asked("Hepsiburada", connected.hepsiburada.ping)[0]
    finally:
        link.close()


def _asked(name: str, call: Callable[[], T]) -> tuple[Check, T | None]:
    from hbdash.runs.gate import RunRefused
    from hbdash.texts.causes import cause, remedy
    from hbdash.texts.runs import reason
    from hbdash.transport.errors import AuthRefused, RemoteError

    try:
        return Check(f"{name} answers", True, "yes"), call()
    except RunRefused as refused:
        return Check(f"{name} answers", False, reason(refused.id, refused.params)), None
    except RemoteError as error:
        found = f"{cause(error.failure_id, error.params)}: {error.message}"
        cure = remedy(error.failure_id, error.params)
        away = not isinstance(error, AuthRefused)
        return Check(f"{name} answers", False, found, cure, is_remote=away), None


def _flows(on: Session) -> Iterator[Check]:
    from hbdash.explain.flows import flow_gates
    from hbdash.flows.registry import FLOWS
    from hbdash.texts.labels import flow_label

    for spec in FLOWS.values():
        if not spec.built:
            continue
        with on.db.read() as connection:
            gates = flow_gates(connection, on.channel_id, spec.id, on.now())
        shut = [one for one in gates if one.state == "stopped" and one.name not in _PASSING]
        yield Check(
            flow_label(spec.id), not shut,
            "; ".join(gate.text for gate in shut) or "can run",
            " ".join(gate.way_out for gate in shut),
        )  # fmt: skip
