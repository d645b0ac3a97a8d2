"""Invoices that can be dunned: rows to lock, blocks, notices, runs, payments; filled from what is known."""

from __future__ import annotations

import json
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KNOWN = "SELECT tenant_id, entity_id, body FROM document WHERE entity = :entity"
_INVOICE = """
INSERT INTO billing_invoice (tenant_id, invoice_id, number, currency, due_on, opening_amount, open_amount,
                             fee_open, dunning_level)
VALUES (:tenant_id, :invoice_id, :number, :currency, :due_on, :open, :open, :fee_open, :level)
"""
_REMINDER = """
INSERT INTO billing_reminder (tenant_id, invoice_id, level, notice_id, run_on, status, effect_id, message_id,
                              case_id)
VALUES (:tenant_id, :invoice_id, :level, :notice_id, :run_on, :status, '', '', '')
"""


def upgrade() -> None:
    """Make the tables and fill them."""
    op.create_table(
        "billing_act",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "reference", name=op.f("pk_billing_act")),
    )
    op.create_table(
        "billing_block",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "invoice_id", "source", name=op.f("pk_billing_block")),
    )
    op.create_index(
        "ix_billing_block_standing",
        "billing_block",
        ["tenant_id", "invoice_id", "source"],
        unique=False,
        postgresql_where=sa.text("lifted_at IS NULL"),
        sqlite_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "billing_invoice",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("due_on", sa.BigInteger(), nullable=False),
        sa.Column("opening_amount", sa.BigInteger(), nullable=False),
        sa.Column("open_amount", sa.BigInteger(), nullable=False),
        sa.Column("fee_open", sa.BigInteger(), nullable=False),
        sa.Column("dunning_level", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("dunning_level >= 0", name=op.f("ck_billing_invoice_level")),
        sa.CheckConstraint("open_amount <= opening_amount", name=op.f("ck_billing_invoice_not_more_open")),
        sa.CheckConstraint(
            "open_amount >= 0 AND fee_open >= 0 AND opening_amount >= 0",
            name=op.f("ck_billing_invoice_no_negative_amount"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "invoice_id", name=op.f("pk_billing_invoice")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_billing_invoice_tenant_id_number")),
    )
    op.create_index(
        "ix_billing_invoice_unpaid",
        "billing_invoice",
        ["tenant_id", "invoice_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("open_amount > 0"),
        sqlite_where=sa.text("open_amount > 0"),
    )
    op.create_table(
        "billing_payment",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_billing_payment_some_amount")),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_billing_payment")),
    )
    op.create_index(
        "ix_billing_payment_invoice", "billing_payment", ["tenant_id", "invoice_id"], unique=False
    )
    op.create_table(
        "billing_reminder",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("run_on", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("effect_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('planned', 'sent', 'withheld')", name=op.f("ck_billing_reminder_status")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "invoice_id", "level", name=op.f("pk_billing_reminder")),
        sa.UniqueConstraint("tenant_id", "notice_id", name=op.f("uq_billing_reminder_tenant_id_notice_id")),
    )
    op.create_index(
        "ix_billing_reminder_message", "billing_reminder", ["tenant_id", "message_id"], unique=False
    )
    op.create_table(
        "billing_run",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("run_on", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "run_on", name=op.f("pk_billing_run")),
    )
    op.create_table(
        "billing_run_item",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("run_on", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "run_on", "invoice_id", name=op.f("pk_billing_run_item")),
    )
    op.create_table(
        "billing_setting",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_billing_setting")),
    )
    _fill()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("billing_setting")
    op.drop_table("billing_run_item")
    op.drop_table("billing_run")
    op.drop_table("billing_reminder")
    op.drop_table("billing_payment")
    op.drop_table("billing_invoice")
    op.drop_table("billing_block")
    op.drop_table("billing_act")


def _fill() -> None:
    connection = op.get_bind()
    for tenant_id, invoice_id, body in connection.execute(sa.text(_KNOWN), {"entity": "invoice"}).all():
        invoice = json.loads(body)
        still_open = invoice["open"]
        values = {
            "tenant_id": tenant_id,
            "invoice_id": invoice_id,
            "number": "".join(invoice["number"].split()).casefold(),
            "currency": still_open.get("currency", "EUR"),
            "due_on": date.fromisoformat(invoice["due_on"]).toordinal(),
            "open": max(still_open["minor_units"], 0),
            "fee_open": max(invoice.get("fee_open", {}).get("minor_units", 0), 0),
            "level": invoice.get("dunning_level", 0),
        }
        connection.execute(sa.text(_INVOICE), values)
    seen: set[tuple[str, str, int]] = set()
    for tenant_id, notice_id, body in connection.execute(sa.text(_KNOWN), {"entity": "dunning_notice"}).all():
        notice = json.loads(body)
        key = (tenant_id, notice["invoice_id"], notice["level"])
        if key in seen:
            continue
        seen.add(key)
        values = {
            "tenant_id": tenant_id,
            "invoice_id": notice["invoice_id"],
            "level": notice["level"],
            "notice_id": notice_id,
            "run_on": date.fromisoformat(notice["sent_on"]).toordinal(),
            "status": notice.get("status", "sent"),
        }
        connection.execute(sa.text(_REMINDER), values)
