"""The projection: decisions, promises and moves do what they say, and say no where they must."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.casework.acting import ANSWER, DECISION, HOUR, MINUTE, answer, at, booked_bowl, decide, refused
from tests.casework.builders import (
    AGENT,
    CASE_ID,
    CUSTOMER,
    LEAD,
    NOW,
    bowl_refund,
    inbound,
    new_case,
    new_id,
)
from workstation.casework.approval import Approval
from workstation.casework.case import Due
from workstation.casework.case_state import CaseState
from workstation.casework.customer import Identity
from workstation.casework.decision import MakePromise, TraceShipment
from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money
from workstation.casework.projection import (
    apply,
    delivered,
    received,
    sending,
    step_changed,
    undelivered,
    woke,
)
from workstation.casework.wire import commands as c

# -- the main job: decide, write, book, deliver


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
    again = TraceShipment(shipment_id="s1")
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
