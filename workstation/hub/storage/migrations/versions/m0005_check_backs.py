"""Solved cases are found by the moment somebody asks whether all is well."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FILL = "UPDATE case_row SET follow_up_at = :at WHERE tenant_id = :tenant AND case_id = :case"


def upgrade() -> None:
    """Add the column, fill it for cases solved already, and index it."""
    op.add_column("case_row", sa.Column("follow_up_at", sa.BigInteger(), nullable=True))
    connection = op.get_bind()
    planned = connection.execute(
        sa.text("SELECT tenant_id, entity_id, body FROM document WHERE entity = 'case' AND body LIKE :named"),
        {"named": '%"follow_up_at":"%'},
    ).all()
    for tenant_id, case_id, body in planned:
        case = json.loads(body)
        if case.get("status") == "solved":
            at = datetime.fromisoformat(case["follow_up_at"])
            connection.execute(
                sa.text(_FILL),
                {"at": (at - _EPOCH) // timedelta(microseconds=1), "tenant": tenant_id, "case": case_id},
            )
    op.create_index("ix_case_row_follow_up", "case_row", ["tenant_id", "follow_up_at"], unique=False)


def downgrade() -> None:
    """Drop both."""
    op.drop_index("ix_case_row_follow_up", table_name="case_row")
    op.drop_column("case_row", "follow_up_at")
