"""Keeps scopes right: a case that moves takes its messages along, a customer takes their records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from workstation.hub.services.scoping import (
    CASE_KINDS,
    CUSTOMER_KINDS,
    REFERENCE,
    REFERENCE_KINDS,
    joined,
    person_scope,
    team_scope,
)
from workstation.hub.storage.sql import Session, numbered, placeholders

Known = Callable[[str, str], tuple[Any, str] | None]
"""(entity, id) -> value and scopes as the transaction holds them."""
Rescoped = Callable[[tuple[str, str], int, str, str], None]
"""(key, rev, scopes before, scopes after)"""

CUSTOMER_RECORDS = ", ".join(f"'{name}'" for name in sorted(CUSTOMER_KINDS))


# The plus keeps SQLite from the index of cases that are here: those are nearly all of a firm's.
TEAMS_OF_CUSTOMER = (
    "SELECT DISTINCT team_id FROM case_row"
    " WHERE tenant_id = :tenant_id AND customer_id = :customer_id AND +is_away = 0"
)


def customer_scopes(session: Session, tenant_id: str, customer_id: str) -> str:
    """Return the scopes of what a customer has: of the teams with a case of theirs that has not left."""
    rows = session.rows(
        TEAMS_OF_CUSTOMER,
        tenant_id=tenant_id,
        customer_id=customer_id,
    )
    return joined(team_scope(row[0]) for row in rows)


class ScopeRows:
    """Scopes within one write of documents; what was looked up once is remembered for that long."""

    def __init__(self, session: Session, tenant_id: str, known: Known, written: frozenset[str]) -> None:
        """Take the session, what the transaction holds, and the cases it is about to write."""
        self._session = session
        self._tenant_id = tenant_id
        self._known = known
        self._written = written
        self._teams: dict[str, str] = {}
        self._customers: dict[str, str] = {}

    def of(self, key: tuple[str, str], value: Any) -> str:
        """Return the stored form of the scopes a document belongs to; index rows are written already."""
        name = key[0]
        if name in REFERENCE_KINDS:
            return REFERENCE
        if name == "case":
            return team_scope(value.team_id)
        if name in CASE_KINDS:
            return self._of_case(value.case_id)
        if name == "budget":
            return person_scope(value.subject_id) if value.level == "person_day" else ""
        customer_id = value.customer_id
        return self._of_customer(customer_id) if customer_id else ""

    def _of_case(self, case_id: str) -> str:
        known = self._known("case", case_id)
        if known is not None:
            # A case that is not written now stays where it is, also when it has left the desks.
            return team_scope(known[0].team_id) if case_id in self._written else known[1]
        if case_id not in self._teams:
            team = self._session.value(
                "SELECT team_id FROM case_row"
                " WHERE tenant_id = :tenant_id AND case_id = :case_id AND is_away = 0",
                tenant_id=self._tenant_id,
                case_id=case_id,
            )
            self._teams[case_id] = team_scope(team) if team is not None else ""
        return self._teams[case_id]

    def _of_customer(self, customer_id: str) -> str:
        if customer_id not in self._customers:
            self._customers[customer_id] = customer_scopes(self._session, self._tenant_id, customer_id)
        return self._customers[customer_id]

    def bring_back(self, cases: Sequence[Any]) -> None:
        """Say that cases which had left the desks are there again; ``follow`` brings what hangs on them."""
        ids = [one for case in cases for one in (case.case_id, *case.merged_case_ids)]
        if ids:
            self._session.do(
                "UPDATE case_row SET is_away = 0 WHERE tenant_id = :tenant_id"
                f" AND case_id IN ({placeholders('id', len(ids))})",
                tenant_id=self._tenant_id,
                **numbered("id", ids),
            )

    def follow(
        self, cases: Sequence[tuple[Any | None, Any]], returned: Sequence[Any], rescoped: Rescoped
    ) -> None:
        """Let documents follow cases (before, after) that are new, back, or changed team or customer."""
        customers: list[str] = [case.customer_id for case in returned if case.customer_id]
        for case in returned:
            for one in (case.case_id, *case.merged_case_ids):
                self._move("case_id = :owner", one, team_scope(case.team_id), rescoped)
        for before, after in cases:
            team_changed = before is None or before.team_id != after.team_id
            if before is not None and team_changed:
                self._move("case_id = :owner", after.case_id, team_scope(after.team_id), rescoped)
            if before is None or team_changed or before.customer_id != after.customer_id:
                owners = (after.customer_id, before.customer_id if before is not None else "")
                customers += [owner for owner in owners if owner]
        for customer_id in dict.fromkeys(customers):
            target = self._of_customer(customer_id)
            known = self._known("customer", customer_id)
            if known is None or known[1] != target:
                where = f"customer_id = :owner AND entity IN ({CUSTOMER_RECORDS})"
                self._move(where, customer_id, target, rescoped)

    def _move(self, where: str, owner: str, target: str, rescoped: Rescoped) -> None:
        rows = self._session.rows(
            f"SELECT entity, entity_id, rev, scopes FROM document"
            f" WHERE tenant_id = :tenant_id AND {where} AND scopes <> :target ORDER BY entity, entity_id",
            tenant_id=self._tenant_id,
            owner=owner,
            target=target,
        )
        if not rows:
            return
        self._session.do(
            f"UPDATE document SET scopes = :target"
            f" WHERE tenant_id = :tenant_id AND {where} AND scopes <> :target",
            tenant_id=self._tenant_id,
            owner=owner,
            target=target,
        )
        for row in rows:
            rescoped((row[0], row[1]), row[2], row[3], target)
