"""Questions about cases, customers and their records, answered within a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from workstation.casework.approval import Approval
from workstation.casework.calendar import Calendar
from workstation.casework.card import CustomCard
from workstation.casework.case import Case
from workstation.casework.customer import Customer, IdentityKind
from workstation.casework.decision import DecisionRecord
from workstation.casework.limit import Limit
from workstation.casework.message import Message
from workstation.casework.people import Person, Team, Tenant
from workstation.casework.promise import Promise
from workstation.casework.sla import SlaPolicy
from workstation.casework.wire.entities import E, Entity
from workstation.hub.ports_access import Device
from workstation.hub.ports_values import CaseFile, Reference
from workstation.hub.services.scoping import CASE_KINDS, CUSTOMER_KINDS, REFERENCE
from workstation.hub.storage.access_rows import DEVICE_COLUMNS, device_of
from workstation.hub.storage.documents import COLUMNS, DocumentStore, name_of
from workstation.hub.storage.index_rows import folded
from workstation.hub.storage.sql import Params, micros, numbered, placeholders

_CASE_KINDS = ", ".join(f"'{name}'" for name in sorted(CASE_KINDS))
_CUSTOMER_FILE = ", ".join(f"'{name}'" for name in sorted(CUSTOMER_KINDS | {"decision"}))
_CASE_FILE = f"""
SELECT {COLUMNS} FROM document
WHERE tenant_id = :tenant_id AND case_id = :case_id AND entity IN ({_CASE_KINDS})
UNION ALL
SELECT {COLUMNS} FROM document
WHERE tenant_id = :tenant_id AND entity = 'customer' AND entity_id = (
  SELECT customer_id FROM case_row WHERE tenant_id = :tenant_id AND case_id = :case_id)
