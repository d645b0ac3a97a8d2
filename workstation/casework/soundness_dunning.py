"""Do decisions on invoices and reminders fit the records: whose invoice, open or not, dates and fees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from workstation.casework.decision import (
    BlockDunning,
    Decision,
    ResendInvoice,
    UnblockDunning,
    WaiveDunningFee,
)
from workstation.casework.limit import JudgeContext, Refused
from workstation.casework.params import money_param
from workstation.casework.remaining import fees_waived

LONGEST_BLOCK_DAYS = 90
"""A stop without a near end would be a way to forget money."""

OnInvoice = ResendInvoice | BlockDunning | UnblockDunning | WaiveDunningFee


def of_invoice(step: OnInvoice, context: JudgeContext) -> Refused | None:
    """Return why the decision on an invoice cannot be done by anybody, or ``None``."""
    invoice = context.invoice(step.invoice_id)
    if invoice is None:
        return Refused(code="decision.invoice_unknown")
    if context.customer_id and invoice.customer_id != context.customer_id:
        return Refused(code="decision.other_customer")
    if isinstance(step, BlockDunning | UnblockDunning) and not invoice.open:
        return Refused(
            code="dunning.invoice_paid", params={"invoice": invoice.number}, alternative="resend_invoice"
        )
    if isinstance(step, BlockDunning):
        return _of_block(step, context)
    if isinstance(step, UnblockDunning) and not invoice.is_dunning_blocked:
        return Refused(code="dunning.not_blocked", params={"invoice": invoice.number})
    return None


def _of_block(step: BlockDunning, context: JudgeContext) -> Refused | None:
    if step.until is None:
        return Refused(code="dunning.no_end")
    if step.until < context.today:
        return Refused(code="dunning.end_past", params={"until": step.until.isoformat()})
    if step.until > context.today + timedelta(days=LONGEST_BLOCK_DAYS):
        return Refused(code="dunning.end_too_far", params={"days": str(LONGEST_BLOCK_DAYS)})
    return None


def of_fees(steps: Sequence[Decision], context: JudgeContext) -> Refused | None:
    """Return that more fees would be dropped than are open."""
    wanted: dict[str, int] = {}
    for step in steps:
        if isinstance(step, WaiveDunningFee):
            wanted[step.invoice_id] = wanted.get(step.invoice_id, 0) + step.amount.minor_units
    for invoice_id, units in wanted.items():
        invoice = context.invoice(invoice_id)
        if invoice is None:
            continue
        rest = invoice.fee_open.minor_units - fees_waived(invoice_id, context.decisions)
        if rest <= 0:
            return Refused(code="dunning.no_fee", params={"invoice": invoice.number})
        if units > rest:
            fee = type(invoice.fee_open)(rest, invoice.fee_open.currency)
            return Refused(code="dunning.over_fee", params={"fee": money_param(fee)})
    return None
