"""What a dunning run means to do with an invoice: send a reminder, keep it back and say why, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import msgspec

from workstation.casework.customer import Customer
from workstation.casework.money import Money, sum_of
from workstation.casework.records import Invoice, Order
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import Billing, DunningLevel, ReminderRow, RunItem, RunOutcome
from workstation.hub.services.dunning_state import BLOCKED, NOT_DELIVERED, standing

NO_ADDRESS = "no_mail_address"
CANCELLED = "order_cancelled"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is meant to be done with an invoice, and all it was judged by."""

    outcome: RunOutcome
    invoice: Invoice
    customer: Customer | None
    level: DunningLevel
    code: str = ""

    def item(self, number: str = "") -> RunItem:
        """Return the line of the report."""
        is_sent = self.outcome == "reminded"
        return RunItem(
            invoice_id=self.invoice.invoice_id,
            invoice_number=self.invoice.number,
            customer_name=self.customer.name if self.customer else "",
            outcome=self.outcome,
            level=self.level.level,
            fee=self.level.fee if is_sent else Money.zero(self.level.fee.currency),
            open=self.invoice.open,
            due_on=self.invoice.due_on,
            code=self.code,
            notice_number=number,
        )


def planned(
    tx: Tx, billing: Billing, invoice_id: str, on: date, levels: Sequence[DunningLevel]
) -> Plan | None:
    """Return what a run of the day ``on`` does with an invoice; None when its time has not come.

    The next level waits as long after the last reminder as the levels lie apart, however late a run is:
    nobody gets two letters in a row because the first was kept back for a while. An invoice that reached its
    customer after its due day leaves them as long to pay as it would have in time.
    """
    invoice = tx.get(Invoice, invoice_id)
    if invoice is None or not invoice.open:
        return None
    level = next((one for one in levels if one.level > invoice.dunning_level), None)
    if level is None or (on - _payable_until(tx, invoice)).days < level.days:
        return None
    last = _last_sent(billing.reminders_of(invoice_id))
    if last is not None:
        before = next((one.days for one in levels if one.level == last.level), 0)
        if (on - last.run_on).days < level.days - before:
            return None
    customer = tx.get(Customer, invoice.customer_id)
    outcome, code = _judged(tx, billing, invoice, customer, on)
    return Plan(outcome=outcome, invoice=invoice, customer=customer, level=level, code=code)


def _payable_until(tx: Tx, invoice: Invoice) -> date:
    if invoice.sent_at is None:
        return invoice.due_on
    sent_on = invoice.sent_at.astimezone(ZoneInfo(tx.reference().tenant.time_zone)).date()
    if sent_on <= invoice.due_on:
        return invoice.due_on
    return sent_on + max(invoice.due_on - invoice.issued_on, timedelta(0))


def mail_address(customer: Customer | None) -> str:
    """Return where a customer gets mail; empty when nobody knows."""
    linked = customer.linked("email") if customer else ()
    return linked[0].value if linked else ""


def _last_sent(rows: Sequence[ReminderRow]) -> ReminderRow | None:
    sent = [row for row in rows if row.status != "withheld"]
    return max(sent, key=lambda row: row.level, default=None)


def _judged(
    tx: Tx, billing: Billing, invoice: Invoice, customer: Customer | None, on: date
) -> tuple[RunOutcome, str]:
    if standing(billing.blocks_of(invoice.invoice_id), on):
        return "blocked", BLOCKED
    if _asks_for_what_was_cancelled(tx, invoice):
        return "withheld", CANCELLED
    if invoice.delivery in ("not_sent", "failed"):
        return "withheld", NOT_DELIVERED
    if not mail_address(customer):
        return "withheld", NO_ADDRESS
    return "reminded", ""


def _asks_for_what_was_cancelled(tx: Tx, invoice: Invoice) -> bool:
    """Whether more is open than is left of the order: then its invoice has to be put right first."""
    order = tx.get(Order, invoice.order_id)
    if order is None or not any(line.cancelled_quantity for line in order.lines):
        return False
    left = sum_of(
        (line.unit_price * max(line.quantity - line.cancelled_quantity, 0) for line in order.lines),
        order.shipping.currency,
    )
    if order.status != "cancelled":
        left = left + order.shipping
    return invoice.open.currency == left.currency and invoice.open > left
