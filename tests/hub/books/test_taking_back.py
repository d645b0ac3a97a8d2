"""What a reversal gives back at the hub: the customer's window of the limits, never the day of a person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hub.books.test_decided import BOWL, Office
from tests.hub.service_desk import TANJA
from tests.hub.small_firm import ERIKA, ORDER, PAYMENT, TENANT, SetClock, found_firm
from workstation.casework.decision import Decision, Refund, Reverse
from workstation.casework.limit import CustomerWindow, Limit
from workstation.casework.money import Money
from workstation.casework.wire.commands import Decide, NeedsApproval, Rejected, Verdict
from workstation.hub.storage.database import SqlDatabase

REFUND = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(2490), lines=BOWL)
RULE = Limit(
    limit_id="01890000-0000-7000-8000-0000000000ba",
    name="Enger Rahmen",
    kinds=("money_back",),
    person_id=TANJA.person_id,
    per_customer=CustomerWindow(3000, 90),
    per_person_day=5000,
)


@pytest.fixture
def office(database: SqlDatabase, clock: SetClock) -> Iterator[Office]:
    found_firm(database)
    yield Office(database, clock)
    assert database.check_invariants(TENANT) == {}


def ask(office: Office, step: Decision) -> Verdict:
    body = Decide(case_id=office.case_id, customer_id=ERIKA, steps=(step,))
    [verdict] = office.desk.send(office.desk.envelope(body))
    return verdict


def spent(office: Office, level: str) -> int:
    rows = office.database.look(
        lambda session: session.rows(
            "SELECT spent FROM budget WHERE tenant_id = :tenant_id AND level = :level",
            tenant_id=TENANT,
            level=level,
        )
    )
    return sum(int(row[0]) for row in rows)


def test_the_window_is_free_again_and_the_day_is_not(office: Office) -> None:
    office.database.run(TENANT, lambda tx: tx.put(RULE))
    first, _ = office.decide(REFUND)
    over = ask(office, REFUND)
    assert isinstance(over, NeedsApproval) and over.code == "limit.per_customer"

    _, step = office.decide(Reverse(decision_id=first, step=0, undoes="refund"))
    assert step.state == "booked" and office.step(first).state == "reversed"
    assert (spent(office, "customer_window"), spent(office, "person_day")) == (0, 2490)

    again, step = office.decide(REFUND)
    assert step.state == "booked", "the piece, the payment and the window can be decided on again"
    office.decide(Reverse(decision_id=again, step=0, undoes="refund"))
    third = ask(office, REFUND)
    assert isinstance(third, NeedsApproval) and third.code == "limit.per_person_day"


def test_a_step_is_taken_back_once(office: Office) -> None:
    first, _ = office.decide(REFUND)
    undo = Reverse(decision_id=first, step=0, undoes="refund")
    office.decide(undo)
    twice = ask(office, undo)
    assert isinstance(twice, Rejected) and twice.code == "reversal.already"
    elsewhere = ask(office, Reverse(decision_id=office.case_id, step=0, undoes="refund"))
    assert isinstance(elsewhere, Rejected) and elsewhere.code == "reversal.unknown"
