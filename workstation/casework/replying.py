"""Writing on a case: answers with fact slots, internal notes and logged calls."""

from __future__ import annotations

from datetime import datetime

from workstation.casework.answering import NOT_RECEIVED, answered
from workstation.casework.case import moved
from workstation.casework.case_state import CaseState, Given, put_message, say, settled, with_case
from workstation.casework.check_back import check_is_ahead
from workstation.casework.doubts import is_in_doubt
from workstation.casework.errors import RuleViolation
from workstation.casework.matter import (
    asking,
    decision_of_matter,
    has_seen,
    newest_question,
    written_together,
)
from workstation.casework.merged import solved_here
from workstation.casework.message import DeliveryState, Message
from workstation.casework.slots import slots_in
from workstation.casework.wire.commands import AddNote, LogCall, SendMessage

_REFERENCES = 20


def send_message(state: CaseState, body: SendMessage, given: Given) -> CaseState:
    """Return ``state`` with an answer on its way; the clock runs on until it is delivered.

    Raises:
        RuleViolation: ``reply.no_recipient``, ``reply.empty``, ``reply.stale``, ``reply.decision_unknown``,
            ``reply.decision_not_booked``, ``reply.decision_in_doubt``, ``text.slot_without_fact``,
            ``case.illegal_move``.
    """
    if state.message(body.message_id) is not None:
        return state
    _check_content(body)
    if not body.is_forced:
        _check_fresh(state, body, given)
    case = state.the_case
    message = Message(
        message_id=body.message_id,
        case_id=case.case_id,
        kind="outbound",
        at=given.at,
        channel=body.channel,
        author_id=given.person_id,
        author_name=given.person_name,
        to=body.to,
        cc=body.cc,
        subject=body.subject or _subject(case.subject),
        text=body.text,
        attachments=body.attachments,
        language=body.language,
        facts=body.facts,
        waits_for=body.waits_for,
        delivery=_first_delivery(state, body),
        in_reply_to=_references(state),
    )
    state = with_case(
        put_message(state, message),
        last_outbound_at=given.at,
        assignee_id=case.assignee_id or given.person_id,
        language=body.language,
    )
    if body.solves:
        state = solved(state, given, body.follow_up_at)
    return settled(state, given)


def add_note(state: CaseState, body: AddNote, given: Given) -> CaseState:
    """Return ``state`` with an internal note.

    Raises:
        RuleViolation: ``note.empty``.
    """
    case = state.the_case
    if state.message(body.message_id) is not None:
        return state
    if not body.text.strip() and not body.attachments:
        raise RuleViolation("note.empty")
    note = Message(
        message_id=body.message_id,
        case_id=case.case_id,
        kind="note",
        channel="system",
        at=given.at,
        author_id=given.person_id,
        author_name=given.person_name,
        text=body.text,
        attachments=body.attachments,
    )
    return settled(put_message(state, note), given)


def log_call(state: CaseState, body: LogCall, given: Given) -> CaseState:
    """Return ``state`` with a phone call; one that was taken is an answer, one that was not is none.

    Raises:
        RuleViolation: ``call.negative_duration``.
    """
    case = state.the_case
    if state.message(body.message_id) is not None:
        return state
    if body.duration_s < 0:
        raise RuleViolation("call.negative_duration")
    call = Message(
        message_id=body.message_id,
        case_id=case.case_id,
        kind="call",
        channel="phone",
        at=given.at,
        author_id=given.person_id,
        author_name=given.person_name,
        text=body.text,
        duration_s=body.duration_s,
        direction=body.direction,
        is_reached=body.is_reached,
        language=case.language,
    )
    state = put_message(state, call)
    return settled(answered(state, call, given.at), given)


