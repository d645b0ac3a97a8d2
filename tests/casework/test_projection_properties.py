"""The projection under any order of events: sound, the same every time, and no clock lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given as example
from hypothesis import strategies as st

from tests.casework.acting import HOUR, answer
from tests.casework.builders import (
    AGENT,
    CASE_ID,
    LEAD,
    NOW,
    PAYMENT,
    bowl_refund,
    given,
    inbound,
    new_case,
    new_id,
)
from workstation.casework.case import Act, CaseStatus, moved
from workstation.casework.case_state import CaseState
from workstation.casework.decision import (
    Decision,
    GoodwillVoucher,
    MakePromise,
    RefundShipping,
    Replacement,
    Reverse,
    kind_of,
)
from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money
from workstation.casework.projection import (
    apply,
    changed,
    delivered,
    received,
    step_changed,
    undelivered,
    woke,
)
from workstation.casework.records import LineQuantity
from workstation.casework.remaining import refundable
from workstation.casework.wire import commands as c

# -- properties

STATUSES: tuple[CaseStatus, ...] = ("open", "waiting", "snoozed", "solved", "no_case")
ACTS: tuple[Act, ...] = ("inbound", "answer", "snooze", "wake", "solve", "reopen", "no_case", "is_case")


def test_every_move_is_legal_or_says_so() -> None:
    for status in STATUSES:
        for act in ACTS:
            try:
                assert moved(status, act) in STATUSES
            except RuleViolation as violation:
                assert violation.code == "case.illegal_move"


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(
            (
                "inbound",
                "auto",
                "answer",
                "deliver",
                "bounce",
                "fail",
                "note",
                "call",
                "missed",
                "snooze",
                "wake",
                "solve",
                "reopen",
                "no_case",
                "is_case",
                "decide",
                "undo",
                "book",
                "break",
                "cancel",
                "promise",
                "keep",
                "assign",
            )
        ),
        st.integers(0, 3),
        st.integers(1, 600),
    ),
    max_size=14,
)


KINDS: tuple[Decision, ...] = (
    bowl_refund(),
    RefundShipping(order_id="o1", payment_id="pay1", amount=Money(490)),
    GoodwillVoucher(customer_id="c1", amount=Money(1000)),
    Replacement(order_id="o1", lines=(LineQuantity("l-bowl", 1),), value=Money(2490)),
)


def _undone(number: int) -> Reverse:
    """Take back the first step of the decision with the next number."""
    other = (number + 1) % len(KINDS)
    return Reverse(decision_id=_decided(other), step=0, undoes=kind_of(KINDS[other]))


def _decided(number: int) -> str:
    return new_id("dec", number)


def _step(state: CaseState, event: str, number: int, when: datetime) -> CaseState:
    """Return ``state`` after one event; what a rule refuses leaves it as it was."""
    told = given(when, (AGENT, LEAD)[number % 2], command_id=_decided(number), decision_state="scheduled")
    mail = new_id("out", number)
    waits = _decided(number) if state.decision(_decided(number)) else ""
    bodies: dict[str, c.Body] = {
        "answer": answer(message_id=mail, is_forced=True, waits_for=waits, solves=number == 3),
        "note": c.AddNote(case_id=CASE_ID, message_id=new_id("note", number), text="x"),
        "call": c.LogCall(case_id=CASE_ID, message_id=new_id("call", number), text="x", direction="in"),
        "missed": c.LogCall(
            case_id=CASE_ID, message_id=new_id("missed", number), text="x", direction="out", is_reached=False
        ),
        "snooze": c.SnoozeCase(case_id=CASE_ID, until=when + HOUR),
        "solve": c.SolveCase(case_id=CASE_ID, without_answer=("", "thanks")[number % 2]),
        "reopen": c.ReopenCase(case_id=CASE_ID),
        "no_case": c.MarkNoCase(case_id=CASE_ID),
        "is_case": c.MarkIsCase(case_id=CASE_ID),
        "decide": c.Decide(case_id=CASE_ID, customer_id="c1", steps=(KINDS[number],)),
        "undo": c.Decide(case_id=CASE_ID, customer_id="c1", steps=(_undone(number),)),
        "cancel": c.CancelDecision(case_id=CASE_ID, decision_id=_decided(number)),
        "promise": c.Decide(
            case_id=CASE_ID,
            customer_id="c1",
            steps=(MakePromise(what="answer", due_at=when + HOUR, promise_id=new_id("pr", number)),),
        ),
        "keep": c.KeepPromise(case_id=CASE_ID, promise_id=new_id("pr", number)),
        "assign": c.AssignCase(case_id=CASE_ID, person_id=LEAD.person_id),
    }
    if event in bodies:
        return apply(state, bodies[event], told)
    match event:
        case "inbound" | "auto":
            return received(
                state, inbound("x", when, f"{event}{number}", is_auto_reply=event == "auto"), told
            )
        case "deliver":
            return delivered(state, mail, told)
        case "bounce" | "fail":
            return undelivered(
                state, mail, "x.y", told, delivery="bounced" if event == "bounce" else "failed"
            )
        case "book" | "break":
            if state.decision(_decided(number)) is None:
                return state
            return step_changed(state, _decided(number), 0, "booked" if event == "book" else "failed", told)
        case _:
            return woke(state, told)


def play(events: list[tuple[str, int, int]], upto: list[CaseState] | None = None) -> CaseState:
    state, when = new_case(), NOW
    for event, number, minutes in events:
        when += timedelta(minutes=minutes)
        before = state
        try:
            state = _step(state, event, number, when)
        except RuleViolation:
            assert state is before
        if upto is not None:
            upto.append(state)
    return state


@example(EVENTS)
def test_playing_the_same_events_gives_the_same_case(events: list[tuple[str, int, int]]) -> None:
    assert play(events) == play(events)


@example(EVENTS)
def test_whatever_happens_the_case_stays_sound(events: list[tuple[str, int, int]]) -> None:
    states: list[CaseState] = []
    play(events, states)
    for state in states:
        now = state.the_case
        assert now.status in STATUSES
        assert (now.due is None) if now.status == "no_case" else True
        if now.waiting_since is not None and now.status != "no_case":
            assert now.due is not None, "who waits has a due time"
        if any(promise.state == "open" for promise in state.promises) and now.status != "no_case":
            assert now.due is not None
        if now.status == "snoozed":
            assert now.snoozed_until is not None
        ids = [message.message_id for message in state.messages]
        assert len(ids) == len(set(ids))
        for message in state.messages:
            waits = state.decision(message.waits_for) if message.waits_for else None
            if waits is not None and waits.state == "failed":
                assert message.delivery not in ("queued", "waiting_booking"), "no words without money"


@example(EVENTS)
def test_what_was_taken_back_stays_so_and_frees_what_it_took(events: list[tuple[str, int, int]]) -> None:
    states: list[CaseState] = [new_case()]
    play(events, states)
    for before, after in pairwise(states):
        for record in after.decisions:
            was = before.decision(record.decision_id)
            if was is not None and was.steps[0].state == "reversed":
                assert record.steps[0].state == "reversed"
        taken_back = {
            step.decision.decision_id
            for record in after.decisions
            for step in record.steps
            if isinstance(step.decision, Reverse) and step.state == "booked"
        }
        reversed_ids = {r.decision_id for r in after.decisions if r.steps[0].state == "reversed"}
        assert reversed_ids <= taken_back
        assert Money(0) <= refundable(PAYMENT, after.decisions) <= PAYMENT.captured
        counted = [r for r in after.decisions if r.decision_id not in reversed_ids]
        assert refundable(PAYMENT, after.decisions) == refundable(PAYMENT, counted)


@example(EVENTS)
def test_only_a_persons_answer_or_word_ends_the_waiting(events: list[tuple[str, int, int]]) -> None:
    states: list[CaseState] = [new_case()]
    play(events, states)
    for (event, _, _), before, after in zip(events, states, states[1:], strict=False):
        if before.the_case.waiting_since is not None and after.the_case.waiting_since is None:
            assert event in ("deliver", "call", "solve")
        if event in ("auto", "note", "missed", "snooze", "wake", "assign", "decide", "promise"):
            assert after.the_case.waiting_since == before.the_case.waiting_since


@example(EVENTS, EVENTS)
def test_what_changed_is_named_and_nothing_else(
    first: list[tuple[str, int, int]], more: list[tuple[str, int, int]]
) -> None:
    before, after = play(first), play(first + more)
    assert changed(after, after) == ()
    named = changed(before, after)
    patched = {type(entity) for entity in named}
    if before.case == after.case:
        assert type(after.case) not in patched
    for message in after.messages:
        assert (message in named) == (message not in before.messages)
    for record in after.decisions:
        assert (record in named) == (record not in before.decisions)


@example(EVENTS)
def test_replaying_the_desks_own_commands_over_the_hubs_result_changes_no_message(
    events: list[tuple[str, int, int]],
) -> None:
    """An answer or note that has already come back from the hub is not added a second time."""
    state = play(events)
    again = state
    for event, number, _ in events:
        if event in ("answer", "note", "call", "missed", "decide", "undo", "promise"):
            try:
                again = _step(again, event, number, NOW + timedelta(days=30))
            except RuleViolation:
                continue
    assert [m.message_id for m in again.messages][: len(state.messages)] == [
        m.message_id for m in state.messages
    ]
    assert len({m.message_id for m in again.messages}) == len(again.messages)
    assert len({r.decision_id for r in again.decisions}) == len(again.decisions)
