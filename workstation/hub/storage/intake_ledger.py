"""The ledger of incoming mail in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workstation.hub.ports import Tx
from workstation.hub.ports_intake import IntakeRow, IntakeState
from workstation.hub.ports_mail import Cursor
from workstation.hub.storage.sql import Session, maybe_micros, maybe_moment, micros, moment
from workstation.hub.storage.transaction import SqlTx

_COLUMNS = (
    "intake_id, mailbox, uidvalidity, uid, sha256, size, stored_at, received_at, state, rfc_message_id,"
    " case_id, message_id, is_readable, is_filed"
)
_ADD = f"""
INSERT INTO intake (tenant_id, {_COLUMNS})
VALUES (:tenant_id, :intake_id, :mailbox, :uidvalidity, :uid, :sha256, :size, :stored_at, :received_at,
        :state, :rfc_message_id, :case_id, :message_id, :is_readable, :is_filed)
"""
_CHANGE = """
UPDATE intake SET state = :state, rfc_message_id = :rfc_message_id, case_id = :case_id,
                  message_id = :message_id, is_readable = :is_readable, is_filed = :is_filed
WHERE tenant_id = :tenant_id AND intake_id = :intake_id
"""


class SqlIntakeLedger:
    """Implements :class:`workstation.hub.ports_intake.IntakeLedger` within one transaction."""

    def __init__(self, session: Session, tenant_id: str) -> None:
        self._session = session
        self._tenant_id = tenant_id

    def cursor(self, mailbox: str, uidvalidity: int) -> Cursor:
        """Return how far a mailbox is stored under that uidvalidity."""
        last = self._session.value(
            "SELECT max(uid) FROM intake"
            " WHERE tenant_id = :tenant_id AND mailbox = :mailbox AND uidvalidity = :uidvalidity",
            tenant_id=self._tenant_id,
            mailbox=mailbox,
            uidvalidity=uidvalidity,
        )
        return Cursor(uidvalidity, int(last or 0))

    def at(self, mailbox: str, uidvalidity: int, uid: int) -> IntakeRow | None:
        """Return the row of one mail."""
        return self._first(
            "mailbox = :mailbox AND uidvalidity = :uidvalidity AND uid = :uid",
            mailbox=mailbox,
            uidvalidity=uidvalidity,
            uid=uid,
        )

    def locked(self, intake_id: str) -> IntakeRow | None:
        """Return a row that nobody else settles until this transaction ends."""
        found = self._session.rows(
            f"SELECT {_COLUMNS} FROM intake WHERE tenant_id = :tenant_id AND intake_id = :intake_id"
            f"{self._session.for_update}",
            tenant_id=self._tenant_id,
            intake_id=intake_id,
        )
        return _row(found[0]) if found else None

    def same_mail(self, sha256: str, rfc_message_id: str) -> IntakeRow | None:
        """Return a row that is done and has the same bytes and the same Message-ID."""
        return self._first(
            "sha256 = :sha256 AND rfc_message_id = :rfc_message_id AND state = 'done'",
            sha256=sha256,
            rfc_message_id=rfc_message_id,
        )

    def add(self, row: IntakeRow) -> None:
        """Store a new row."""
        self._session.do(
            _ADD,
            tenant_id=self._tenant_id,
            mailbox=row.mailbox,
            uidvalidity=row.uidvalidity,
            uid=row.uid,
            sha256=row.sha256,
            size=row.size,
            stored_at=micros(row.stored_at),
            received_at=maybe_micros(row.received_at),
            **_changing(row),
        )

    def change(self, row: IntakeRow) -> None:
        """Store what became of a mail."""
        self._session.do(_CHANGE, tenant_id=self._tenant_id, **_changing(row))

    def waiting(self, mailbox: str = "", limit: int = 200) -> tuple[IntakeRow, ...]:
        """Return rows that are stored and not done yet, oldest first."""
        which = "state = 'stored'" + (" AND mailbox = :mailbox" if mailbox else "")
        params = {"mailbox": mailbox} if mailbox else {}
        return self._many(which, limit, order="stored_at, mailbox, uidvalidity, uid", **params)

    def unfiled(self, mailbox: str, uidvalidity: int, limit: int = 500) -> tuple[IntakeRow, ...]:
        """Return rows that are done but not marked in the mailbox yet."""
        return self._many(
            "mailbox = :mailbox AND uidvalidity = :uidvalidity AND state <> 'stored' AND is_filed = 0",
            limit,
            mailbox=mailbox,
            uidvalidity=uidvalidity,
        )

    def done_after(self, intake_id: str, limit: int = 200) -> tuple[IntakeRow, ...]:
        """Return rows that are done, in the order of their ids, beyond ``intake_id``."""
        return self._many("state = 'done' AND intake_id > :after", limit, after=intake_id)

    def count(self, state: IntakeState) -> int:
        """Return how many rows have that state."""
        found = self._session.value(
            "SELECT count(*) FROM intake WHERE tenant_id = :tenant_id AND state = :state",
            tenant_id=self._tenant_id,
            state=state,
        )
        return int(found)

    def _first(self, which: str, **params: Any) -> IntakeRow | None:
        found = self._many(which, 1, **params)
        return found[0] if found else None

    def _many(
        self, which: str, limit: int, *, order: str = "intake_id", **params: Any
    ) -> tuple[IntakeRow, ...]:
        rows = self._session.rows(
            f"SELECT {_COLUMNS} FROM intake WHERE tenant_id = :tenant_id AND {which}"
            f" ORDER BY {order} LIMIT :limit",
            tenant_id=self._tenant_id,
            limit=limit,
            **params,
        )
        return tuple(map(_row, rows))


def _changing(row: IntakeRow) -> dict[str, Any]:
    return {
        "intake_id": row.intake_id,
        "state": row.state,
        "rfc_message_id": row.rfc_message_id,
        "case_id": row.case_id,
        "message_id": row.message_id,
        "is_readable": int(row.is_readable),
        "is_filed": int(row.is_filed),
    }


def _row(row: Sequence[Any]) -> IntakeRow:
    named = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return IntakeRow(
        **{
            **named,
            "stored_at": moment(named["stored_at"]),
            "received_at": maybe_moment(named["received_at"]),
            "is_readable": bool(named["is_readable"]),
            "is_filed": bool(named["is_filed"]),
        }
    )


def open_intake_ledger(tx: Tx) -> SqlIntakeLedger:
    """Return the ledger of the tenant a transaction belongs to."""
    if not isinstance(tx, SqlTx):
        raise TypeError("the ledger lies in the same database as the documents")
    return SqlIntakeLedger(tx.session, tx.tenant_id)
