"""Invoices, their reminders and payments from files: what this program has done since stays as it is."""

from __future__ import annotations

from typing import Literal

import msgspec

from workstation.casework.ids import derived_id
from workstation.casework.money import Money
from workstation.casework.records import DunningNotice, Invoice, Order
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import Billing, InvoicePayment, ReminderRow
from workstation.hub.ports_books import Books, folded_number
from workstation.hub.services.dunning_state import PAID, call_back_all
from workstation.hub.services.import_kinds import InvoicePaymentRow, InvoiceRow, NoticeRow
from workstation.hub.services.import_values import CellProblem


def invoice_from(tx: Tx, books: Books, row: InvoiceRow, order: Order) -> Invoice:
    """Return the invoice a row means and keep its rows; what is open counts payments known here.

    Raises:
        CellProblem: ``import.invoice_of_other_order``.
    """
    invoice_id = derived_id(tx.tenant_id, "invoice", "house_books", folded_number(row.number))
    books.billing.lock_invoice(invoice_id)
    known = tx.get(Invoice, invoice_id)
    if known is not None and known.order_id != order.order_id:
        raise CellProblem("import.invoice_of_other_order", "order", number=row.number)
    base = known or Invoice(
        invoice_id=invoice_id,
        number=row.number,
        customer_id=order.customer_id,
        order_id=order.order_id,
        total=row.total,
        open=row.open,
        issued_on=row.issued_on,
        due_on=row.due_on,
        fee_open=row.fee_open,
    )
    delivery = row.delivery or base.delivery
    if base.mail_id or (known is not None and base.delivery == "failed"):
        delivery = base.delivery
    invoice = msgspec.structs.replace(
        base,
        number=row.number,
        customer_id=order.customer_id,
        total=row.total,
        open=_still_open(books.billing, invoice_id, row.open),
        issued_on=row.issued_on,
        due_on=row.due_on,
        delivery=delivery,
        dunning_level=max(base.dunning_level, row.dunning_level),
        sent_at=base.sent_at or row.sent_at,
        delivered_at=base.delivered_at or row.delivered_at,
        tax=row.tax or base.tax,
    )
    books.keep_invoice(invoice)
    books.billing.keep_invoice(invoice, opening=row.open)
    return invoice


def notice_from(tx: Tx, billing: Billing, row: NoticeRow) -> DunningNotice:
    """Return the reminder a row means and keep its row; its fee is open as far as the invoice says so.

    Raises:
        CellProblem: ``import.invoice_unknown``, ``import.notice_of_program``, ``import.level_above_invoice``.
    """
    invoice = _invoice_of(tx, billing, row.invoice)
    if row.level > invoice.dunning_level:
        raise CellProblem("import.level_above_invoice", "level", level=row.level, known=invoice.dunning_level)
    notice_id = derived_id(tx.tenant_id, "dunning", invoice.number, str(row.level))
    known = next((one for one in billing.reminders_of(invoice.invoice_id) if one.level == row.level), None)
    if known is not None and (known.message_id or known.status == "withheld"):
        raise CellProblem("import.notice_of_program", "level", level=row.level)
    before = tx.get(DunningNotice, notice_id)
    billing.keep_reminder(
        ReminderRow(
            invoice_id=invoice.invoice_id,
            level=row.level,
            notice_id=notice_id,
            run_on=row.sent_on,
            status="sent",
        )
    )
    return DunningNotice(
        notice_id=notice_id,
        invoice_id=invoice.invoice_id,
        customer_id=invoice.customer_id,
        level=row.level,
        sent_on=row.sent_on,
        fee=row.fee,
        number=row.number,
        is_fee_waived=before.is_fee_waived if before else False,
    )


def keep_invoice_payment(tx: Tx, billing: Billing, row: InvoicePaymentRow) -> Literal["made", "same"]:
    """Keep money received: it goes to the invoice first, what is left to its reminder fees.

    Raises:
        CellProblem: ``import.invoice_unknown``; RuleViolation: ``invoice_payment.other``.
    """
    invoice = _invoice_of(tx, billing, row.invoice)
    payment = InvoicePayment(
        number=row.number, invoice_id=invoice.invoice_id, amount=row.amount, paid_on=row.paid_on
    )
    outcome = billing.keep_payment(payment)
    if outcome == "same":
        return outcome
    to_invoice = min(row.amount.minor_units, invoice.open.minor_units)
    to_fees = min(row.amount.minor_units - to_invoice, invoice.fee_open.minor_units)
    paid = msgspec.structs.replace(
        invoice,
        open=invoice.open - Money(to_invoice, invoice.open.currency),
        fee_open=invoice.fee_open - Money(to_fees, invoice.fee_open.currency),
    )
    billing.keep_invoice(paid)
    tx.put(paid)
    if not paid.open:
        # Paid while the server kept us waiting: the reminder would only make somebody angry.
        call_back_all(tx, billing, paid.invoice_id, PAID)
    return outcome


def _still_open(billing: Billing, invoice_id: str, opening: Money) -> Money:
    return Money(max(opening.minor_units - billing.paid_of(invoice_id), 0), opening.currency)


def _invoice_of(tx: Tx, billing: Billing, number: str) -> Invoice:
    found = billing.invoices_by_numbers((number,)).get(number)
    invoice = tx.get(Invoice, found) if found and billing.lock_invoice(found) else None
    if invoice is None:
        raise CellProblem("import.invoice_unknown", "invoice", number=number)
    return invoice
