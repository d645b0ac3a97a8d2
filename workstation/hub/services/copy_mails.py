"""A second copy of an invoice always leaves: with the answer that waits for it, else by a mail of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from workstation.casework.answering import NOT_RECEIVED
from workstation.casework.case import Case, moved
from workstation.casework.case_state import CaseState, Given, put_message, say, settled, with_case
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord, ResendInvoice
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id, effect_id
from workstation.casework.message import Language, Message
from workstation.casework.records import Invoice
from workstation.casework.texts import Texts, greeting, render_card
from workstation.casework.texts.formats import date_text
from workstation.casework.wire.codec import decode, encode
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_backend import EffectClass
from workstation.hub.ports_billing import COPY_RULE
from workstation.hub.ports_values import Done, Effect, EffectRefused, EffectRetry, Reference
from workstation.hub.services.case_acts import MAIL, EffectRoute, mark_of, store

HERE = "hub"
"""Target of effects that the hub carries out by itself."""
COPY_MAIL = "copy_mail"
"""Kind of the effect that sees to it that a copy leaves."""
LEAVES_AFTER = timedelta(minutes=15)
"""So long an answer has to take the copy along; a case that is closed before does not wait."""
CARD = "resend_invoice"
NO_ADDRESS = "copy.no_address"
_LOOK_EVERY_S = 300.0
_CLOSED = ("solved", "no_case")
_LONGEST_CHAIN = 20


class _Wanted(msgspec.Struct, frozen=True):
    """Payload of the effect: the decision and the place of its step."""

    decision_id: str
    step: int


def copy_mail_effect(booking: Effect) -> Effect:
    """Return the effect that follows the one that makes a copy."""
    return Effect(
        effect_id=effect_id(booking.decision_id, booking.step, COPY_MAIL),
        command_id=booking.command_id,
        case_id=booking.case_id,
        kind=COPY_MAIL,
        target=HERE,
        effect_class="A",
        payload=encode(_Wanted(booking.decision_id, booking.step)),
        not_before=booking.not_before,
        created_at=booking.created_at,
        after_effect_id=booking.effect_id,
        claimed_by=booking.claimed_by,
    )


class CopyMailExecutor:
    """Implements :class:`workstation.hub.ports.Executor` for the kind ``copy_mail``.

    ``mail``: how far the way out for mails can be trusted.
    """

    kinds = frozenset({COPY_MAIL})
    effect_class: EffectClass = "A"
    visibility_lag_s = 0.0
    timeout_s = 30.0

    def __init__(self, database: Database, texts: Texts, mail: EffectRoute) -> None:
        self._database = database
        self._texts = texts
        self._mail = mail

    def perform(self, effect: Effect) -> Done:
        """Say that the copy has left with an answer, or write the mail that carries it, once.

        Raises:
            EffectRefused: ``copy.no_address``. EffectRetry: an answer may still take it along.
        """
        return self._database.run(effect.tenant_id, lambda tx: self._seen_to(tx, effect))

    def look_up(self, effect: Effect) -> Done | None:
        """Return nothing: doing it again is safe, as its mail has one id for ever."""
        return None

    def _seen_to(self, tx: Tx, effect: Effect) -> Done:
        wanted = decode(effect.payload, _Wanted)
        tx.lock_case(effect.case_id)
        record = tx.get(DecisionRecord, wanted.decision_id)
        step = record.steps[wanted.step] if record is not None and wanted.step < len(record.steps) else None
        invoice = (
            tx.get(Invoice, step.decision.invoice_id)
            if step is not None and isinstance(step.decision, ResendInvoice)
            else None
        )
        if record is None or step is None or invoice is None or step.result.get("copy_sent_at"):
            return Done(ext_ref=effect.effect_id)
        own_id = derived_id("message", effect.effect_id)
        case = _matter(tx, effect.case_id)
        if case is None or tx.get(Message, own_id) is not None:
            return Done(ext_ref=own_id)
        if _is_taken_along(tx, record, case, effect.created_at):
            return Done(ext_ref=effect.effect_id)
        self._write(tx, effect, record, invoice, case, own_id)
        return Done(ext_ref=own_id)

    def _write(
        self, tx: Tx, effect: Effect, record: DecisionRecord, invoice: Invoice, case: Case, message_id: str
    ) -> None:
        customer = tx.get(Customer, invoice.customer_id)
        to = _address(case, customer)
        if not to:
            raise EffectRefused(NO_ADDRESS, invoice=invoice.number)
        reference = tx.reference()
        language: Language = customer.language if customer is not None else case.language
        facts: dict[str, str | None] = {
            "greeting": greeting(customer, language),
            "invoice_no": invoice.number,
            "invoice_date": date_text(invoice.issued_on, language),
            "signature": reference.tenant.name,
        }
        name = self._texts.words[language]["invoice_copy.subject"]
        message = Message(
            message_id=message_id,
            case_id=case.case_id,
            kind="outbound",
            at=tx.now,
            author_id=COPY_RULE,
            author_name=reference.tenant.name,
            to=(to,),
            subject=name.replace("{invoice_no}", invoice.number),
            text=self._text(reference, language, facts),
            language=language,
            waits_for=record.decision_id,
            delivery="queued",
        )
        file = tx.case_file(case.case_id, lock=True)
        given = Given(
            at=tx.now,
            command_id=effect.effect_id,
            policy=reference.policy_of(case.team_id),
            calendar=reference.calendar_of(case.team_id),
        )
        store(tx, file.state, settled(put_message(file.state, message), given))
        mail_id = derived_id("effect", message_id)
        tx.add_effect(
            Effect(
                effect_id=mail_id,
                command_id=mail_id,
                case_id=case.case_id,
                kind=MAIL,
                target=self._mail.target,
                effect_class=self._mail.effect_class,
                payload=encode({"case_id": case.case_id, "message_id": message_id}),
                not_before=tx.now,
                created_at=tx.now,
                message_id=message_id,
                claimed_by=mark_of(tx, record.decision_id, was_offered=False),
            )
        )
        tx.audit("copy.mailed", actor=COPY_RULE, subject=invoice.invoice_id, detail={"case": case.case_id})

    def _text(self, reference: Reference, language: Language, facts: dict[str, str | None]) -> str:
        """Return the card's words; a firm's own that states more than is known here gives way to ours."""
        try:
            return render_card(self._texts.card(CARD, reference.cards.values()), language, facts)
        except RuleViolation:
            return render_card(self._texts.card(CARD), language, facts)


def copy_not_sent(state: CaseState, effect: Effect, given: Given) -> CaseState:
    """Return ``state`` with a line that says why a copy does not leave; the case is on top again."""
    case = state.the_case
    status = moved(case.status, "reopen") if case.status in ("waiting", "solved") else case.status
    state = with_case(state, has_undelivered=True, status=status, solved_at=None, follow_up_at=None)
    code = effect.failure_code if effect.failure_code == NO_ADDRESS else "copy.not_sent"
    return settled(say(state, given, code, **effect.failure_params), given)


def _is_taken_along(tx: Tx, record: DecisionRecord, case: Case, since: datetime) -> bool:
    """Whether an answer has left with the copy, or a person deals with one that did not arrive.

    Raises:
        EffectRetry: one is on its way, or somebody may be writing it.
    """
    found = {one.message_id: one for one in (*tx.messages_of(record.case_id), *tx.messages_of(case.case_id))}
    answers = [
        one for one in found.values() if one.kind == "outbound" and one.waits_for == record.decision_id
    ]
    if any(one.delivery in ("accepted", "unknown", "failed", "bounced") for one in answers):
        return True
    is_under_way = any(one.delivery not in NOT_RECEIVED for one in answers)
    if is_under_way or (case.status not in _CLOSED and tx.now < since + LEAVES_AFTER):
        raise EffectRetry("an answer may take the copy along", _LOOK_EVERY_S, is_own_wish=True)
    return False


def _matter(tx: Tx, case_id: str) -> Case | None:
    """Return the case, or the one it went into."""
    case = tx.get(Case, case_id)
    for _ in range(_LONGEST_CHAIN):
        if case is None or not case.merged_into:
            break
        case = tx.get(Case, case.merged_into)
    return case


def _address(case: Case, customer: Customer | None) -> str:
    """Return where the copy goes: only to the customer the invoice is for, at best where they wrote from."""
    linked = [one.value for one in customer.linked("email")] if customer is not None else []
    same = (one for one in linked if one.casefold() == case.reply_to.casefold())
    return next(same, next(iter(linked), ""))
