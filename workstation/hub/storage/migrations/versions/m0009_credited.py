"""What of a credit note came off an open invoice, so that only the rest counts against its payment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: all earlier credit notes were paid out in full."""
    op.add_column(
        "book_booking", sa.Column("credited", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_column("book_booking", "credited")