def solved(state: CaseState, given: Given, follow_up_at: datetime | None) -> CaseState:
    """Return ``state`` with the case solved and a check-back planned.

    Raises:
        RuleViolation: ``case.illegal_move``, ``case.follow_up_in_past``.
    """
    case = state.the_case
    check_is_ahead(follow_up_at, given)
    state = _say_solved(state, given, follow_up_at)
    return with_case(
        state,
        status=moved(case.status, "solve"),
        solved_at=given.at,
        follow_up_at=follow_up_at,
        snoozed_until=None,
        # Whoever solves it has seen what did not arrive; should the next answer fail too, it is said anew.
        has_undelivered=False,
        merged=solved_here(case.merged),
    )


def _say_solved(state: CaseState, given: Given, follow_up_at: datetime | None) -> CaseState:
    """One line an act: two of the same moment would have no order."""
    case = state.the_case
    at = follow_up_at.isoformat() if follow_up_at is not None else ""
    if case.status != "solved":
        if at:
            return say(state, given, "case.solved_with_check_back", at=at)
        return say(state, given, "case.solved")
    if at:
        return say(state, given, "case.check_back_planned", at=at)
    return say(state, given, "case.check_back_dropped") if case.follow_up_at is not None else state


def _check_content(body: SendMessage) -> None:
    if body.channel == "mail" and not any(address.strip() for address in body.to):
        raise RuleViolation("reply.no_recipient")
    if not body.text.strip() and not body.attachments:
        raise RuleViolation("reply.empty")
    known = {fact.slot: fact.value for fact in body.facts}
    for slot in slots_in(body.text):
        if slot not in known or (known[slot] is None and not body.waits_for):
            raise RuleViolation("text.slot_without_fact", slot=slot)


def _check_fresh(state: CaseState, body: SendMessage, given: Given) -> None:
    """Stop a reply whose author has not seen what the customer or a colleague wrote meanwhile."""
    for one in asking(state):
        case = one.the_case
        if not case.last_inbound_id or has_seen(state, one, body.seen_inbound_id):
            continue
        newest = one.message(case.last_inbound_id)
        raise RuleViolation(
            "reply.stale",
            message_id=case.last_inbound_id,
            author=newest.author_name if newest else case.customer_name,
            at=(newest.at if newest else case.last_inbound_at or given.at).isoformat(),
        )
    other = _unseen_colleague(state, body.seen_outbound_id, given.person_id)
    if other is not None:
        raise RuleViolation(
            "reply.stale", message_id=other.message_id, author=other.author_name, at=other.at.isoformat()
        )


def _unseen_colleague(state: CaseState, seen_id: str, person_id: str) -> Message | None:
    """Return the newest answer of somebody else that came after the one seen and after the author's own."""
    for message in reversed(written_together(state)):
        if not message.is_written_by_person or message.delivery in NOT_RECEIVED:
            continue
        if message.message_id == seen_id or message.author_id == person_id:
            return None
        return message
    return None


def _first_delivery(state: CaseState, body: SendMessage) -> DeliveryState:
    if not body.waits_for:
        return "queued"
    record = decision_of_matter(state, body.waits_for)
    if record is None:
        raise RuleViolation("reply.decision_unknown", decision_id=body.waits_for)
    if record.state in ("failed", "rejected", "cancelled"):
        raise RuleViolation("reply.decision_not_booked", state=record.state)
    if any(is_in_doubt(step) for step in record.steps):
        raise RuleViolation("reply.decision_in_doubt")
    return "queued" if record.state == "booked" else "waiting_booking"


def _subject(subject: str) -> str:
    return subject if subject[:3].lower() in ("re:", "aw:") else f"Re: {subject}"


def _references(state: CaseState) -> tuple[str, ...]:
    """Return the mail ids the answer refers to, oldest first; the last one is what it answers."""
    ids: list[str] = []
    for message in written_together(state):
        if message.channel == "mail" and message.kind in ("inbound", "outbound") and message.rfc_message_id:
            ids.append(message.rfc_message_id)
    newest = newest_question(state)
    if newest is not None and newest.rfc_message_id:
        ids = [item for item in ids if item != newest.rfc_message_id] + [newest.rfc_message_id]
    return tuple(dict.fromkeys(ids))[-_REFERENCES:]
