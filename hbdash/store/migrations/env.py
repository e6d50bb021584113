"""What Alembic runs: always on a connection that the caller holds, inside its transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import hbdash.store.tables  # noqa: F401  (fills the metadata)
from hbdash.store.types import Id


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our column types by their own names, so that a revision reads like the tables."""
    if kind != "type":
        return False
    if isinstance(item, TypeDecorator) and type(item).__module__ == "hbdash.store.types":
        name = type(item).__name__
    elif item is Id:
        name = "Id"
    elif isinstance(item, AutoString):
        return "sa.String()"
    else:
        return False
    autogen.imports.add(f"from hbdash.store.types import {name}")
    return name if name == "Id" else f"{name}()"


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_item=render_item,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
