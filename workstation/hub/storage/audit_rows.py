"""Audit rows: written with what they tell of, chained after the commit, walked again to find a break."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workstation.casework.wire.codec import encode
from workstation.hub.ports_values import AuditFinding
from workstation.hub.storage.command_rows import CommandRows
from workstation.hub.storage.sql import Session, micros, moment
from workstation.system.clock import SystemClock, new_id

_INSERT = """
INSERT INTO audit (tenant_id, audit_id, at, event, actor, subject, detail)
VALUES (:tenant_id, :audit_id, :at, :event, :actor, :subject, :detail)
"""
_SEAL = """
UPDATE audit SET n = :n, chain = :chain WHERE tenant_id = :tenant_id AND audit_id = :audit_id AND n IS NULL
"""
_BATCH = 1000
_clock = SystemClock()


class AuditRows(CommandRows):
    """Mixed into the transaction."""

    def __init__(self) -> None:
        super().__init__()
        self._audits: list[dict[str, Any]] = []

    def audit(self, event: str, *, actor: str, subject: str, detail: Mapping[str, str] | None = None) -> None:
        """Append an audit row; ids, codes and hashes only."""
        self._check_may_write()
        self._audits.append(
            {
                "tenant_id": self.tenant_id,
                "audit_id": new_id(_clock),
                "at": micros(self.now),
                "event": event,
                "actor": actor,
                "subject": subject,
                "detail": encode(dict(detail or {})).decode(),
            }
        )

    def write_audit(self) -> None:
        """Write the new rows."""
        self.session.later(_INSERT, self._audits)
        self._audits = []


def _link(previous: str, n: int, row: Any) -> str:
    """Return the chain value of a row (audit_id, at, event, actor, subject, detail)."""
    content = encode([previous, n, *row[:6]])
    return hashlib.sha256(content).hexdigest()


def last_written(session: Session) -> datetime | None:
    """Return the time of what was written down last: the end of the chains, and what waits for the sealer."""
    found = session.rows(
        "SELECT max(at) FROM audit WHERE n IS NULL UNION ALL"
        " SELECT (SELECT a.at FROM audit a WHERE a.tenant_id = t.tenant_id AND a.n IS NOT NULL"
        " ORDER BY a.n DESC LIMIT 1) FROM tenant t"
    )
    times = [int(at) for (at,) in found if at is not None]
    return moment(max(times)) if times else None


def seal(session: Session, tenant_id: str) -> int:
    """Chain the oldest committed rows that have no number yet; returns how many."""
    last = session.row(
        "SELECT n, chain FROM audit WHERE tenant_id = :tenant_id AND n IS NOT NULL ORDER BY n DESC LIMIT 1",
        tenant_id=tenant_id,
    )
    n, chain = (int(last[0]), str(last[1])) if last is not None else (0, "")
    rows = session.rows(
        "SELECT audit_id, at, event, actor, subject, detail FROM audit"
        " WHERE tenant_id = :tenant_id AND n IS NULL ORDER BY audit_id LIMIT :most",
        tenant_id=tenant_id,
        most=_BATCH,
    )
    sealed = []
    for row in rows:
        n += 1
        chain = _link(chain, n, row)
        sealed.append({"tenant_id": tenant_id, "audit_id": row[0], "n": n, "chain": chain})
    session.later(_SEAL, sealed, expected=1)
    return len(sealed)


def unsealed_tenants(session: Session) -> tuple[str, ...]:
    """Return the tenants with rows that wait for the sealer."""
    return tuple(str(row[0]) for row in session.rows("SELECT DISTINCT tenant_id FROM audit WHERE n IS NULL"))


def verify(session: Session, tenant_id: str) -> AuditFinding:
    """Walk the chain of a tenant from its first row."""
    chain, expected = "", 0
    while True:
        rows = session.rows(
            "SELECT audit_id, at, event, actor, subject, detail, n, chain FROM audit"
            " WHERE tenant_id = :tenant_id AND n > :after ORDER BY n LIMIT :most",
            tenant_id=tenant_id,
            after=expected,
            most=_BATCH,
        )
        for row in rows:
            expected += 1
            if row[6] != expected or _link(chain, expected, row) != row[7]:
                return AuditFinding(
                    sealed=expected - 1,
                    unsealed=_unsealed(session, tenant_id),
                    broken_at=expected,
                    head=chain,
                )
            chain = str(row[7])
        if len(rows) < _BATCH:
            return AuditFinding(sealed=expected, unsealed=_unsealed(session, tenant_id), head=chain)


def _unsealed(session: Session, tenant_id: str) -> int:
    return int(
        session.value(
            "SELECT count(*) FROM audit WHERE tenant_id = :tenant_id AND n IS NULL", tenant_id=tenant_id
        )
    )
