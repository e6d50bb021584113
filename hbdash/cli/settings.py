"""``hbdash settings show|check|set``: the 36 settings and the flags, as the last run read them."""

from __future__ import annotations

import argparse

from hbdash.cli.common import DONE, FAILED, CommandFailed
from hbdash.cli.documents import setting_document
from hbdash.cli.output import json_text, print_json, print_table, print_text
from hbdash.cli.session import Session, channel_argument, session
from hbdash.domain.settings import SETTINGS, ChannelSettings
from hbdash.explain.settings import last_settings
from hbdash.texts.causes import cause, remedy
from hbdash.texts.labels import flag_warning

MOST_LETTERS = 70


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    sub = parser.add_subparsers(dest="what", required=True)
    channel_argument(sub.add_parser("show", help="every setting, its value and origin"))
    channel_argument(sub.add_parser("check", help="what is missing or unusable"))
    one = sub.add_parser("set", help="write a setting, or a flag by its name, to Omnitron")
    one.add_argument("key", metavar="KEY")
    one.add_argument("value", metavar="VALUE", help="text, number, true or false, or JSON")
    channel_argument(one)


def run(args: argparse.Namespace) -> int:
    """``check`` exits 1 when a required setting is missing or one is unusable."""
    with session(args, create=args.what == "set") as on:
        if args.what == "set":
            from hbdash.cli.settings_set import set_setting

            return set_setting(on, args.key, args.value, as_json=args.json)
        with on.db.read() as connection:
            settings = last_settings(connection, on.channel_id)
        if settings is None:
            raise CommandFailed("not read yet: no flow has run on this channel", FAILED)
        return _show(on, settings, args.json) if args.what == "show" else _check(on, settings, args)


def _show(on: Session, settings: ChannelSettings, as_json: bool) -> int:
    rows = [setting_document(settings, one) for one in SETTINGS]
    flags = [{"flag": name, "on": on} for name, on in settings.flags.values.items()]
    if as_json:
        print_json({"settings": rows, "flags": flags})
        return DONE
    print_table(
        ("setting", "key", "required", "origin", "value"),
        [
            (r["label"], r["key"], "yes" if r["required"] else "", r["origin"], _short(r["value"]))
            for r in rows
        ],
        on.zone,
        empty="",
    )
    print_text([""])
    print_table(
        ("flag", "on"),
        [(f["flag"], "yes" if f["on"] else "no") for f in flags],
        on.zone,
        empty="no flags",
    )
    return DONE


def _short(value: object) -> str | None:
    """A value on one line; the whole is in ``--json``."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json_text(value, indent=False)
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"


def _check(on: Session, settings: ChannelSettings, args: argparse.Namespace) -> int:
    problems = [
        {
            "id": p.id,
            "key": p.key,
            "problem": cause(p.id, {"key": p.key, **p.params}),
            "remedy": remedy(p.id, {"key": p.key, **p.params}),
        }
        for p in settings.problems
    ]
    warnings = [flag_warning(w.kind, w.name, w.flag or "") for w in settings.flags.warnings]
    if args.json:
        print_json({"problems": problems, "flag_warnings": warnings})
    else:
        print_table(
            ("setting", "problem", "what to do"),
            [(p["key"], p["problem"], p["remedy"]) for p in problems],
            on.zone,
            empty="Every setting is usable.",
        )
        for text in warnings:
            print_text([f"▲ {text}"])
    return FAILED if problems else DONE
