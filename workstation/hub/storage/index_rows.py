"""Relational rows beside the documents: what is searched, counted or must be unique."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Message
from workstation.casework.people import Person
from workstation.casework.promise import Promise
from workstation.hub.storage.sql import Session, maybe_micros, micros

_CASE = """
INSERT INTO case_row
  (tenant_id, case_id, number, team_id, customer_id, status, opened_at, snoozed_until, follow_up_at,
   words, closed_at)
VALUES (:tenant_id, :case_id, :number, :team_id, :customer_id, :status, :opened_at, :snoozed_until,
  :follow_up_at, :words, :closed_at)
ON CONFLICT (tenant_id, case_id) DO UPDATE SET number = excluded.number, team_id = excluded.team_id,
  customer_id = excluded.customer_id, status = excluded.status, snoozed_until = excluded.snoozed_until,
  follow_up_at = excluded.follow_up_at, words = excluded.words, closed_at = excluded.closed_at
"""
_CUSTOMER = """
INSERT INTO customer_row (tenant_id, customer_id, number, words)
VALUES (:tenant_id, :customer_id, :number, :words)
ON CONFLICT (tenant_id, customer_id) DO UPDATE SET number = excluded.number, words = excluded.words
"""
_IDENTITY = """
INSERT INTO identity (tenant_id, kind, normalised, customer_id)
VALUES (:tenant_id, :kind, :normalised, :customer_id) ON CONFLICT DO NOTHING
"""
_MESSAGE = """
INSERT INTO message_row (tenant_id, rfc_message_id, message_id)
VALUES (:tenant_id, :rfc_message_id, :message_id) ON CONFLICT DO NOTHING
"""
_PROMISE = """
INSERT INTO promise_row (tenant_id, promise_id, case_id, state, due_at)
VALUES (:tenant_id, :promise_id, :case_id, :state, :due_at)
ON CONFLICT (tenant_id, promise_id) DO UPDATE SET case_id = excluded.case_id, state = excluded.state,
  due_at = excluded.due_at
"""
_LOGIN = """
INSERT INTO login (tenant_id, login, person_id) VALUES (:tenant_id, :login, :person_id)
ON CONFLICT (tenant_id, person_id) DO UPDATE SET login = excluded.login
"""
_TABLES = {
    "case": ("case_row", "case_id"),
    "customer": ("customer_row", "customer_id"),
    "promise": ("promise_row", "promise_id"),
    "person": ("login", "person_id"),
    "message": ("message_row", "message_id"),
}


def folded(*words: str) -> str:
    """Return words as they are compared when somebody looks for them."""
    return " ".join(word.casefold() for word in words if word)


def write(session: Session, tenant_id: str, changes: Sequence[tuple[Any | None, Any]]) -> None:
    """Write the rows for documents (before, after); before is None for a new one."""
    for before, after in changes:
        match after:
            case Case():
                _write_case(session, tenant_id, before, after)
            case Customer():
                _write_customer(session, tenant_id, before, after)
            case Message() if after.rfc_message_id and (
                before is None or before.rfc_message_id != after.rfc_message_id
            ):
                session.do(
                    _MESSAGE,
                    tenant_id=tenant_id,
                    rfc_message_id=after.rfc_message_id,
                    message_id=after.message_id,
                )
            case Promise():
                session.do(
                    _PROMISE,
                    tenant_id=tenant_id,
                    promise_id=after.promise_id,
                    case_id=after.case_id,
                    state=after.state,
                    due_at=micros(after.due_at),
                )
            case Person() if before is None or before.login != after.login:
                _write_login(session, tenant_id, after)
            case _:
                pass


def _case_params(case: Case) -> dict[str, Any]:
    is_sleeping = case.status == "solved" and not case.merged_into
    return {
        "number": case.number,
        "team_id": case.team_id,
        "customer_id": case.customer_id,
        "status": "merged" if case.merged_into else case.status,
        "snoozed_until": maybe_micros(case.snoozed_until) if case.status == "snoozed" else None,
        # Only while the clock has something to do: once it is in the queue again nothing is left for it.
        "follow_up_at": maybe_micros(case.follow_up_at) if is_sleeping else None,
        "words": folded(str(case.number or ""), case.subject, case.customer_name, case.reply_to),
        "closed_at": maybe_micros(closed_at(case)),
    }


def closed_at(case: Case) -> datetime | None:
    """Return when a closed case was last touched; None while somebody may still have to act on it.

    A case that went into another one is there as long as that one is.
    """
    if case.status not in ("solved", "no_case") or case.merged_into:
        return None
    touched = (case.solved_at, case.last_inbound_at, case.last_outbound_at, case.follow_up_at)
    return max((at for at in touched if at is not None), default=case.opened_at)


def _write_case(session: Session, tenant_id: str, before: Case | None, after: Case) -> None:
    params = _case_params(after)
    if before is not None and _case_params(before) == params:
        return
    session.do(_CASE, tenant_id=tenant_id, case_id=after.case_id, opened_at=micros(after.opened_at), **params)


def _write_customer(session: Session, tenant_id: str, before: Customer | None, after: Customer) -> None:
    words = folded(after.number, after.name, *(one.normalised for one in after.identities))
    session.do(
        _CUSTOMER,
        tenant_id=tenant_id,
        customer_id=after.customer_id,
        number=after.number,
        words=words,
    )
    old = _linked(before) if before is not None else set()
    new = _linked(after)
    for kind, normalised in sorted(old - new):
        session.do(
            "DELETE FROM identity WHERE tenant_id = :tenant_id AND kind = :kind"
            " AND normalised = :normalised AND customer_id = :customer_id",
            tenant_id=tenant_id,
            kind=kind,
            normalised=normalised,
            customer_id=after.customer_id,
        )
    for kind, normalised in sorted(new - old):
        added = session.do(
            _IDENTITY,
            tenant_id=tenant_id,
            kind=kind,
            normalised=normalised,
            customer_id=after.customer_id,
        )
        if added != 1:
            raise RuleViolation("identity.linked_elsewhere", kind=kind)


def _linked(customer: Customer) -> set[tuple[str, str]]:
    return {(one.kind, one.normalised) for one in customer.identities if one.unlinked_at is None}


def _write_login(session: Session, tenant_id: str, person: Person) -> None:
    login = person.login.casefold()
    owner = session.value(
        "SELECT person_id FROM login WHERE tenant_id = :tenant_id AND login = :login",
        tenant_id=tenant_id,
        login=login,
    )
    if owner is not None and owner != person.person_id:
        raise RuleViolation("person.login_taken", login=person.login)
    session.do(_LOGIN, tenant_id=tenant_id, login=login, person_id=person.person_id)


def forget(session: Session, tenant_id: str, name: str, one: str) -> None:
    """Delete the rows beside a deleted document."""
    if name == "customer":
        session.do(
            "DELETE FROM identity WHERE tenant_id = :tenant_id AND customer_id = :one",
            tenant_id=tenant_id,
            one=one,
        )
    if name in _TABLES:
        table, column = _TABLES[name]
        session.do(
            f"DELETE FROM {table} WHERE tenant_id = :tenant_id AND {column} = :one",
            tenant_id=tenant_id,
            one=one,
        )
