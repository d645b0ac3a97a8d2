"""Bookings that take one back, tax by rate, acts by reference, vouchers, stock, and numbers on slips."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SHIPPING = sa.text("kind = 'refund_shipping' AND is_withdrawn = 0")
_REVERSES = sa.text("reverses <> ''")
_UNDOES = sa.text("undoes <> ''")
_NUMBERED = sa.text("number <> ''")
_NOTHING = sa.text("''")


def upgrade() -> None:
    """Make the tables, columns and indexes."""
    op.add_column(
        "book_booking", sa.Column("kind", sa.Text(), server_default=sa.text("'refund'"), nullable=False)
    )
    op.add_column(
        "book_booking", sa.Column("is_withdrawn", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("book_booking", sa.Column("reverses", sa.Text(), server_default=_NOTHING, nullable=False))
    op.add_column("book_work_order", sa.Column("number", sa.Text(), server_default=_NOTHING, nullable=False))
    op.create_table(
        "book_tax",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("rate_bp", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "booking_id", "rate_bp", name=op.f("pk_book_tax")),
    )
    op.create_table(
        "book_act",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "reference", name=op.f("pk_book_act")),
    )
    op.create_table(
        "book_voucher",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("voucher_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_book_voucher_some_amount")),
        sa.CheckConstraint("state IN ('open', 'redeemed', 'withdrawn')", name=op.f("ck_book_voucher_state")),
        sa.PrimaryKeyConstraint("tenant_id", "voucher_id", name=op.f("pk_book_voucher")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_book_voucher_tenant_id_code")),
    )
    op.create_table(
        "book_stock",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("stock_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("available >= 0", name=op.f("ck_book_stock_not_negative")),
        sa.PrimaryKeyConstraint("tenant_id", "stock_id", name=op.f("pk_book_stock")),
        sa.UniqueConstraint("tenant_id", "sku", name=op.f("uq_book_stock_tenant_id_sku")),
    )
    _unique("ux_book_booking_shipping", "book_booking", "order_id", _SHIPPING)
    _unique("ux_book_booking_reverses", "book_booking", "reverses", _REVERSES)
    _unique("ux_book_act_undoes", "book_act", "undoes", _UNDOES)
    _unique("ux_book_work_order_number", "book_work_order", "number", _NUMBERED)


def _unique(name: str, table: str, column: str, where: sa.TextClause) -> None:
    op.create_index(
        name, table, ["tenant_id", column], unique=True, postgresql_where=where, sqlite_where=where
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ux_book_work_order_number", "book_work_order")
    op.drop_index("ux_book_booking_reverses", "book_booking")
    op.drop_index("ux_book_booking_shipping", "book_booking")
    op.drop_table("book_stock")
    op.drop_table("book_voucher")
    op.drop_table("book_act")
    op.drop_table("book_tax")
    op.drop_column("book_work_order", "number")
    op.drop_column("book_booking", "reverses")
    op.drop_column("book_booking", "is_withdrawn")
    op.drop_column("book_booking", "kind")
