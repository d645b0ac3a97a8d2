"""What becomes of mails that carry an invoice or a reminder, written onto the invoice and its notice."""

from __future__ import annotations

import msgspec

from workstation.casework.decision import DecisionRecord, ResendInvoice
from workstation.casework.doubts import NOT_ARRIVED
from workstation.casework.message import Message
from workstation.casework.records import DunningNotice, Invoice
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import Billing, ReminderRow
from workstation.hub.ports_values import Effect
from workstation.hub.services.dunning_state import call_back, delivery_told, take_back, why_no_reminder

BOUNCED = "mail.bounced"
_NOBODYS_FAULT = ("effect.gave_up", NOT_ARRIVED)
"""Failures that say nothing about the address: the next run may try again."""


def mail_followed(tx: Tx, billing: Billing, effect: Effect) -> None:
    """Follow the effect of a mail, in the transaction that changes it."""
    row = billing.reminder_by_message(effect.message_id)
    if row is not None:
        _reminder_followed(tx, billing, effect, row)
    elif effect.state in ("confirmed", "failed"):
        message = tx.get(Message, effect.message_id)
        if message is not None and message.waits_for:
            _copy_followed(tx, billing, message, has_arrived=effect.state == "confirmed")


def mail_bounced(tx: Tx, billing: Billing, message: Message) -> None:
    """Follow a mail of ours that came back: the invoice it carried, or dunned for, has not arrived."""
    row = billing.reminder_by_message(message.message_id)
    if row is not None:
        delivery_told(
            tx, billing, row.invoice_id, message.message_id, tx.now, has_arrived=False, is_copy=False
        )
        take_back(tx, billing, row, BOUNCED)
    elif message.waits_for:
        _copy_followed(tx, billing, message, has_arrived=False)


def _reminder_followed(tx: Tx, billing: Billing, effect: Effect, row: ReminderRow) -> None:
    if row.effect_id != effect.effect_id:
        return
    match effect.state:
        case "confirmed" if row.status == "planned":
            billing.keep_reminder(msgspec.structs.replace(row, status="sent"))
            notice = tx.get(DunningNotice, row.notice_id)
            if notice is not None:
                tx.put(msgspec.structs.replace(notice, status="sent"))
        case "pending" if row.status == "planned":
            # It was on its way when reminders were stopped, and has come back unsent: now it stays here.
            code = why_no_reminder(tx, billing, row.invoice_id)
            if code:
                call_back(tx, billing, row, code)
        case "failed":
            if effect.failure_code not in _NOBODYS_FAULT:
                delivery_told(
                    tx, billing, row.invoice_id, effect.message_id, tx.now, has_arrived=False, is_copy=False
                )
            take_back(tx, billing, row, effect.failure_code)
        case "held_back" | "cancelled":
            take_back(tx, billing, row, effect.failure_code)
        case _:
            pass


def _copy_followed(tx: Tx, billing: Billing, message: Message, *, has_arrived: bool) -> None:
    record = tx.get(DecisionRecord, message.waits_for)
    if record is None:
        return
    steps = list(record.steps)
    for index, step in enumerate(steps):
        if not isinstance(step.decision, ResendInvoice) or step.state != "booked":
            continue
        if tx.get(Invoice, step.decision.invoice_id) is None:
            continue
        delivery_told(
            tx,
            billing,
            step.decision.invoice_id,
            message.message_id,
            tx.now,
            has_arrived=has_arrived,
            is_copy=True,
        )
        if has_arrived:
            result = {**step.result, "copy_sent_at": tx.now.isoformat()}
            steps[index] = msgspec.structs.replace(step, result=result)
    if tuple(steps) != record.steps:
        tx.put(msgspec.structs.replace(record, steps=tuple(steps)))
