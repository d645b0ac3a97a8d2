"""Invoices, their reminders and payments from files: what this program has done since stays as it is."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from workstation.casework.ids import derived_id
from workstation.casework.money import Money
from workstation.casework.records import DunningNotice, Invoice, Order, Payment
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import Billing, InvoicePayment, ReminderRow
from workstation.hub.ports_books import Books, folded_number
from workstation.hub.services.dunning_state import PAID, call_back_all, paid_in, today
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
        open=_still_open(books.billing, base, row.open),
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


def keep_invoice_payment(tx: Tx, books: Books, row: InvoicePaymentRow) -> Literal["made", "same"]:
    """Keep money received: for the invoice first, then for its reminder fees; the rest is a credit.

    Raises:
        CellProblem: ``import.invoice_unknown``, ``import.paid_in_future``;
            RuleViolation: ``invoice_payment.other``.
    """
    billing = books.billing
    if row.paid_on > today(tx):
        raise CellProblem("import.paid_in_future", "paid_on", day=row.paid_on.isoformat())
    _lock_order(tx, books, row.invoice)
    invoice = _invoice_of(tx, billing, row.invoice)
    payment = InvoicePayment(
        number=row.number, invoice_id=invoice.invoice_id, amount=row.amount, paid_on=row.paid_on
    )
    outcome = billing.keep_payment(payment)
    if outcome == "same":
        # Programs before this one kept money that came in without a payment that can go back.
        keep_refundable(tx, books, payment, invoice)
        return outcome
    paid = paid_in(invoice, row.amount)
    billing.keep_invoice(paid)
    tx.put(paid)
    keep_refundable(tx, books, payment, paid, to_fees=paid.fee_paid - invoice.fee_paid)
    if not paid.open:
        # Paid while the server kept us waiting: the reminder would only make somebody angry.
        call_back_all(tx, billing, paid.invoice_id, PAID)
    return outcome


def keep_refundable(
    tx: Tx, books: Books, row: InvoicePayment, invoice: Invoice, *, to_fees: Money = Money(0)
) -> bool:
    """Keep the money as a payment of the order, so that it can go back; what is known as one is not doubled.

    The same number in a file of payments means the same payment. Nobody else may book on the order until the
    transaction ends. Returns whether a payment was made.
    """
    currency = row.amount.currency
    payments = tx.get_many(Payment, books.payments_of(invoice.order_id)).values()
    known = sum(one.captured.minor_units for one in payments if one.captured.currency == currency)
    captured = min(row.amount.minor_units - to_fees.minor_units, _received(tx, invoice, currency) - known)
    if captured <= 0:
        return False
    zone = ZoneInfo(tx.reference().tenant.time_zone)
    payment = Payment(
        payment_id=derived_id(tx.tenant_id, "payment", "house_books", folded_number(row.number)),
        order_id=invoice.order_id,
        customer_id=invoice.customer_id,
        method="invoice",
        captured=Money(captured, row.amount.currency),
        refunded=Money.zero(row.amount.currency),
        captured_at=datetime.combine(row.paid_on, time(12), zone).astimezone(UTC),
    )
    if tx.get(Payment, payment.payment_id) is not None:
        return False
    books.keep_payment(payment, row.number)
    tx.put(payment)
    return True


def _received(tx: Tx, invoice: Invoice, currency: str) -> int:
    """Return what came in for all invoices of an order without fees, and what of it went back since."""
    return sum(
        one.paid.minor_units + one.overpaid.minor_units + one.overpaid_back.minor_units
        for one in tx.records_of(invoice.customer_id, Invoice)
        if one.order_id == invoice.order_id and one.total.currency == currency
    )


def _lock_order(tx: Tx, books: Books, number: str) -> None:
    """Let nobody else book on the order of an invoice: the order first, then its invoices, then payments."""
    invoice_id = books.billing.invoices_by_numbers((number,)).get(number)
    invoice = tx.get(Invoice, invoice_id) if invoice_id else None
    if invoice is not None:
        books.lock_order(invoice.order_id)


def _still_open(billing: Billing, known: Invoice, opening: Money) -> Money:
    """Return what is open of what a file says was, before the payments and credit notes known here.

    What was paid beyond it is to the customer's credit or went to fees: it does not lower it twice.
    """
    elsewhere = known.fee_paid.minor_units + known.overpaid.minor_units + known.overpaid_back.minor_units
    paid = max(billing.paid_of(known.invoice_id) - elsewhere, 0)
    return Money(max(opening.minor_units - paid - known.credited.minor_units, 0), opening.currency)


def _invoice_of(tx: Tx, billing: Billing, number: str) -> Invoice:
    found = billing.invoices_by_numbers((number,)).get(number)
    invoice = tx.get(Invoice, found) if found and billing.lock_invoice(found) else None
    if invoice is None:
        raise CellProblem("import.invoice_unknown", "invoice", number=number)
    return invoice
