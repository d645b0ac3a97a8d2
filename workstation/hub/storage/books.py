"""The hub's own books in SQL: one statement a question, constraints instead of hope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workstation.casework.customer import Customer
from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money
from workstation.casework.params import money_param
from workstation.casework.records import (
    Booking,
    Invoice,
    Order,
    Payment,
    ReturnAuthorisation,
    Shipment,
    WorkOrder,
)
from workstation.hub.ports import Tx
from workstation.hub.ports_books import folded_number
from workstation.hub.storage.billing import SqlBilling
from workstation.hub.storage.books_goods import GoodsRows
from workstation.hub.storage.sql import maybe_micros, micros, numbered, placeholders
from workstation.hub.storage.transaction import SqlTx

_KEEP_CUSTOMER = """
INSERT INTO book_customer (tenant_id, number, customer_id) VALUES (:tenant_id, :number, :customer_id)
ON CONFLICT (tenant_id, number) DO UPDATE SET customer_id = excluded.customer_id
"""
_KEEP_ORDER = """
INSERT INTO book_order (tenant_id, order_id, number, customer_id, placed_at)
VALUES (:tenant_id, :order_id, :number, :customer_id, :placed_at)
ON CONFLICT (tenant_id, order_id)
DO UPDATE SET number = excluded.number, customer_id = excluded.customer_id, placed_at = excluded.placed_at
"""
_KEEP_PAYMENT = """
INSERT INTO book_payment (tenant_id, payment_id, number, order_id, currency, captured, refunded)
VALUES (:tenant_id, :payment_id, :number, :order_id, :currency, :captured, :refunded)
ON CONFLICT (tenant_id, payment_id)
DO UPDATE SET number = excluded.number, order_id = excluded.order_id, currency = excluded.currency,
              captured = excluded.captured,
              refunded = CASE WHEN book_payment.refunded > excluded.refunded THEN book_payment.refunded
                         ELSE excluded.refunded END
"""
_TAKE_BACK = """
UPDATE book_payment SET refunded = refunded + :amount
WHERE tenant_id = :tenant_id AND payment_id = :payment_id AND currency = :currency
  AND refunded + :amount <= captured
"""
_PUT_BACK = """
UPDATE book_payment SET refunded = refunded - :amount
WHERE tenant_id = :tenant_id AND payment_id = :payment_id AND currency = :currency AND refunded >= :amount
"""
_KEEP_SHIPMENT = """
INSERT INTO book_shipment (tenant_id, shipment_id, order_id, tracking_number)
VALUES (:tenant_id, :shipment_id, :order_id, :tracking_number)
ON CONFLICT (tenant_id, shipment_id)
DO UPDATE SET order_id = excluded.order_id, tracking_number = excluded.tracking_number
"""
_KEEP_INVOICE = """
INSERT INTO book_invoice (tenant_id, invoice_id, number, order_id)
VALUES (:tenant_id, :invoice_id, :number, :order_id)
ON CONFLICT (tenant_id, invoice_id) DO UPDATE SET number = excluded.number, order_id = excluded.order_id
"""
_ADD_BOOKING = """
INSERT INTO book_booking (tenant_id, booking_id, reference, credit_note_number, order_id, payment_id,
                          currency, amount, credited, booked_at, paid_at, kind, is_withdrawn, reverses)
VALUES (:tenant_id, :booking_id, :reference, :credit_note_number, :order_id, :payment_id, :currency,
        :amount, :credited, :booked_at, :paid_at, :kind, 0, :reverses)
