"""The hub's own books and the ledger of incoming mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "book_booking",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("credit_note_number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("booked_at", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_book_booking_some_amount")),
        sa.PrimaryKeyConstraint("tenant_id", "booking_id", name=op.f("pk_book_booking")),
        sa.UniqueConstraint(
            "tenant_id", "credit_note_number", name=op.f("uq_book_booking_tenant_id_credit_note_number")
        ),
        sa.UniqueConstraint("tenant_id", "reference", name=op.f("uq_book_booking_tenant_id_reference")),
    )
    op.create_index("ix_book_booking_order", "book_booking", ["tenant_id", "order_id"], unique=False)
    op.create_table(
        "book_customer",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_book_customer")),
    )
    op.create_table(
        "book_invoice",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "invoice_id", name=op.f("pk_book_invoice")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_book_invoice_tenant_id_number")),
    )
    op.create_table(
        "book_order",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "order_id", name=op.f("pk_book_order")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_book_order_tenant_id_number")),
    )
    op.create_index(
        "ix_book_order_customer", "book_order", ["tenant_id", "customer_id", "placed_at"], unique=False
    )
    op.create_table(
        "book_payment",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("captured", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "captured >= 0 AND refunded >= 0", name=op.f("ck_book_payment_no_negative_amount")
        ),
        sa.CheckConstraint("refunded <= captured", name=op.f("ck_book_payment_not_over_refunded")),
        sa.PrimaryKeyConstraint("tenant_id", "payment_id", name=op.f("pk_book_payment")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_book_payment_tenant_id_number")),
    )
    op.create_index("ix_book_payment_order", "book_payment", ["tenant_id", "order_id"], unique=False)
    op.create_table(
        "book_return",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("return_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "return_id", name=op.f("pk_book_return")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_book_return_tenant_id_number")),
        sa.UniqueConstraint("tenant_id", "reference", name=op.f("uq_book_return_tenant_id_reference")),
    )
    op.create_index("ix_book_return_order", "book_return", ["tenant_id", "order_id"], unique=False)
    op.create_table(
        "book_shipment",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("shipment_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "shipment_id", name=op.f("pk_book_shipment")),
        sa.UniqueConstraint(
            "tenant_id", "tracking_number", name=op.f("uq_book_shipment_tenant_id_tracking_number")
        ),
    )
    op.create_index("ix_book_shipment_order", "book_shipment", ["tenant_id", "order_id"], unique=False)
    op.create_table(
        "book_work_order",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("work_order_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'done', 'withdrawn')", name=op.f("ck_book_work_order_status")),
        sa.PrimaryKeyConstraint("tenant_id", "work_order_id", name=op.f("pk_book_work_order")),
        sa.UniqueConstraint(
            "tenant_id", "kind", "subject_id", name=op.f("uq_book_work_order_tenant_id_kind_subject_id")
        ),
    )
    op.create_index(
        "ix_book_work_order_open",
        "book_work_order",
        ["tenant_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
        sqlite_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "intake",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("intake_id", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rfc_message_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("is_readable", sa.Integer(), nullable=False),
        sa.Column("is_filed", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('stored', 'done', 'repeat')", name=op.f("ck_intake_state")),
        sa.PrimaryKeyConstraint("tenant_id", "intake_id", name=op.f("pk_intake")),
        sa.UniqueConstraint(
            "tenant_id",
            "mailbox",
            "uidvalidity",
            "uid",
            name=op.f("uq_intake_tenant_id_mailbox_uidvalidity_uid"),
        ),
    )
    op.create_index("ix_intake_rfc_message_id", "intake", ["tenant_id", "rfc_message_id"], unique=False)
    op.create_index("ix_intake_sha256", "intake", ["tenant_id", "sha256"], unique=False)
    op.create_index(
        "ix_intake_unfiled",
        "intake",
        ["tenant_id", "mailbox", "uidvalidity"],
        unique=False,
        postgresql_where=sa.text("state <> 'stored' AND is_filed = 0"),
        sqlite_where=sa.text("state <> 'stored' AND is_filed = 0"),
    )
    op.create_index(
        "ix_intake_waiting",
        "intake",
        ["tenant_id", "intake_id"],
        unique=False,
        postgresql_where=sa.text("state = 'stored'"),
        sqlite_where=sa.text("state = 'stored'"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("intake")
    op.drop_table("book_work_order")
    op.drop_table("book_shipment")
    op.drop_table("book_return")
    op.drop_table("book_payment")
    op.drop_table("book_order")
    op.drop_table("book_invoice")
    op.drop_table("book_customer")
    op.drop_table("book_booking")
