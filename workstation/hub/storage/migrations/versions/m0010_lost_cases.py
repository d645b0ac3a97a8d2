"""Ways to the openings of a case among all commands, and to the mails stored since a moment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    where = sa.text("type = 'case.open'")
    op.create_index(
        "ix_command_log_opening",
        "command_log",
        ["tenant_id", "case_id"],
        unique=False,
        postgresql_where=where,
        sqlite_where=where,
    )
    op.create_index("ix_intake_stored", "intake", ["tenant_id", "stored_at"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_intake_stored", "intake")
    op.drop_index("ix_command_log_opening", "command_log")
