"""Money that is booked and not confirmed as paid out within a working day stands in the lead's queue."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from tests.hub.service_desk import ROUTES, TANJA, ServiceDesk, broken_bowl
from tests.hub.small_firm import ERIKA, ORDER, TEAM, TENANT, SetClock
from workstation.casework.calendar import Calendar, Closing
from workstation.casework.case import Case
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.people import Team
from workstation.casework.projection import settled
from workstation.casework.promise import Promise
from workstation.casework.records import Booking, OpeningSpan, WorkOrder
from workstation.casework.wire.commands import Applied, ConfirmWork
from workstation.hub.app import confirm_work
from workstation.hub.backends.executors import ShopExecutor
from workstation.hub.backends.house_books.shop import HouseBooks
from workstation.hub.backends.house_books.till import HouseTill
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import ReversalRequest, TillRequest
from workstation.hub.services.clocks import Clocks
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.services.overdue_work import case_id_of
from workstation.hub.services.receive_commands import CommandReceiver
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase

CALENDAR = Calendar(
    calendar_id="01890000-0000-7000-8000-0000000000c1",
    name="Büro",
    spans=(OpeningSpan((1, 2, 3, 4, 5), "09:00", "17:00"),),
)


class Paid:
    """A broken bowl that was booked on a Friday at 10:11, and the clocks of its hub."""

    def __init__(self, database: SqlDatabase, clock: SetClock) -> None:
        self.database, self.clock = database, clock
        database.run(TENANT, self._open_weekdays)
        self.desk = ServiceDesk(database, clock)
        self.desk.receiver = CommandReceiver(database, TENANT, ROUTES, confirm_work)
        self.desk.give(broken_bowl(self.desk.open_case()))
        shop = ShopExecutor(HouseBooks(database, open_books))
        worker = EffectWorker(database, [shop], CaseProjector(), clock, "w", TENANT)
        while worker.step():
            pass
        self.clocks = Clocks(database, clock, open_books)
        orders = database.read(TENANT, lambda tx: tx.records_of(ERIKA, WorkOrder))
        self.transfer = next(one for one in orders if one.kind == "transfer")
        self.parcel = next(one for one in orders if one.kind == "expect_parcel")
        self.case_id = case_id_of(TENANT, self.transfer.work_order_id)

    def _open_weekdays(self, tx: Tx) -> None:
        tx.put(TANJA)
        tx.put(CALENDAR)
        team = tx.get(Team, TEAM)
        assert team is not None
        tx.put(msgspec.structs.replace(team, calendar_id=CALENDAR.calendar_id))

    def case(self) -> Case | None:
        return self.database.read(TENANT, lambda tx: tx.get(Case, self.case_id))

    def codes(self) -> list[str]:
        found = self.database.read(TENANT, lambda tx: tx.messages_of(self.case_id))
        return [one.code for one in found]


@pytest.fixture
def paid(firm: SqlDatabase, clock: SetClock) -> Paid:
    return Paid(firm, clock)


def test_after_one_working_day_the_lead_has_it_in_the_queue_once(paid: Paid) -> None:
    paid.clocks.tick()
    paid.clock.pass_by(timedelta(days=3) - timedelta(minutes=1))
    paid.clocks.tick()
    assert paid.case() is None
    paid.clock.pass_by(timedelta(minutes=11))
    assert paid.clocks.tick() == 1
    case = paid.case()
    assert case is not None and case.number is not None
    assert (case.assignee_id, case.team_id, case.customer_id) == (TANJA.person_id, TEAM, ERIKA)
    assert (case.order_id, case.status, case.subject) == (ORDER, "open", "GS-2026-00001 · 24,90\xa0€")
    assert case.due is not None and case.due.at <= paid.clock.now()
    line: Message = paid.database.read(TENANT, lambda tx: tx.messages_of(paid.case_id))[0]
    assert (line.code, line.params["amount"], line.params["account"]) == (
        "work_order.overdue",
        "24.90 EUR",
        "card 4242",
    )
    # Another hub, another start, another look: the same case.
    for _ in range(2):
        paid.clock.pass_by(timedelta(hours=1))
        assert Clocks(paid.database, paid.clock, open_books).tick() == 0
    assert paid.codes() == ["work_order.overdue"]
    # A parcel may take its days.
    assert (
        paid.database.read(TENANT, lambda tx: tx.get(Case, case_id_of(TENANT, paid.parcel.work_order_id)))
        is None
    )


def test_what_was_confirmed_in_time_asks_nobody(paid: Paid) -> None:
    paid.database.run(TENANT, lambda tx: confirm_work(tx, paid.transfer.work_order_id, TANJA.person_id))
    paid.clock.pass_by(timedelta(days=10))
    assert paid.clocks.tick() == 0 and paid.case() is None


def test_the_confirmation_solves_the_case_that_asked(paid: Paid) -> None:
    paid.clock.pass_by(timedelta(days=4))
    paid.clocks.tick()
    paid.clock.pass_by(timedelta(minutes=1))
    verdict = paid.desk.give(ConfirmWork(case_id=paid.case_id, work_order_id=paid.transfer.work_order_id))
    assert isinstance(verdict, Applied)
    case = paid.case()
    assert case is not None and (case.status, case.due) == ("solved", None)
    assert paid.codes() == ["work_order.overdue", "work_order.done"]
    paid.clock.pass_by(timedelta(days=4))
    assert paid.clocks.tick() == 0


def test_a_customer_who_waits_in_it_keeps_it_open(paid: Paid) -> None:
    paid.clock.pass_by(timedelta(days=4))
    paid.clocks.tick()
    case = paid.case()
    assert case is not None
    asked = msgspec.structs.replace(case, waiting_since=paid.clock.now(), last_inbound_at=paid.clock.now())
    paid.database.run(TENANT, lambda tx: tx.put(asked))
    paid.clock.pass_by(timedelta(minutes=1))
    verdict = paid.desk.give(ConfirmWork(case_id=paid.case_id, work_order_id=paid.transfer.work_order_id))
    assert isinstance(verdict, Applied)
    after = paid.case()
    assert after is not None and after.status == "open" and after.due is not None
    assert after.due.kind == "first_response", "the work is done, the answer is not"
    assert paid.codes()[-1] == "work_order.done"


def test_money_that_was_taken_back_asks_nobody_any_more(paid: Paid) -> None:
    paid.clock.pass_by(timedelta(days=4))
    paid.clocks.tick()
    paid.clock.pass_by(timedelta(minutes=1))
    (booking,) = paid.database.read(TENANT, lambda tx: tx.records_of(ERIKA, Booking))
    HouseBooks(paid.database, open_books).reverse(
        ReversalRequest(
            tenant_id=TENANT, reference="undo", undoes_reference=booking.reference, undoes="refund"
        )
    )
    case = paid.case()
    assert case is not None and (case.status, case.due) == ("solved", None)
    assert paid.codes() == ["work_order.overdue", "work_order.withdrawn"]


def test_cash_without_an_order_is_asked_for_by_the_number_of_its_slip(paid: Paid) -> None:
    till = HouseTill(paid.database, open_books)
    till.order(TillRequest(tenant_id=TENANT, reference="cash", amount=Money(500)))
    paid.clock.pass_by(timedelta(days=4))
    assert paid.clocks.tick() == 2
    cases = paid.database.read(TENANT, lambda tx: tx.open_cases())
    assert {"K-2026-00001 · 5,00\xa0€", "GS-2026-00001 · 24,90\xa0€"} <= {one.subject for one in cases}


def test_a_calendar_that_never_opens_hides_no_money(paid: Paid) -> None:
    shut = msgspec.structs.replace(CALENDAR, spans=(OpeningSpan((7,), "09:00", "10:00"),), rev=0)
    shut = msgspec.structs.replace(shut, closings=(Closing(date(2026, 1, 1), date(2036, 1, 1)),))
    paid.database.run(TENANT, lambda tx: tx.put(shut))
    paid.clock.pass_by(timedelta(days=1, minutes=1))
    assert paid.clocks.tick() == 1


def test_one_case_that_cannot_be_dealt_with_keeps_no_other_asleep(
    paid: Paid, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, due = paid.desk, paid.clock.now() + timedelta(minutes=5)
    cases = sorted(desk.open_case() for _ in range(3))
    for case_id in cases:

        def promise(tx: Tx, case_id: str = case_id) -> None:
            tx.put(
                Promise(
                    promise_id=desk.new_id(),
                    case_id=case_id,
                    customer_id=ERIKA,
                    what="call_back",
                    due_at=due,
                    owner_id=desk.person.person_id,
                    made_at=paid.clock.now(),
                    made_by=desk.person.person_id,
                )
            )

        paid.database.run(TENANT, promise)

    def sick(state: object, given: object) -> object:
        if state.the_case.case_id == cases[0]:  # type: ignore[attr-defined]
            raise ValueError("sick")
        return settled(state, given)  # type: ignore[arg-type]

    monkeypatch.setattr("workstation.hub.services.clocks.settled", sick)
    monkeypatch.setattr("workstation.hub.services.clocks._PAGE", 1)
    paid.clock.pass_by(timedelta(minutes=6))
    assert paid.clocks.tick() == 2
