"""What is known in SQL of cases that a restored copy lacks."""

from __future__ import annotations

from datetime import datetime

from workstation.hub.ports import Tx
from workstation.hub.storage.sql import Session, micros
from workstation.hub.storage.transaction import SqlTx


class SqlLostCases:
    """Implements :class:`workstation.hub.ports_lost.LostCases`."""

    def __init__(self, session: Session, tenant_id: str) -> None:
        self._session = session
        self._tenant_id = tenant_id

    def is_opening_refused(self, case_id: str) -> bool:
        """Whether the log has a command that would have opened the case."""
        found = self._session.value(
            "SELECT 1 FROM command_log WHERE tenant_id = :tenant_id AND case_id = :case_id"
            " AND type = 'case.open' LIMIT 1",
            tenant_id=self._tenant_id,
            case_id=case_id,
        )
        return found is not None

    def mails_since(self, since: datetime) -> tuple[tuple[str, str], ...]:
        """Return (intake id, case) of the mails that were stored since then."""
        rows = self._session.rows(
            "SELECT intake_id, case_id FROM intake WHERE tenant_id = :tenant_id AND stored_at >= :since"
            " AND state <> 'stored' ORDER BY stored_at, intake_id",
            tenant_id=self._tenant_id,
            since=micros(since),
        )
        return tuple((str(intake_id), str(case_id)) for intake_id, case_id in rows)


def open_lost_cases(tx: Tx) -> SqlLostCases:
    """Return the questions for a transaction of this storage."""
    assert isinstance(tx, SqlTx)
    return SqlLostCases(tx.session, tx.tenant_id)
