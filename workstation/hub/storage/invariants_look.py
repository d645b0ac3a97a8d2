"""How the rules about the hub's data ask: one tenant, one state of the data, SQL that both databases take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from workstation.hub.storage.sql import Session, micros

Violations = tuple[str, ...]
"""Ids of what breaks a rule, at most as many as were asked for."""


class Look:
    """One reading transaction over one tenant; ``most``: how many ids a rule names at the most."""

    def __init__(self, session: Session, tenant_id: str, most: int) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._most = most

    def ask(self, *questions: str, **params: object) -> Violations:
        """Return the first column of the rows of each question, which may use ``:tenant_id``."""
        found: list[str] = []
        for sql in questions:
            rows = self._session.rows(
                f"{sql.strip()} LIMIT :most", tenant_id=self._tenant_id, most=self._most, **params
            )
            found += [str(row[0]) for row in rows]
        return tuple(found[: self._most])

    def field(self, column: str, name: str) -> str:
        """Return the SQL for a field of a column that holds JSON."""
        if self._session.is_postgresql:
            return f"(CAST({column} AS json) ->> '{name}')"
        return f"({column} ->> '{name}')"

    def count(self, table: str) -> int:
        """Return how many rows of a table the tenant has."""
        sql = f"SELECT count(*) FROM {table} WHERE tenant_id = :tenant_id"
        return int(self._session.value(sql, tenant_id=self._tenant_id))

    def missing_triggers(self, names: tuple[str, ...]) -> Violations:
        """Return which of these triggers the database lacks."""
        if self._session.is_postgresql:
            rows = self._session.rows("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        else:
            rows = self._session.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        there = {str(row[0]) for row in rows}
        return tuple(name for name in names if name not in there)

    def restored(self) -> str:
        """Return how ids begin that were made when the hub was restored last; empty if it never was."""
        found = self._session.value("SELECT value FROM hub_fact WHERE name = 'restored_at'")
        if not found:
            return ""
        digits = f"{int(found) // 1000:012x}"
        return f"{digits[:8]}-{digits[8:]}"

    def doubtful_times(self) -> tuple[tuple[int, int], ...]:
        """Return from when until when (microseconds) the hub's clock was wrong, as it has gone back since."""
        found = self._session.value("SELECT value FROM hub_fact WHERE name = 'clock_went_back'")
        if not found:
            return ()
        told = msgspec.json.decode(str(found), type=list[tuple[datetime, datetime]])
        return tuple((micros(begin), micros(end)) for begin, end in told)

    @property
    def is_postgresql(self) -> bool:
        """Whether the data lies in PostgreSQL."""
        return self._session.is_postgresql


Invariant = Callable[[Look], Violations]
