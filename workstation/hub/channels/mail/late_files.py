"""Files a decision has made for the mail that waits for it, attached just before the mail leaves."""

from __future__ import annotations

import msgspec

from workstation.casework.decision import DecisionRecord, ResendInvoice
from workstation.casework.message import AttachmentMeta, Message
from workstation.hub.ports import Tx
from workstation.hub.ports_values import EffectHeld


def with_late_files(tx: Tx, message: Message) -> Message:
    """Return ``message`` with the files of the decision it waits for; those it has already stay alone.

    Raises:
        EffectHeld: ``mail.booking_not_confirmed`` or ``mail.attachment_missing``: a file it announces is
            not there.
    """
    record = tx.get(DecisionRecord, message.waits_for) if message.waits_for else None
    if record is None:
        return message
    files = list(message.attachments)
    for step in record.steps:
        if not isinstance(step.decision, ResendInvoice):
            continue
        if step.state != "booked":
            raise EffectHeld("mail.booking_not_confirmed", state=record.state)
        told = step.result
        if not told.get("attachment_sha256") or not told.get("attachment_name"):
            raise EffectHeld("mail.attachment_missing", name=told.get("invoice_no", ""))
        if any(one.sha256 == told["attachment_sha256"] for one in files):
            continue
        files.append(
            AttachmentMeta(
                sha256=told["attachment_sha256"],
                name=told["attachment_name"],
                size=int(told.get("attachment_size", "0")),
                content_type=told.get("attachment_type", "application/pdf"),
            )
        )
    return msgspec.structs.replace(message, attachments=tuple(files))
