"""What the tax adviser books: invoices, credit notes with their tax, reminder fees, vouchers, day by day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money
from workstation.casework.records import Booking, Invoice, Order, Voucher
from workstation.casework.taxes import tax_shares
from workstation.hub.documents.datev import Accounts, BookingRow, sale_rows
from workstation.hub.documents.invoice_copy import invoice_tax
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import Billing

OnDay = Callable[[datetime], date]
_SHOWN = 4


def rows_between(tx: Tx, billing: Billing, accounts: Accounts, first: date, last: date) -> list[BookingRow]:
    """Return all rows of the days from ``first`` to ``last``, both included, by day and number.

    Raises:
        RuleViolation: ``datev.days_backwards``, ``datev.other_year``, ``datev.rate_missing``.
    """
    if last < first:
        raise RuleViolation("datev.days_backwards", first=first.isoformat(), to=last.isoformat())
    if first.year != last.year:
        raise RuleViolation("datev.other_year", first=first.isoformat(), to=last.isoformat())
    zone = ZoneInfo(tx.reference().tenant.time_zone)

    def on_day(at: datetime) -> date:
        return at.astimezone(zone).date()

    rows = [
        *_invoices(tx, accounts),
        *_credit_notes(tx, accounts, on_day),
        *_fees(tx, billing, accounts, on_day),
        *_vouchers(tx, accounts, on_day),
    ]
    wanted = (row for row in rows if first <= row.on <= last)
    return sorted(wanted, key=lambda row: (row.on, row.voucher, row.rate_bp or 0, row.is_debit))


def _invoices(tx: Tx, accounts: Accounts) -> list[BookingRow]:
    rows: list[BookingRow] = []
    for invoice in tx.all_of(Invoice):
        order = tx.get(Order, invoice.order_id)
        shares = invoice.tax if order is None else invoice_tax(invoice, order)
        rows += sale_rows(
            accounts,
            shares,
            on=invoice.issued_on,
            voucher=invoice.number,
            text=f"Rechnung {invoice.number}",
            kind="invoice",
        )
    return rows


def _credit_notes(tx: Tx, accounts: Accounts, on_day: OnDay) -> list[BookingRow]:
    rows: list[BookingRow] = []
    for booking in tx.all_of(Booking):
        order = tx.get(Order, booking.order_id)
        shares = booking.tax or (tax_shares(order, booking.amount, booking.lines) if order else ())
        number = order.number if order else ""
        word = "Storno Gutschrift" if booking.reverses else "Gutschrift"
        rows += sale_rows(
            accounts,
            shares,
            on=on_day(booking.booked_at),
            voucher=booking.credit_note_number,
            text=f"{word} Bestellung {number}".strip(),
            kind="reversal" if booking.reverses else "credit_note",
            is_debit=bool(booking.reverses),
        )
    return rows


def _fees(tx: Tx, billing: Billing, accounts: Accounts, on_day: OnDay) -> list[BookingRow]:
    rows: list[BookingRow] = []
    for fee in billing.fees_booked():
        invoice = tx.get(Invoice, fee.invoice_id)
        number = invoice.number if invoice else fee.invoice_id
        is_charged = fee.amount.minor_units > 0
        rows.append(
            BookingRow(
                amount=fee.amount if is_charged else -fee.amount,
                is_debit=is_charged,
                account=accounts.debtors,
                counter=accounts.dunning_fees,
                on=on_day(fee.at),
                voucher=number,
                text=f"{'Mahngebühr' if is_charged else 'Mahngebühr erlassen'} {number}",
                kind="fee",
            )
        )
    return rows


def voucher_number(voucher: Voucher) -> str:
    """Return what books call a voucher: always the same, and no help to whoever wants to use it."""
    return f"GU-{voucher.voucher_id.replace('-', '')[-8:].upper()}"


def masked(code: str) -> str:
    """Return the last letters of a voucher's code, enough to compare it with one that is shown."""
    return f"…{code[-_SHOWN:]}"


def _vouchers(tx: Tx, accounts: Accounts, on_day: OnDay) -> list[BookingRow]:
    """A voucher is owed from the day it is given; used, it pays for a sale; withdrawn, nothing is owed.

    Whoever knows its code can use it: rows name it by a number of its own and the code's last letters.
    """
    rows: list[BookingRow] = []

    def add(voucher: Voucher, amount: Money, at: datetime, debit: str, credit: str, word: str) -> None:
        rows.append(
            BookingRow(
                amount=amount,
                is_debit=True,
                account=debit,
                counter=credit,
                on=on_day(at),
                voucher=voucher_number(voucher),
                text=f"{word} {masked(voucher.code)}",
                kind="voucher",
            )
        )

    for one in tx.all_of(Voucher):
        add(one, one.amount, one.created_at, accounts.goodwill, accounts.vouchers, "Kulanzgutschein")
        if one.redeemed_at is not None:
            at = one.redeemed_at
            add(one, one.amount, at, accounts.vouchers, accounts.debtors, "Gutschein eingelöst")
        if one.withdrawn_at is not None:
            at = one.withdrawn_at
            add(one, one.amount, at, accounts.vouchers, accounts.goodwill, "Gutschein zurückgenommen")
    return rows
