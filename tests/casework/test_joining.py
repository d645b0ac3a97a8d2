"""Cases linked, merged and split: taken back they are as before, and nobody who waits leaves the queue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from tests.casework.acting import HOUR, MINUTE, answer, at
from tests.casework.builders import CASE_ID, CUSTOMER, LEAD, NOW, given, inbound, new_case, new_id
from workstation.casework.case import Case
from workstation.casework.case_state import CaseState, with_, with_case
from workstation.casework.decision import MakePromise
from workstation.casework.errors import RuleViolation
from workstation.casework.joining import followed
from workstation.casework.message import Message
from workstation.casework.projection import (
    apply,
    changed,
    delivered,
    opened,
    received,
    settled,
    undelivered,
)
from workstation.casework.wire import commands as c

SECOND = new_id("second")
THIRD = new_id("third")
MERGE = c.MergeCase(case_id=SECOND, into_case_id=CASE_ID)
UNMERGE = c.UnmergeCase(case_id=SECOND)


def mail(name: str, minutes: float, case_id: str = CASE_ID, **more: object) -> Message:
    return with_(inbound(f"Text {name}", NOW + minutes * MINUTE, name), case_id=case_id, **more)


def second(minutes: float = 30, number: int = 48214, case_id: str = SECOND) -> CaseState:
    message = mail(f"in-{number}", minutes, case_id)
    return opened(message, given(NOW + minutes * MINUTE, number=number), team_id="team1", customer=CUSTOMER)


def merged(source: CaseState, target: CaseState, minutes: float = 40) -> tuple[CaseState, CaseState]:
    """Return source and target after the merge."""
    return pair(apply(with_(source, other=target), MERGE, at(minutes, command_id=new_id("merge"))))


def unmerged(source: CaseState, target: CaseState, minutes: float = 50) -> tuple[CaseState, CaseState]:
    return pair(apply(with_(source, other=target), UNMERGE, at(minutes, command_id=new_id("unmerge"))))


def pair(state: CaseState) -> tuple[CaseState, CaseState]:
    assert state.other is not None
    return with_(state, other=None), state.other


def without_lines(state: CaseState) -> CaseState:
    """Return a case but for the notes of what was done to it: the lines, and what it was taken apart from."""
    if state.case is not None:
        state = with_case(state, taken_apart=())
    return with_(state, messages=tuple(item for item in state.messages if item.kind != "system"))


def refused(code: str, state: CaseState, body: c.Body) -> None:
    with pytest.raises(RuleViolation) as caught:
        apply(state, body, at(45, command_id=new_id("odd")))
    assert caught.value.code == code


def test_a_link_is_on_both_sides_and_is_taken_back() -> None:
    state = with_(second(), other=new_case())
    one, two = pair(
        apply(state, c.LinkCases(case_id=SECOND, other_case_id=CASE_ID), at(40, command_id="link"))
    )
    assert one.the_case.related_case_ids == (CASE_ID,)
    assert two.the_case.related_case_ids == (SECOND,)
    assert one.messages[-1].params["number"] == "48213"
    again = apply(
        with_(one, other=two), c.LinkCases(case_id=SECOND, other_case_id=CASE_ID), at(41, command_id="again")
    )
    assert pair(again) == (one, two)
    off = c.UnlinkCases(case_id=SECOND, other_case_id=CASE_ID)
    one, two = pair(apply(with_(one, other=two), off, at(42, command_id="off")))
    assert without_lines(one) == without_lines(second())
    assert without_lines(two) == without_lines(new_case())


def test_the_target_waits_since_the_earlier_question() -> None:
    early, late = new_case(), second(30)
    source, target = merged(late, early)
    assert source.the_case.merged_into == CASE_ID
    assert source.the_case.due is None
    assert target.the_case.waits_since == NOW
    # The other way round: the target is the later one, and takes over the earlier time.
    body = c.MergeCase(case_id=CASE_ID, into_case_id=SECOND)
    _, other = pair(apply(with_(early, other=late), body, at(40)))
    assert other.the_case.waits_since == NOW
    assert other.the_case.due == early.the_case.due


def test_taking_a_merge_back_restores_both() -> None:
    source, target = unmerged(*merged(second(), new_case()))
    assert without_lines(source) == without_lines(second())
    assert without_lines(target) == without_lines(new_case())


def test_messages_written_since_stay_where_they_were_written() -> None:
    source, target = merged(second(), new_case())
    target = received(target, mail("later", 45), at(45))
    source, target = unmerged(source, target)
    assert target.message(new_id("later")) is not None
    assert source.message(new_id("later")) is None
    assert target.the_case.last_inbound_id == new_id("later")
    assert without_lines(source) == without_lines(second())


def test_an_answer_in_the_common_conversation_answers_both_until_it_comes_back() -> None:
    _, target = merged(second(30), new_case())
    target = apply(target, answer(), at(50))
    target = delivered(target, answer().message_id, at(51))
    assert target.the_case.waits_since is None
    target = undelivered(target, answer().message_id, "mail.bounced", at(60), delivery="bounced")
    assert target.the_case.waits_since == NOW
    assert target.the_case.due is not None
    assert target.the_case.due.kind == "undelivered"


def test_an_answer_from_before_the_merge_answers_only_its_own_case() -> None:
    first = delivered(apply(new_case(), answer(), at(35)), answer().message_id, at(36))
    assert first.the_case.status == "waiting"
    source, target = merged(second(30), first)
    assert target.the_case.waits_since == NOW + 30 * MINUTE
    assert target.the_case.shown_status == "open"
    source, target = unmerged(source, target)
    assert target.the_case.shown_status == "waiting"
    assert without_lines(target) == without_lines(first)


def test_a_solved_case_is_back_in_the_queue_while_what_was_merged_asks_for_somebody() -> None:
    done = apply(new_case(), c.SolveCase(case_id=CASE_ID, without_answer="thanks"), at(20))
    _, target = merged(second(30), done)
    assert target.the_case.status == "solved"
    assert target.the_case.shown_status == "open"
    with pytest.raises(RuleViolation, match=r"case\.unanswered"):
        apply(target, c.SolveCase(case_id=CASE_ID), at(50))
    closed = apply(target, c.SolveCase(case_id=CASE_ID, without_answer="answered_elsewhere"), at(51))
    assert closed.the_case.shown_status == "solved"
    assert closed.the_case.waits_since is None


def test_promises_of_the_merged_case_are_due_in_the_target() -> None:
    step = MakePromise(
        what="call_back", due_at=NOW + 2 * HOUR, promise_id=new_id("promise"), owner_id="p-lisa"
    )
    body = c.Decide(case_id=SECOND, customer_id="c1", steps=(step,))
    promising = apply(second(30), body, at(35, command_id=new_id("d"), decision_state="scheduled"))
    source, target = merged(promising, new_case())
    target = apply(target, c.SolveCase(case_id=CASE_ID, without_answer="thanks"), at(50))
    assert target.the_case.due is not None
    assert target.the_case.due.kind == "promise"
    kept = apply(source, c.KeepPromise(case_id=SECOND, promise_id=new_id("promise")), at(60))
    root = followed(target.the_case, source.the_case, kept, at(60))
    assert settled(with_(target, case=root), at(60)).the_case.due is None


def test_a_failed_answer_of_the_merged_case_puts_the_target_on_top() -> None:
    body = answer(case_id=SECOND, message_id=new_id("late"), seen_inbound_id=new_id("in-48214"))
    source, target = merged(apply(second(30), body, at(35)), new_case())
    failed = undelivered(source, new_id("late"), "mail.refused", at(60))
    root = followed(target.the_case, source.the_case, failed, at(60))
    root = settled(with_(target, case=root), at(60)).the_case
    assert root.due is not None
    assert root.due.kind == "undelivered"
    assert root.shown_status == "open"


def test_what_may_not_be_merged() -> None:
    stranger = with_case(second(), customer_id="c2", customer_name="Otto Otten")
    refused("case.merge_other_customer", with_(stranger, other=new_case()), MERGE)
    refused("case.joined_with_itself", with_(second(), other=second()), MERGE)
    refused("case.unknown", second(), MERGE)
    refused("case.not_merged", with_(second(), other=new_case()), UNMERGE)
    spam = apply(second(), c.MarkNoCase(case_id=SECOND), at(40))
    refused("case.merge_no_case", with_(spam, other=new_case()), MERGE)
    source, target = merged(second(), new_case())
    third = second(35, 48215, THIRD)
    refused("case.already_merged", with_(source, other=third), MERGE)
    refused(
        "case.merge_has_merged", with_(target, other=third), c.MergeCase(case_id=CASE_ID, into_case_id=THIRD)
    )
    refused(
        "case.merge_into_merged", with_(third, other=source), c.MergeCase(case_id=THIRD, into_case_id=SECOND)
    )
    refused("case.tie_joined", target, c.TieCase(case_id=CASE_ID, is_untied=True))


def test_a_case_without_a_customer_gets_the_one_of_what_was_merged_and_loses_it_again() -> None:
    unknown = with_(with_case(new_case(), customer_id="", customer_name="post@x.example"), customer=None)
    source, target = merged(second(), unknown)
    assert target.the_case.customer_id == "c1"
    source, target = unmerged(source, target)
    assert without_lines(target) == without_lines(unknown)


def test_the_merged_case_goes_to_the_team_of_the_target_and_back() -> None:
    other = with_case(second(), team_id="team2")
    source, target = pair(apply(with_(other, other=new_case()), MERGE, at(40, LEAD)))
    assert source.the_case.team_id == "team1"
    source, target = unmerged(source, target)
    assert without_lines(source) == without_lines(other)


def test_split_messages_get_a_case_of_their_own_that_waits() -> None:
    state = received(new_case(), mail("other-matter", 20), at(20))
    body = c.SplitCase(
        case_id=CASE_ID, new_case_id=SECOND, message_ids=(new_id("other-matter"),), subject="Gutschein"
    )
    origin, new = pair(apply(state, body, at(30, number=48300, command_id="split")))
    assert new.the_case.number == 48300
    assert new.the_case.subject == "Gutschein"
    assert new.the_case.waits_since == NOW + 20 * MINUTE
    assert [item.case_id for item in new.messages] == [SECOND, SECOND]
    assert origin.the_case.waits_since == NOW
    assert origin.the_case.last_inbound_id == new_id("in1")
    assert origin.the_case.related_case_ids == (SECOND,)
    assert new.the_case.related_case_ids == (CASE_ID,)
    moved = [item for item in changed(state, with_(origin, other=new)) if isinstance(item, Message)]
    assert [item.case_id for item in moved if item.kind == "inbound"] == [SECOND]
    assert pair(apply(with_(origin, other=new), body, at(31, command_id="again"))) == (origin, new)


def test_what_may_not_be_split() -> None:
    state = received(new_case(), mail("b", 20), at(20))

    def splits(*message_ids: str, case_id: str = SECOND) -> c.SplitCase:
        return c.SplitCase(case_id=CASE_ID, new_case_id=case_id, message_ids=message_ids, subject="")

    refused("case.split_all", state, splits(new_id("in1"), new_id("b")))
    refused("case.split_unknown_message", state, splits())
    refused("case.split_unknown_message", state, splits(new_id("nothing")))
    refused("case.joined_with_itself", state, splits(new_id("b"), case_id=CASE_ID))
    flying = apply(state, answer(seen_inbound_id=new_id("b")), at(25))
    refused("case.split_on_its_way", flying, splits(answer().message_id))
    refused("case.split_id_taken", with_(state, other=second()), splits(new_id("b")))


EVENTS = st.lists(
    st.sampled_from(("mail", "answer", "call", "solve", "snooze", "reopen", "promise", "bounce", "note")),
    max_size=8,
)


def after(state: CaseState, events: list[str], start: int) -> CaseState:
    """Return ``state`` after the events, a minute apart; what the rules refuse is left out."""
    case_id = state.the_case.case_id
    for index, event in enumerate(events):
        when, name = start + index, f"{case_id}/{start}/{index}"
        try:
            state = _after(state, event, name, when)
        except RuleViolation:
            continue
    return state


def _after(state: CaseState, event: str, name: str, when: int) -> CaseState:
    case_id, now = state.the_case.case_id, at(when, command_id=new_id(name))
    if event == "mail":
        return received(state, mail(name, when, case_id), now)
    if event == "answer":
        body = answer(
            case_id=case_id, message_id=new_id(name), seen_inbound_id=state.the_case.last_inbound_id
        )
        return delivered(apply(state, with_(body, is_forced=True), now), new_id(name), now)
    if event == "bounce":
        sent = next((item for item in reversed(state.messages) if item.kind == "outbound"), None)
        if sent is None:
            return state
        return undelivered(state, sent.message_id, "mail.bounced", now, delivery="bounced")
    if event == "promise":
        step = MakePromise(
            what="answer",
            due_at=now.at + timedelta(hours=4),
            promise_id=new_id("promise", name),
            owner_id="p-lisa",
        )
        body_ = c.Decide(case_id=case_id, customer_id="c1", steps=(step,))
        return apply(state, body_, with_(now, decision_state="scheduled"))
    bodies: dict[str, c.Body] = {
        "call": c.LogCall(case_id=case_id, message_id=new_id(name), text="ok", direction="in"),
        "solve": c.SolveCase(case_id=case_id, without_answer="thanks"),
        "snooze": c.SnoozeCase(case_id=case_id, until=now.at + HOUR),
        "reopen": c.ReopenCase(case_id=case_id),
        "note": c.AddNote(case_id=case_id, message_id=new_id(name), text="Notiz"),
    }
    return apply(state, bodies[event], now)


def is_in_queue(case: Case) -> bool:
    """As the desk's queue decides it: in sight while it is open, or while something urgent is due."""
    if case.merged_into or case.status == "no_case":
        return False
    urgent = case.due is not None and case.due.kind in ("undelivered", "promise")
    return case.shown_status != "solved" or urgent


