"""Invoices of an order: what a credit note or a payout takes off them, what comes back when undone."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money, sum_of
from workstation.casework.params import money_param
from workstation.casework.records import Booking, Invoice, InvoiceCredit, Order
from workstation.hub.ports import Tx
from workstation.hub.ports_books import Books
from workstation.hub.services.dunning_state import CREDITED, call_back_all, keep, taken


def invoices_of(tx: Tx, order: Order) -> list[Invoice]:
    """Return the invoices of an order in its currency, oldest first."""
    currency = order.shipping.currency
    found = (one for one in tx.records_of(order.customer_id, Invoice) if one.order_id == order.order_id)
    return sorted(
        (one for one in found if one.total.currency == currency),
        key=lambda one: (one.issued_on, one.invoice_id),
    )


def locked_invoices(tx: Tx, books: Books, order: Order) -> list[Invoice]:
    """Return the invoices of an order, oldest first; nobody else changes them until this transaction ends."""
    ids = [one.invoice_id for one in invoices_of(tx, order)]
    fresh = {one: taken(tx, books.billing, one) for one in sorted(ids)}
    return [fresh[one] for one in ids]


def asked_for(invoices: Sequence[Invoice], currency: str) -> Money:
    """Return what invoices still ask for."""
    return sum_of((one.open for one in invoices), currency)


def credit(
    tx: Tx, books: Books, invoices: Sequence[Invoice], wanted: Money, *, pays_out: bool
) -> tuple[InvoiceCredit, ...]:
    """Take ``wanted`` off locked invoices, oldest first; reminders that state the old sum are called back.

    Money leaves the house (``pays_out``) only when nothing is left that the invoices ask for.

    Raises:
        RuleViolation: ``refund.invoice_changed``: less is open, or more is and money would be paid out.
    """
    asked = asked_for(invoices, wanted.currency)
    if wanted > asked or (pays_out and wanted < asked):
        raise RuleViolation("refund.invoice_changed", open=money_param(asked))
    left, found = wanted, list[InvoiceCredit]()
    for invoice in invoices:
        part = min(left, invoice.open)
        if not part:
            continue
        left = left - part
        found.append(InvoiceCredit(invoice.invoice_id, part))
        lowered = msgspec.structs.replace(
            invoice,
            open=invoice.open - part,
            credited=Money(invoice.credited.minor_units, part.currency) + part,
        )
        keep(tx, books.billing, lowered)
        call_back_all(tx, books.billing, invoice.invoice_id, CREDITED)
    return tuple(found)


def pay_overpaid(
    tx: Tx, books: Books, invoices: Sequence[Invoice], paid_out: Money
) -> tuple[InvoiceCredit, ...]:
    """Take what is paid out off what the customer has to their credit on locked invoices, oldest first.

    Money that went back is nobody's credit any more: an invoice that asks again cannot be paid with it.
    """
    left, found = paid_out.minor_units, list[InvoiceCredit]()
    for one in invoices:
        invoice = tx.get(Invoice, one.invoice_id)
        part = min(left, invoice.overpaid.minor_units) if invoice is not None else 0
        if invoice is None or part <= 0:
            continue
        left -= part
        amount = Money(part, paid_out.currency)
        found.append(InvoiceCredit(invoice.invoice_id, amount))
        lowered = msgspec.structs.replace(
            invoice,
            overpaid=invoice.overpaid - amount,
            overpaid_back=Money(invoice.overpaid_back.minor_units + part, amount.currency),
        )
        keep(tx, books.billing, lowered)
    return tuple(found)


def take_back(tx: Tx, books: Books, booking: Booking) -> None:
    """Undo on the invoices of an order what a booking did to them.

    What was paid out of the customer's credit is theirs again. What was credited is asked for again, as far
    as they have nothing to their credit.
    """
    ids = {one.invoice_id for one in (*booking.credits, *booking.overpaid)}
    for invoice_id in sorted(ids):
        taken(tx, books.billing, invoice_id)
    overpaid_again(tx, books, booking.overpaid)
    _take_credit_back(tx, books, booking.credits)


def overpaid_again(tx: Tx, books: Books, overpaid: Sequence[InvoiceCredit]) -> None:
    """Give the customer the credit back that was paid out; an invoice that asks again takes its part."""
    for one in sorted(overpaid, key=lambda part: part.invoice_id):
        invoice = taken(tx, books.billing, one.invoice_id)
        used = min(invoice.open, one.amount)
        changed = msgspec.structs.replace(
            invoice,
            open=invoice.open - used,
            overpaid=Money(invoice.overpaid.minor_units, one.amount.currency) + one.amount - used,
            overpaid_back=invoice.overpaid_back - one.amount,
        )
        keep(tx, books.billing, changed)


def _take_credit_back(tx: Tx, books: Books, credits: Sequence[InvoiceCredit]) -> None:
    for one in sorted(credits, key=lambda credit: credit.invoice_id):
        invoice = taken(tx, books.billing, one.invoice_id)
        asked, have = invoice.open + one.amount, invoice.overpaid.minor_units
        used = Money(min(have, asked.minor_units), asked.currency)
        changed = msgspec.structs.replace(
            invoice,
            open=asked - used,
            overpaid=Money(have - used.minor_units, asked.currency),
            credited=invoice.credited - one.amount,
        )
        keep(tx, books.billing, changed)
