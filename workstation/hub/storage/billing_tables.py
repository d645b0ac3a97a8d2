"""Tables of invoices and dunning: what is unique, what is locked, what a run has done. Days are ordinals."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from workstation.hub.storage.columns import (
    maybe_number_column as _maybe_number,
)
from workstation.hub.storage.columns import (
    number_column as _number,
)
from workstation.hub.storage.columns import (
    text_column as _text,
)
from workstation.hub.storage.tables import metadata

billing_invoice = Table(
    "billing_invoice",
    metadata,
    _text("tenant_id"),
    _text("invoice_id"),
    _text("number"),
    _text("currency"),
    _number("due_on"),
    _number("opening_amount"),
    _number("open_amount"),
    _number("fee_open"),
    _number("dunning_level"),
    PrimaryKeyConstraint("tenant_id", "invoice_id"),
    UniqueConstraint("tenant_id", "number"),
    CheckConstraint("open_amount >= 0 AND fee_open >= 0 AND opening_amount >= 0", name="no_negative_amount"),
    CheckConstraint("open_amount <= opening_amount", name="not_more_open"),
    CheckConstraint("dunning_level >= 0", name="level"),
)
"""Invoices by folded number; the row is what is locked. ``opening_amount``: before payments known here."""
_UNPAID = text("open_amount > 0")
Index(
    "ix_billing_invoice_unpaid",
    billing_invoice.c.tenant_id,
    billing_invoice.c.invoice_id,
    billing_invoice.c.due_on,
    postgresql_where=_UNPAID,
    sqlite_where=_UNPAID,
)

billing_act = Table(
    "billing_act",
    metadata,
    _text("tenant_id"),
    _text("reference"),
    _text("kind"),
    _text("invoice_id"),
    _text("answer"),
    _number("done_at"),
    PrimaryKeyConstraint("tenant_id", "reference"),
)
"""What was answered to a reference: asked again, it is answered the same and nothing is done twice."""

billing_block = Table(
    "billing_block",
    metadata,
    _text("tenant_id"),
    _text("invoice_id"),
    _text("source"),
    _text("actor"),
    _text("reason"),
    _text("case_id"),
    _maybe_number("until"),
    _number("set_at"),
    _maybe_number("closed_at"),
    _maybe_number("lifted_at"),
    PrimaryKeyConstraint("tenant_id", "invoice_id", "source"),
)
"""Why an invoice is not dunned; a lifted block keeps its row."""
_STANDING = text("lifted_at IS NULL")
Index(
    "ix_billing_block_standing",
    billing_block.c.tenant_id,
    billing_block.c.invoice_id,
    billing_block.c.source,
    postgresql_where=_STANDING,
    sqlite_where=_STANDING,
)

billing_reminder = Table(
    "billing_reminder",
    metadata,
    _text("tenant_id"),
    _text("invoice_id"),
    _number("level"),
    _text("notice_id"),
    _number("run_on"),
    _text("status"),
    _text("effect_id"),
    _text("message_id"),
    _text("case_id"),
    PrimaryKeyConstraint("tenant_id", "invoice_id", "level"),
    UniqueConstraint("tenant_id", "notice_id"),
    CheckConstraint("status IN ('planned', 'sent', 'withheld')", name="status"),
)
"""One notice for each level of an invoice, never two."""
Index("ix_billing_reminder_message", billing_reminder.c.tenant_id, billing_reminder.c.message_id)

billing_run = Table(
    "billing_run",
    metadata,
    _text("tenant_id"),
    _number("run_on"),
    _number("began_at"),
    _maybe_number("ended_at"),
    PrimaryKeyConstraint("tenant_id", "run_on"),
)

billing_run_item = Table(
    "billing_run_item",
    metadata,
    _text("tenant_id"),
    _number("run_on"),
    _text("invoice_id"),
    _text("outcome"),
    _text("body"),
    PrimaryKeyConstraint("tenant_id", "run_on", "invoice_id"),
)
"""What a run did with an invoice: a run that was cut off goes on with those that are missing."""

billing_payment = Table(
    "billing_payment",
    metadata,
    _text("tenant_id"),
    _text("number"),
    _text("invoice_id"),
    _text("currency"),
    _number("amount"),
    _number("paid_on"),
    PrimaryKeyConstraint("tenant_id", "number"),
    CheckConstraint("amount > 0", name="some_amount"),
)
Index("ix_billing_payment_invoice", billing_payment.c.tenant_id, billing_payment.c.invoice_id)

billing_setting = Table(
    "billing_setting",
    metadata,
    _text("tenant_id"),
    _text("name"),
    _text("body"),
    PrimaryKeyConstraint("tenant_id", "name"),
)