@example(EVENTS, EVENTS)
def test_merge_and_back_restores_whatever_happened_before(first: list[str], other: list[str]) -> None:
    target, source = after(new_case(), first, 1), after(second(0.5), other, 2)
    source_after, target_after = unmerged(*merged(source, target))
    assert without_lines(source_after) == without_lines(source)
    assert without_lines(target_after) == without_lines(target)


@example(EVENTS, EVENTS, EVENTS)
def test_each_side_goes_on_as_if_never_merged(first: list[str], other: list[str], then: list[str]) -> None:
    target, source = after(new_case(), first, 1), after(second(0.5), other, 2)
    source_in, target_in = merged(source, target, 40)
    source_out, target_out = unmerged(source_in, after(target_in, then, 45), 59)
    assert without_lines(source_out) == without_lines(source)
    alone = after(target, then, 45)
    assert _lasting(target_out) == _lasting(alone) or "solve" in then


def _lasting(state: CaseState) -> tuple[object, ...]:
    """What does not hang on refusals: solving is refused while the other one waits."""
    case = state.the_case
    return case.waiting_since, case.last_answer_at, case.has_undelivered, case.last_inbound_id


@example(EVENTS, EVENTS)
def test_who_waits_is_in_the_queue_after_a_merge(first: list[str], other: list[str]) -> None:
    target, source = after(new_case(), first, 1), after(second(0.5), other, 2)
    _, target_in = merged(source, target)
    for case in (source.the_case, target.the_case):
        if is_in_queue(case) and case.status != "snoozed":
            assert is_in_queue(target_in.the_case)
        if case.due is not None and case.due.kind != "snooze" and case.waits_since is None:
            assert target_in.the_case.due is not None
            assert target_in.the_case.due.at <= case.due.at
        if case.waits_since is not None:
            assert target_in.the_case.waits_since is not None
            assert target_in.the_case.waits_since <= case.waits_since


