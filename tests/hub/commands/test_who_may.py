"""Who may do what in whose name: forged people, foreign work orders, and the order of a case."""

from __future__ import annotations

import msgspec
import pytest

from tests.hub.service_desk import LISA, ROUTES, TANJA, ServiceDesk, broken_bowl
from tests.hub.small_firm import ERIKA, ORDER, PAYMENT, TEAM, TENANT, SetClock
from workstation.casework.decision import MakePromise, Refund
from workstation.casework.ids import uuid7
from workstation.casework.money import Money
from workstation.casework.people import Team
from workstation.casework.promise import Promise
from workstation.casework.records import WorkOrder
from workstation.casework.wire.codec import encode, sha256_hex
from workstation.casework.wire.commands import (
    AddNote,
    Applied,
    AssignCase,
    ConfirmWork,
    Quarantined,
    Rejected,
    SendMessage,
)
from workstation.hub.app import confirm_work
from workstation.hub.ports import Tx
from workstation.hub.ports_access import SessionRow
from workstation.hub.ports_values import Effect
from workstation.hub.services.receive_commands import CommandReceiver
from workstation.hub.storage.access import SqlAccessTx
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase

OWNER = msgspec.structs.replace(
    TANJA, person_id="01890000-0000-7000-8000-0000000000a3", name="Ola", login="ola", role="owner"
)


@pytest.fixture
def desk(firm: SqlDatabase, clock: SetClock) -> ServiceDesk:
    firm.run(TENANT, lambda tx: tx.put(OWNER))
    made = ServiceDesk(firm, clock)
    made.receiver = CommandReceiver(firm, TENANT, ROUTES, confirm_work)
    return made


def note(desk: ServiceDesk, case_id: str) -> AddNote:
    return AddNote(case_id=case_id, message_id=desk.new_id(), text="angerufen")


def test_nobody_gets_the_limits_of_one_who_never_signed_in_there(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    much = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(8000))
    forged = desk.envelope(broken_bowl(case_id, much), person_id=OWNER.person_id)
    assert desk.send(forged) == [Quarantined(cmd_id=forged.cmd_id, code="command.other_person")]
    assert desk.database.read(TENANT, lambda tx: tx.effects_of_command(forged.cmd_id)) == ()
    assert desk.database.look(lambda s: s.rows("SELECT cmd_id FROM quarantine")) != []


def test_what_a_colleague_did_here_before_still_goes_up(desk: ServiceDesk) -> None:
    case_id = desk.open_case()

    def signed_in(tx: Tx) -> None:
        row = SessionRow(
            session_id="s-1",
            device_id=desk.device.device_id,
            person_id=OWNER.person_id,
            created_at=tx.now,
            ended_at=tx.now,
        )
        SqlAccessTx(tx).add_session(row)  # type: ignore[arg-type]

    desk.database.run(TENANT, signed_in)
    assert isinstance(desk.give(note(desk, case_id), person_id=OWNER.person_id), Applied)


def test_nothing_on_a_case_overtakes_what_waits_there(desk: ServiceDesk) -> None:
    case_id, other_case = desk.open_case(), desk.open_case()
    first = desk.envelope(note(desk, other_case))
    waiting = desk.envelope(note(desk, case_id), depends_on=(desk.new_id(),))
    later = desk.envelope(note(desk, case_id))
    elsewhere = desk.envelope(note(desk, other_case))
    verdicts = desk.send(first, waiting, later, elsewhere)
    assert [verdict.cmd_id for verdict in verdicts] == [first.cmd_id, elsewhere.cmd_id]
    texts = desk.database.read(TENANT, lambda tx: tx.messages_of(case_id))
    assert len(texts) == 1


def work_order(desk: ServiceDesk, customer_id: str) -> str:
    work = WorkOrder(
        work_order_id=desk.new_id(),
        kind="transfer",
        created_at=desk.clock.now(),
        customer_id=customer_id,
        amount=Money(2490),
    )

    def keep(tx: Tx) -> None:
        tx.put(work)
        open_books(tx).keep_work_order(work)

    desk.database.run(TENANT, keep)
    return work.work_order_id


