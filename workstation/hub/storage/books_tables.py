"""Tables of the hub's own books and of the intake ledger: what is unique, what is never exceeded."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from workstation.hub.storage.columns import (
    flag_column as _flag,
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

book_customer = Table(
    "book_customer",
    metadata,
    _text("tenant_id"),
    _text("number"),
    _text("customer_id"),
    PrimaryKeyConstraint("tenant_id", "number"),
)
"""Customer numbers, folded."""

book_order = Table(
    "book_order",
    metadata,
    _text("tenant_id"),
    _text("order_id"),
    _text("number"),
    _text("customer_id"),
    _number("placed_at"),
    PrimaryKeyConstraint("tenant_id", "order_id"),
    UniqueConstraint("tenant_id", "number"),
)
"""Orders by their folded number."""
Index("ix_book_order_customer", book_order.c.tenant_id, book_order.c.customer_id, book_order.c.placed_at)

book_payment = Table(
    "book_payment",
    metadata,
    _text("tenant_id"),
    _text("payment_id"),
    _text("number"),
    _text("order_id"),
    _text("currency"),
    _number("captured"),
    _number("refunded"),
    PrimaryKeyConstraint("tenant_id", "payment_id"),
    UniqueConstraint("tenant_id", "number"),
    CheckConstraint("captured >= 0 AND refunded >= 0", name="no_negative_amount"),
    CheckConstraint("refunded <= captured", name="not_over_refunded"),
)
Index("ix_book_payment_order", book_payment.c.tenant_id, book_payment.c.order_id)

book_shipment = Table(
    "book_shipment",
    metadata,
    _text("tenant_id"),
    _text("shipment_id"),
    _text("order_id"),
    _text("tracking_number"),
    PrimaryKeyConstraint("tenant_id", "shipment_id"),
    UniqueConstraint("tenant_id", "tracking_number"),
)
Index("ix_book_shipment_order", book_shipment.c.tenant_id, book_shipment.c.order_id)

book_invoice = Table(
    "book_invoice",
    metadata,
    _text("tenant_id"),
    _text("invoice_id"),
    _text("number"),
    _text("order_id"),
    PrimaryKeyConstraint("tenant_id", "invoice_id"),
    UniqueConstraint("tenant_id", "number"),
)

book_booking = Table(
    "book_booking",
    metadata,
    _text("tenant_id"),
    _text("booking_id"),
    _text("reference"),
    _text("credit_note_number"),
    _text("order_id"),
    _text("payment_id"),
    _text("currency"),
    _number("amount"),
    _number("booked_at"),
    _maybe_number("paid_at"),
    Column("kind", Text, nullable=False, server_default=text("'refund'")),
    Column("is_withdrawn", Integer, nullable=False, server_default=text("0")),
    Column("reverses", Text, nullable=False, server_default=text("''")),
    _number("credited", 0),
    PrimaryKeyConstraint("tenant_id", "booking_id"),
    UniqueConstraint("tenant_id", "reference"),
    UniqueConstraint("tenant_id", "credit_note_number"),
    CheckConstraint("amount > 0", name="some_amount"),
)
"""Credit notes: ``credited`` came off invoices, the rest is paid out; ``reverses``: takes that one back."""
Index("ix_book_booking_order", book_booking.c.tenant_id, book_booking.c.order_id)
_SHIPPING = text("kind = 'refund_shipping' AND is_withdrawn = 0")
Index(
    "ux_book_booking_shipping",
    book_booking.c.tenant_id,
    book_booking.c.order_id,
    unique=True,
    postgresql_where=_SHIPPING,
    sqlite_where=_SHIPPING,
)
_REVERSES = text("reverses <> ''")
Index(
    "ux_book_booking_reverses",
    book_booking.c.tenant_id,
    book_booking.c.reverses,
    unique=True,
    postgresql_where=_REVERSES,
    sqlite_where=_REVERSES,
)

book_tax = Table(
    "book_tax",
    metadata,
    _text("tenant_id"),
    _text("booking_id"),
    _number("rate_bp"),
    _number("net"),
    _number("tax"),
    PrimaryKeyConstraint("tenant_id", "booking_id", "rate_bp"),
)
"""Net and tax of a booking by rate; their sum is its amount."""

book_act = Table(
    "book_act",
    metadata,
    _text("tenant_id"),
    _text("reference"),
    _text("kind"),
    _text("subject_id"),
    _text("fingerprint"),
    _text("undoes"),
    _number("made_at"),
    PrimaryKeyConstraint("tenant_id", "reference"),
)
"""What was done under a reference, once and for ever; ``undoes`` is the reference it takes back."""
_UNDOES = text("undoes <> ''")
Index(
    "ux_book_act_undoes",
    book_act.c.tenant_id,
    book_act.c.undoes,
    unique=True,
    postgresql_where=_UNDOES,
    sqlite_where=_UNDOES,
)

book_voucher = Table(
    "book_voucher",
    metadata,
    _text("tenant_id"),
    _text("voucher_id"),
    _text("code"),
    _text("currency"),
    _number("amount"),
    _text("state"),
    PrimaryKeyConstraint("tenant_id", "voucher_id"),
    UniqueConstraint("tenant_id", "code"),
    CheckConstraint("amount > 0", name="some_amount"),
    CheckConstraint("state IN ('open', 'redeemed', 'withdrawn')", name="state"),
)
"""Vouchers by their code, folded; each is redeemed once."""

book_stock = Table(
    "book_stock",
    metadata,
    _text("tenant_id"),
    _text("stock_id"),
    _text("sku"),
    _number("available"),
    PrimaryKeyConstraint("tenant_id", "stock_id"),
    UniqueConstraint("tenant_id", "sku"),
    CheckConstraint("available >= 0", name="not_negative"),
)
"""Pieces of an article that can be sent, by its folded number."""

book_return = Table(
    "book_return",
    metadata,
    _text("tenant_id"),
    _text("return_id"),
    _text("reference"),
    _text("number"),
    _text("order_id"),
    _number("created_at"),
    PrimaryKeyConstraint("tenant_id", "return_id"),
    UniqueConstraint("tenant_id", "reference"),
    UniqueConstraint("tenant_id", "number"),
)
Index("ix_book_return_order", book_return.c.tenant_id, book_return.c.order_id)

book_work_order = Table(
    "book_work_order",
    metadata,
    _text("tenant_id"),
    _text("work_order_id"),
    _text("kind"),
    _text("subject_id"),
    _text("status"),
    _number("created_at"),
    Column("number", Text, nullable=False, server_default=text("''")),
    PrimaryKeyConstraint("tenant_id", "work_order_id"),
    UniqueConstraint("tenant_id", "kind", "subject_id"),
    CheckConstraint("status IN ('open', 'done', 'withdrawn')", name="status"),
)
"""Work for people; ``subject_id`` is the booking or the return it is about."""
_NUMBERED = text("number <> ''")
Index(
    "ux_book_work_order_number",
    book_work_order.c.tenant_id,
    book_work_order.c.number,
    unique=True,
    postgresql_where=_NUMBERED,
    sqlite_where=_NUMBERED,
)
_OPEN = text("status = 'open'")
Index(
    "ix_book_work_order_open",
    book_work_order.c.tenant_id,
    book_work_order.c.created_at,
    postgresql_where=_OPEN,
    sqlite_where=_OPEN,
)

intake = Table(
    "intake",
    metadata,
    _text("tenant_id"),
    _text("intake_id"),
    _text("mailbox"),
    _number("uidvalidity"),
    _number("uid"),
    _text("sha256"),
    _number("size"),
    _number("stored_at"),
    _maybe_number("received_at"),
    _text("state"),
    _text("rfc_message_id"),
    _text("case_id"),
    _text("message_id"),
    _flag("is_readable"),
    _flag("is_filed"),
    PrimaryKeyConstraint("tenant_id", "intake_id"),
    UniqueConstraint("tenant_id", "mailbox", "uidvalidity", "uid"),
    CheckConstraint("state IN ('stored', 'done', 'repeat')", name="state"),
)
"""Every raw mail that came in, before anything else is done with it."""
Index("ix_intake_sha256", intake.c.tenant_id, intake.c.sha256)
Index("ix_intake_stored", intake.c.tenant_id, intake.c.stored_at)
Index("ix_intake_rfc_message_id", intake.c.tenant_id, intake.c.rfc_message_id)
_WAITING = text("state = 'stored'")
_UNFILED = text("state <> 'stored' AND is_filed = 0")
Index(
    "ix_intake_waiting",
    intake.c.tenant_id,
    intake.c.intake_id,
    postgresql_where=_WAITING,
    sqlite_where=_WAITING,
)
Index(
    "ix_intake_unfiled",
    intake.c.tenant_id,
    intake.c.mailbox,
    intake.c.uidvalidity,
    postgresql_where=_UNFILED,
    sqlite_where=_UNFILED,
)