ON CONFLICT (tenant_id, reference) DO NOTHING
"""
_ADD_TAX = """
INSERT INTO book_tax (tenant_id, booking_id, rate_bp, net, tax)
VALUES (:tenant_id, :booking_id, :rate_bp, :net, :tax)
"""
_ADD_RETURN = """
INSERT INTO book_return (tenant_id, return_id, reference, number, order_id, created_at)
VALUES (:tenant_id, :return_id, :reference, :number, :order_id, :created_at)
ON CONFLICT (tenant_id, reference) DO NOTHING
"""
_KEEP_WORK_ORDER = """
INSERT INTO book_work_order (tenant_id, work_order_id, kind, subject_id, status, created_at, number)
VALUES (:tenant_id, :work_order_id, :kind, :subject_id, :status, :created_at, :number)
ON CONFLICT (tenant_id, work_order_id) DO UPDATE SET status = excluded.status
"""


class SqlBooks(GoodsRows):
    """Implements :class:`workstation.hub.ports_books.Books` within one transaction."""

    def customer_by_number(self, number: str) -> str | None:
        """Return the id of the customer with that number."""
        found = self._session.value(
            "SELECT customer_id FROM book_customer WHERE tenant_id = :tenant_id AND number = :number",
            tenant_id=self._tenant_id,
            number=folded_number(number),
        )
        return None if found is None else str(found)

    def keep_customer(self, customer: Customer) -> None:
        """Remember the customer's number."""
        if customer.number:
            self._do(_KEEP_CUSTOMER, number=folded_number(customer.number), customer_id=customer.customer_id)

    def orders_by_numbers(self, numbers: Sequence[str]) -> dict[str, str]:
        """Return order ids by number, for those that exist (compared without case)."""
        return self._by_number("book_order", "number", "order_id", numbers)

    def keep_order(self, order: Order) -> None:
        """Remember number, customer and date of an order."""
        self._do(
            _KEEP_ORDER,
            order_id=order.order_id,
            number=folded_number(order.number),
            customer_id=order.customer_id,
            placed_at=micros(order.placed_at),
        )

    def lock_order(self, order_id: str) -> None:
        """Let nobody else book on an order until this transaction ends; SQLite has only one writer anyway."""
        if self._session.is_postgresql:
            self._session.row(
                "SELECT 1 FROM book_order WHERE tenant_id = :tenant_id AND order_id = :order_id FOR UPDATE",
                tenant_id=self._tenant_id,
                order_id=order_id,
            )

    def orders_of(self, customer_id: str, since: datetime) -> tuple[str, ...]:
        """Return ids of the customer's orders placed since then, newest first."""
        rows = self._session.rows(
            "SELECT order_id AS found FROM book_order"
            " WHERE tenant_id = :tenant_id AND customer_id = :customer_id AND placed_at >= :since"
            " ORDER BY placed_at DESC, order_id",
            tenant_id=self._tenant_id,
            customer_id=customer_id,
            since=micros(since),
        )
        return tuple(str(row[0]) for row in rows)

    def keep_payment(self, payment: Payment, number: str) -> None:
        """Remember a payment under the number its source gives it.

        What went back since the payment was read stays counted: only :meth:`put_back` takes off from it.

        Raises:
            RuleViolation: ``payment.over_refunded`` when more went back than was captured.
        """
        if payment.refunded > payment.captured:
            raise RuleViolation(
                "payment.over_refunded",
                captured=money_param(payment.captured),
                refunded=money_param(payment.refunded),
            )
        self._do(
            _KEEP_PAYMENT,
            payment_id=payment.payment_id,
            number=folded_number(number),
            order_id=payment.order_id,
            currency=payment.captured.currency,
            captured=payment.captured.minor_units,
            refunded=payment.refunded.minor_units,
        )

    def payments_of(self, order_id: str) -> tuple[str, ...]:
        """Return the ids of an order's payments."""
        return self._ids("payment_id", "book_payment", "order_id", order_id)

    def take_back(self, payment_id: str, amount: Money) -> None:
        """Add ``amount`` to what went back of a payment.

        Raises:
            RuleViolation: ``refund.above_refundable``, ``payment.unknown`` or ``money.currency_mismatch``.
        """
        taken = self._do(
            _TAKE_BACK, payment_id=payment_id, amount=amount.minor_units, currency=amount.currency
        )
        if taken == 1:
            return
        row = self._session.row(
            "SELECT currency, captured, refunded FROM book_payment"
            " WHERE tenant_id = :tenant_id AND payment_id = :payment_id",
            tenant_id=self._tenant_id,
            payment_id=payment_id,
        )
        if row is None:
            raise RuleViolation("payment.unknown", payment_id=payment_id)
        currency = str(row[0])
        if currency != amount.currency:
            raise RuleViolation("money.currency_mismatch", left=currency, right=amount.currency)
        left = Money(int(row[1]) - int(row[2]), currency)
        raise RuleViolation(
            "refund.above_refundable", amount=money_param(amount), refundable=money_param(left)
        )

    def put_back(self, payment_id: str, amount: Money) -> bool:
        """Take ``amount`` off what went back of a payment; False when not so much of it went back."""
        put = self._do(_PUT_BACK, payment_id=payment_id, amount=amount.minor_units, currency=amount.currency)
        return put == 1

    def shipments_by_tracking(self, tracking_numbers: Sequence[str]) -> dict[str, str]:
        """Return shipment ids by tracking number, for those that exist (compared without case)."""
        return self._by_number("book_shipment", "tracking_number", "shipment_id", tracking_numbers)

    def keep_shipment(self, shipment: Shipment) -> None:
        """Remember order and tracking number of a parcel."""
        self._do(
            _KEEP_SHIPMENT,
            shipment_id=shipment.shipment_id,
            order_id=shipment.order_id,
            tracking_number=folded_number(shipment.tracking_number),
        )

    @property
    def billing(self) -> SqlBilling:
        """Invoices as they are dunned."""
        return SqlBilling(self._session, self._tenant_id)

    def keep_invoice(self, invoice: Invoice) -> None:
        """Remember number and order of an invoice."""
        self._do(
            _KEEP_INVOICE,
            invoice_id=invoice.invoice_id,
            number=folded_number(invoice.number),
            order_id=invoice.order_id,
        )

    def booking_by_reference(self, reference: str) -> str | None:
        """Return the id of the booking with that reference."""
        found = self._ids("booking_id", "book_booking", "reference", reference)
        return found[0] if found else None

    def add_booking(self, booking: Booking) -> bool:
        """Store a booking; False (and nothing stored) when its reference is booked already."""
        added = self._do(
            _ADD_BOOKING,
            booking_id=booking.booking_id,
            reference=booking.reference,
            credit_note_number=booking.credit_note_number,
            order_id=booking.order_id,
            payment_id=booking.payment_id,
            currency=booking.amount.currency,
            amount=booking.amount.minor_units,
            credited=booking.credited.minor_units,
            booked_at=micros(booking.booked_at),
            paid_at=maybe_micros(booking.paid_at),
            kind=booking.kind,
            reverses=booking.reverses,
        )
        if added != 1:
            return False
        for share in booking.tax:
            self._do(
                _ADD_TAX,
                booking_id=booking.booking_id,
                rate_bp=share.rate_bp,
                net=share.net.minor_units,
                tax=share.tax.minor_units,
            )
        return True

    def bookings_of(self, order_id: str) -> tuple[str, ...]:
        """Return the ids of an order's bookings."""
        return self._ids("booking_id", "book_booking", "order_id", order_id)

    def withdraw_booking(self, booking_id: str) -> bool:
        """Say that a booking was taken back; False when it was paid or taken back before."""
        withdrawn = self._do(
            "UPDATE book_booking SET is_withdrawn = 1 WHERE tenant_id = :tenant_id"
            " AND booking_id = :booking_id AND is_withdrawn = 0 AND paid_at IS NULL",
            booking_id=booking_id,
        )
        return withdrawn == 1

    def pay_booking(self, booking_id: str, at: datetime) -> None:
        """Say that the money of a booking was paid out; the first word counts."""
        self._do(
            "UPDATE book_booking SET paid_at = :at"
            " WHERE tenant_id = :tenant_id AND booking_id = :booking_id AND paid_at IS NULL",
            booking_id=booking_id,
            at=micros(at),
        )

    def return_by_reference(self, reference: str) -> str | None:
        """Return the id of the return with that reference."""
        found = self._ids("return_id", "book_return", "reference", reference)
        return found[0] if found else None

    def add_return(self, authorised: ReturnAuthorisation, reference: str) -> bool:
        """Store a return; False (and nothing stored) when its reference is used already."""
        added = self._do(
            _ADD_RETURN,
            return_id=authorised.return_id,
            reference=reference,
            number=authorised.number,
            order_id=authorised.order_id,
            created_at=micros(authorised.created_at),
        )
        return added == 1

    def returns_of(self, order_id: str) -> tuple[str, ...]:
        """Return the ids of an order's returns."""
        return self._ids("return_id", "book_return", "order_id", order_id)

    def keep_work_order(self, work: WorkOrder) -> None:
        """Remember a work order and its state."""
        self._do(
            _KEEP_WORK_ORDER,
            work_order_id=work.work_order_id,
            kind=work.kind,
            subject_id=work.booking_id or work.return_id or work.work_order_id,
            status=work.status,
            created_at=micros(work.created_at),
            number=work.number,
        )

    def open_work_orders(
        self, created_before: datetime, limit: int = 500, kinds: Sequence[str] = (), offset: int = 0
    ) -> tuple[str, ...]:
        """Return ids of work orders nobody has done yet, oldest first; of some kinds, or of all."""
        of_kinds = f" AND kind IN ({placeholders('kind', len(kinds))})" if kinds else ""
        rows = self._session.rows(
            "SELECT work_order_id AS found FROM book_work_order"
            f" WHERE tenant_id = :tenant_id AND status = 'open' AND created_at < :before{of_kinds}"
            " ORDER BY created_at, work_order_id LIMIT :limit OFFSET :offset",
            tenant_id=self._tenant_id,
            before=micros(created_before),
            limit=limit,
            offset=offset,
            **numbered("kind", kinds),
        )
        return tuple(str(row[0]) for row in rows)


def open_books(tx: Tx) -> SqlBooks:
    """Return the books of the tenant a transaction belongs to."""
    if not isinstance(tx, SqlTx):
        raise TypeError("the books lie in the same database as the documents")
    return SqlBooks(tx.session, tx.tenant_id)
