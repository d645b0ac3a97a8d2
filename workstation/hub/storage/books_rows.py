"""The ground of the books in SQL: statements of one tenant within one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from workstation.hub.ports_books import folded_number
from workstation.hub.storage.sql import Session, numbered, placeholders

_IN = 200


class BookRows:
    """One tenant's rows; mixed into the books."""

    def __init__(self, session: Session, tenant_id: str) -> None:
        self._session = session
        self._tenant_id = tenant_id

    def _do(self, sql: str, **params: object) -> int:
        return self._session.do(sql, tenant_id=self._tenant_id, **params)

    def _ids(self, column: str, table: str, key: str, value: str) -> tuple[str, ...]:
        rows = self._session.rows(
            f"SELECT {column} AS found FROM {table} WHERE tenant_id = :tenant_id AND {key} = :value"
            " ORDER BY found",
            tenant_id=self._tenant_id,
            value=value,
        )
        return tuple(str(row[0]) for row in rows)

    def _by_number(self, table: str, key: str, column: str, numbers: Sequence[str]) -> dict[str, str]:
        spelled: dict[str, list[str]] = {}
        for number in numbers:
            spelled.setdefault(folded_number(number), []).append(number)
        wanted = [number for number in spelled if number]
        found: dict[str, str] = {}
        for start in range(0, len(wanted), _IN):
            part = wanted[start : start + _IN]
            rows = self._session.rows(
                f"SELECT {key} AS number, {column} AS found FROM {table} WHERE tenant_id = :tenant_id"
                f" AND {key} IN ({placeholders('number', len(part))})",
                tenant_id=self._tenant_id,
                **numbered("number", part),
            )
            for row in rows:
                found.update(dict.fromkeys(spelled[str(row[0])], str(row[1])))
        return found
