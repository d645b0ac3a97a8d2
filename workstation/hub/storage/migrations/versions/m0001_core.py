"""Documents, feed, commands, budgets, effects, ledger and audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_CHANGED = (
    "OLD.n IS NOT NULL OR NEW.tenant_id <> OLD.tenant_id OR NEW.audit_id <> OLD.audit_id OR NEW.at <> OLD.at"
    " OR NEW.event <> OLD.event OR NEW.actor <> OLD.actor OR NEW.subject <> OLD.subject"
    " OR NEW.detail {differs} OLD.detail"
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "audit",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("audit_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=True),
        sa.Column("chain", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "audit_id", name=op.f("pk_audit")),
        sa.UniqueConstraint("tenant_id", "n", name=op.f("uq_audit_tenant_id_n")),
    )
    op.create_index(
        "ix_audit_unsealed",
        "audit",
        ["tenant_id", "audit_id"],
        unique=False,
        postgresql_where=sa.text("n IS NULL"),
        sqlite_where=sa.text("n IS NULL"),
    )
    op.create_table(
        "budget",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("budget_id", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("kind_group", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("limit_amt", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reserved", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("leased", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("window_days", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rev", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "limit_amt - spent - reserved - leased >= 0", name=op.f("ck_budget_not_overdrawn")
        ),
        sa.CheckConstraint(
            "spent >= 0 AND reserved >= 0 AND leased >= 0", name=op.f("ck_budget_no_negative_part")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "budget_id", name=op.f("pk_budget")),
    )
    op.create_table(
        "budget_use",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("budget_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('reserved', 'spent', 'released', 'aged')", name=op.f("ck_budget_use_state")
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_budget_use_amount")),
        sa.PrimaryKeyConstraint("tenant_id", "budget_id", "decision_id", "step", name=op.f("pk_budget_use")),
    )
    op.create_index(
        "ix_budget_use_age", "budget_use", ["tenant_id", "budget_id", "state", "at"], unique=False
    )
    op.create_index("ix_budget_use_decision", "budget_use", ["tenant_id", "decision_id"], unique=False)
    op.create_table(
        "case_row",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("snoozed_until", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", name=op.f("pk_case_row")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_case_row_tenant_id_number")),
    )
    op.create_index("ix_case_row_customer", "case_row", ["tenant_id", "customer_id"], unique=False)
    op.create_index("ix_case_row_snoozed", "case_row", ["tenant_id", "snoozed_until"], unique=False)
    op.create_index("ix_case_row_status", "case_row", ["tenant_id", "status", "opened_at"], unique=False)
    op.create_table(
        "command_log",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("cmd_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("outbox_epoch", sa.Text(), nullable=False),
        sa.Column("device_seq", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "cmd_id", name=op.f("pk_command_log")),
        sa.UniqueConstraint(
            "tenant_id",
            "device_id",
            "outbox_epoch",
            "device_seq",
            name=op.f("uq_command_log_tenant_id_device_id_outbox_epoch_device_seq"),
        ),
    )
    op.create_table(
        "customer_row",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "customer_id", name=op.f("pk_customer_row")),
    )
    op.create_table(
        "document",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "entity", "entity_id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_case", "document", ["tenant_id", "case_id"], unique=False)
    op.create_index("ix_document_customer", "document", ["tenant_id", "customer_id", "entity"], unique=False)
    op.create_table(
        "effect",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("effect_id", sa.Text(), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("effect_class", sa.Text(), nullable=False),
        sa.Column("after_effect_id", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("look_ups", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("first_sent_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("ext_ref", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("result", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("failure_code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("failure_params", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'claimed', 'sent', 'confirmed', 'unknown', 'failed', 'manual', 'held_back',"
            " 'cancelled')",
            name=op.f("ck_effect_state"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "effect_id", name=op.f("pk_effect")),
    )
    op.create_index("ix_effect_after", "effect", ["tenant_id", "after_effect_id"], unique=False)
    op.create_index("ix_effect_command", "effect", ["tenant_id", "command_id"], unique=False)
    op.create_index(
        "ix_effect_due",
        "effect",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending', 'claimed', 'sent', 'unknown')"),
        sqlite_where=sa.text("state IN ('pending', 'claimed', 'sent', 'unknown')"),
    )
    op.create_table(
        "feed",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("scope_id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "scope_id", "entity", "entity_id", name=op.f("pk_feed")),
        sa.UniqueConstraint("tenant_id", "scope_id", "seq", name=op.f("uq_feed_tenant_id_scope_id_seq")),
    )
    op.create_table(
        "hub_fact",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_hub_fact")),
    )
    op.create_table(
        "identity",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("normalised", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "normalised", name=op.f("pk_identity")),
    )
    op.create_index("ix_identity_customer", "identity", ["tenant_id", "customer_id"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("transaction_id", sa.Text(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_ledger_amount")),
        sa.PrimaryKeyConstraint("tenant_id", "transaction_id", "line", name=op.f("pk_ledger")),
    )
    op.create_table(
        "message_row",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("rfc_message_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "rfc_message_id", name=op.f("pk_message_row")),
    )
    op.create_table(
        "number_series",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_number_series")),
    )
    op.create_table(
        "promise_row",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("promise_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "promise_id", name=op.f("pk_promise_row")),
    )
    op.create_index("ix_promise_row_due", "promise_row", ["tenant_id", "state", "due_at"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("cmd_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "cmd_id", name=op.f("pk_quarantine")),
    )
    op.create_table(
        "scope",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("scope_id", sa.Text(), nullable=False),
        sa.Column("head_seq", sa.BigInteger(), nullable=False),
        sa.Column("floor_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "scope_id", name=op.f("pk_scope")),
    )
    op.create_table(
        "tenant",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant")),
    )
    _protect()


def _protect() -> None:
    """Ledger rows never change; audit rows change once, when the sealer numbers them."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION never_changes() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION '% rows never change', TG_TABLE_NAME; END $$"
        )
        op.execute(
            "CREATE TRIGGER ledger_kept BEFORE UPDATE OR DELETE ON ledger"
            " FOR EACH ROW EXECUTE FUNCTION never_changes()"
        )
        op.execute(
            "CREATE TRIGGER audit_kept BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION never_changes()"
        )
        op.execute(
            "CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit FOR EACH ROW"
            f" WHEN ({_CHANGED.format(differs='IS DISTINCT FROM')}) EXECUTE FUNCTION never_changes()"
        )
        return
    abort = "BEGIN SELECT RAISE(ABORT, '{} rows never change'); END"
    op.execute(f"CREATE TRIGGER ledger_kept BEFORE DELETE ON ledger {abort.format('ledger')}")
    op.execute(f"CREATE TRIGGER ledger_unchanged BEFORE UPDATE ON ledger {abort.format('ledger')}")
    op.execute(f"CREATE TRIGGER audit_kept BEFORE DELETE ON audit {abort.format('audit')}")
    op.execute(
        "CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit"
        f" WHEN {_CHANGED.format(differs='IS NOT')} {abort.format('audit')}"
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("tenant")
    op.drop_table("scope")
    op.drop_table("quarantine")
    op.drop_table("promise_row")
    op.drop_table("number_series")
    op.drop_table("message_row")
    op.drop_table("ledger")
    op.drop_table("identity")
    op.drop_table("hub_fact")
    op.drop_table("feed")
    op.drop_table("effect")
    op.drop_table("document")
    op.drop_table("customer_row")
    op.drop_table("command_log")
    op.drop_table("case_row")
    op.drop_table("budget_use")
    op.drop_table("budget")
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION never_changes()")
