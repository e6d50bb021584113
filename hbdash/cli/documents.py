"""What ``--json`` prints of one thing: the keys are fixed in docs/cli-json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hbdash.domain.settings import ChannelSettings, Setting
    from hbdash.explain.answer import Why
    from hbdash.reports.not_on_sale import NotOnSale
    from hbdash.store.log.reader import LogRow
    from hbdash.store.queries.claims import ClaimDetail, ClaimRow
    from hbdash.store.queries.flows import FlowState, RunLine

Document = dict[str, Any]


def why_document(answer: Why) -> Document:
    """``why``."""
    return {
        "key": answer.key,
        "kind": answer.kind,
        "sku": answer.title,
        "product": answer.product,
        "known": answer.known,
        "stopped": answer.stopped,
        "stopped_by": answer.stopped_by,
        "verdict": answer.verdict,
        "gates": [{"id": g.id, "state": g.state, "text": g.text} for g in answer.gates],
        "sums": answer.sums,
        "what_to_do": answer.what_to_do,
    }


def flow_document(state: FlowState) -> Document:
    """One flow of ``flows list``."""
    run, pause = state.run, state.pause
    return {
        "id": state.id,
        "requirement": state.spec.requirement,
        "built": state.spec.built,
        "flag": state.spec.flag,
        "state": state.state,
        "started_at": run.started_at if run else None,
        "ok": run.ok if run else None,
        "failed": run.failed if run else None,
        "next_due": state.next_due,
        "failing_since": state.failing_since,
        "failures_in_row": state.failures_in_row,
        "pause": {"until": pause.until, "by": pause.by, "why": pause.why} if pause else None,
    }


def run_document(run: RunLine) -> Document:
    """One run of a flow."""
    return {
        "id": run.id,
        "flow": run.flow,
        "state": run.state,
        "started_by": run.started_by,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "duration_ms": run.duration_ms,
        "ok": run.ok,
        "failed": run.failed,
        "skipped": run.skipped,
        "dry_run": run.dry_run,
        "keys": run.keys,
        "reason": run.reason_id,
        "reason_params": run.reason_params,
        "note": run.note,
    }


def log_document(row: LogRow) -> Document:
    """One line of the log."""
    return {
        "id": row.id,
        "at": row.at,
        "flow": row.flow,
        "level": row.level,
        "status": row.status,
        "kind": row.kind,
        "key": row.key,
        "code": row.code,
        "params": row.params,
        "message": row.message,
        "run_id": row.run_id,
        "duration_ms": row.duration_ms,
    }


def not_on_sale_document(row: NotOnSale) -> Document:
    """One SKU of the report."""
    return {
        "sku": row.sku_key,
        "name": row.name,
        "saleable": row.saleable,
        "conditions": row.conditions,
        "reason": row.reason,
        "stock": row.stock,
        "price": row.price,
        "at_stake": row.at_stake,
    }


def claim_document(row: ClaimRow) -> Document:
    """One claim of a list."""
    return {
        "number": row.number,
        "state": row.state,
        "status": row.status,
        "claim_type": row.claim_type,
        "reason": row.reason,
        "explanation": row.explanation,
        "sku": row.sku,
        "product": row.product,
        "quantity": row.quantity,
        "amount": row.amount,
        "deadline": row.deadline,
        "claimed_at": row.claimed_at,
        "order_number": row.order_number,
        "customer": row.customer,
        "photos": row.photos,
        "portal_only": row.portal_only,
        "draft_by": row.draft_by,
        "decision": row.decision,
        "rejection_reason": row.rejection_reason or None,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "ask_at": row.ask_at,
        "refusal": row.refusal or None,
    }


def claim_detail_document(found: ClaimDetail) -> Document:
    """``refunds show``: the claim of the list and what stands around it."""
    return claim_document(found.row) | {
        "rejection_reasons": found.reasons,
        "customer_photos": [photo.url for photo in found.customer_photos],
        "packages": [
            {"number": one.number, "status": one.status, "omnitron_order": one.omnitron_order}
            for one in found.packages
        ],
        "requests": [
            {"remote_id": one.remote_id, "pk": one.request_pk, "status": one.status}
            for one in found.requests
        ],
        "draft": None
        if found.draft is None
        else {"reason": found.draft.reason, "statement": found.draft.statement},
        "our_photos": [{"name": one.name, "size": one.size} for one in found.photos],
        "our_statement": found.our_statement,
    }


def setting_document(settings: ChannelSettings, one: Setting) -> Document:
    """One of the 36; the value of a secret is dots."""
    value = getattr(settings, one.key, None)
    return {
        "key": one.key,
        "label": one.label,
        "requirement": one.requirement,
        "type": one.type,
        "required": one.required,
        "fixed": one.fixed,
        "value": "••••••" if one.secret and value else value,
        "origin": settings.origins.get(one.key, "empty"),
    }
