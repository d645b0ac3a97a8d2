"""Cases closed for long leave the feed with all that hangs on them; whoever touches one brings it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workstation.casework.case import Case
from workstation.hub.storage.index_rows import closed_at
from workstation.hub.storage.scope_rows import CUSTOMER_RECORDS, customer_scopes
from workstation.hub.storage.sql import maybe_micros, micros, numbered, placeholders
from workstation.hub.storage.transaction import SqlTx

HERE, LEAVING, AWAY = 0, 1, 2
"""``case_row.is_away``; leaving: the case has left, records of its customer may still have to follow."""


def send_away(tx: SqlTx, before: datetime, most: int) -> int:
    """Take cases closed before ``before`` out of their scopes; returns how many documents have left.

    Stops at about ``most``: only a case that has more by itself goes in one piece. What a customer has stays
    where another case of theirs is.
    """
    moved = 0
    while moved < most:
        found = _next(tx, before)
        if found is None:
            break
        case_id, state = found
        case = tx.get(Case, case_id)
        if case is None:
            _set(tx, (case_id,), AWAY)
            continue
        members = (case_id, *case.merged_case_ids)
        if state == HERE:
            closed = closed_at(case)
            if closed is None or closed >= before:
                _correct(tx, case_id, closed)
                continue
            if moved and moved + _size(tx, members) > most:
                break
            _set(tx, members, LEAVING)
            moved += _leave(tx, f"case_id IN ({placeholders('id', len(members))})", "", None, members)
        left = max(1, most - moved)
        followed = _customer_follows(tx, case.customer_id, left) if case.customer_id else 0
        moved += followed
        if followed < left:
            _set(tx, members, AWAY)
    return moved


def _next(tx: SqlTx, before: datetime) -> tuple[str, int] | None:
    row = tx.session.row(
        "SELECT case_id FROM case_row WHERE tenant_id = :tenant_id AND is_away = 1"
        " ORDER BY case_id LIMIT 1" + tx.session.for_update,
        tenant_id=tx.tenant_id,
    )
    if row is not None:
        return str(row[0]), LEAVING
    row = tx.session.row(
        "SELECT case_id FROM case_row WHERE tenant_id = :tenant_id AND is_away = 0"
        " AND closed_at < :before ORDER BY closed_at, case_id LIMIT 1" + tx.session.for_update,
        tenant_id=tx.tenant_id,
        before=micros(before),
    )
    return (str(row[0]), HERE) if row is not None else None


def _set(tx: SqlTx, case_ids: tuple[str, ...], state: int) -> None:
    tx.session.do(
        "UPDATE case_row SET is_away = :state WHERE tenant_id = :tenant_id"
        f" AND case_id IN ({placeholders('id', len(case_ids))})",
        tenant_id=tx.tenant_id,
        state=state,
        **numbered("id", case_ids),
    )


def _correct(tx: SqlTx, case_id: str, closed: datetime | None) -> None:
    tx.session.do(
        "UPDATE case_row SET closed_at = :at WHERE tenant_id = :tenant_id AND case_id = :case_id",
        tenant_id=tx.tenant_id,
        case_id=case_id,
        at=maybe_micros(closed),
    )


def _size(tx: SqlTx, case_ids: tuple[str, ...]) -> int:
    found = tx.session.value(
        "SELECT count(*) FROM document WHERE tenant_id = :tenant_id"
        f" AND case_id IN ({placeholders('id', len(case_ids))})",
        tenant_id=tx.tenant_id,
        **numbered("id", case_ids),
    )
    return int(found)


def _customer_follows(tx: SqlTx, customer_id: str, most: int) -> int:
    target = customer_scopes(tx.session, tx.tenant_id, customer_id)
    where = f"customer_id = :id0 AND entity IN ({CUSTOMER_RECORDS})"
    return _leave(tx, where, target, most, (customer_id,))


def _leave(tx: SqlTx, where: str, target: str, most: int | None, ids: tuple[str, ...]) -> int:
    limit = "" if most is None else " LIMIT :most"
    params: dict[str, Any] = {"tenant_id": tx.tenant_id, "target": target, **numbered("id", ids)}
    if most is not None:
        params["most"] = most
    rows = tx.session.rows(
        "SELECT entity, entity_id, rev, scopes FROM document WHERE tenant_id = :tenant_id"
        f" AND {where} AND scopes <> :target ORDER BY entity, entity_id{limit}",
        **params,
    )
    for entity, entity_id, rev, scopes in rows:
        tx.session.do(
            "UPDATE document SET scopes = :target WHERE tenant_id = :tenant_id AND entity = :entity"
            " AND entity_id = :entity_id",
            tenant_id=tx.tenant_id,
            target=target,
            entity=entity,
            entity_id=entity_id,
        )
        tx.rescoped((entity, entity_id), rev, scopes, target)
    return len(rows)
