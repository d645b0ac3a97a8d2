"""What nobody could look up: which effects ask a person, who may answer, and what an answer changes."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.casework.acting import ANSWER, DECISION, answer, at, decide, refused
from tests.casework.builders import AGENT, CASE_ID, LEAD, NOW, new_case
from workstation.casework.case_state import CaseState, changed
from workstation.casework.decision import AuthoriseReturn, Refund
from workstation.casework.doubts import IN_DOUBT, doubts_of, refusal_of
from workstation.casework.message import Fact
from workstation.casework.money import Money
from workstation.casework.people import Person
from workstation.casework.projection import apply, sending, step_changed, undelivered
from workstation.casework.records import LineQuantity
from workstation.casework.wire import commands as c

REFUND = Refund(order_id="o1", payment_id="pay1", amount=Money(2490))
RETURN = AuthoriseReturn(
    order_id="o1", lines=(LineQuantity("l2", 1),), deadline=(NOW + timedelta(days=14)).date()
)
OWNER = Person(person_id="p-ola", name="Ola", login="ola", role="owner", team_id="team1")
COUNTER = Person(person_id="p-theke", name="Tim", login="tim", role="counter", team_id="team1")
SENT = (NOW + timedelta(minutes=4)).isoformat()


def in_doubt(*steps: object, which: int = 0) -> CaseState:
    """A decision whose step ``which`` may have happened, and the reply that came back for it."""
    state = decide(new_case(), *steps)
    reply = answer(
        text="Gutschrift {credit_note_no}", facts=(Fact(slot="credit_note_no"),), waits_for=DECISION
    )
    state = apply(state, reply, at(3.5))
    evidence = {"target": "medusa", "looks": "2", "sent_at": SENT}
    state = step_changed(state, DECISION, which, "unknown", at(20), failure=IN_DOUBT, failure_params=evidence)
    return undelivered(state, ANSWER, IN_DOUBT, at(20), delivery="held_back")


def effect_of(state: CaseState, step: int = 0) -> str:
    return state.decisions[0].steps[step].effect_id


def settle(effect_id: str, outcome: str = "done", **more: str) -> c.SettleEffect:
    return c.SettleEffect(case_id=CASE_ID, effect_id=effect_id, outcome=outcome, **more)  # type: ignore[arg-type]


def test_only_what_nobody_looks_for_any_more_asks_a_person() -> None:
    state = decide(new_case(), REFUND)
    searching = step_changed(state, DECISION, 0, "unknown", at(5))
    assert doubts_of(searching.decisions, searching.messages) == ()
    (doubt,) = doubts_of(in_doubt(REFUND).decisions, ())
    assert (doubt.kind, doubt.amount, doubt.decided_by) == ("refund", Money(2490), AGENT.person_id)
    assert doubt.sent_at == NOW + timedelta(minutes=4)


@pytest.mark.parametrize(
    ("person", "code"),
    [(AGENT, "effect.settle_needs_lead"), (COUNTER, "effect.settle_needs_lead"), (LEAD, ""), (OWNER, "")],
)
def test_money_is_settled_by_a_lead_or_the_owner(person: Person, code: str) -> None:
    (doubt,) = doubts_of(in_doubt(REFUND).decisions, ())
    assert refusal_of(person, doubt) == code


@pytest.mark.parametrize("person", [AGENT, COUNTER, LEAD, OWNER])
def test_what_costs_nothing_is_settled_by_whoever_sees_it(person: Person) -> None:
    (doubt,) = doubts_of(in_doubt(RETURN).decisions, ())
    assert refusal_of(person, doubt) == ""


def test_done_keeps_the_later_steps_waiting_and_says_what_became_of_the_reply() -> None:
    state = in_doubt(REFUND, RETURN)
    after = apply(state, settle(effect_of(state), reference="GS-77"), at(30, LEAD))
    record = after.decisions[0]
    assert [step.state for step in record.steps] == ["booked", "pending"] and record.state == "booking"
    assert record.steps[0].result == {"booked_at": SENT, "credit_note_no": "GS-77"}
    reply = after.message(ANSWER)
    assert reply is not None
    assert (reply.delivery, reply.delivery_code) == ("held_back", "reply.kept_as_draft")
    assert doubts_of(after.decisions, after.messages) == ()


def test_not_done_fails_the_decision_and_stops_what_came_after() -> None:
    state = in_doubt(REFUND, RETURN)
    after = apply(state, settle(effect_of(state), "not_done"), at(30, LEAD))
    record = after.decisions[0]
    assert [step.state for step in record.steps] == ["failed", "stopped"]
    assert (record.state, record.code) == ("failed", "effect.not_done")
    reply = after.message(ANSWER)
    assert reply is not None and reply.delivery_code == "effect.not_done"


def test_nothing_else_can_be_settled_and_nothing_twice() -> None:
    state = in_doubt(REFUND)
    effect_id = effect_of(state)
    for body, code in (
        (settle("somewhere-else"), "effect.not_in_doubt"),
        (settle(""), "effect.not_in_doubt"),
        (settle(effect_id), "effect.reference_missing"),
        (settle(effect_id, reference="\n"), "effect.reference_missing"),
        (settle(effect_id, reference="9" * 201), "effect.words_too_long"),
        (settle(effect_id, "not_done", note="9" * 2001), "effect.words_too_long"),
    ):
        refused(code, state, body, at(30, LEAD))
    once = apply(state, settle(effect_id, reference="GS-77"), at(30, LEAD))
    refused("effect.not_in_doubt", once, settle(effect_id, "not_done"), at(31, OWNER))


def test_no_reply_waits_for_what_nobody_knows() -> None:
    state = in_doubt(REFUND)
    again = answer(
        message_id="01890000-0000-7000-8000-0000000000f1",
        text="{credit_note_no}",
        facts=(Fact(slot="credit_note_no"),),
        waits_for=DECISION,
    )
    refused("reply.decision_in_doubt", state, again, at(25))
    booked = apply(state, settle(effect_of(state), reference="GS-77"), at(30, LEAD))
    sent = apply(booked, again, at(31)).message("01890000-0000-7000-8000-0000000000f1")
    assert sent is not None and sent.delivery == "queued"


def lost_mail() -> CaseState:
    state = apply(new_case(), answer(), at(3))
    state = undelivered(sending(state, ANSWER, "sending", at(4)), ANSWER, IN_DOUBT, at(9), delivery="unknown")
    (message,) = [one for one in state.messages if one.message_id == ANSWER]
    named = msgspec.structs.replace(message, effect_id="e-mail", delivery_params={"sent_at": SENT})
    messages = tuple(named if one.message_id == ANSWER else one for one in state.messages)
    return msgspec.structs.replace(state, messages=messages)


def test_a_mail_that_arrived_was_an_answer_from_when_it_left() -> None:
    after = apply(lost_mail(), settle("e-mail"), at(30))
    message = after.message(ANSWER)
    assert message is not None and message.delivered_at == NOW + timedelta(minutes=4)
    case = after.the_case
    assert (case.status, case.waiting_since, case.has_undelivered) == ("waiting", None, False)
    assert case.first_response_at == NOW + timedelta(minutes=4)


def test_a_mail_that_did_not_arrive_answered_nobody() -> None:
    state = lost_mail()
    after = apply(state, settle("e-mail", "not_done", note="nichts im Postausgang"), at(30))
    message = after.message(ANSWER)
    assert message is not None and (message.delivery, message.delivery_code) == ("failed", "mail.not_arrived")
    assert after.the_case.waiting_since == NOW and after.the_case.has_undelivered
    kinds = [getattr(one, "kind", "") for one in changed(state, after)]
    assert kinds.count("note") == 1
