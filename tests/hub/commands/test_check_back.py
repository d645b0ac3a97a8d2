"""The hub's clocks put a solved case back into the queue when its check-back is due, exactly once."""

from __future__ import annotations

import threading
from datetime import timedelta

from tests.hub.service_desk import ServiceDesk
from tests.hub.small_firm import TENANT, SetClock
from workstation.casework.case_state import Given
from workstation.casework.ids import uuid7
from workstation.casework.message import Message
from workstation.casework.projection import received
from workstation.casework.wire.commands import Applied, SolveCase
from workstation.hub.ports import Tx
from workstation.hub.services.case_acts import store
from workstation.hub.services.clocks import Clocks
from workstation.hub.storage.database import SqlDatabase

DAYS = timedelta(days=3)


def solve(desk: ServiceDesk, case_id: str, *, plans: bool = True) -> None:
    at = desk.clock.now() + DAYS if plans else None
    verdict = desk.give(SolveCase(case_id=case_id, follow_up_at=at, without_answer="thanks"))
    assert isinstance(verdict, Applied)


def codes(desk: ServiceDesk, case_id: str) -> list[str]:
    messages = desk.database.read(TENANT, lambda tx: tx.messages_of(case_id))
    return [one.code for one in messages if one.kind == "system"]


def test_a_check_back_wakes_its_case_once(firm: SqlDatabase, clock: SetClock) -> None:
    desk = ServiceDesk(firm, clock)
    case_id = desk.open_case()
    solve(desk, case_id)
    planned = clock.now() + DAYS
    clocks = Clocks(firm, clock)
    assert clocks.tick() == 0
    clock.pass_by(DAYS - timedelta(seconds=1))
    assert clocks.tick() == 0 and desk.case(case_id).status == "solved"
    clock.pass_by(timedelta(seconds=1))
    assert clocks.tick() == 1
    case = desk.case(case_id)
    assert (case.status, case.solved_at, case.follow_up_at) == ("open", None, planned)
    assert case.due is not None and case.due.kind == "follow_up" and case.due.at > planned
    assert clocks.tick() == 0 and Clocks(firm, clock).tick() == 0
    assert codes(desk, case_id).count("case.check_back") == 1


def test_solving_again_ends_it_and_a_later_plan_counts_anew(firm: SqlDatabase, clock: SetClock) -> None:
    desk = ServiceDesk(firm, clock)
    case_id = desk.open_case()
    solve(desk, case_id)
    clock.pass_by(DAYS)
    clocks = Clocks(firm, clock)
    assert clocks.tick() == 1
    solve(desk, case_id, plans=False)
    clock.pass_by(DAYS)
    assert clocks.tick() == 0 and desk.case(case_id).status == "solved"
    solve(desk, case_id)
    clock.pass_by(DAYS)
    assert clocks.tick() == 1
    assert codes(desk, case_id).count("case.check_back") == 2


def test_a_hub_that_was_off_finds_it_afterwards(firm: SqlDatabase, clock: SetClock) -> None:
    desk = ServiceDesk(firm, clock)
    case_id = desk.open_case()
    solve(desk, case_id)
    clock.pass_by(timedelta(days=60))
    assert Clocks(firm, clock).tick() == 1
    assert desk.case(case_id).status == "open"


def test_a_word_of_the_customer_before_it_is_all_there_is(firm: SqlDatabase, clock: SetClock) -> None:
    desk = ServiceDesk(firm, clock)
    case_id = desk.open_case()
    solve(desk, case_id)

    def writes(tx: Tx) -> None:
        before = tx.case_file(case_id, lock=True).state
        message = Message(
            message_id=uuid7(int(clock.now().timestamp() * 1000), b"0123456789"),
            case_id=case_id,
            kind="inbound",
            at=clock.now(),
            author_id="customer",
            text="Noch etwas.",
        )
        store(tx, before, received(before, message, Given(at=clock.now())))

    clock.pass_by(timedelta(days=1))
    firm.run(TENANT, writes)
    assert desk.case(case_id).status == "open"
    clock.pass_by(DAYS)
    assert Clocks(firm, clock).tick() == 0
    assert "case.check_back" not in codes(desk, case_id)


def test_two_hubs_looking_at_once_wake_it_once(firm: SqlDatabase, clock: SetClock) -> None:
    desk = ServiceDesk(firm, clock)
    ids = [desk.open_case() for _ in range(6)]
    for case_id in ids:
        solve(desk, case_id)
    clock.pass_by(DAYS)
    found: list[int] = []
    hubs = [threading.Thread(target=lambda: found.append(Clocks(firm, clock).tick())) for _ in range(2)]
    for hub in hubs:
        hub.start()
    for hub in hubs:
        hub.join()
    assert sum(found) == len(ids)
    for case_id in ids:
        assert codes(desk, case_id).count("case.check_back") == 1
