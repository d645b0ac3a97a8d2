"""Invoices and their dunning within one transaction: blocked, freed, forgiven, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.params import money_param
from workstation.casework.records import DunningNotice, Invoice
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import FEE_INCOME, FEES_OWED, Billing, Block, ReminderRow
from workstation.hub.ports_values import BEFORE_RESTORE, Effect, LedgerEntry

AFTER_CLOSING = timedelta(days=7)
"""How long an invoice stays blocked at the least after the case about it was closed."""
BLOCKED = "dunning_blocked"
NOT_DELIVERED = "invoice_not_delivered"
PAID = "invoice_paid"
CREDITED = "invoice_credited"
_NOT_LEFT = ("pending", "claimed")


def today(tx: Tx) -> date:
    """Return the firm's own day."""
    return tx.now.astimezone(ZoneInfo(tx.reference().tenant.time_zone)).date()


def taken(tx: Tx, billing: Billing, invoice_id: str) -> Invoice:
    """Return an invoice that nobody else changes until this transaction ends.

    Raises:
        RuleViolation: ``invoice.unknown``.
    """
    invoice = tx.get(Invoice, invoice_id) if billing.lock_invoice(invoice_id) else None
    if invoice is None:
        raise RuleViolation("invoice.unknown", invoice_id=invoice_id)
    return invoice


def keep(tx: Tx, billing: Billing, invoice: Invoice) -> Invoice:
    """Store an invoice and its row."""
    known = tx.get(Invoice, invoice.invoice_id)
    billing.keep_invoice(invoice)
    return invoice if known == invoice else tx.put(invoice)


def notices_of(tx: Tx, invoice: Invoice) -> tuple[DunningNotice, ...]:
    """Return the notices of an invoice by level."""
    found = (one for one in tx.records_of(invoice.customer_id, DunningNotice))
    return tuple(sorted((n for n in found if n.invoice_id == invoice.invoice_id), key=lambda n: n.level))


def ends_on(one: Block, zone: ZoneInfo) -> date | None:
    """Return the last day of a block, as far as it is known: that of a case ends a while after it closed."""
    if one.until is not None or one.closed_at is None:
        return one.until
    return (one.closed_at + AFTER_CLOSING).astimezone(zone).date()


def standing(blocks: Sequence[Block], on: date) -> tuple[Block, ...]:
    """Return those blocks that hold on a day: the day a block ends with still belongs to it."""
    return tuple(one for one in blocks if one.until is None or one.until >= on)


def block(tx: Tx, billing: Billing, wanted: Block) -> Invoice:
    """Set a block and call back a reminder that has not left yet.

    Raises:
        RuleViolation: ``invoice.unknown``, ``dunning.end_past``.
    """
    if wanted.until is not None and wanted.until < today(tx):
        raise RuleViolation("dunning.end_past", until=wanted.until.isoformat())
    invoice = taken(tx, billing, wanted.invoice_id)
    billing.keep_block(wanted)
    call_back_all(tx, billing, invoice.invoice_id, BLOCKED)
    return shown(tx, billing, wanted.invoice_id)


def lift(tx: Tx, billing: Billing, blocks: Sequence[Block]) -> None:
    """Lift blocks of one invoice, which is locked already."""
    for one in blocks:
        billing.keep_block(msgspec.structs.replace(one, lifted_at=tx.now))
    for invoice_id in dict.fromkeys(one.invoice_id for one in blocks):
        shown(tx, billing, invoice_id)


def shown(tx: Tx, billing: Billing, invoice_id: str) -> Invoice:
    """Write onto the invoice what its blocks say; returns it as it is then."""
    invoice = tx.get(Invoice, invoice_id)
    if invoice is None:
        raise RuleViolation("invoice.unknown", invoice_id=invoice_id)
    blocks = standing(billing.blocks_of(invoice_id), today(tx))
    # What holds longest is what people are told: a block without an end, else the latest end.
    zone = ZoneInfo(tx.reference().tenant.time_zone)
    ends = {one.source: ends_on(one, zone) for one in blocks}
    last = max(blocks, key=lambda one: (ends[one.source] is None, ends[one.source] or date.min), default=None)
    after = msgspec.structs.replace(
        invoice,
        is_dunning_blocked=last is not None,
        dunning_blocked_until=ends[last.source] if last else None,
        dunning_block_reason=last.reason if last else "",
        dunning_blocked_by=last.actor if last else "",
    )
    return keep(tx, billing, after)


def waive(tx: Tx, billing: Billing, invoice_id: str, amount: Money, reference: str) -> Invoice:
    """Drop fees that were charged and not paid.

    Raises:
        RuleViolation: ``invoice.unknown``, ``dunning.no_fee``, ``dunning.over_fee``,
            ``money.currency_mismatch``.
    """
    invoice = taken(tx, billing, invoice_id)
    if amount.minor_units <= 0:
        raise RuleViolation("dunning.no_fee", invoice=invoice.number)
    if amount > invoice.fee_open:
        code = "dunning.over_fee" if invoice.fee_open else "dunning.no_fee"
        raise RuleViolation(code, fee=money_param(invoice.fee_open), invoice=invoice.number)
    left = invoice.fee_open - amount
    book_fee(tx, invoice_id, reference, -amount)
    if not left:
        for notice in notices_of(tx, invoice):
            if notice.fee and notice.status != "withheld" and not notice.is_fee_waived:
                tx.put(msgspec.structs.replace(notice, is_fee_waived=True))
    return keep(tx, billing, msgspec.structs.replace(invoice, fee_open=left))