def test_work_is_confirmed_on_a_case_of_its_customer_only(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    own, foreign = work_order(desk, ERIKA), work_order(desk, desk.new_id())
    stranger = desk.give(ConfirmWork(case_id=case_id, work_order_id=foreign))
    assert isinstance(stranger, Rejected) and stranger.code == "work_order.unknown"
    nowhere = desk.give(ConfirmWork(case_id=desk.new_id(), work_order_id=own))
    assert isinstance(nowhere, Rejected) and nowhere.code == "case.unknown"
    assert isinstance(desk.give(ConfirmWork(case_id=case_id, work_order_id=own)), Applied)
    again = desk.give(ConfirmWork(case_id=case_id, work_order_id=own))
    assert isinstance(again, Rejected) and again.code == "work_order.not_open"
    done = desk.database.read(TENANT, lambda tx: tx.get(WorkOrder, own))
    assert done is not None and (done.status, done.done_by) == ("done", desk.person.person_id)


def test_a_promise_of_another_case_is_not_taken_over_by_a_macro(desk: ServiceDesk) -> None:
    first, second = desk.open_case(), desk.open_case()
    promise = MakePromise(
        what="call_back", due_at=desk.clock.now().replace(hour=15), promise_id=uuid7(1, b"0123456789")
    )
    assert isinstance(desk.give(broken_bowl(first, promise)), Applied)
    small = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(100))
    stolen = desk.give(broken_bowl(second, small, promise))
    assert isinstance(stolen, Rejected) and stolen.code == "command.not_storable"
    kept = desk.database.read(TENANT, lambda tx: tx.get(Promise, promise.promise_id))
    assert kept is not None and kept.case_id == first


def test_a_reply_does_not_wait_for_what_will_not_come(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    decision = desk.envelope(broken_bowl(case_id))
    desk.send(decision)

    def stopped(tx: Tx) -> None:
        last: Effect = tx.effects_of_command(decision.cmd_id)[-1]
        held = msgspec.structs.replace(last, state="held_back")
        assert tx.change_effect(held, expected_state="pending", expected_attempt=0)

    desk.database.run(TENANT, stopped)
    verdict = desk.give(
        SendMessage(
            case_id=case_id,
            message_id=desk.new_id(),
            text="Das Geld ist angewiesen.",
            to=("erika@kundin.test",),
            waits_for=decision.cmd_id,
            seen_inbound_id=desk.case(case_id).last_inbound_id,
        )
    )
    assert isinstance(verdict, Rejected) and verdict.code == "reply.decision_not_booked"
    # The reservation of what was stopped is released by whoever stops it, which no worker did here.
    desk.database.run(TENANT, lambda tx: tx.settle(decision.cmd_id, 0, is_spent=False, at=desk.clock.now()))


def test_a_body_that_does_not_fit_names_the_place(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    raw = encode({"type": "note.add", "case_id": case_id, "message_id": 7, "text": "x"})
    verdict = desk.give(note(desk, case_id), body=msgspec.Raw(raw), sha256=sha256_hex(raw))
    assert isinstance(verdict, Rejected)
    assert verdict.params == {"path": "$.message_id", "expected": "Expected `str`, got `int`"}


def test_a_case_goes_to_the_team_of_whoever_gets_it(desk: ServiceDesk) -> None:
    other_team = "01890000-0000-7000-8000-000000000003"
    mia = msgspec.structs.replace(
        LISA, person_id="01890000-0000-7000-8000-0000000000a4", login="mia", team_id=other_team
    )

    def hire(tx: Tx) -> None:
        tx.put(Team(team_id=other_team, name="Reklamation"))
        tx.put(mia)

    desk.database.run(TENANT, hire)
    first, second = desk.open_case(), desk.open_case()
    assert isinstance(desk.give(AssignCase(case_id=first, person_id=mia.person_id)), Applied)
    assert (desk.case(first).team_id, desk.case(first).assignee_id) == (other_team, mia.person_id)
    # The owner sees all teams: the case stays where it is.
    assert isinstance(desk.give(AssignCase(case_id=second, person_id=OWNER.person_id)), Applied)
    assert desk.case(second).team_id == TEAM
