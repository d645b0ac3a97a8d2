"""Answers: a clock only a person's delivered answer stops, and replies that are stopped in time."""

from __future__ import annotations

import msgspec
import pytest

from tests.casework.acting import ANSWER, DECISION, HOUR, MINUTE, answer, at, decide, refused
from tests.casework.builders import (
    CASE_ID,
    LEAD,
    NOW,
    bowl_refund,
    inbound,
    new_case,
    new_id,
)
from workstation.casework.case import Due
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Fact, Message
from workstation.casework.projection import (
    apply,
    delivered,
    received,
    step_changed,
    undelivered,
)
from workstation.casework.wire import commands as c

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


def test_solving_a_case_ends_the_alarm_of_an_answer_nobody_can_tell_of() -> None:
    sent = apply(new_case(), answer(), at(3))
    doubtful = undelivered(sent, ANSWER, "effect.outcome_unknown", at(4), delivery="unknown")
    assert doubtful.the_case.has_undelivered
    assert doubtful.the_case.due is not None and doubtful.the_case.due.kind == "undelivered"
    refused("case.unanswered", doubtful, c.SolveCase(case_id=CASE_ID), at(8))
    solved = apply(doubtful, c.SolveCase(case_id=CASE_ID, without_answer="answered_elsewhere"), at(9))
    assert (solved.the_case.status, solved.the_case.has_undelivered) == ("solved", False)
    assert solved.the_case.due is None
    late = undelivered(solved, ANSWER, "mail.bounced", at(12), delivery="bounced")
    assert (late.the_case.status, late.the_case.has_undelivered) == ("open", True)
