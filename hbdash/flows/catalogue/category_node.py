"""Category Node (R5.1): Hepsiburada's tree under the configured categories into Omnitron's.

Nothing is deleted on either side: a category that left Hepsiburada's tree is marked in our table,
with the products in it. Half as many categories as last time end the run before it writes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from hbdash.flows.catalogue.errors import is_shrunk, shrunk
from hbdash.flows.catalogue.faults import note_category_fault, note_unknown
from hbdash.flows.catalogue.keeping import (
    IN_TREE,
    Known,
    change,
    keep_nodes,
    known_categories,
    note_changes,
    set_state,
)
from hbdash.flows.catalogue.market_tree import MarketNode, MarketTree, grow, market_node, subtree
from hbdash.flows.catalogue.members import product_counts
from hbdash.flows.catalogue.omnitron_tree import NameTaken, TreeWriter, load_tree
from hbdash.hepsiburada.categories import CategoryClosed
from hbdash.runs.context import RunContext
from hbdash.runs.failures import OPEN_STATES, cure
from hbdash.runs.gate import RunRefused
from hbdash.store.bulk import table_of
from hbdash.store.tables import Failure
from hbdash.texts.catalogue import category_left, tree_in_step, would_write
from hbdash.transport.errors import Refused

#: Nodes written between two commits.
_PORTION = 200
#: Missing categories that are asked for one by one, to tell closed from gone.
_ASKED = 200


def run(ctx: RunContext) -> None:
    """Read, compare, write what differs, mark what is gone; then the attributes follow (R5.2)."""
    mains = ctx.settings.category_ids
    if not mains:
        raise RunRefused("setting.missing", {"key": "category_ids"})
    tree, faulty = read_tree(ctx, mains)
    with ctx.db.read() as connection:
        known = known_categories(connection, ctx.channel_id)
    _refuse_shrunk(ctx, tree, known, mains)
    wanted = subtree(tree, ctx.request.keys) if ctx.request.keys else set(tree.nodes)
    _note_unknown_ids(ctx, tree, ctx.request.keys or mains)
    changed = _write(ctx, tree, wanted, known)
    if ctx.dry_run:
        return
    if not ctx.request.keys and not faulty:
        changed |= _mark_missing(ctx, tree, known, mains)
        _cure_forgotten(ctx, {*tree.nodes, *mains})
    if changed:
        # What stands in a category that closed or opened is looked at now, not tomorrow.
        ctx.ask_for_run("compare_attributes", tuple(sorted(changed)), ctx.spec.id)
    if not ctx.progress.failed:
        ctx.ask_for_run("category_attributes", (), ctx.spec.id)


def read_tree(ctx: RunContext, mains: Sequence[str]) -> tuple[MarketTree, int]:
    """Leaves, then the rest: leaf=false may mean "only" or "any" (flows §12). Unreadable rows
    are failures, and then nothing counts as gone."""
    rows: dict[str, MarketNode] = {}
    faulty = 0
    for leaf in (True, False):
        for page in ctx.hepsiburada.categories(leaf=leaf):
            for row in page.rows:
                rows[row.category_id] = market_node(row)
            for fault in page.faulty:
                faulty += 1
                note_category_fault(ctx, f"page {page.offset}", fault.failure_id, fault.params)
            ctx.go_on()
    return grow(rows.values(), mains), faulty


def _refuse_shrunk(
    ctx: RunContext, tree: MarketTree, known: Mapping[str, Known], mains: Collection[str]
) -> None:
    """A person who asks for a category by hand is believed."""
    before = [i for i, one in known.items() if one.state in IN_TREE and one.main in mains]
    still = {known[i].main for i in before}
    now = sum(1 for main in tree.main_of.values() if main in still)
    if not ctx.request.keys and is_shrunk(now, len(before)):
        raise shrunk("tree", now, len(before))


def _note_unknown_ids(ctx: RunContext, tree: MarketTree, ids: Sequence[str]) -> None:
    for category_id in ids:
        node = tree.nodes.get(category_id)
        if node is None or not (node.is_listed or category_id in tree.children):
            note_unknown(ctx, category_id)
        else:
            ctx.failures.passed("category", category_id)


def _write(
    ctx: RunContext, tree: MarketTree, wanted: set[str], known: Mapping[str, Known]
) -> set[str]:
    """Put every category into its place; returns those with products that opened again."""
    omnitron = load_tree(ctx)
    writer = TreeWriter(ctx, omnitron, set(tree.nodes))
    placed: dict[str, int] = {}
    portion: list[tuple[MarketNode, int]] = []
    opened: set[str] = set()
    would = 0
    ctx.progress.total = len(wanted)
    for node in tree.in_depth():
        is_main = tree.main_of[node.id] == node.id
        parent = omnitron.root if is_main else placed.get(node.parent or "")
        if node.id not in wanted:
            standing = omnitron.node_of.get(node.id)
            if standing is not None:
                placed[node.id] = standing
            continue
        if ctx.dry_run:
            would += writer.differs(node, parent)
            placed[node.id] = omnitron.node_of.get(node.id, 0)
            continue
        ctx.go_on()
        if parent is None:
            ctx.progress.skipped += 1  # its parent could not be written
            continue
        if (pk := _placed(ctx, writer, node, parent)) is not None:
            placed[node.id] = pk
            portion.append((node, pk))
        if len(portion) >= _PORTION:
            opened |= _keep(ctx, tree, portion, known)
            portion = []
    if ctx.dry_run:
        ctx.journal.add("info", "ok", would_write(would), kind="category", code="tree.dry_run")
        ctx.progress.skipped += would
        with ctx.commit():
            pass
        return set()
    opened |= _keep(ctx, tree, portion, known)
    written = {kind: n for kind, n in writer.written.items() if n}
    ctx.progress.note["written"] = written
    ctx.journal.add(
        "info", "ok", tree_in_step(ctx.progress.ok, written), kind="category",
        code="tree.in_step", params=written,
    )  # fmt: skip
    with ctx.commit():
        pass
    return opened


def _placed(ctx: RunContext, writer: TreeWriter, node: MarketNode, parent: int) -> int | None:
    try:
        pk = writer.place(node, parent)
    except NameTaken as taken:
        params = {"category": node.id, "name": node.name, "other": str(taken)}
        note_category_fault(ctx, node.id, "category.same_name", params)
    except Refused as error:
        params = {"category": node.id, "name": node.name, "text": error.reason}
        note_category_fault(ctx, node.id, "category.refused", params, exchange=True)
    else:
        ctx.failures.passed("category", node.id)
        ctx.progress.ok += 1
        return pk
    return None


def _keep(
    ctx: RunContext,
    tree: MarketTree,
    portion: Sequence[tuple[MarketNode, int]],
    known: Mapping[str, Known],
) -> set[str]:
    with ctx.commit() as connection:
        opened = keep_nodes(
            connection, ctx.channel_id, ctx.run_id, tree, portion, known, ctx.now(),
            is_first=not known,
        )  # fmt: skip
        return set(product_counts(connection, ctx.channel_id, opened)) if opened else set()


def _mark_missing(
    ctx: RunContext, tree: MarketTree, known: Mapping[str, Known], mains: Collection[str]
) -> set[str]:
    """Mark what left the tree; returns those with products in them."""
    missing = [
        i for i, one in known.items()
        if i not in tree.nodes and one.main in mains and one.state not in ("gone", "outside")
    ]  # fmt: skip
    outside = [i for i, one in known.items() if one.main not in mains and i not in tree.nodes]
    with ctx.db.read() as connection:
        counts = product_counts(connection, ctx.channel_id)
    states: dict[str, str] = {}
    asked = sorted(missing, key=lambda i: (-counts.get(i, 0), i))
    for n, category_id in enumerate(asked):
        state = "gone"
        if known[category_id].state != "branch" and n < _ASKED:
            state = _asked_state(ctx, category_id)
        if state != known[category_id].state:
            states[category_id] = state
        ctx.go_on()
    now = ctx.now()
    changes = []
    for category_id, state in states.items():
        name, products = known[category_id].name, counts.get(category_id, 0)
        detail = {"name": name, "products": products}
        changes.append(change(ctx.channel_id, ctx.run_id, category_id, state, now, detail))
        ctx.journal.add(
            "warning" if products else "info", "ok", category_left(name, state, products),
            kind="category", key=category_id, code=f"category.{state}", params=detail,
        )  # fmt: skip
    with ctx.commit() as connection:
        for state in sorted(set(states.values())):
            ids = [i for i, one in states.items() if one == state]
            set_state(connection, ctx.channel_id, ids, state, now)
        set_state(connection, ctx.channel_id, outside, "outside", now)
        note_changes(connection, changes)
    return {i for i in states if counts.get(i)}


def _cure_forgotten(ctx: RunContext, known: Collection[str]) -> None:
    """Failures of ids that are neither configured nor in the tree any more."""
    t = table_of(Failure)
    with ctx.commit() as connection:
        rows = connection.execute(
            select(t.c.id, t.c.key).where(
                t.c.channel_id == ctx.channel_id,
                t.c.flow == ctx.spec.id,
                t.c.kind == "category",
                t.c.state.in_(OPEN_STATES),
            )
        ).all()
        cure(connection, [row.id for row in rows if row.key not in known], ctx.now(), "cause_gone")


def _asked_state(ctx: RunContext, category_id: str) -> str:
    """What Hepsiburada says of a category that its list left out."""
    try:
        ctx.hepsiburada.category_attributes(category_id)
    except CategoryClosed as closed:
        return "gone" if closed.is_gone else "closed"
    except Refused:
        return "closed"
    return "leaf"