"""
_LOCK_CASES = """
SELECT 1 FROM document WHERE tenant_id = :tenant_id AND entity = 'case' AND entity_id IN ({wanted})
ORDER BY entity_id FOR UPDATE
"""
_WITH_ROOT = """{id}, (SELECT body::json ->> 'merged_into' FROM document
WHERE tenant_id = :tenant_id AND entity = 'case' AND entity_id = {id})"""
_LOCK_NAME = "SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(:name, 0))"
_NEXT_NUMBER = """
INSERT INTO number_series (tenant_id, name, last) VALUES (:tenant_id, :name, 1)
ON CONFLICT (tenant_id, name) DO UPDATE SET last = number_series.last + 1
RETURNING last
"""
_REFERENCE_KINDS = ("tenant", "person", "team", "limit", "calendar", "sla_policy", "text")

ReferenceMemory = dict[str, tuple[int, Reference]]
"""Tenant -> head of the reference scope and what it held then."""


class Finding(DocumentStore):
    """Mixed into the transaction."""

    reference_memory: ReferenceMemory

    def __init__(self) -> None:
        super().__init__()
        self._reference: Reference | None = None
        self._reference_head: int | None = None
        self._customer_files: dict[str, tuple[Entity, ...]] = {}

    def reference(self) -> Reference:
        """Return the reference data; read again only when its scope has moved."""
        is_changed = any(held.is_dirty for (name, _), held in self._held.items() if name in _REFERENCE_KINDS)
        if self._reference is not None and not is_changed:
            return self._reference
        has_own = not self.feed.is_empty or is_changed
        if not has_own:
            if self._reference_head is None:
                self.reference_head_answered(self.session.batch([self.reference_head_question()])[0])
            head = self._reference_head
            kept = self.reference_memory.get(self.tenant_id)
            if kept is not None and kept[0] == head:
                self._reference = kept[1]
                return kept[1]
        self._reference = self._read_reference()
        if not has_own and head:
            self.reference_memory[self.tenant_id] = (head, self._reference)
        return self._reference

    def reference_head_question(self) -> tuple[str, Params]:
        """Return the statement that asks how far the reference data has come."""
        sql = "SELECT head_seq FROM scope WHERE tenant_id = :tenant_id AND scope_id = :scope"
        return sql, {"tenant_id": self.tenant_id, "scope": REFERENCE}

    def reference_head_answered(self, rows: Sequence[Any]) -> None:
        """Take the answer to it."""
        self._reference_head = int(rows[0][0]) if rows else 0

    def _read_reference(self) -> Reference:
        self.write_out()
        kinds = ", ".join(f"'{name}'" for name in _REFERENCE_KINDS)
        values = self.load(f"WHERE tenant_id = :tenant_id AND entity IN ({kinds}) ORDER BY entity, entity_id")
        tenant = next((value for value in values if isinstance(value, Tenant)), None)
        return Reference(
            tenant=tenant or Tenant(tenant_id=self.tenant_id, name=self.tenant_id),
            people={value.person_id: value for value in values if isinstance(value, Person)},
            teams={value.team_id: value for value in values if isinstance(value, Team)},
            limits=tuple(value for value in values if isinstance(value, Limit)),
            calendars={value.calendar_id: value for value in values if isinstance(value, Calendar)},
            policies={value.sla_policy_id: value for value in values if isinstance(value, SlaPolicy)},
            cards={value.card_id: value for value in values if isinstance(value, CustomCard)},
        )

    def lock_case(self, case_id: str) -> None:
        """Let nobody else change a case until this transaction ends; SQLite has only one writer anyway."""
        self.lock_cases((case_id,))

    def lock_cases(self, case_ids: Sequence[str]) -> None:
        """As :meth:`lock_case` for several, and for those they went into: all by id, so that nobody waits
        for somebody who waits for them."""
        if not self.session.is_postgresql or self.is_read_only:
            return
        wanted = ", ".join(_WITH_ROOT.format(id=f":case{index}") for index in range(len(case_ids)))
        params = {"tenant_id": self.tenant_id, **numbered("case", case_ids)}
        self.session.later(_LOCK_CASES.format(wanted=wanted), [params])

    def lock_names(self, names: Sequence[str]) -> None:
        """Let nobody else hold these names until this transaction ends: of what has no row to lock yet.

        Named from the narrow to the wide, so that nobody waits in a circle. SQLite has only one writer.
        """
        if not self.session.is_postgresql or self.is_read_only:
            return
        self.write_out()
        for name in names:
            self.session.value(_LOCK_NAME, name=f"{self.tenant_id}/{name}")

    def case_file(self, case_id: str, *, lock: bool = False, with_customer: str = "") -> CaseFile:
        """Return all of a case; with ``lock`` nobody else changes it until this transaction ends.

        ``with_customer``: a customer whose file is going to be asked for, read on the same way; with
        ``lock`` nobody else who asks so has it until then: two who decide on two cases of one customer would
        else both judge without the other's decision.
        """
        self.write_out()
        params = {"tenant_id": self.tenant_id, "case_id": case_id}
        if lock and with_customer and self.session.is_postgresql and not self.is_read_only:
            # Before the case, as whoever takes mails in does: nobody waits in a circle.
            self.session.later(_LOCK_NAME, [{"name": f"{self.tenant_id}/customer:{with_customer}"}])
        if lock:
            # A statement of its own: what is read next is what the holder of the lock left behind.
            self.lock_case(case_id)
        asked: list[tuple[str, Params]] = [(_CASE_FILE, params)]
        if with_customer:
            asked.append(self._customer_question(with_customer))
        answers = self.session.batch(asked)
        values = self.take(answers[0])
        if with_customer:
            self._customer_files[with_customer] = tuple(self.take(answers[1]))
        if _first(values, Case) is None:
            # Whoever goes on from «there is none» shall fail if somebody makes it meanwhile.
            self._absent.add(("case", case_id))
        return CaseFile(
            case=_first(values, Case),
            messages=tuple(sorted(_only(values, Message), key=lambda one: (one.at, one.message_id))),
            decisions=tuple(
                sorted(_only(values, DecisionRecord), key=lambda one: (one.decided_at, one.decision_id))
            ),
            promises=tuple(sorted(_only(values, Promise), key=lambda one: (one.due_at, one.promise_id))),
            approvals=tuple(sorted(_only(values, Approval), key=lambda one: (one.asked_at, one.approval_id))),
            customer=_first(values, Customer),
        )

    def customer_file(self, customer_id: str) -> tuple[Entity, ...]:
        """Return the customer with all records and decisions, in one statement."""
        known = self._customer_files.pop(customer_id, None)
        if known is not None:
            return known
        self.write_out()
        return tuple(self.take(self.session.batch([self._customer_question(customer_id)])[0]))

    def _customer_question(self, customer_id: str) -> tuple[str, Params]:
        sql = (
            f"SELECT {COLUMNS} FROM document WHERE tenant_id = :tenant_id AND customer_id = :customer_id"
            f" AND entity IN ({_CUSTOMER_FILE}) ORDER BY entity, entity_id"
        )
        return sql, {"tenant_id": self.tenant_id, "customer_id": customer_id}

    def _of_case(self, kind: type[E], case_id: str) -> list[E]:
        self.write_out()
        return self.load(
            "WHERE tenant_id = :tenant_id AND case_id = :case_id AND entity = :entity",
            case_id=case_id,
            entity=name_of(kind),
        )

    def messages_of(self, case_id: str) -> tuple[Message, ...]:
        """Return the messages of a case, oldest first."""
        return tuple(sorted(self._of_case(Message, case_id), key=lambda one: (one.at, one.message_id)))

    def decisions_of(self, case_id: str) -> tuple[DecisionRecord, ...]:
        """Return the decisions of a case, oldest first."""
        found = self._of_case(DecisionRecord, case_id)
        return tuple(sorted(found, key=lambda one: (one.decided_at, one.decision_id)))

    def promises_of(self, case_id: str) -> tuple[Promise, ...]:
        """Return the promises of a case, by due time."""
        found = self._of_case(Promise, case_id)
        return tuple(sorted(found, key=lambda one: (one.due_at, one.promise_id)))

    def approvals_of(self, case_id: str) -> tuple[Approval, ...]:
        """Return the approvals of a case, oldest first."""
        found = self._of_case(Approval, case_id)
        return tuple(sorted(found, key=lambda one: (one.asked_at, one.approval_id)))

    def decisions_of_customer(self, customer_id: str) -> tuple[DecisionRecord, ...]:
        """Return the decisions about a customer, oldest first."""
        found = self.records_of(customer_id, DecisionRecord)
        return tuple(sorted(found, key=lambda one: (one.decided_at, one.decision_id)))

    def records_of(self, customer_id: str, kind: type[E]) -> tuple[E, ...]:
        """Return a customer's records of one kind, by id."""
        self.write_out()
        return tuple(
            self.load(
                "WHERE tenant_id = :tenant_id AND customer_id = :customer_id AND entity = :entity"
                " ORDER BY entity_id",
                customer_id=customer_id,
                entity=name_of(kind),
            )
        )

    def _cases(self, where: str, **params: Any) -> tuple[Case, ...]:
        self.write_out()
        rows = self.session.rows(
            f"SELECT case_id FROM case_row WHERE tenant_id = :tenant_id AND {where}",
            tenant_id=self.tenant_id,
            **params,
        )
        ids = [str(row[0]) for row in rows]
        found: dict[str, Case] = {}
        for start in range(0, len(ids), 500):
            found |= self.get_many(Case, ids[start : start + 500])
        return tuple(found[one] for one in ids if one in found)

    def case_by_number(self, number: int) -> Case | None:
        """Return the case with that number."""
        return next(iter(self._cases("number = :number", number=number)), None)

    def cases_of_customer(self, customer_id: str) -> tuple[Case, ...]:
        """Return all cases of a customer, newest first."""
        return self._cases(
            "customer_id = :customer_id ORDER BY opened_at DESC, case_id DESC", customer_id=customer_id
        )

    def open_cases(self, team_id: str = "") -> tuple[Case, ...]:
        """Return cases that are neither solved nor "no case", oldest first."""
        team = " AND team_id = :team_id" if team_id else ""
        params = {"team_id": team_id} if team_id else {}
        return self._cases(
            f"status NOT IN ('solved', 'no_case', 'merged'){team} ORDER BY opened_at, case_id", **params
        )

    def message_by_rfc_id(self, rfc_message_id: str) -> Message | None:
        """Return the message with that Message-ID."""
        return next(iter(self.messages_by_rfc_ids((rfc_message_id,))), None)

    def messages_by_rfc_ids(self, rfc_message_ids: Sequence[str]) -> tuple[Message, ...]:
        """Return the messages with those Message-IDs, in the order asked for."""
        wanted = list(dict.fromkeys(rfc_message_ids))[:100]
        if not wanted:
            return ()
        self.write_out()
        rows = self.session.rows(
            f"SELECT rfc_message_id, message_id FROM message_row WHERE tenant_id = :tenant_id"
            f" AND rfc_message_id IN ({placeholders('id', len(wanted))})",
            tenant_id=self.tenant_id,
            **numbered("id", wanted),
        )
        by_rfc = {str(row[0]): str(row[1]) for row in rows}
        found = self.get_many(Message, by_rfc.values())
        return tuple(found[by_rfc[one]] for one in wanted if one in by_rfc and by_rfc[one] in found)

    def customer_by_identity(self, kind: IdentityKind, normalised: str) -> Customer | None:
        """Return the customer an identity is linked to now."""
        self.write_out()
        found = self.session.value(
            "SELECT customer_id FROM identity"
            " WHERE tenant_id = :tenant_id AND kind = :kind AND normalised = :normalised",
            tenant_id=self.tenant_id,
            kind=kind,
            normalised=normalised,
        )
        return self.get(Customer, found) if found is not None else None

    def search(self, text: str, limit: int = 50) -> tuple[Case | Customer, ...]:
        """Return cases, newest first, and customers in whose words every word of ``text`` occurs."""
        words = folded(text).split()[:8]
        if not words:
            return ()
        self.write_out()
        where = " AND ".join(f"words LIKE :word{index} ESCAPE '!'" for index in range(len(words)))
        params = numbered("word", [f"%{_escaped(word)}%" for word in words])
        cases = self._cases(f"{where} ORDER BY opened_at DESC LIMIT :most", most=limit, **params)
        rows = self.session.rows(
            f"SELECT customer_id FROM customer_row WHERE tenant_id = :tenant_id AND {where}"
            " ORDER BY customer_id LIMIT :most",
            tenant_id=self.tenant_id,
            most=limit,
            **params,
        )
        customers = self.get_many(Customer, [str(row[0]) for row in rows])
        return (*cases, *customers.values())

    def cases_due(
        self, since: datetime, until: datetime, limit: int = 200, after: str = ""
    ) -> tuple[str, ...]:
        """Return ids beyond ``after`` of cases to look at, in order.

        Their snooze is over, their check-back is due, or an open promise fell due since.
        """
        self.write_out()
        rows = self.session.rows(
            "SELECT case_id FROM case_row WHERE tenant_id = :tenant_id AND snoozed_until <= :until"
            " AND case_id > :after"
            " UNION SELECT case_id FROM case_row WHERE tenant_id = :tenant_id AND follow_up_at <= :until"
            " AND case_id > :after"
            " UNION SELECT case_id FROM promise_row WHERE tenant_id = :tenant_id AND state = 'open'"
            " AND due_at > :since AND due_at <= :until AND case_id > :after"
            " ORDER BY 1 LIMIT :most",
            tenant_id=self.tenant_id,
            since=micros(since),
            until=micros(until),
            after=after,
            most=limit,
        )
        return tuple(str(row[0]) for row in rows)

    def next_number(self, name: str) -> int:
        """Return the next number of a gapless series; the series is locked until the end."""
        self._check_may_write()
        return int(self.session.value(_NEXT_NUMBER, tenant_id=self.tenant_id, name=name))

    def device(self, device_id: str) -> Device | None:
        """Return a device, whatever its state."""
        row = self.session.row(
            f"SELECT {DEVICE_COLUMNS} FROM device WHERE tenant_id = :tenant_id AND device_id = :device_id",
            tenant_id=self.tenant_id,
            device_id=device_id,
        )
        return None if row is None else device_of(row)

    def has_signed_in(self, person_id: str, device_id: str) -> bool:
        """Say whether a person has ever opened a session on a device."""
        found = self.session.value(
            "SELECT 1 FROM session WHERE tenant_id = :tenant_id AND device_id = :device_id"
            " AND person_id = :person_id LIMIT 1",
            tenant_id=self.tenant_id,
            device_id=device_id,
            person_id=person_id,
        )
        return found is not None


def _only(values: Sequence[Any], kind: type[E]) -> list[E]:
    return [value for value in values if isinstance(value, kind)]


def _first(values: Sequence[Any], kind: type[E]) -> E | None:
    return next((value for value in values if isinstance(value, kind)), None)


def _escaped(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
