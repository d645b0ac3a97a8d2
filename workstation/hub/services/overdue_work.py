"""Money that was booked but not paid out within a working day gets a case of its own in a lead's queue."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from workstation.casework.calendar import same_time_next_working_day
from workstation.casework.case import Case, moved
from workstation.casework.case_state import CaseState, Given, say, settled, with_case
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.params import money_param
from workstation.casework.people import Person
from workstation.casework.records import Booking, WorkOrder
from workstation.casework.texts.formats import money_text
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_books import OpenBooks
from workstation.hub.ports_values import Reference
from workstation.hub.services.case_acts import store

RULE = "rule:work_orders"
PAID_BY_PEOPLE = ("transfer", "till")
"""Kinds of work that are money; a parcel may take its days."""
_PAGE = 200


def case_id_of(tenant_id: str, work_order_id: str) -> str:
    """Return the id of the case that asks for a work order: always the same, so it is asked for once."""
    return derived_id(tenant_id, "case", "work_order", work_order_id)


class OverdueWork:
    """Looks at the work orders of all tenants; doing it twice changes nothing."""

    def __init__(self, database: Database, open_books: OpenBooks) -> None:
        self._database = database
        self._open_books = open_books

    def look(self, tenant_id: str, now: datetime) -> int:
        """Open a case for each work order that is a working day old and not done; returns how many."""
        offset, opened = 0, 0
        while True:
            size, late = self._database.read(tenant_id, partial(self._unasked, now=now, offset=offset))
            for work_order_id in late:
                opened += self._database.run(tenant_id, partial(_ask, work_order_id=work_order_id))
            offset += size
            if size < _PAGE:
                return opened

    def _unasked(self, tx: Tx, now: datetime, offset: int) -> tuple[int, tuple[str, ...]]:
        """Return how many open orders the page holds, and those that are overdue without a case."""
        ids = self._open_books(tx).open_work_orders(now, _PAGE, PAID_BY_PEOPLE, offset)
        reference = tx.reference()
        known = tx.get_many(Case, (case_id_of(tx.tenant_id, one) for one in ids))
        waiting = [one for one in ids if case_id_of(tx.tenant_id, one) not in known]
        orders = tx.get_many(WorkOrder, waiting)
        late = [one for one in waiting if one in orders and _due(tx, reference, orders[one]) <= now]
        return len(ids), tuple(late)


def finished(tx: Tx, work: WorkOrder, code: str = "work_order.done") -> None:
    """Solve the case that asked for ``work``, if there is one and it is still open; ``code`` says why.

    Should a customer have got into it and wait for an answer, it stays open for that.
    """
    case_id = case_id_of(tx.tenant_id, work.work_order_id)
    file = tx.case_file(case_id, lock=True)
    if file.case is None or file.case.status in ("solved", "no_case"):
        return
    before = file.state
    given = _given(tx, tx.reference(), file.case.team_id, work)
    after = say(before, given, code)
    after = with_case(after, follow_up_at=None)
    if file.case.waits_since is None:
        status = moved(file.case.status, "solve")
        after = with_case(after, status=status, solved_at=tx.now, snoozed_until=None)
    store(tx, before, settled(after, given))


def _ask(tx: Tx, work_order_id: str) -> int:
    case_id = case_id_of(tx.tenant_id, work_order_id)
    work = tx.get(WorkOrder, work_order_id)
    if work is None or work.status != "open" or tx.get(Case, case_id) is not None:
        return 0
    reference = tx.reference()
    booking = tx.get(Booking, work.booking_id) if work.booking_id else None
    customer = tx.get(Customer, work.customer_id) if work.customer_id else None
    team_id = _team_of(tx, reference, work, booking)
    lead = _lead_of(reference, team_id)
    language = customer.language if customer else "de"
    names = (
        booking.credit_note_number if booking else work.number,
        money_text(work.amount, language) if work.amount else "",
    )
    case = Case(
        case_id=case_id,
        team_id=team_id,
        opened_at=tx.now,
        number=tx.next_number("case"),
        customer_id=work.customer_id,
        customer_name=customer.name if customer else "",
        subject=" · ".join(name for name in names if name),
        channel="system",
        language=language,
        assignee_id=lead.person_id if lead else "",
        order_id=work.order_id,
        opened_by=RULE,
        follow_up_at=tx.now,
    )
    given = _given(tx, reference, team_id, work)
    before = CaseState(customer=customer)
    after = say(
        CaseState(case=case, customer=customer),
        given,
        "work_order.overdue",
        amount=money_param(work.amount) if work.amount else "",
        account=work.to_account,
        since=work.created_at.isoformat(),
        work_order_id=work_order_id,
    )
    store(tx, before, settled(after, given))
    tx.audit("work_order.overdue", actor=RULE, subject=work_order_id, detail={"case_id": case_id})
    return 1


def _given(tx: Tx, reference: Reference, team_id: str, work: WorkOrder) -> Given:
    return Given(
        at=tx.now,
        person_id=RULE,
        command_id=work.work_order_id,
        policy=reference.policy_of(team_id),
        calendar=reference.calendar_of(team_id),
    )


def _due(tx: Tx, reference: Reference, work: WorkOrder) -> datetime:
    booking = tx.get(Booking, work.booking_id) if work.booking_id else None
    try:
        calendar = reference.calendar_of(_team_of(tx, reference, work, booking))
        return same_time_next_working_day(calendar, work.created_at)
    except RuleViolation:
        # A calendar that never opens must not hide money.
        return work.created_at + timedelta(days=1)


def _team_of(tx: Tx, reference: Reference, work: WorkOrder, booking: Booking | None) -> str:
    decision_id = (booking.decision_id if booking else "") or work.decision_id
    record = tx.get(DecisionRecord, decision_id) if decision_id else None
    case = tx.get(Case, record.case_id) if record else None
    if case is not None:
        return case.team_id
    return next(iter(sorted(reference.teams)), "")


def _lead_of(reference: Reference, team_id: str) -> Person | None:
    """Return the lead of the team, else any lead, else the owner."""

    def rank(person: Person) -> tuple[bool, bool, str]:
        return person.role != "lead", person.team_id != team_id, person.person_id

    known = [one for one in reference.people.values() if one.is_active and one.role in ("lead", "owner")]
    return min(known, key=rank, default=None)