def book_fee(tx: Tx, invoice_id: str, reference: str, fee: Money) -> None:
    """Book a fee that is charged, or with a minus one that is dropped; once for a reference."""
    if fee:
        tx.book(
            derived_id(tx.tenant_id, "dunning_fee", reference),
            (
                LedgerEntry(FEES_OWED, fee.minor_units, fee.currency, invoice_id),
                LedgerEntry(FEE_INCOME, -fee.minor_units, fee.currency, invoice_id),
            ),
            tx.now,
        )


def paid_in(invoice: Invoice, amount: Money) -> Invoice:
    """Return an invoice with money received: the invoice first, then its fees; the rest is a credit."""
    currency = amount.currency
    to_invoice = min(amount.minor_units, invoice.open.minor_units)
    to_fees = min(amount.minor_units - to_invoice, invoice.fee_open.minor_units)
    rest = amount.minor_units - to_invoice - to_fees
    return msgspec.structs.replace(
        invoice,
        open=Money(invoice.open.minor_units - to_invoice, currency),
        fee_open=Money(invoice.fee_open.minor_units - to_fees, currency),
        fee_paid=Money(invoice.fee_paid.minor_units + to_fees, currency),
        overpaid=Money(invoice.overpaid.minor_units + rest, currency),
    )


def take_back(tx: Tx, billing: Billing, row: ReminderRow, code: str) -> None:
    """Undo level and fee of a reminder that reached nobody; its notice says why.

    A fee that was paid already was never owed: that money pays what is open, or is to the customer's credit.
    """
    if row.status == "withheld":
        return
    invoice = taken(tx, billing, row.invoice_id)
    billing.keep_reminder(msgspec.structs.replace(row, status="withheld"))
    notice = tx.get(DunningNotice, row.notice_id)
    charged = notice.fee if notice is not None else Money.zero(invoice.fee_open.currency)
    dropped = charged if charged <= invoice.fee_open else invoice.fee_open
    paid = Money(min((charged - dropped).minor_units, invoice.fee_paid.minor_units), charged.currency)
    book_fee(tx, row.invoice_id, f"back/{row.effect_id or row.notice_id}", -(dropped + paid))
    if notice is not None:
        tx.put(msgspec.structs.replace(notice, status="withheld", code=code))
    freed = msgspec.structs.replace(
        invoice,
        dunning_level=min(invoice.dunning_level, row.level - 1),
        fee_open=invoice.fee_open - dropped,
        fee_paid=Money(invoice.fee_paid.minor_units - paid.minor_units, charged.currency),
    )
    keep(tx, billing, paid_in(freed, paid) if paid else freed)


def call_back_all(tx: Tx, billing: Billing, invoice_id: str, code: str) -> None:
    """Call back the reminder of an invoice that waits to leave: what has not left must not leave any more."""
    for row in billing.reminders_of(invoice_id):
        if row.status == "planned":
            call_back(tx, billing, row, code)


def why_no_reminder(tx: Tx, billing: Billing, invoice_id: str) -> str:
    """Return why no reminder of an invoice may leave now: stopped or paid; empty when one may."""
    if standing(billing.blocks_of(invoice_id), today(tx)):
        return BLOCKED
    invoice = tx.get(Invoice, invoice_id)
    return PAID if invoice is not None and not invoice.open else ""


def has_left(tx: Tx, row: ReminderRow) -> bool:
    """Say whether a reminder has left, or may have: nobody can call it back."""
    effect = tx.effect(row.effect_id) if row.effect_id else None
    return effect is None or not _is_here(effect)


def _is_here(effect: Effect) -> bool:
    return effect.state in _NOT_LEFT and effect.claimed_by != BEFORE_RESTORE


def call_back(tx: Tx, billing: Billing, row: ReminderRow, code: str) -> bool:
    """Call a reminder back if it has not left, for the reason ``code``; says whether it was."""
    effect = tx.effect(row.effect_id) if row.effect_id else None
    if effect is None or not _is_here(effect):
        return False
    ended = msgspec.structs.replace(effect, state="cancelled", failure_code=code)
    if not tx.change_effect(ended, expected_state=effect.state, expected_attempt=effect.attempt):
        return False
    message = tx.get(Message, row.message_id)
    if message is not None:
        tx.put(msgspec.structs.replace(message, delivery="held_back", delivery_code=code))
    take_back(tx, billing, row, code)
    return True


def delivery_told(
    tx: Tx,
    billing: Billing,
    invoice_id: str,
    message_id: str,
    at: datetime,
    *,
    has_arrived: bool,
    is_copy: bool,
) -> None:
    """Follow what became of a mail that carried an invoice, or a reminder of it."""
    invoice = taken(tx, billing, invoice_id)
    if not has_arrived:
        is_newer = is_copy and invoice.mail_id not in ("", message_id)
        if is_newer:
            return
        changed = msgspec.structs.replace(invoice, delivery="failed", failed_at=at)
    elif is_copy:
        is_first = invoice.delivery in ("not_sent", "failed")
        changed = msgspec.structs.replace(
            invoice,
            copy_sent_at=at,
            mail_id=message_id,
            delivery="sent" if is_first else invoice.delivery,
            sent_at=at if is_first or invoice.sent_at is None else invoice.sent_at,
            failed_at=None,
        )
    else:
        return
    keep(tx, billing, changed)
