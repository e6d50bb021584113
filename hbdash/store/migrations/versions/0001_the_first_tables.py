"""The first tables.

There is no way back from a revision: it would lose what has been written since.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hbdash.store.types import Id, Key, Lira, Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("subject", Key(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("severity", Key(), nullable=False),
        sa.Column("fired_at", Moment(), nullable=False),
        sa.Column("checked_at", Moment(), nullable=False),
        sa.Column("acknowledged_at", Moment(), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("alarm_by_time", "alarm", ["channel_id", "fired_at"], unique=False)
    op.create_index(
        "alarm_firing_once",
        "alarm",
        ["channel_id", "rule_id", "subject"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "alarm_rule",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("name", Key(), nullable=False),
        sa.Column("metric", Key(), nullable=False),
        sa.Column("flow", Key(), nullable=True),
        sa.Column("limit", sa.Integer(), nullable=False),
        sa.Column("window_min", sa.Integer(), nullable=True),
        sa.Column("severity", Key(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("silenced_until", Moment(), nullable=True),
        sa.Column("silenced_by", sa.String(), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("last_fired_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "name"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("claim_number", Key(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mime", Key(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", Key(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_attachment_claim_number"), "attachment", ["claim_number"], unique=False
    )
    op.create_table(
        "audit",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("role", Key(), nullable=False),
        sa.Column("via", Key(), nullable=False),
        sa.Column("action", Key(), nullable=False),
        sa.Column("target", Key(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("outcome", Key(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_by_time", "audit", ["channel_id", "at"], unique=False)
    op.create_table(
        "batch_object",
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content_type", Key(), nullable=False),
        sa.Column("object_pk", sa.BigInteger(), nullable=False),
        sa.Column("key", Key(), nullable=False),
        sa.Column("version_date", Moment(), nullable=True),
        sa.Column("remote_id", Key(), nullable=True),
        sa.Column("verdict", Key(), nullable=True),
        sa.Column("failed_reason_type", Key(), nullable=True),
        sa.Column("upload_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("batch_id", "content_type", "object_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "batch_request",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("flow", Key(), nullable=False),
        sa.Column("remote_pk", sa.BigInteger(), nullable=False),
        sa.Column("local_batch_id", Key(), nullable=False),
        sa.Column("content_type", Key(), nullable=False),
        sa.Column("status", Key(), nullable=False),
        sa.Column("remote_batch_id", Key(), nullable=True),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "batch_unsettled",
        "batch_request",
        ["channel_id", "content_type"],
        unique=False,
        sqlite_where=sa.text("status NOT IN ('done', 'fail')"),
        postgresql_where=sa.text("status NOT IN ('done', 'fail')"),
    )
    op.create_index(
        op.f("ix_batch_request_remote_pk"), "batch_request", ["remote_pk"], unique=False
    )
    op.create_table(
        "cancellation_request",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("remote_id", Key(), nullable=False),
        sa.Column("claim_number", Key(), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("request_pk", sa.BigInteger(), nullable=True),
        sa.Column("item_pk", sa.BigInteger(), nullable=True),
        sa.Column("cancellation_type", Key(), nullable=False),
        sa.Column("status", Key(), nullable=False),
        sa.Column("batch_closed", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "remote_id"),
    )
    op.create_index(
        op.f("ix_cancellation_request_request_pk"),
        "cancellation_request",
        ["request_pk"],
        unique=False,
    )
    op.create_index(
        "request_by_claim", "cancellation_request", ["channel_id", "claim_number"], unique=False
    )
    op.create_index(
        "request_by_item", "cancellation_request", ["channel_id", "item_pk"], unique=False
    )
    op.create_table(
        "catalogue_item",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sku_key", Key(), nullable=False),
        sa.Column("product_pk", sa.BigInteger(), nullable=False),
        sa.Column("sku", Key(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_folded", Key(), nullable=False),
        sa.Column("base_code", Key(), nullable=False),
        sa.Column("is_simple", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("categories", sa.Integer(), nullable=False),
        sa.Column("has_image", sa.Boolean(), nullable=False),
        sa.Column("price", Lira(), nullable=True),
        sa.Column("price_pk", sa.BigInteger(), nullable=True),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("stock_pk", sa.BigInteger(), nullable=True),
        sa.Column("max_quantity", sa.Integer(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("read_at", Moment(), nullable=False),
        sa.Column("sweep", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "sku_key"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "catalogue_by_product", "catalogue_item", ["channel_id", "product_pk"], unique=False
    )
    op.create_table(
        "category",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("category_id", Key(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_folded", Key(), nullable=False),
        sa.Column("parent_id", Key(), nullable=True),
        sa.Column("main_id", Key(), nullable=False),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("node_pk", sa.BigInteger(), nullable=True),
        sa.Column("set_pk", sa.BigInteger(), nullable=True),
        sa.Column("state_since", Moment(), nullable=False),
        sa.Column("attributes_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("channel_id", "category_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("category_by_node", "category", ["channel_id", "node_pk"], unique=False)
    op.create_index("category_by_parent", "category", ["channel_id", "parent_id"], unique=False)
    op.create_table(
        "category_attribute",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("category_id", Key(), nullable=False),
        sa.Column("attribute_id", Key(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("is_mandatory", sa.Boolean(), nullable=False),
        sa.Column("is_variant", sa.Boolean(), nullable=False),
        sa.Column("attribute_pk", sa.BigInteger(), nullable=True),
        sa.Column("value_count", sa.Integer(), nullable=True),
        sa.Column("value_hash", Key(), nullable=False),
        sa.Column("same_name_as", Key(), nullable=True),
        sa.Column("gone_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("channel_id", "category_id", "attribute_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "category_change",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("category_id", Key(), nullable=False),
        sa.Column("attribute_id", Key(), nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "category_change_by_category",
        "category_change",
        ["channel_id", "category_id", "at"],
        unique=False,
    )
    op.create_table(
        "category_member",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("product_pk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node_pk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "product_pk", "node_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "category_member_by_node", "category_member", ["channel_id", "node_pk"], unique=False
    )
    op.create_table(
        "category_value",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("category_id", Key(), nullable=False),
        sa.Column("attribute_id", Key(), nullable=False),
        sa.Column("digest", Key(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("is_configured", sa.Boolean(), nullable=False),
        sa.Column("gone_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("channel_id", "category_id", "attribute_id", "digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "channel",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", Key(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("omnitron_url", Key(), nullable=False),
        sa.Column("remote_id", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=True),
        sa.Column("catalog_id", sa.Integer(), nullable=True),
        sa.Column("price_list", sa.Integer(), nullable=True),
        sa.Column("stock_list", sa.Integer(), nullable=True),
        sa.Column("settings_id", sa.BigInteger(), nullable=True),
        sa.Column("connection", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("omnitron_url", "remote_id"),
    )
    op.create_table(
        "claim",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("number", Key(), nullable=False),
        sa.Column("status", Key(), nullable=False),
        sa.Column("claim_type", Key(), nullable=False),
        sa.Column("reason", Key(), nullable=False),
        sa.Column("explanation", sa.String(), nullable=False),
        sa.Column("claimed_at", Moment(), nullable=False),
        sa.Column("ordered_at", Moment(), nullable=True),
        sa.Column("deadline", Moment(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("sku_key", Key(), nullable=False),
        sa.Column("hb_sku", Key(), nullable=False),
        sa.Column("product_name", sa.String(), nullable=False),
        sa.Column("order_number", Key(), nullable=False),
        sa.Column("line_item_id", Key(), nullable=False),
        sa.Column("customer_name", sa.String(), nullable=False),
        sa.Column("amount", Lira(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("deliveries", sa.JSON(), nullable=False),
        sa.Column("finalized_with", sa.String(), nullable=True),
        sa.Column("our_statement", sa.String(), nullable=True),
        sa.Column("note_id", Key(), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "number"),
    )
    op.create_index("claim_by_order", "claim", ["channel_id", "order_number"], unique=False)
    op.create_index("claim_by_sku", "claim", ["channel_id", "sku_key"], unique=False)
    op.create_index("claim_by_status", "claim", ["channel_id", "status", "deadline"], unique=False)
    op.create_table(
        "claim_decision",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("claim_number", Key(), nullable=False),
        sa.Column("verdict", Key(), nullable=False),
        sa.Column("reason", Key(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("there_at", Moment(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("ask_at", Moment(), nullable=True),
        sa.Column("refusal", sa.JSON(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "claim_number"),
    )
    op.create_table(
        "claim_draft",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("claim_number", Key(), nullable=False),
        sa.Column("reason", Key(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "claim_number"),
    )
    op.create_table(
        "cursor",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("flow", Key(), nullable=False),
        sa.Column("name", Key(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "flow", "name"),
    )
    op.create_table(
        "difference",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sku_key", Key(), nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("ours", sa.BigInteger(), nullable=False),
        sa.Column("theirs", sa.BigInteger(), nullable=False),
        sa.Column("found_at", Moment(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("corrected_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("channel_id", "sku_key", "kind"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "engine_request",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("flow", Key(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", Moment(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("taken_by", Key(), nullable=True),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "engine_request_waiting",
        "engine_request",
        ["channel_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "failure",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("flow", Key(), nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("key", Key(), nullable=False),
        sa.Column("code", Key(), nullable=False),
        sa.Column("fingerprint", Key(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("needs_person", sa.Boolean(), nullable=False),
        sa.Column("hopeless", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("max_tries", sa.Integer(), nullable=True),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("first_at", Moment(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("close_reason", sa.String(), nullable=True),
        sa.Column("remote_text", sa.String(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("log_id", sa.BigInteger(), nullable=True),
        sa.Column("penalty_id", sa.BigInteger(), nullable=True),
        sa.Column("content_type", Key(), nullable=True),
        sa.Column("object_pk", sa.BigInteger(), nullable=True),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("watch_at", Moment(), nullable=True),
        sa.Column("deadline", Moment(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "failure_by_cause",
        "failure",
        ["channel_id", "fingerprint", "flow"],
        unique=False,
        sqlite_where=sa.text("state IN ('open', 'retrying', 'ended')"),
        postgresql_where=sa.text("state IN ('open', 'retrying', 'ended')"),
    )
    op.create_index("failure_by_key", "failure", ["channel_id", "key"], unique=False)
    op.create_index(
        "failure_by_penalty",
        "failure",
        ["penalty_id"],
        unique=False,
        sqlite_where=sa.text("penalty_id IS NOT NULL"),
        postgresql_where=sa.text("penalty_id IS NOT NULL"),
    )
    op.create_index("failure_ended", "failure", ["channel_id", "closed_at"], unique=False)
    op.create_index(
        "failure_once",
        "failure",
        ["channel_id", "flow", "kind", "key", "fingerprint"],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'retrying', 'ended')"),
        postgresql_where=sa.text("state IN ('open', 'retrying', 'ended')"),
    )
    op.create_table(
        "failure_attempt",
        sa.Column("id", Id, nullable=False),
        sa.Column("failure_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("remote_text", sa.String(), nullable=False),
        sa.Column("log_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_failure_attempt_failure_id"), "failure_attempt", ["failure_id"], unique=False
    )
    op.create_table(
        "figure",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("name", Key(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("figure_by_name", "figure", ["channel_id", "name", "at"], unique=False)
    op.create_table(
        "flow_run",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("flow", Key(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("window_from", Moment(), nullable=True),
        sa.Column("window_to", Moment(), nullable=True),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("holder", Key(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("heartbeat_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("ok", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("reason_id", Key(), nullable=True),
        sa.Column("reason_params", sa.JSON(), nullable=False),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("flow_run_by_flow", "flow_run", ["channel_id", "flow", "id"], unique=False)
    op.create_index(
        "flow_run_open",
        "flow_run",
        ["channel_id", "state"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "flow_schedule",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("flow", Key(), nullable=False),
        sa.Column("next_due", Moment(), nullable=False),
        sa.Column("last_started", Moment(), nullable=True),
        sa.Column("last_success", Moment(), nullable=True),
        sa.Column("failures_in_row", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "flow"),
    )
    op.create_table(
        "intent",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("flow", Key(), nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("key", Key(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("called_at", Moment(), nullable=True),
        sa.Column("ask_at", Moment(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "intent_once",
        "intent",
        ["channel_id", "kind", "key"],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'unknown')"),
        postgresql_where=sa.text("state IN ('open', 'unknown')"),
    )
    op.create_table(
        "lane",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lane", Key(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("lease_epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "lane"),
    )
    op.create_table(
        "lease",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", Key(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("face", sa.String(), nullable=False),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.Column("renewed_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id"),
    )
    op.create_table(
        "listing",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sku_key", Key(), nullable=False),
        sa.Column("hb_sku", Key(), nullable=False),
        sa.Column("merchant_sku", Key(), nullable=False),
        sa.Column("listing_id", Key(), nullable=False),
        sa.Column("price", Lira(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("max_quantity", sa.Integer(), nullable=False),
        sa.Column("is_salable", sa.Boolean(), nullable=False),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column("is_suspended", sa.Boolean(), nullable=False),
        sa.Column("is_frozen", sa.Boolean(), nullable=False),
        sa.Column("by_hepsiburada", sa.Boolean(), nullable=False),
        sa.Column("price_increase_disabled", sa.Boolean(), nullable=False),
        sa.Column("price_decrease_disabled", sa.Boolean(), nullable=False),
        sa.Column("stock_decrease_disabled", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("price_min", Lira(), nullable=True),
        sa.Column("price_max", Lira(), nullable=True),
        sa.Column("read_at", Moment(), nullable=False),
        sa.Column("sweep", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "sku_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("listing_by_hb_sku", "listing", ["channel_id", "hb_sku"], unique=False)
    op.create_table(
        "log_body",
        sa.Column("log_id", Id, autoincrement=False, nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("response", sa.String(), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("log_id"),
    )
    op.create_table(
        "log_entry",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("facet_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("key", Key(), nullable=False),
        sa.Column("code", Key(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("folded", Key(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("log_by_facet", "log_entry", ["facet_id", "id"], unique=False)
    op.create_index(
        "log_by_key",
        "log_entry",
        ["key", "id"],
        unique=False,
        sqlite_where=sa.text("key <> ''"),
        postgresql_where=sa.text("key <> ''"),
    )
    op.create_index(
        "log_by_run",
        "log_entry",
        ["run_id", "id"],
        unique=False,
        sqlite_where=sa.text("run_id IS NOT NULL"),
        postgresql_where=sa.text("run_id IS NOT NULL"),
    )
    op.create_table(
        "log_facet",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("flow", Key(), nullable=False),
        sa.Column("level", Key(), nullable=False),
        sa.Column("status", Key(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "flow", "level", "status"),
    )
    op.create_table(
        "log_hour",
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("facet_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "facet_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_minute",
        sa.Column("minute", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("facet_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("minute", "facet_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "market_cancellation",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("line_item_id", Key(), nullable=False),
        sa.Column("mark", Key(), nullable=False),
        sa.Column("order_number", Key(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", Moment(), nullable=True),
        sa.Column("reason_code", Key(), nullable=False),
        sa.Column("cancelled_by", sa.String(), nullable=False),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.Column("looked_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "line_item_id", "mark"),
    )
    op.create_index(
        "cancellation_by_order", "market_cancellation", ["channel_id", "order_number"], unique=False
    )
    op.create_index(
        "cancellation_open",
        "market_cancellation",
        ["channel_id", "order_number"],
        unique=False,
        sqlite_where=sa.text("looked_at IS NULL"),
        postgresql_where=sa.text("looked_at IS NULL"),
    )
    op.create_table(
        "market_line",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("line_item_id", Key(), nullable=False),
        sa.Column("order_number", Key(), nullable=False),
        sa.Column("sku_key", Key(), nullable=False),
        sa.Column("hb_sku", Key(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("packing", Key(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "line_item_id"),
    )
    op.create_index("line_by_order", "market_line", ["channel_id", "order_number"], unique=False)
    op.create_index("line_by_sku", "market_line", ["channel_id", "sku_key"], unique=False)
    op.create_index(
        "line_not_packed",
        "market_line",
        ["channel_id"],
        unique=False,
        sqlite_where=sa.text("packing <> ''"),
        postgresql_where=sa.text("packing <> ''"),
    )
    op.create_table(
        "market_order",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("order_number", Key(), nullable=False),
        sa.Column("customer_id", Key(), nullable=False),
        sa.Column("customer_name", sa.String(), nullable=False),
        sa.Column("placed_at", Moment(), nullable=True),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "order_number"),
    )
    op.create_index(
        "market_order_by_customer", "market_order", ["channel_id", "customer_id"], unique=False
    )
    op.create_table(
        "market_package",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("package_number", Key(), nullable=False),
        sa.Column("order_number", Key(), nullable=False),
        sa.Column("status", Key(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("added_at", Moment(), nullable=True),
        sa.Column("cargo", sa.String(), nullable=False),
        sa.Column("barcode", Key(), nullable=False),
        sa.Column("total", Lira(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("town", sa.String(), nullable=False),
        sa.Column("tracking_number", Key(), nullable=False),
        sa.Column("tracking_url", sa.String(), nullable=False),
        sa.Column("invoice_link", sa.String(), nullable=False),
        sa.Column("label", Key(), nullable=False),
        sa.Column("label_at", Moment(), nullable=True),
        sa.Column("omnitron_order_id", sa.BigInteger(), nullable=True),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "package_number"),
    )
    op.create_index(
        "package_by_order", "market_package", ["channel_id", "order_number"], unique=False
    )
    op.create_index(
        "package_by_state", "market_package", ["channel_id", "state", "due_at"], unique=False
    )
    op.create_table(
        "market_product",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sku_key", Key(), nullable=False),
        sa.Column("product_pk", sa.BigInteger(), nullable=True),
        sa.Column("status", Key(), nullable=False),
        sa.Column("hb_sku", Key(), nullable=True),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("ask_at", Moment(), nullable=True),
        sa.Column("remote_text", sa.String(), nullable=False),
        sa.Column("matched", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("decision", Key(), nullable=True),
        sa.Column("decision_state", Key(), nullable=True),
        sa.Column("decision_hb_sku", Key(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("channel_id", "sku_key"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "market_product_ask",
        "market_product",
        ["channel_id", "ask_at"],
        unique=False,
        sqlite_where=sa.text("ask_at IS NOT NULL"),
        postgresql_where=sa.text("ask_at IS NOT NULL"),
    )
    op.create_index(
        "market_product_decided",
        "market_product",
        ["channel_id", "decision_state"],
        unique=False,
        sqlite_where=sa.text("decision_state = 'waiting'"),
        postgresql_where=sa.text("decision_state = 'waiting'"),
    )
    op.create_index(
        "market_product_status", "market_product", ["channel_id", "status"], unique=False
    )
    op.create_table(
        "notice",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("alarm_id", sa.Integer(), nullable=True),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_notice_channel_id"), "notice", ["channel_id"], unique=False)
    op.create_table(
        "offer",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sku_key", Key(), nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=True),
        sa.Column("wanted_cap", sa.Integer(), nullable=True),
        sa.Column("wanted_version", sa.Integer(), nullable=False),
        sa.Column("wanted_at", Moment(), nullable=True),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.Column("sent_version", sa.Integer(), nullable=True),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("upload_id", sa.BigInteger(), nullable=True),
        sa.Column("confirmed", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_version", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.Column("lag_ms", sa.BigInteger(), nullable=True),
        sa.Column("state", Key(), nullable=False),
        sa.Column("code", Key(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("object_pk", sa.BigInteger(), nullable=True),
        sa.Column("is_correction", sa.Boolean(), nullable=False),
        sa.Column("overwritten", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "sku_key", "kind"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "offer_unsettled",
        "offer",
        ["channel_id", "kind", "upload_id"],
        unique=False,
        sqlite_where=sa.text("upload_id IS NOT NULL"),
        postgresql_where=sa.text("upload_id IS NOT NULL"),
    )
    op.create_index(
        "offer_waiting",
        "offer",
        ["channel_id", "kind", "urgency", "wanted_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "omnitron_item",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("line_item_id", Key(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("item_pk", sa.BigInteger(), nullable=False),
        sa.Column("order_pk", sa.BigInteger(), nullable=False),
        sa.Column("package_number", Key(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("status", Key(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("item_by_order", "omnitron_item", ["channel_id", "order_pk"], unique=False)
    op.create_index(
        "item_unit_once",
        "omnitron_item",
        ["channel_id", "line_item_id", "n"],
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    op.create_index(op.f("ix_omnitron_item_item_pk"), "omnitron_item", ["item_pk"], unique=False)
    op.create_table(
        "omnitron_order",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("number", Key(), nullable=False),
        sa.Column("remote_pk", sa.BigInteger(), nullable=False),
        sa.Column("package_number", Key(), nullable=False),
        sa.Column("amount", Lira(), nullable=False),
        sa.Column("written_at", Moment(), nullable=False),
        sa.Column("batch_closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "number"),
    )
    op.create_index(
        op.f("ix_omnitron_order_remote_pk"), "omnitron_order", ["remote_pk"], unique=False
    )
    op.create_table(
        "omnitron_value",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("attribute_pk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", Key(), nullable=False),
        sa.Column("value_pk", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("has_action", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "attribute_pk", "digest"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "omnitron_value_by_pk", "omnitron_value", ["channel_id", "value_pk"], unique=False
    )
    op.create_table(
        "package_line",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("package_number", Key(), nullable=False),
        sa.Column("line_item_id", Key(), nullable=False),
        sa.Column("element", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "package_number", "line_item_id", "element"),
    )
    op.create_table(
        "package_split",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("correlation_id", Key(), nullable=False),
        sa.Column("key", Key(), nullable=False),
        sa.Column("package_number", Key(), nullable=False),
        sa.Column("order_number", Key(), nullable=False),
        sa.Column("order_pk", sa.BigInteger(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("ask_at", Moment(), nullable=True),
        sa.Column("requested_at", Moment(), nullable=False),
        sa.Column("split_at", Moment(), nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "request_id"),
    )
    op.create_index(
        "split_by_package", "package_split", ["channel_id", "package_number"], unique=False
    )
    op.create_index(
        "split_unsettled",
        "package_split",
        ["channel_id", "ask_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'unknown', 'split')"),
        postgresql_where=sa.text("state IN ('waiting', 'unknown', 'split')"),
    )
    op.create_table(
        "pause",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("scope", Key(), nullable=False),
        sa.Column("name", Key(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_pause_channel_id"), "pause", ["channel_id"], unique=False)
    op.create_table(
        "penalty",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("content_type", Key(), nullable=False),
        sa.Column("key", Key(), nullable=False),
        sa.Column("object_type", Key(), nullable=False),
        sa.Column("object_pk", sa.BigInteger(), nullable=True),
        sa.Column("remote_pk", sa.BigInteger(), nullable=True),
        sa.Column("owner", Key(), nullable=False),
        sa.Column("reason_type", Key(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("max_retries", sa.Integer(), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("first_failed_at", Moment(), nullable=False),
        sa.Column("last_failed_at", Moment(), nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("lifted_at", Moment(), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "content_type", "key"),
    )
    op.create_index(
        "penalty_by_object", "penalty", ["channel_id", "object_type", "object_pk"], unique=False
    )
    op.create_index("penalty_due", "penalty", ["channel_id", "ended", "next_at"], unique=False)
    op.create_table(
        "removal",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sku_key", Key(), nullable=False),
        sa.Column("product_pk", sa.BigInteger(), nullable=False),
        sa.Column("action_pk", sa.BigInteger(), nullable=False),
        sa.Column("remote_id", Key(), nullable=True),
        sa.Column("state", Key(), nullable=False),
        sa.Column("uploads", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("found_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("channel_id", "sku_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("removal_state", "removal", ["channel_id", "state"], unique=False)
    op.create_table(
        "settings_snapshot",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("read_at", Moment(), nullable=False),
        sa.Column("digest", Key(), nullable=False),
        sa.Column("conf", sa.JSON(), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_settings_snapshot_channel_id"), "settings_snapshot", ["channel_id"], unique=False
    )
    op.create_table(
        "sweep",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("side", Key(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("position", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_sweep_channel_id"), "sweep", ["channel_id"], unique=False)
    op.create_table(
        "trigger_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("flow", Key(), nullable=False),
        sa.Column("key", Key(), nullable=False),
        sa.Column("digest", Key(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("correlation_id", Key(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("trigger_event_age", "trigger_event", ["expires_at"], unique=False)
    op.create_index(
        "trigger_event_once", "trigger_event", ["channel_id", "flow", "key"], unique=True
    )
    op.create_table(
        "upload",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("flow", Key(), nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("reference", Key(), nullable=False),
        sa.Column("tracking_id", Key(), nullable=True),
        sa.Column("state", Key(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("poll_at", Moment(), nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index(op.f("ix_upload_tracking_id"), "upload", ["tracking_id"], unique=False)
    op.create_index(
        "upload_unsettled",
        "upload",
        ["channel_id", "kind"],
        unique=False,
        sqlite_where=sa.text("state IN ('preparing', 'sent', 'unknown')"),
        postgresql_where=sa.text("state IN ('preparing', 'sent', 'unknown')"),
    )
    op.create_table(
        "upload_row",
        sa.Column("upload_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("element", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("sku_key", Key(), nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("code", Key(), nullable=True),
        sa.Column("remote_text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "element"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "upload_row_by_sku", "upload_row", ["channel_id", "sku_key", "upload_id"], unique=False
    )
