"""The projection: legal moves only, the same result every time, and a clock only a person's answer stops."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from tests.casework.builders import (
    AGENT,
    CASE_ID,
    CUSTOMER,
    LEAD,
    NOW,
    bowl_refund,
    facts,
    given,
    inbound,
    new_case,
    new_id,
)
from workstation.casework.approval import Approval
from workstation.casework.case import Act, CaseStatus, Due, moved
from workstation.casework.case_state import CaseState, Given
from workstation.casework.customer import Identity
from workstation.casework.decision import MakePromise, Replacement
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Fact, Message
from workstation.casework.money import Money
from workstation.casework.projection import (
    apply,
    changed,
    delivered,
    received,
    sending,
    step_changed,
    undelivered,
    woke,
)
from workstation.casework.proposals import propose
from workstation.casework.records import LineQuantity
from workstation.casework.wire import commands as c
from workstation.system.texts import load_texts

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ANSWER = new_id("answer")
DECISION = new_id("decision")


def at(minutes: float, person: object = AGENT, **more: object) -> Given:
    return given(NOW + timedelta(minutes=minutes), person, **more)  # type: ignore[arg-type]


def answer(**more: object) -> c.SendMessage:
    values: dict[str, object] = {
        "case_id": CASE_ID,
        "message_id": ANSWER,
        "text": "Guten Tag, wir kümmern uns.",
        "to": ("anna.bergmann@posteo.example",),
        "seen_inbound_id": new_id("in1"),
        **more,
    }
    return c.SendMessage(**values)  # type: ignore[arg-type]


def refused(code: str, state: CaseState, body: c.Body, when: Given | None = None) -> RuleViolation:
    with pytest.raises(RuleViolation) as caught:
        apply(state, body, when or at(5))
    assert caught.value.code == code
    return caught.value


def decide(state: CaseState, *steps: object, minutes: float = 3, **more: object) -> CaseState:
    body = c.Decide(case_id=CASE_ID, customer_id="c1", steps=steps)  # type: ignore[arg-type]
    return apply(state, body, at(minutes, command_id=DECISION, **{"decision_state": "scheduled", **more}))


def case(state: CaseState) -> object:
    return state.the_case


# -- the main job: decide, write, book, deliver


def booked_bowl() -> CaseState:
    first = propose(facts(), load_texts().topics)[0]
    state = decide(new_case(), *first.steps)
    body = answer(
        text="{amount} angewiesen, Gutschrift {credit_note_no}",
        facts=(Fact(slot="amount", value="24,90 €"), Fact(slot="credit_note_no")),
        waits_for=DECISION,
        solves=True,
        follow_up_at=NOW + timedelta(days=3),
    )
    return apply(state, body, at(4))


def test_the_broken_bowl_from_the_mail_to_the_delivered_answer() -> None:
    state = new_case()
    assert state.the_case.number == 48213
    assert state.the_case.due == Due(NOW + HOUR, "first_response")
    state = booked_bowl()
    message = state.message(ANSWER)
    assert message is not None and message.delivery == "waiting_booking"
    assert message.in_reply_to == ("in1@posteo.example",) and message.subject == "Re: Schale kaputt"
    assert state.the_case.due == Due(NOW + HOUR, "first_response"), "written is not answered"
    assert state.the_case.assignee_id == AGENT.person_id
    state = step_changed(state, DECISION, 0, "running", at(5))
    assert state.decisions[0].state == "booking"
    state = step_changed(state, DECISION, 0, "booked", at(5), result={"credit_note_no": "G-1"})
    assert state.message(ANSWER).delivery == "waiting_booking"  # type: ignore[union-attr]
    state = step_changed(state, DECISION, 1, "booked", at(6), result={"return_no": "R-1"})
    assert state.decisions[0].state == "booked" and state.decisions[0].booked_at == NOW + 6 * MINUTE
    assert state.message(ANSWER).delivery == "queued"  # type: ignore[union-attr]
    state = sending(state, ANSWER, "sending", at(7))
    assert state.the_case.waiting_since == NOW
    state = delivered(state, ANSWER, at(7), rfc_message_id="x@lindner.example", rendered="24,90 €, G-1")
    now = state.the_case
    assert (now.status, now.waiting_since, now.first_response_at) == ("solved", None, NOW + 7 * MINUTE)
    assert now.due == Due(NOW + timedelta(days=3), "follow_up")
    assert delivered(state, ANSWER, at(9)) == state, "told twice is told once"


def test_a_failed_booking_holds_the_reply_back_and_reopens() -> None:
    state = step_changed(booked_bowl(), DECISION, 0, "failed", at(5), failure="refund.nothing")
    assert state.decisions[0].state == "failed" and state.decisions[0].code == "refund.nothing"
    assert [step.state for step in state.decisions[0].steps] == ["failed", "stopped"]
    message = state.message(ANSWER)
    assert (
        message is not None and message.delivery == "held_back" and message.delivery_code == "refund.nothing"
    )
    assert state.the_case.status == "open" and state.the_case.due is not None
    assert state.the_case.due.kind == "undelivered"
    assert state.the_case.waiting_since == NOW
    # a step that was booked before is not undone
    half = step_changed(booked_bowl(), DECISION, 0, "booked", at(5))
    half = step_changed(half, DECISION, 1, "failed", at(6), failure="x.y")
    assert [step.state for step in half.decisions[0].steps] == ["booked", "failed"]


def test_taking_a_decision_back_returns_the_reply() -> None:
    cancel = c.CancelDecision(case_id=CASE_ID, decision_id=DECISION)
    state = apply(booked_bowl(), cancel, at(5))
    assert state.decisions[0].state == "cancelled"
    assert state.message(ANSWER).delivery == "held_back"  # type: ignore[union-attr]
    assert apply(state, cancel, at(6)) == state
    late = step_changed(booked_bowl(), DECISION, 0, "running", at(5))
    refused("decision.too_late", late, cancel)
    refused("decision.unknown", new_case(), cancel)


def test_an_approval_holds_the_case_and_is_withdrawn_with_its_decision() -> None:
    approval = Approval(
        approval_id=new_id("approval"),
        decision_id=DECISION,
        case_id=CASE_ID,
        customer_id="c1",
        asked_by=AGENT.person_id,
        asked_at=NOW,
        steps=(bowl_refund(),),
        amount=Money(2490),
        due_at=NOW + 30 * MINUTE,
    )
    state = decide(
        new_case(),
        bowl_refund(),
        decision_state="needs_approval",
        approval=approval,
        code="limit.per_decision",
    )
    assert state.the_case.is_held_for_approval
    assert state.the_case.due == Due(NOW + 30 * MINUTE, "approval")
    assert state.decisions[0].approval_id == approval.approval_id
    state = apply(state, c.CancelDecision(case_id=CASE_ID, decision_id=DECISION), at(5))
    assert state.approvals[0].state == "withdrawn" and not state.the_case.is_held_for_approval


def test_what_cannot_be_decided() -> None:
    state = new_case()
    when = at(5, command_id=DECISION)
    again = Replacement(order_id="o1", lines=(LineQuantity("l-bowl", 1),), value=Money(1))
    refused(
        "decision.not_executable", state, c.Decide(case_id=CASE_ID, customer_id="c1", steps=(again,)), when
    )
    refused("decision.empty", state, c.Decide(case_id=CASE_ID, customer_id="c1", steps=()), when)
    refused(
        "decision.other_customer",
        state,
        c.Decide(case_id=CASE_ID, customer_id="c2", steps=(bowl_refund(),)),
        when,
    )
    refused("id.malformed", state, c.Decide(case_id=CASE_ID, customer_id="c1", steps=(bowl_refund(),)))
    with pytest.raises(RuleViolation, match="step_unknown"):
        step_changed(decide(state, bowl_refund()), DECISION, 1, "booked", at(5))
    with pytest.raises(RuleViolation, match=r"decision\.unknown"):
        step_changed(state, DECISION, 0, "booked", at(5))


# -- promises


def promised(minutes: float = 90) -> CaseState:
    step = MakePromise(
        what="call_back", due_at=NOW + timedelta(minutes=minutes), promise_id=new_id("promise")
    )
    return decide(new_case(), step)


def test_a_promise_is_made_kept_and_outlives_the_answer() -> None:
    state = promised()
    assert state.promises[0].owner_id == AGENT.person_id and state.decisions[0].state == "booked"
    state = delivered(apply(state, answer(solves=True), at(5)), ANSWER, at(6))
    assert state.the_case.status == "solved" and state.the_case.due == Due(
        NOW + 90 * MINUTE, "promise", "call_back"
    )
    keep = c.KeepPromise(case_id=CASE_ID, promise_id=state.promises[0].promise_id)
    kept = apply(state, keep, at(80))
    assert kept.promises[0].is_kept_in_time is True and kept.the_case.due is None
    assert apply(kept, keep, at(90)) == kept
    late = apply(state, keep, at(91))
    assert late.promises[0].is_kept_in_time is False
    taken = apply(state, c.WithdrawPromise(case_id=CASE_ID, promise_id=state.promises[0].promise_id), at(7))
    assert taken.promises[0].state == "withdrawn"
    refused("promise.not_open", taken, keep)
    refused("promise.unknown", state, c.KeepPromise(case_id=CASE_ID, promise_id="x"))


def test_a_promise_waiting_for_approval_is_none_yet() -> None:
    step = MakePromise(what="answer", due_at=NOW + HOUR, promise_id=new_id("promise"))
    assert decide(new_case(), step, decision_state="needs_approval").promises == ()
    mixed = decide(new_case(), bowl_refund(), step)
    assert mixed.promises == ()
    mixed = step_changed(step_changed(mixed, DECISION, 0, "booked", at(4)), DECISION, 1, "booked", at(5))
    assert len(mixed.promises) == 1 and mixed.decisions[0].state == "booked"


# -- answers and the clock


def test_an_auto_reply_or_a_rules_text_never_stops_or_starts_a_clock() -> None:
    state = new_case()
    before = state.the_case
    auto = received(state, inbound("bin im Urlaub", NOW + MINUTE, "auto", is_auto_reply=True), at(1))
    assert (auto.the_case.due, auto.the_case.last_inbound_id) == (before.due, before.last_inbound_id)
    rule = Message(
        message_id=new_id("rule"), case_id=CASE_ID, kind="outbound", at=NOW, author_id="rule:parcel-watch"
    )
    sent = delivered(msgspec.structs.replace(state, messages=(*state.messages, rule)), rule.message_id, at(2))
    assert sent.the_case == before
    solved = delivered(apply(state, answer(solves=True), at(3)), ANSWER, at(4))
    quiet = received(solved, inbound("bin im Urlaub", NOW + HOUR, "auto", is_auto_reply=True), at(60))
    assert quiet.the_case.status == "solved" and quiet.the_case.waiting_since is None
    bounce = received(solved, inbound("Undelivered", NOW + HOUR, "bounce", is_bounce=True), at(60))
    assert bounce.the_case.status == "solved"


def test_a_solved_case_reopens_when_the_customer_writes() -> None:
    solved = delivered(apply(new_case(), answer(solves=True), at(3)), ANSWER, at(4))
    state = received(solved, inbound("Danke, aber", NOW + HOUR, "in2"), at(60))
    assert (state.the_case.status, state.the_case.waiting_since) == ("open", NOW + HOUR)
    assert state.the_case.due is not None and state.the_case.due.kind == "next_response"
    assert state.the_case.solved_at is None and state.the_case.read_by == ()
    assert [line.code for line in state.messages if line.kind == "system"][-1] == "case.reopened_by_customer"


def test_an_answer_to_the_first_mail_does_not_answer_the_second() -> None:
    state = apply(new_case(), answer(), at(5))
    state = received(state, inbound("noch etwas", NOW + 6 * MINUTE, "in2"), at(6))
    state = delivered(state, ANSWER, at(7))
    assert state.the_case.waiting_since == NOW + 6 * MINUTE and state.the_case.status == "open"


def test_a_reply_that_did_not_arrive_is_no_answer() -> None:
    state = delivered(apply(new_case(), answer(), at(5)), ANSWER, at(6))
    assert state.the_case.status == "waiting" and state.the_case.due is None
    state = undelivered(state, ANSWER, "mail.no_such_mailbox", at(8), delivery="bounced")
    now = state.the_case
    assert (now.status, now.waiting_since, now.first_response_at, now.has_undelivered) == (
        "open",
        NOW,
        None,
        True,
    )
    assert now.due == Due(NOW + 5 * MINUTE, "undelivered")
    assert undelivered(state, ANSWER, "mail.no_such_mailbox", at(9), delivery="bounced") == state
    again = delivered(
        apply(state, answer(message_id=new_id("again"), seen_outbound_id=ANSWER), at(10)),
        new_id("again"),
        at(11),
    )
    assert again.the_case.due is None and not again.the_case.has_undelivered
    with pytest.raises(RuleViolation, match=r"message\.unknown"):
        delivered(state, new_id("in1"), at(9))


def test_only_a_call_that_was_taken_is_an_answer() -> None:
    call = c.LogCall(
        case_id=CASE_ID, message_id=new_id("call"), text="niemand da", direction="out", is_reached=False
    )
    missed = apply(new_case(), call, at(5))
    assert missed.the_case.waiting_since == NOW
    taken = apply(new_case(), msgspec.structs.replace(call, is_reached=True, duration_s=240), at(5))
    assert taken.the_case.waiting_since is None and taken.the_case.status == "waiting"
    refused("call.negative_duration", new_case(), msgspec.structs.replace(call, duration_s=-1))


# -- replies that are stopped


def test_a_stale_reply_is_stopped_and_may_be_forced() -> None:
    state = received(new_case(), inbound("noch etwas", NOW + MINUTE, "in2"), at(1))
    stopped = refused("reply.stale", state, answer())
    assert stopped.params["message_id"] == new_id("in2") and stopped.params["author"] == "Anna Bergmann"
    refused("reply.stale", state, answer(seen_inbound_id=""))
    assert apply(state, answer(is_forced=True), at(5)).message(ANSWER) is not None
    assert apply(state, answer(seen_inbound_id=new_id("in2")), at(5)).message(ANSWER) is not None


def test_a_colleagues_answer_stops_the_second_one() -> None:
    first = answer(message_id=new_id("jonas"))
    state = apply(new_case(), first, at(4, LEAD))
    stopped = refused("reply.stale", state, answer())
    assert stopped.params["author"] == LEAD.name
    seen = apply(state, answer(seen_outbound_id=new_id("jonas")), at(5))
    assert seen.message(ANSWER) is not None
    # one's own earlier answer never stops the next, nor one that never left
    more = answer(message_id=new_id("more"))
    assert apply(seen, more, at(6)).message(new_id("more")) is not None
    lost = undelivered(state, new_id("jonas"), "x.y", at(5))
    assert apply(lost, answer(), at(6)).message(ANSWER) is not None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": ()}, "reply.no_recipient"),
        ({"to": ("  ",)}, "reply.no_recipient"),
        ({"text": " \n"}, "reply.empty"),
        ({"text": "Nr. {credit_note_no}"}, "text.slot_without_fact"),
        ({"text": "{credit_note_no}", "facts": (Fact(slot="credit_note_no"),)}, "text.slot_without_fact"),
        ({"waits_for": DECISION}, "reply.decision_unknown"),
        ({"solves": True, "follow_up_at": NOW}, "case.follow_up_in_past"),
    ],
)
def test_a_reply_that_cannot_go(change: dict[str, object], code: str) -> None:
    refused(code, new_case(), answer(**change))


def test_a_reply_to_a_booking_that_will_not_come_is_stopped() -> None:
    failed = step_changed(decide(new_case(), bowl_refund()), DECISION, 0, "failed", at(4), failure="x.y")
    refused("reply.decision_not_booked", failed, answer(waits_for=DECISION))
    booked = step_changed(decide(new_case(), bowl_refund()), DECISION, 0, "booked", at(4))
    assert apply(booked, answer(waits_for=DECISION), at(5)).message(ANSWER).delivery == "queued"  # type: ignore[union-attr]


# -- moves


def test_nobody_is_left_without_an_answer() -> None:
    solve = c.SolveCase(case_id=CASE_ID)
    refused("case.unanswered", new_case(), solve)
    thanks = apply(new_case(), msgspec.structs.replace(solve, without_answer="thanks"), at(5))
    assert thanks.the_case.status == "solved" and thanks.the_case.due is None
    under_way = apply(apply(new_case(), answer(), at(4)), solve, at(5))
    assert under_way.the_case.status == "solved" and under_way.the_case.waiting_since == NOW
    lost = undelivered(under_way, ANSWER, "x.y", at(6))
    assert lost.the_case.status == "open" and lost.the_case.due is not None


def test_snooze_wakes_and_clocks_go_on() -> None:
    state = apply(new_case(), c.SnoozeCase(case_id=CASE_ID, until=NOW + 2 * HOUR), at(5))
    assert state.the_case.status == "snoozed" and state.the_case.due == Due(NOW + HOUR, "first_response")
    assert woke(state, at(119)) == state
    assert woke(state, at(120)).the_case.status == "open"
    refused("case.snooze_in_past", state, c.SnoozeCase(case_id=CASE_ID, until=NOW))


def test_no_case_and_back() -> None:
    state = apply(new_case(), c.MarkNoCase(case_id=CASE_ID, reason="newsletter"), at(5))
    assert (state.the_case.status, state.the_case.due) == ("no_case", None)
    more = received(state, inbound("Werbung", NOW + HOUR, "in2"), at(60))
    assert more.the_case.status == "no_case" and more.the_case.due is None
    back = apply(more, c.MarkIsCase(case_id=CASE_ID), at(61))
    assert back.the_case.status == "open" and back.the_case.waiting_since == NOW
    refused("case.illegal_move", new_case(), c.MarkIsCase(case_id=CASE_ID))
    refused("case.illegal_move", state, c.SolveCase(case_id=CASE_ID, without_answer="thanks"))


def test_assigning_reading_tying_and_linking() -> None:
    state = apply(new_case(), c.AssignCase(case_id=CASE_ID, person_id=LEAD.person_id), at(5))
    assert state.the_case.assignee_id == LEAD.person_id
    assert apply(state, c.AssignCase(case_id=CASE_ID, person_id=LEAD.person_id), at(6)) == state
    read = apply(state, c.MarkRead(case_id=CASE_ID, message_id=new_id("in1")), at(6))
    assert read.the_case.read_by == (AGENT.person_id,)
    assert apply(read, c.MarkRead(case_id=CASE_ID, message_id="older"), at(7)) == read
    tied = apply(state, c.TieCase(case_id=CASE_ID, order_id="o1"), at(6))
    assert tied.the_case.order_id == "o1" and tied.the_case.customer_id == "c1"
    identity = Identity(
        identity_id="i", kind="email", value="Anna@Web.example", normalised="anna@web.example", linked_at=NOW
    )
    link = c.LinkIdentity(case_id=CASE_ID, customer_id="c1", identity=identity)
    linked = apply(state, link, at(6))
    assert linked.customer is not None and linked.customer.linked("email")[0].linked_by == AGENT.person_id
    assert apply(linked, link, at(7)) == linked
    refused("customer.unknown", state, msgspec.structs.replace(link, customer_id="c2"))
    wrong = msgspec.structs.replace(identity, normalised="someone@else.example")
    refused("identity.malformed", state, msgspec.structs.replace(link, identity=wrong))


def test_a_new_matter_from_here_and_no_case_at_all() -> None:
    new = c.OpenCase(
        case_id=CASE_ID,
        channel="mail",
        subject="Nachfrage",
        team_id="team1",
        customer_id="c1",
        address="a@b.example",
    )
    state = apply(CaseState(customer=CUSTOMER), new, at(1))
    assert state.the_case.number is None and state.the_case.customer_name == "Anna Bergmann"
    assert state.the_case.due is None and state.the_case.assignee_id == AGENT.person_id
    assert apply(state, new, at(2)) == state
    sent = delivered(apply(state, answer(seen_inbound_id=""), at(2)), ANSWER, at(3))
    assert sent.the_case.status == "waiting" and sent.the_case.first_response_at is None
    refused("case.no_team", CaseState(), msgspec.structs.replace(new, team_id=""))
    refused("case.unknown", CaseState(), answer())
    refused("note.empty", state, c.AddNote(case_id=CASE_ID, message_id=new_id("n"), text=" "))
    assert apply(CaseState(), c.Void(case_id=CASE_ID), at(1)) == CaseState()


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
        "decide": c.Decide(case_id=CASE_ID, customer_id="c1", steps=(bowl_refund(),)),
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
        if event in ("answer", "note", "call", "missed", "decide", "promise"):
            try:
                again = _step(again, event, number, NOW + timedelta(days=30))
            except RuleViolation:
                continue
    assert [m.message_id for m in again.messages][: len(state.messages)] == [
        m.message_id for m in state.messages
    ]
    assert len({m.message_id for m in again.messages}) == len(again.messages)
    assert len({r.decision_id for r in again.decisions}) == len(again.decisions)
