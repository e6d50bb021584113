"""``hbdash catalogue tree|attributes``: categories with their state, and what one asks for."""

from __future__ import annotations

import argparse
from typing import Any

from hbdash.cli.common import DONE, FAILED, CommandFailed
from hbdash.cli.output import print_json, print_table, print_text
from hbdash.cli.session import Session, channel_argument, session
from hbdash.store.queries.catalogue import (
    ChangeRow,
    attribute_rows,
    category_rows,
    change_rows,
)
from hbdash.texts.catalogue import attribute_change, category_state, change_text

#: States that keep a product from being opened in a category.
_SHUT = ("closed", "gone")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    sub = parser.add_subparsers(dest="what", required=True)
    tree = sub.add_parser("tree", help="categories with their state and the products in them")
    tree.add_argument("name", nargs="?", default="", help="part of a name")
    tree.add_argument("--used", action="store_true", help="only those with products in them")
    tree.add_argument("--shut", action="store_true", help="only closed and gone ones")
    channel_argument(tree)
    one = sub.add_parser(
        "attributes", help="what a category asks for and what changed; without one, all changes"
    )
    one.add_argument("category", nargs="?", metavar="CATEGORY", help="a category id")
    channel_argument(one)


def run(args: argparse.Namespace) -> int:
    """``tree`` exits 1 when products stand in a closed or gone category."""
    with session(args) as on:
        if args.what == "tree":
            return _tree(on, args)
        if args.category is None:
            return _changes(on, args.json)
        return _attributes(on, args.category, args.json)


def _tree(on: Session, args: argparse.Namespace) -> int:
    with on.db.read() as connection:
        rows = category_rows(
            connection, on.channel_id, text=args.name, used_only=args.used,
            states=_SHUT if args.shut else (),
        )  # fmt: skip
    if args.json:
        print_json(
            {
                "count": len(rows),
                "categories": [
                    {
                        "id": row.category_id,
                        "name": row.name,
                        "path": row.path,
                        "main_id": row.main_id,
                        "state": row.state,
                        "state_since": row.state_since,
                        "written": row.is_written,
                        "products": row.products,
                        "attributes_at": row.attributes_at,
                        "changes": row.changes,
                        "changed_at": row.changed_at,
                    }
                    for row in rows
                ],
            }
        )
    else:
        print_table(
            ("id", "category", "state", "products", "attributes read", "last change"),
            [
                (row.category_id, "  " * (len(row.path) - 1) + row.name,
                 category_state(row.state), row.products, row.attributes_at, row.changed_at)
                for row in rows
            ],
            on.zone,
            empty="No category fits." if args.name or args.used or args.shut
            else "No category is known yet; run `hbdash flows run category_node`.",
        )  # fmt: skip
    return FAILED if any(row.state in _SHUT and row.products for row in rows) else DONE


def _attributes(on: Session, category_id: str, as_json: bool) -> int:
    with on.db.read() as connection:
        found = category_rows(connection, on.channel_id, category_id=category_id)
        attributes = attribute_rows(connection, on.channel_id, category_id)
        changes = change_rows(connection, on.channel_id, category_id)
    if not found:
        raise CommandFailed(
            f"no category {category_id} is known; `hbdash catalogue tree` lists them"
        )
    (category,) = found
    if as_json:
        print_json(
            {
                "category": category.category_id,
                "name": category.name,
                "path": category.path,
                "state": category.state,
                "products": category.products,
                "attributes_at": category.attributes_at,
                "attributes": [
                    {
                        "id": one.attribute_id,
                        "name": one.name,
                        "type": one.kind,
                        "mandatory": one.is_mandatory,
                        "variant": one.is_variant,
                        "written": one.is_written,
                        "values": one.values,
                        "same_name_as": one.same_name_as,
                        "gone_at": one.gone_at,
                    }
                    for one in attributes
                ],
                "changes": [_change_document(one) for one in changes],
            }
        )
        return DONE
    state = category_state(category.state)
    print_text([f"{' › '.join(category.path)}  ({state}; products: {category.products:,})", ""])
    print_table(
        ("id", "attribute", "type", "mandatory", "variant", "values", "gone since"),
        [
            (one.attribute_id, one.name, one.kind, "yes" if one.is_mandatory else "",
             "yes" if one.is_variant else "", one.values, one.gone_at)
            for one in attributes
        ],
        on.zone,
        empty="Its attributes were not read yet; run `hbdash flows run category_attributes`.",
    )  # fmt: skip
    if changes:
        print_text(["", "Changed by Hepsiburada:"])
        _change_table(on, changes)
    return DONE


def _changes(on: Session, as_json: bool) -> int:
    with on.db.read() as connection:
        changes = change_rows(connection, on.channel_id)
    if as_json:
        print_json({"count": len(changes), "changes": [_change_document(one) for one in changes]})
    else:
        _change_table(on, changes)
    return DONE


def _change_document(one: ChangeRow) -> dict[str, Any]:
    return {
        "at": one.at,
        "category": one.category_id,
        "category_name": one.category,
        "attribute": one.attribute_id or None,
        "kind": one.kind,
        "detail": dict(one.detail),
        "text": _said(one),
    }


def _change_table(on: Session, changes: tuple[ChangeRow, ...]) -> None:
    print_table(
        ("at", "category", "what"),
        [(one.at, one.category or one.category_id, _said(one)) for one in changes],
        on.zone,
        empty="Hepsiburada has changed nothing since its categories are read.",
    )


def _said(one: ChangeRow) -> str:
    text = change_text(one.kind, one.detail)
    if not one.attribute_id:
        return text
    return attribute_change(str(one.detail.get("name") or one.attribute_id), text)
