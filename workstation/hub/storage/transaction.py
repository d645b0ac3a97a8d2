"""One transaction over one tenant: everything is collected, written in order, and the feed comes last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from workstation.hub.storage.audit_rows import AuditRows
from workstation.hub.storage.finding import ReferenceMemory
from workstation.hub.storage.sql import Session
from workstation.system.crashpoint import crashpoint

T = TypeVar("T")


class SqlTx(AuditRows):
    """Implements :class:`workstation.hub.ports.Tx`; made by :class:`SqlDatabase` only."""

    def __init__(
        self,
        session: Session,
        tenant_id: str,
        now: datetime,
        reference_memory: ReferenceMemory,
        *,
        is_read_only: bool,
        restored_at: datetime | None = None,
    ) -> None:
        super().__init__()
        self.session = session
        self.tenant_id = tenant_id
        self.now = now
        self.is_read_only = is_read_only
        self.restored_at = restored_at
        self.reference_memory = reference_memory
        self.heads: dict[str, int] = {}
        self._after: list[Callable[[], None]] = []

    def after_commit(self, work: Callable[[], None]) -> None:
        """Do ``work`` once the transaction is on the disk."""
        self._after.append(work)

    def savepoint(self, work: Callable[[], T]) -> T:
        """Do ``work``; when it raises, nothing of it stays and the error goes on."""
        self._write_pending()
        restore = self.snapshot()
        self.session.flush()
        logged, after = list(self._logged), list(self._after)
        try:
            with self.session.connection.begin_nested():
                result = work()
                self._write_pending()
                self.session.flush()
        except BaseException:
            restore()
            self.session.forget()
            self._new_effects, self._audits, self._uses = [], [], []
            self._taken.clear()
            self._logged, self._after = logged, after
            self._reference = None
            raise
        return result

    def _write_pending(self) -> None:
        self.write_out()
        self.write_effects()
        self.write_budgets()
        self.write_audit()

    def finish(self) -> None:
        """Write everything; the scopes' counters are bumped last, and the caller commits at once."""
        if self.is_read_only:
            return
        self._write_pending()
        crashpoint("hub.feed.before_commit")
        self.heads.update(self.finish_documents())
        self.write_commands(self.heads)
        crashpoint("hub.before_commit")

    def committed(self) -> None:
        """Do what was put off until the transaction is on the disk."""
        crashpoint("hub.committed")
        for work in self._after:
            work()
