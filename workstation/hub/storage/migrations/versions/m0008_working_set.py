"""Cases closed for long leave the desks; the hub knows which of them have left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns; when a closed case was last touched is looked up once its time seems to come."""
    op.add_column("case_row", sa.Column("closed_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "case_row", sa.Column("is_away", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.execute("UPDATE case_row SET closed_at = opened_at WHERE status IN ('solved', 'no_case')")
    op.create_index("ix_case_row_closed", "case_row", ["tenant_id", "is_away", "closed_at"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_case_row_closed", table_name="case_row")
    op.drop_column("case_row", "is_away")
    op.drop_column("case_row", "closed_at")
