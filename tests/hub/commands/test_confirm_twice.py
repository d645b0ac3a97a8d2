"""A work order is confirmed once, from whichever case somebody does it, and whoever is faster."""

from __future__ import annotations

import threading
from datetime import timedelta

import msgspec
import pytest

from tests.hub.commands.test_overdue_work import Paid
from tests.hub.service_desk import LISA, ROUTES, TANJA, ServiceDesk
from tests.hub.small_firm import ERIKA, TENANT, SetClock
from workstation.casework.case import Case
from workstation.casework.people import Person, Team
from workstation.casework.records import Booking, Order, WorkOrder
from workstation.casework.wire.commands import Applied, ConfirmWork, Rejected, Verdict
from workstation.hub.app import confirm_work
from workstation.hub.services.receive_commands import CommandReceiver
from workstation.hub.storage.database import SqlDatabase

OTHER_TEAM = "01890000-0000-7000-8000-00000000000a"


@pytest.fixture
def paid(firm: SqlDatabase, clock: SetClock) -> Paid:
    return Paid(firm, clock)


def desk_of(paid: Paid, person: Person) -> ServiceDesk:
    desk = ServiceDesk(paid.database, paid.clock, person)
    desk.receiver = CommandReceiver(paid.database, TENANT, ROUTES, confirm_work)
    return desk


def first_case(paid: Paid) -> str:
    """The case the decision was made on."""
    found = paid.database.read(TENANT, lambda tx: tx.all_of(Case))
    (case_id,) = [case.case_id for case in found if case.case_id != paid.case_id]
    return case_id


def audited(paid: Paid) -> int:
    rows = paid.database.look(lambda s: s.rows("SELECT n FROM audit WHERE event = 'work_order.done'"))
    return len(rows)


def booking(paid: Paid) -> Booking:
    (found,) = paid.database.read(TENANT, lambda tx: tx.records_of(ERIKA, Booking))
    return found


def test_two_who_confirm_from_two_cases_confirm_once(paid: Paid) -> None:
    lisa, tanja = desk_of(paid, LISA), desk_of(paid, TANJA)
    case_id = first_case(paid)
    paid.clock.pass_by(timedelta(days=4))
    assert paid.clocks.tick() == 1
    verdicts: list[Verdict] = []
    both = threading.Barrier(2)

    def confirm(desk: ServiceDesk, where: str) -> None:
        envelope = desk.envelope(ConfirmWork(case_id=where, work_order_id=paid.transfer.work_order_id))
        both.wait()
        verdicts.extend(desk.send(envelope))

    threads = [
        threading.Thread(target=confirm, args=(lisa, case_id)),
        threading.Thread(target=confirm, args=(tanja, paid.case_id)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(one).__name__ for one in verdicts) == ["Applied", "Rejected"], verdicts
    assert [one.code for one in verdicts if isinstance(one, Rejected)] == ["work_order.not_open"]
    assert audited(paid) == 1 and booking(paid).status == "paid"
    case = paid.case()
    assert case is not None and case.status == "solved"


def test_a_parcel_confirmed_twice_at_once_comes_in_once(paid: Paid) -> None:
    lisa, tanja = desk_of(paid, LISA), desk_of(paid, TANJA)
    case_id, other = first_case(paid), lisa.open_case("Und noch etwas")
    both = threading.Barrier(2)

    def confirm(desk: ServiceDesk, where: str) -> None:
        envelope = desk.envelope(ConfirmWork(case_id=where, work_order_id=paid.parcel.work_order_id))
        both.wait()
        desk.send(envelope)

    threads = [
        threading.Thread(target=confirm, args=(lisa, case_id)),
        threading.Thread(target=confirm, args=(tanja, other)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (order,) = paid.database.read(TENANT, lambda tx: tx.records_of(ERIKA, Order))
    assert sum(line.returned_quantity for line in order.lines) == 1
    assert audited(paid) == 1


def test_the_same_command_again_has_the_same_verdict(paid: Paid) -> None:
    body = ConfirmWork(case_id=first_case(paid), work_order_id=paid.transfer.work_order_id)
    envelope = paid.desk.envelope(body)
    [first], [again] = paid.desk.send(envelope), paid.desk.send(envelope)
    assert isinstance(first, Applied) and isinstance(again, Applied)
    assert audited(paid) == 1


def test_work_of_a_case_of_another_team_is_not_confirmed(paid: Paid) -> None:
    paid.database.run(TENANT, lambda tx: tx.put(Team(team_id=OTHER_TEAM, name="Versand")))
    stranger = msgspec.structs.replace(
        LISA, person_id="01890000-0000-7000-8000-0000000000a4", login="max", team_id=OTHER_TEAM
    )
    body = ConfirmWork(case_id=first_case(paid), work_order_id=paid.transfer.work_order_id)
    verdict = desk_of(paid, stranger).give(body)
    assert isinstance(verdict, Rejected) and verdict.code == "case.other_team"
    work = paid.database.read(TENANT, lambda tx: tx.get(WorkOrder, paid.transfer.work_order_id))
    assert work is not None and work.status == "open"


def test_work_that_was_taken_back_is_not_confirmed(paid: Paid) -> None:
    gone = msgspec.structs.replace(paid.transfer, status="withdrawn")
    paid.database.run(TENANT, lambda tx: tx.put(gone))
    body = ConfirmWork(case_id=first_case(paid), work_order_id=paid.transfer.work_order_id)
    verdict = paid.desk.give(body)
    assert isinstance(verdict, Rejected) and verdict.code == "work_order.not_open"
    assert booking(paid).status == "ordered"
