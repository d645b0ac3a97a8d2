"""Effects whose outcome nobody could find out: which there are, who may settle one, and what follows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from workstation.casework.answering import delivered, undelivered
from workstation.casework.case_state import CaseState, Given, put_decision, put_message, say, settled, with_
from workstation.casework.decision import DecisionRecord, Step, kind_of, value_of
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.outcomes import step_changed
from workstation.casework.people import Person
from workstation.casework.wire.commands import SettleEffect

MAIL = "mail"
IN_DOUBT = "effect.outcome_unknown"
"""Code of an effect that may have happened and that only a person can settle."""
NOT_DONE = "effect.not_done"
NOT_ARRIVED = "mail.not_arrived"
KEPT_AS_DRAFT = "reply.kept_as_draft"
LONGEST_REFERENCE = 200
LONGEST_NOTE = 2000
_SLOTS = {
    "refund": "credit_note_no",
    "refund_shipping": "credit_note_no",
    "price_adjustment": "credit_note_no",
    "cancel_order": "credit_note_no",
    "return_authorisation": "return_no",
    "goodwill_voucher": "voucher_code",
}
"""Under which slot a reply states the number by which a step of a kind is found."""

_LINES = {
    (True, True): "effect.settled_mail_done",
    (True, False): "effect.settled_mail_not_done",
    (False, True): "effect.settled_step_done",
    (False, False): "effect.settled_step_not_done",
}
"""What the case says of it, by whether it is a mail and whether it was done."""


class Doubt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An effect a person has to look for; ``kind`` is a kind of decision or ``mail``.

    ``message_id`` is set for mails, ``decision_id`` and ``step`` for the others. ``evidence``: what was
    written down when it left: ``sent_at`` (ISO), ``target``, ``looks`` (how often it was searched).
    """

    effect_id: str
    kind: str
    case_id: str = ""
    """The case it was decided or written on, which may have gone into another one since."""
    decision_id: str = ""
    step: int = 0
    message_id: str = ""
    amount: Money = Money(0)
    decided_by: str = ""
    to: tuple[str, ...] = ()
    subject: str = ""
    evidence: dict[str, str] = {}

    @property
    def sent_at(self) -> datetime | None:
        """When it left; ``None`` when that was not written down."""
        text = self.evidence.get("sent_at", "")
        return datetime.fromisoformat(text) if text else None


def is_in_doubt(step: Step) -> bool:
    """Whether only a person can tell what became of a step: nobody looks for it any more."""
    return step.state == "unknown" and step.failure == IN_DOUBT


def doubts_of(decisions: Iterable[DecisionRecord], messages: Iterable[Message]) -> tuple[Doubt, ...]:
    """Return what has to be settled, money before words, the oldest first."""
    found = [
        Doubt(
            effect_id=step.effect_id,
            kind=kind_of(step.decision),
            case_id=record.case_id,
            decision_id=record.decision_id,
            step=number,
            amount=value_of(step.decision),
            decided_by=record.person_id,
            evidence=step.failure_params,
        )
        for record in decisions
        for number, step in enumerate(record.steps)
        if is_in_doubt(step)
    ]
    found += [
        Doubt(
            effect_id=message.effect_id,
            kind=MAIL,
            case_id=message.case_id,
            message_id=message.message_id,
            decided_by=message.author_id,
            to=message.to,
            subject=message.subject,
            evidence=message.delivery_params,
        )
        for message in messages
        if message.delivery == "unknown" and message.delivery_code == IN_DOUBT and message.effect_id
    ]
    return tuple(found)


def refusal_of(person: Person, doubt: Doubt) -> str:
    """Return why ``person`` may not settle ``doubt``, as a code; empty when they may.

    Mails and what costs nothing: everybody who sees the case. What costs money: a lead who has not decided
    it, or the owner; so nobody but the owner says of their own decision that it was never booked.
    """
    if not doubt.amount or person.role == "owner":
        return ""
    if person.role != "lead":
        return "effect.settle_needs_lead"
    return "effect.settle_own" if doubt.decided_by == person.person_id else ""


