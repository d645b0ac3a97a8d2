"""Who waits for whom: what an inbound message, a delivered answer or a failed delivery does to a case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from workstation.casework.case import Case, moved
from workstation.casework.case_state import (
    CaseState,
    Given,
    put_message,
    say,
    settled,
    with_,
    with_case,
)
from workstation.casework.customer import Customer
from workstation.casework.errors import RuleViolation
from workstation.casework.merged import answered_here, recounted_here
from workstation.casework.message import DeliveryState, Fact, Message

NOT_RECEIVED: frozenset[str] = frozenset({"held_back", "failed", "bounced"})
"""Delivery states in which the customer certainly has nothing from us."""


def opened(message: Message, given: Given, *, team_id: str, customer: Customer | None = None) -> CaseState:
    """Return a new case begun by an inbound ``message``; ``given.number`` is its number."""
    case = Case(
        case_id=message.case_id,
        team_id=team_id,
        opened_at=given.at,
        number=given.number,
        customer_id=customer.customer_id if customer else "",
        customer_name=customer.name if customer else message.author_name,
        subject=message.subject,
        channel=message.channel,
        reply_to=message.from_address,
        language=customer.language if customer else message.language,
    )
    return received(CaseState(case=case, customer=customer), message, given)


def received(state: CaseState, message: Message, given: Given) -> CaseState:
    """Return ``state`` after an inbound message; auto-replies and bounces start no clock."""
    case = state.the_case
    if state.message(message.message_id) is not None:
        return state
    state = put_message(state, message)
    hints = tuple(dict.fromkeys((*case.hints, *message.hints)))
    if not message.is_customer_speaking:
        return settled(with_case(state, hints=hints), given)
    state = with_case(
        state,
        hints=hints,
        status=moved(case.status, "inbound"),
        waiting_since=case.waiting_since or message.at,
        last_inbound_at=message.at,
        last_inbound_id=message.message_id,
        channel=message.channel,
        reply_to=message.from_address or case.reply_to,
        language=message.language,
        subject=case.subject or message.subject,
        read_by=(),
        snoozed_until=None,
        follow_up_at=None,
        solved_at=None,
    )
    if case.status == "solved":
        state = say(state, given, "case.reopened_by_customer", message_id=message.message_id)
    return settled(state, given)


def delivered(
    state: CaseState,
    message_id: str,
    given: Given,
    *,
    rfc_message_id: str = "",
    rendered: str = "",
    facts: tuple[Fact, ...] | None = None,
) -> CaseState:
    """Return ``state`` after our first server took a message at ``given.at``.

    ``rendered`` is the text as it left; ``facts`` replaces the facts by those that were filled in.

    Raises:
        RuleViolation: ``message.unknown``.
    """
    message = _outbound(state, message_id)
    if message.delivery == "accepted":
        return state
    message = with_(
        message,
        delivery="accepted",
        delivery_code="",
        delivered_at=given.at,
        rfc_message_id=rfc_message_id or message.rfc_message_id,
        rendered=rendered or message.rendered,
        facts=message.facts if facts is None else facts,
    )
    return settled(answered(put_message(state, message), message, given.at), given)


def undelivered(
    state: CaseState, message_id: str, code: str, given: Given, *, delivery: DeliveryState = "failed"
) -> CaseState:
    """Return ``state`` after a message did not arrive: nobody was answered, the case is on top again.

    ``delivery``: ``failed``, ``bounced``, ``held_back`` or ``unknown`` (a person has to look).

    Raises:
        RuleViolation: ``message.unknown``.
    """
    message = _outbound(state, message_id)
    if message.delivery == delivery and code in ("", message.delivery_code):
        return state
    was_answer = message.is_human_answer
    state = put_message(state, with_(message, delivery=delivery, delivery_code=code))
    case = state.the_case
    status = moved(case.status, "reopen") if case.status in ("waiting", "solved") else case.status
    state = with_case(state, has_undelivered=True, status=status, solved_at=None, follow_up_at=None)
    if was_answer:
        state = _recount(state)
    return settled(say(state, given, f"delivery.{delivery}", message_id=message_id), given)


def sending(state: CaseState, message_id: str, delivery: DeliveryState, given: Given) -> CaseState:
    """Return ``state`` with a message on its way (``queued``, ``sending``) and nothing else changed.

    Raises:
        RuleViolation: ``message.unknown``.
    """
    message = _outbound(state, message_id)
    return settled(put_message(state, with_(message, delivery=delivery)), given)


def answered(state: CaseState, answer: Message, at: datetime) -> CaseState:
    """Return ``state`` after a human ``answer`` reached the customer ``at``.

    Texts sent by a rule change nothing; customer messages newer than the answer still wait.
    """
    if not answer.is_human_answer:
        return state
    case = state.the_case
    waiting = _still_waiting(state, case, answer)
    status = case.status
    if waiting is None and status != "no_case":
        status = moved(status, "answer")
    has_asked_back = case.status != "solved" and case.channel != "system"
    follow_up = case.follow_up_at
    if follow_up is not None and follow_up <= at and has_asked_back:
        follow_up = None
    first = case.first_response_at
    if first is None and case.last_inbound_at is not None:
        first = at
    return with_case(
        state,
        status=status,
        waiting_since=waiting,
        first_response_at=first,
        last_answer_at=at if case.last_answer_at is None else max(at, case.last_answer_at),
        has_undelivered=False,
        merged=answered_here(case.merged, answer.at),
        follow_up_at=follow_up,
    )


def is_answer_under_way(state: CaseState) -> bool:
    """Return whether an answer written after the newest customer message may still reach the customer."""
    newest = state.the_case.last_inbound_at
    return any(
        message.is_written_by_person
        and message.delivery not in NOT_RECEIVED
        # In doubt with a code: nobody looks any more, a person has to decide.
        and not (message.delivery == "unknown" and message.delivery_code)
        and (newest is None or message.at >= newest)
        for message in state.messages
    )


def _still_waiting(state: CaseState, case: Case, answer: Message) -> datetime | None:
    if case.waiting_since is None:
        return None
    later = [
        message.at for message in state.messages if message.is_customer_speaking and message.at > answer.at
    ]
    return min(later, default=None)


def _recount(state: CaseState) -> CaseState:
    """Return ``state`` with the clock as if a taken-back answer had never been."""
    answers = [message for message in state.messages if message.is_human_answer]
    last = max((message.at for message in answers), default=None)
    asked = [
        message.at
        for message in state.messages
        if message.is_customer_speaking and (last is None or message.at > last)
    ]
    heard = sorted(_heard_at(answers))
    first_inbound = min(
        (message.at for message in state.messages if message.is_customer_speaking), default=None
    )
    first = next((at for at in heard if first_inbound is not None and at >= first_inbound), None)
    return with_case(
        state,
        waiting_since=min(asked, default=None),
        first_response_at=first,
        last_answer_at=heard[-1] if heard else None,
        merged=recounted_here(state.the_case.merged, [message.at for message in answers]),
    )


def _heard_at(answers: Iterable[Message]) -> list[datetime]:
    return [message.delivered_at or message.at for message in answers]


def _outbound(state: CaseState, message_id: str) -> Message:
    message = state.message(message_id)
    if message is None or message.kind != "outbound":
        raise RuleViolation("message.unknown", message_id=message_id)
    return message
