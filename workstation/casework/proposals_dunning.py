"""Proposals about invoices and reminders: stop them, send the invoice again, drop the fee, let them go on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from workstation.casework.case_facts import CaseFacts
from workstation.casework.decision import (
    BlockDunning,
    Decision,
    ResendInvoice,
    UnblockDunning,
    WaiveDunningFee,
)
from workstation.casework.limit import Allowed
from workstation.casework.macro import dunning_before_invoice
from workstation.casework.money import Money
from workstation.casework.params import money_param
from workstation.casework.proposal import Proposal
from workstation.casework.proposal_building import ASKED, CALLED_FOR, POSSIBLE, Ranked, judged, today
from workstation.casework.reading import Reading, is_dunned
from workstation.casework.records import Invoice
from workstation.casework.remaining import fees_waived, living_steps

BLOCK_DAYS = 21
"""Three weeks: time for a copy to arrive and be paid; whoever needs more stops them again."""
TOPICS = ("dunning", "invoice_copy")


def about_invoice(facts: CaseFacts, reading: Reading) -> list[Ranked]:
    """Return what can be done about the invoice of the case, if it or the words are about one."""
    invoice = reading.invoice
    if invoice is None:
        return []
    is_tied = facts.invoice_id == invoice.invoice_id
    if not (is_tied or reading.has(*TOPICS) or is_dunned(invoice)):
        return []
    is_asked = is_tied or reading.has(*TOPICS)
    rank = ASKED if is_asked else POSSIBLE
    until, fee = _until(facts, invoice), _fee(facts, invoice)
    is_answered = _is_sent_since(facts, invoice, facts.case.opened_at)
    found: list[Ranked] = []
    if invoice.open and is_dunned(invoice) and is_asked and not (is_answered and _is_stopped(facts, invoice)):
        found.append(Ranked(CALLED_FOR, _macro(facts, invoice, until, fee)))
    resend = ResendInvoice(invoice_id=invoice.invoice_id, reason="invoice_not_delivered")
    is_asked_anew = not _is_sent_since(facts, invoice, facts.case.last_inbound_at or facts.case.opened_at)
    found.append(Ranked(rank if is_asked_anew else POSSIBLE, _single(facts, resend, "file-text")))
    if fee:
        waive = WaiveDunningFee(invoice_id=invoice.invoice_id, amount=fee, reason="invoice_not_delivered")
        found.append(Ranked(rank + 1, _single(facts, waive, "badge-euro", money_param(fee))))
    if invoice.open and not invoice.is_dunning_blocked:
        block = BlockDunning(invoice_id=invoice.invoice_id, until=until, reason="in_clarification")
        found.append(Ranked(rank + 2, _single(facts, block, "pause")))
    if invoice.open and invoice.is_dunning_blocked:
        lift = UnblockDunning(invoice_id=invoice.invoice_id, reason="clarified")
        found.append(Ranked(POSSIBLE + 3, _single(facts, lift, "bell")))
    return found


def _macro(facts: CaseFacts, invoice: Invoice, until: date, fee: Money) -> Proposal:
    return judged(
        Proposal(
            key="dunning_before_invoice",
            macro="dunning_before_invoice",
            steps=dunning_before_invoice(invoice, until, fee),
            title_key="title.dunning_before_invoice" if fee else "title.dunning_before_invoice.no_fee",
            title_params={"fee": money_param(fee)} if fee else {},
            judgement=Allowed(),
            reply_card="dunning_before_invoice",
            icon="mail-warning",
            reason="invoice_not_delivered",
        ),
        facts,
    )


def _single(facts: CaseFacts, step: Decision, icon: str, amount: str = "") -> Proposal:
    kind = str(step.__struct_config__.tag)
    return judged(
        Proposal(
            key=kind,
            steps=(step,),
            title_key=f"title.{kind}",
            title_params={"amount": amount} if amount else {},
            judgement=Allowed(),
            reply_card=kind,
            icon=icon,
            reason=step.reason,
        ),
        facts,
    )


def _is_sent_since(facts: CaseFacts, invoice: Invoice, since: datetime) -> bool:
    """Return whether a copy has left since then, or has been made and leaves with the answer."""
    if invoice.copy_sent_at is not None and invoice.copy_sent_at >= since:
        return True
    own = (one for one in facts.decisions if one.case_id in facts.case_ids and one.decided_at >= since)
    return any(
        isinstance(step, ResendInvoice) and step.invoice_id == invoice.invoice_id
        for step, _ in living_steps(own)
    )


def _is_stopped(facts: CaseFacts, invoice: Invoice) -> bool:
    """Return whether reminders are stopped, or are about to be."""
    return invoice.is_dunning_blocked or any(
        isinstance(step, BlockDunning) and step.invoice_id == invoice.invoice_id and not is_booked
        for step, is_booked in living_steps(facts.decisions)
    )


def _until(facts: CaseFacts, invoice: Invoice) -> date:
    """Return the last day of a stop; one that lasts longer already is not made shorter."""
    until = today(facts) + timedelta(days=BLOCK_DAYS)
    return max(until, invoice.dunning_blocked_until or until)


def _fee(facts: CaseFacts, invoice: Invoice) -> Money:
    rest = invoice.fee_open.minor_units - fees_waived(invoice.invoice_id, facts.decisions)
    return Money(max(rest, 0), invoice.fee_open.currency)