def facts_from(doubt: Doubt, reference: str, at: datetime) -> dict[str, str]:
    """Return what a reply may state of a booking a person has found: its number, and when it was made."""
    facts = {"booked_at": (doubt.sent_at or at).isoformat()}
    slot = _SLOTS.get(doubt.kind)
    if slot and reference:
        facts[slot] = reference
    return facts


def checked(body: SettleEffect, doubt: Doubt) -> SettleEffect:
    """Return the act with its reference and note in one line each, as they are kept.

    Raises:
        RuleViolation: ``effect.reference_missing``, ``effect.words_too_long``.
    """
    reference, note = " ".join(body.reference.split()), body.note.strip()
    if len(reference) > LONGEST_REFERENCE or len(note) > LONGEST_NOTE:
        raise RuleViolation("effect.words_too_long", most=LONGEST_REFERENCE, note=LONGEST_NOTE)
    if body.outcome == "done" and doubt.kind != MAIL and not reference:
        raise RuleViolation("effect.reference_missing")
    return with_(body, reference=reference, note=note)


def settle_effect(state: CaseState, body: SettleEffect, given: Given) -> CaseState:
    """Return ``state`` after a person said what became of an effect; who may say it is judged elsewhere.

    Raises:
        RuleViolation: ``effect.not_in_doubt`` (settled by somebody else, or never in doubt),
            ``effect.reference_missing``, ``effect.words_too_long``.
    """
    doubt = next(
        (one for one in doubts_of(state.decisions, state.messages) if one.effect_id == body.effect_id), None
    )
    if doubt is None or not body.effect_id:
        raise RuleViolation("effect.not_in_doubt")
    body = checked(body, doubt)
    is_done = body.outcome == "done"
    state = _mail(state, doubt, is_done, given) if doubt.kind == MAIL else _step(state, doubt, body, given)
    reference = {"reference": body.reference} if is_done and body.reference else {}
    state = say(state, given, _LINES[doubt.kind == MAIL, is_done], name=given.person_name, **reference)
    if body.note:
        state = put_message(state, _note(state, body, given))
    return settled(state, given)


def _mail(state: CaseState, doubt: Doubt, is_done: bool, given: Given) -> CaseState:
    if not is_done:
        return undelivered(state, doubt.message_id, NOT_ARRIVED, given, delivery="failed")
    # It was an answer from the moment it left, not from the moment somebody found it.
    return delivered(state, doubt.message_id, with_(given, at=doubt.sent_at or given.at))


def _step(state: CaseState, doubt: Doubt, body: SettleEffect, given: Given) -> CaseState:
    code = KEPT_AS_DRAFT if body.outcome == "done" else NOT_DONE
    for message in state.messages:
        if message.waits_for == doubt.decision_id and message.delivery_code == IN_DOUBT:
            # It did not leave and does not by itself: its author has it back and may have changed it.
            state = put_message(state, with_(message, delivery_code=code))
    if body.outcome == "done":
        facts = facts_from(doubt, body.reference, given.at)
        state = step_changed(state, doubt.decision_id, doubt.step, "booked", given, result=facts)
        record = state.decision(doubt.decision_id)
        return state if record is None else put_decision(state, with_(record, code="", params={}))
    return step_changed(state, doubt.decision_id, doubt.step, "failed", given, failure=NOT_DONE)


def _note(state: CaseState, body: SettleEffect, given: Given) -> Message:
    return Message(
        message_id=derived_id("note", state.the_case.case_id, given.command_id or body.effect_id),
        case_id=state.the_case.case_id,
        kind="note",
        channel="system",
        at=given.at,
        author_id=given.person_id,
        author_name=given.person_name,
        text=body.note,
    )
