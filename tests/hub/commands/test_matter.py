"""One matter at the hub: decided on either case it is judged on both, whoever knew of the merge."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import msgspec
import pytest

from tests.hub.commands.test_commands import reply
from tests.hub.commands.test_joining import BRANCH, done, messages
from tests.hub.service_desk import TANJA, ServiceDesk, broken_bowl
from tests.hub.small_firm import BOWLS, ERIKA, ORDER, PAYMENT, TEAM, TENANT, SetClock
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord, Refund
from workstation.casework.money import Money
from workstation.casework.people import Team
from workstation.casework.records import LineQuantity, Order, Payment
from workstation.casework.wire import commands as c
from workstation.hub.ports import Tx
from workstation.hub.services.joining import with_apart
from workstation.hub.storage.database import SqlDatabase

OTHER = "01890000-0000-7000-8000-000000000011"
OTHER_ORDER = "01890000-0000-7000-8000-000000000012"
OTHER_PAYMENT = "01890000-0000-7000-8000-000000000013"


@pytest.fixture
def desk(firm: SqlDatabase, clock: SetClock) -> ServiceDesk:
    return ServiceDesk(firm, clock)


def money(case_id: str, units: int) -> c.Decide:
    return broken_bowl(case_id, Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(units)))


def pair(desk: ServiceDesk) -> tuple[str, str]:
    """Return the id of a case that went into another, and of that one; 40 EUR went back on the first."""
    member, root = desk.open_case(), desk.open_case()
    assert isinstance(desk.give(money(member, 4000)), c.Scheduled)
    done(desk.give(c.MergeCase(case_id=member, into_case_id=root)))
    return member, root


def test_a_merge_opens_no_second_limit_and_neither_does_taking_it_back(desk: ServiceDesk) -> None:
    member, root = pair(desk)
    verdict = desk.give(money(root, 1001))
    assert isinstance(verdict, c.NeedsApproval)
    assert (verdict.code, verdict.params["sum"]) == ("limit.per_decision", "50.01 EUR")
    assert isinstance(desk.give(money(root, 1000)), c.Scheduled)
    done(desk.give(c.UnmergeCase(case_id=member)))
    for case_id in (member, root):
        verdict = desk.give(money(case_id, 1))
        assert isinstance(verdict, c.NeedsApproval)
        elsewhere = "10.00 EUR" if case_id == member else "40.00 EUR"
        assert (verdict.code, verdict.params["elsewhere"]) == ("limit.per_matter", elsewhere)


def test_what_was_taken_apart_counts_together_for_the_window_and_not_for_ever(desk: ServiceDesk) -> None:
    member, root = pair(desk)
    done(desk.give(c.UnmergeCase(case_id=member)))
    assert isinstance(desk.give(money(root, 900)), c.Scheduled)
    done(desk.give(c.MergeCase(case_id=member, into_case_id=root)))
    assert isinstance(desk.give(money(root, 101)), c.NeedsApproval)
    done(desk.give(c.UnmergeCase(case_id=member)))
    desk.clock.pass_by(timedelta(days=89))
    assert isinstance(desk.give(money(root, 101)), c.NeedsApproval)
    desk.clock.pass_by(timedelta(days=2))
    assert isinstance(desk.give(money(root, 101)), c.Scheduled)


def test_what_is_split_off_is_counted_with_what_it_was_split_from(desk: ServiceDesk) -> None:
    case_id, new = desk.open_case(), desk.new_id()
    note = c.AddNote(case_id=case_id, message_id=desk.new_id(), text="Zweites Anliegen")
    done(desk.give(note))
    assert isinstance(desk.give(money(case_id, 4000)), c.Scheduled)
    split = c.SplitCase(case_id=case_id, new_case_id=new, message_ids=(note.message_id,), subject="Zweites")
    done(desk.give(split))
    verdict = desk.give(msgspec.structs.replace(money(new, 1001), customer_id=ERIKA))
    assert isinstance(verdict, c.NeedsApproval)
    assert isinstance(desk.give(msgspec.structs.replace(money(new, 1000), customer_id=ERIKA)), c.Scheduled)
    assert isinstance(desk.give(money(case_id, 1)), c.NeedsApproval)


def test_two_at_once_on_cases_taken_apart_and_of_two_customers_do_not_pass_one_limit(
    desk: ServiceDesk,
) -> None:
    member, root = desk.open_case(), desk.open_case()
    done(desk.give(c.MergeCase(case_id=member, into_case_id=root)))
    done(desk.give(c.UnmergeCase(case_id=member)))
    somebody_else(desk, member)
    desks = [ServiceDesk(desk.database, desk.clock) for _ in range(2)]
    start = Barrier(2)

    def decide(place: int) -> c.Verdict:
        customer_id, case_id, order_id, payment_id = (
            (OTHER, member, OTHER_ORDER, OTHER_PAYMENT),
            (ERIKA, root, ORDER, PAYMENT),
        )[place]
        step = Refund(order_id=order_id, payment_id=payment_id, amount=Money(3000))
        body = msgspec.structs.replace(broken_bowl(case_id, step), customer_id=customer_id)
        envelope = desks[place].envelope(body)
        start.wait()
        [verdict] = desks[place].send(envelope)
        return verdict

    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(decide, range(2)))
    assert sorted(type(one).__name__ for one in verdicts) == ["NeedsApproval", "Scheduled"]


def test_who_judges_by_a_case_taken_apart_is_waited_for_by_who_judges_by_the_other(
    desk: ServiceDesk,
) -> None:
    member, root = desk.open_case(), desk.open_case()
    done(desk.give(c.MergeCase(case_id=member, into_case_id=root)))
    done(desk.give(c.UnmergeCase(case_id=member)))
    is_read, may_end = Event(), Event()
    order: list[str] = []

    def judge(case_id: str) -> None:
        def work(tx: Tx) -> None:
            state = tx.case_file(case_id, lock=True).state
            with_apart(tx, state, desk.clock.now() - timedelta(days=90))
            order.append(case_id)
            is_read.set()
            if case_id == member:
                may_end.wait(30)
                order.append("end")

        desk.database.run(TENANT, work)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(judge, member)
        assert is_read.wait(30)
        second = pool.submit(judge, root)
        with contextlib.suppress(TimeoutError):
            second.result(timeout=0.5)
        may_end.set()
        first.result()
        second.result()
    assert order == [member, "end", root]


def somebody_else(desk: ServiceDesk, case_id: str) -> None:
    def work(tx: Tx) -> None:
        case = tx.case_file(case_id, lock=True).case
        assert case is not None
        order, payment = tx.get(Order, ORDER), tx.get(Payment, PAYMENT)
        assert order is not None
        assert payment is not None
        theirs = {"order_id": OTHER_ORDER, "customer_id": OTHER, "rev": 0}
        tx.put(Customer(customer_id=OTHER, name="Otto Andermann"))
        tx.put(msgspec.structs.replace(order, **theirs))
        tx.put(msgspec.structs.replace(payment, payment_id=OTHER_PAYMENT, **theirs))
        tx.put(msgspec.structs.replace(case, customer_id=OTHER, customer_name="Otto Andermann"))

    desk.database.run(TENANT, work)


def test_what_a_desk_decided_on_a_case_it_did_not_know_was_merged_is_judged_on_the_matter(
    desk: ServiceDesk,
) -> None:
    member, root = desk.open_case(), desk.open_case()
    other = ServiceDesk(desk.database, desk.clock)
    much, little = other.envelope(money(member, 2000)), other.envelope(money(member, 900))
    assert isinstance(desk.give(money(root, 4000)), c.Scheduled)
    done(desk.give(c.MergeCase(case_id=member, into_case_id=root)))
    asked, went = other.send(much, little)
    assert isinstance(asked, c.NeedsApproval)
    assert isinstance(went, c.Scheduled)
    # Both are where they were decided, and the one that goes on says that somebody is asked.
    kept = desk.database.read(TENANT, lambda tx: tx.decisions_of(member))
    assert {record.decision_id for record in kept} == {much.cmd_id, little.cmd_id}
    assert desk.case(root).is_held_for_approval
    done(desk.give(c.UnmergeCase(case_id=member)))
    assert not desk.case(root).is_held_for_approval


def test_the_same_piece_twice_is_found_across_the_matter(desk: ServiceDesk) -> None:
    member, root = desk.open_case(), desk.open_case()
    nobody(desk, member)
    both = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(4980), lines=(LineQuantity(BOWLS, 2),))
    body = msgspec.structs.replace(broken_bowl(member, both), customer_id=ERIKA)
    assert isinstance(desk.give(body), c.Scheduled)
    done(desk.give(c.MergeCase(case_id=member, into_case_id=root)))
    again = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(10), lines=(LineQuantity(BOWLS, 1),))
    verdict = desk.give(broken_bowl(root, again))
    assert isinstance(verdict, c.NeedsApproval)
    assert verdict.code == "decision.duplicate"


def nobody(desk: ServiceDesk, case_id: str) -> None:
    def work(tx: Tx) -> None:
        case = tx.case_file(case_id, lock=True).case
        assert case is not None
        tx.put(msgspec.structs.replace(case, customer_id="", customer_name=""))

    desk.database.run(TENANT, work)


def test_notes_calls_and_answers_written_meanwhile_are_kept_and_answer_there(desk: ServiceDesk) -> None:
    member, root = desk.open_case(), desk.open_case()
    other = ServiceDesk(desk.database, desk.clock)
    note = other.envelope(c.AddNote(case_id=member, message_id=other.new_id(), text="Foto liegt bei"))
    call = other.envelope(
        c.LogCall(
            case_id=member, message_id=other.new_id(), text="Erreicht", direction="out", is_reached=True
        )
    )
    answer = other.envelope(reply(other, member))
    done(desk.give(c.MergeCase(case_id=member, into_case_id=root)))
    for verdict in other.send(note, call, answer):
        done(verdict)
    kinds = [item.kind for item in messages(desk, member) if item.kind != "system"]
    assert sorted(kinds) == ["call", "inbound", "note", "outbound"]
    [entry] = desk.case(root).merged
    assert entry.waits_since is None
    assert desk.case(root).assignee_id == desk.person.person_id


def test_an_answer_that_missed_what_came_in_since_goes_back_to_its_author(desk: ServiceDesk) -> None:
    root = desk.open_case()
    desk.clock.pass_by(timedelta(minutes=5))
    member = desk.open_case()
    answer = reply(desk, root)
    done(desk.give(c.MergeCase(case_id=member, into_case_id=root)))
    verdict = desk.give(answer)
    assert isinstance(verdict, c.Superseded)
    assert verdict.params["message_id"] == desk.case(member).last_inbound_id
    done(desk.give(reply(desk, root, seen=desk.case(member).last_inbound_id)))


def test_a_reply_in_the_target_waits_for_a_decision_of_the_merged_case_and_comes_back_with_it(
    desk: ServiceDesk,
) -> None:
    member, root = desk.open_case(), desk.open_case()
    decision = desk.envelope(broken_bowl(member, undo_left_s=60))
    desk.send(decision)
    done(desk.give(c.MergeCase(case_id=member, into_case_id=root)))
    seen = desk.case(member).last_inbound_id
    done(desk.give(reply(desk, root, decision.cmd_id, seen)))
    sent = [item for item in messages(desk, root) if item.kind == "outbound"]
    assert [item.delivery for item in sent] == ["waiting_booking"]
    done(desk.give(c.CancelDecision(case_id=member, decision_id=decision.cmd_id)))
    sent = [item for item in messages(desk, root) if item.kind == "outbound"]
    assert [item.delivery for item in sent] == ["held_back"]
    assert desk.case(root).has_undelivered


def test_a_case_given_away_by_who_did_not_know_takes_the_whole_matter_along(desk: ServiceDesk) -> None:
    desk.database.run(TENANT, lambda tx: tx.put(Team(team_id=BRANCH, name="Filiale")))
    member, third, root = desk.open_case(), desk.open_case(), desk.open_case()
    lead = ServiceDesk(desk.database, desk.clock, TANJA)
    away = lead.envelope(c.AssignCase(case_id=member, team_id=BRANCH))
    for one in (member, third):
        done(desk.give(c.MergeCase(case_id=one, into_case_id=root)))
    done(lead.send(away)[0])
    assert {desk.case(one).team_id for one in (member, third, root)} == {BRANCH}
    assert TEAM != BRANCH


def test_what_was_split_off_offline_still_is_when_the_case_went_elsewhere(desk: ServiceDesk) -> None:
    member, root = desk.open_case(), desk.open_case()
    note = c.AddNote(case_id=member, message_id=desk.new_id(), text="Zweites Anliegen")
    done(desk.give(note))
    other = ServiceDesk(desk.database, desk.clock)
    new = other.new_id()
    split = other.envelope(
        c.SplitCase(case_id=member, new_case_id=new, message_ids=(note.message_id,), subject="Zweites")
    )
    more = other.envelope(c.AddNote(case_id=new, message_id=other.new_id(), text="dazu"))
    done(desk.give(c.MergeCase(case_id=member, into_case_id=root)))
    for verdict in other.send(split, more):
        done(verdict)
    assert {item.text for item in messages(desk, new) if item.kind == "note"} == {"Zweites Anliegen", "dazu"}
    assert desk.case(member).merged_into == root


def test_two_who_decide_at_once_on_both_cases_do_not_pass_one_limit(desk: ServiceDesk) -> None:
    member, root = desk.open_case(), desk.open_case()
    done(desk.give(c.MergeCase(case_id=member, into_case_id=root)))
    desks = [ServiceDesk(desk.database, desk.clock) for _ in range(2)]
    start = Barrier(2)

    def decide(place: int) -> c.Verdict:
        envelope = desks[place].envelope(money((member, root)[place], 3000))
        start.wait()
        [verdict] = desks[place].send(envelope)
        return verdict

    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(decide, range(2)))
    assert sorted(type(one).__name__ for one in verdicts) == ["NeedsApproval", "Scheduled"]


def test_after_a_merge_in_the_midst_of_two_decisions_both_count(desk: ServiceDesk) -> None:
    member, root = desk.open_case(), desk.open_case()
    desks = [ServiceDesk(desk.database, desk.clock) for _ in range(3)]
    acts = (c.MergeCase(case_id=member, into_case_id=root), money(member, 300), money(root, 4800))
    start = Barrier(3)

    def go(place: int) -> c.Verdict:
        envelope = desks[place].envelope(acts[place])
        start.wait()
        [verdict] = desks[place].send(envelope)
        return verdict

    with ThreadPoolExecutor(3) as pool:
        verdicts = list(pool.map(go, range(3)))
    done(verdicts[0])
    # Before the merge each stood for itself; who came after it was judged on both.
    asked = [one for one in verdicts[1:] if isinstance(one, c.NeedsApproval)]
    assert len(asked) <= 1
    assert all(isinstance(one, c.NeedsApproval | c.Scheduled) for one in verdicts[1:])
    more, expected = 1 if not asked else 201, "NeedsApproval"
    if verdicts[2] in asked:
        more, expected = 100, "Scheduled"
    for case_id in (member, root):
        assert type(desk.give(money(case_id, more))).__name__ == expected


def test_a_decision_of_a_merged_case_is_kept_by_its_own_id(desk: ServiceDesk) -> None:
    member, root = pair(desk)
    [kept] = desk.database.read(TENANT, lambda tx: tx.decisions_of(member))
    found = desk.database.read(TENANT, lambda tx: tx.get(DecisionRecord, kept.decision_id))
    assert found is not None
    assert found.case_id == member
    assert desk.database.read(TENANT, lambda tx: tx.decisions_of(root)) == ()