@example(EVENTS, st.sets(st.integers(0, 9)))
def test_split_and_merged_back_shows_and_owes_the_same(events: list[str], picks: set[int]) -> None:
    state = after(received(new_case(), mail("b", 0.5), at(0.5)), events, 1)
    movable = [item for item in state.messages if item.kind != "system"]
    chosen = tuple(item.message_id for index, item in enumerate(movable) if index in picks)
    body = c.SplitCase(case_id=CASE_ID, new_case_id=SECOND, message_ids=chosen, subject="")
    try:
        origin, new = pair(apply(state, body, at(40, command_id=new_id("split"))))
    except RuleViolation as violation:
        assert violation.code in ("case.split_all", "case.split_unknown_message")
        return
    shown = {item.message_id for item in (*origin.messages, *new.messages) if item.kind != "system"}
    assert shown == {item.message_id for item in movable}
    if state.the_case.waits_since is not None:
        waits = [case.waits_since for case in (origin.the_case, new.the_case) if case.waits_since]
        assert min(waits, default=None) == state.the_case.waits_since
    back = c.MergeCase(case_id=SECOND, into_case_id=CASE_ID)
    _, again = pair(apply(with_(new, other=origin), back, at(41, command_id=new_id("back"))))
    assert again.the_case.waits_since == state.the_case.waits_since
