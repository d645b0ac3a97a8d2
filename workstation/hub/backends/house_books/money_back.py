"""Money back on a payment: booking, credit note with its tax, the payment's new state, work for a person."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.money import Money
from workstation.casework.params import money_param
from workstation.casework.records import (
    Booking,
    Invoice,
    InvoiceCredit,
    LineQuantity,
    Order,
    Payment,
    TaxShare,
    WorkOrder,
)
from workstation.casework.taxes import tax_shares
from workstation.hub.backends.house_books.acts import Raced
from workstation.hub.backends.house_books.crediting import (
    asked_for,
    credit,
    locked_invoices,
    pay_overpaid,
)
from workstation.hub.backends.house_books.numbers import numbered
from workstation.hub.backends.house_books.order_lines import counted, order_of
from workstation.hub.backends.house_books.work_orders import transfer_to_make
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import Booked, RefundRequest
from workstation.hub.ports_books import Books

CREDIT_NOTE = "credit_note"
"""Series of the numbers ``GS-<year>-<number>``."""


def give_back(tx: Tx, books: Books, request: RefundRequest) -> Booked:
    """Book money back for goods, for shipping or as a part of the price, once for its reference.

    Raises:
        RuleViolation: nothing was booked.
    """
    known = books.booking_by_reference(request.reference)
    if known is not None:
        _check_same(tx, known, request)
        return booked(tx, known, is_repeat=True)
    # The order first, then its invoices, then the payment: nobody waits in a circle.
    books.lock_order(request.order_id)
    order = order_of(tx, request.order_id)
    invoices = locked_invoices(tx, books, order)
    payment = None
    if request.amount or not request.credited:
        payment = taken(tx, books, request.payment_id, request.amount)
        if payment.order_id != order.order_id:
            raise RuleViolation("payment.other_order", order=order.number)
    if request.kind == "refund_shipping":
        _check_shipping(tx, books, order, whole_of(request))
    taken_off = credit(tx, books, invoices, request.credited, pays_out=payment is not None)
    if request.lines:
        order = counted(
            order,
            request.lines,
            "refunded_quantity",
            lambda line: line.quantity - line.refunded_quantity - line.cancelled_quantity,
        )
        tx.put(order)
    booking = book(tx, books, request, order, payment, invoices, taken_off)
    if payment is not None:
        keep_work(tx, books, transfer_to_make(booking, payment))
    return told(tx, booking, payment)


def whole_of(request: RefundRequest | BackRequest) -> Money:
    """Return what a credit note states: what is credited and what is paid out."""
    if not request.credited:
        return request.amount
    return request.credited + request.amount if request.amount else request.credited


def taken(tx: Tx, books: Books, payment_id: str, amount: Money) -> Payment:
    """Take an amount off a payment and return the payment as it was before.

    Raises:
        RuleViolation: ``refund.nothing``, ``refund.above_refundable``, ``payment.unknown`` ...
    """
    if amount.minor_units <= 0:
        raise RuleViolation("refund.nothing")
    # The payment's row is taken first: what is read from here on, no other refund changes under us.
    books.take_back(payment_id, amount)
    payment = tx.get(Payment, payment_id)
    if payment is None:
        raise RuleViolation("payment.unknown", payment_id=payment_id)
    return payment


class BackRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a booking needs to know of the request it is made for."""

    reference: str
    kind: str
    amount: Money
    lines: tuple[LineQuantity, ...] = ()
    decision_id: str = ""
    reason: str = ""
    credited: Money = Money(0)


def book(
    tx: Tx,
    books: Books,
    request: RefundRequest | BackRequest,
    order: Order,
    payment: Payment | None,
    invoices: Sequence[Invoice],
    credits: tuple[InvoiceCredit, ...] = (),
) -> Booking:
    """Store booking, credit note and the payment's new state; ``payment`` is as it was before.

    What is paid out comes off what the customer has to their credit on ``invoices``, which are locked.

    Raises:
        Raced: somebody booked the reference meanwhile.
    """
    overpaid = pay_overpaid(tx, books, invoices, request.amount) if payment is not None else ()
    booking = Booking(
        booking_id=derived_id(tx.tenant_id, "booking", request.reference),
        credit_note_number=numbered(tx, "GS", CREDIT_NOTE),
        order_id=order.order_id,
        payment_id=payment.payment_id if payment is not None else "",
        customer_id=order.customer_id,
        amount=whole_of(request),
        booked_at=tx.now,
        reference=request.reference,
        decision_id=request.decision_id,
        kind=request.kind,
        reason=request.reason,
        lines=request.lines,
        tax=tax_shares(order, whole_of(request), request.lines, _taxed_before(tx, books, order)),
        credits=credits,
        overpaid=overpaid,
    )
    if not books.add_booking(booking):
        raise Raced
    if payment is not None:
        tx.put(msgspec.structs.replace(payment, refunded=payment.refunded + request.amount))
    tx.put(booking)
    return booking


def _taxed_before(tx: Tx, books: Books, order: Order) -> list[TaxShare]:
    """Return net and tax of all that went back on an order and stands."""
    earlier = tx.get_many(Booking, books.bookings_of(order.order_id)).values()
    return [share for booking in active(list(earlier)) for share in booking.tax]


def keep_work(tx: Tx, books: Books, *works: WorkOrder) -> None:
    """Store work for people."""
    for work in works:
        books.keep_work_order(work)
        tx.put(work)


def booked(tx: Tx, booking_id: str, *, is_repeat: bool) -> Booked:
    """Return a booking as the outside is told of it.

    Raises:
        RuleViolation: ``booking.unknown``.
    """
    booking = tx.get(Booking, booking_id)
    if booking is None:
        raise RuleViolation("booking.unknown", booking_id=booking_id)
    payment = tx.get(Payment, booking.payment_id) if booking.payment_id else None
    return msgspec.structs.replace(told(tx, booking, payment), is_repeat=is_repeat)


def told(tx: Tx, booking: Booking, payment: Payment | None) -> Booked:
    """Return what the outside is told of a booking."""
    found = (tx.get(Invoice, one.invoice_id) for one in booking.credits)
    invoices = [one for one in found if one is not None]
    return Booked(
        ext_ref=booking.booking_id,
        amount=booking.amount,
        booked_at=booking.booked_at,
        credit_note_number=booking.credit_note_number,
        account_hint=payment.account_hint if payment else "",
        method=payment.method if payment else "",
        credited=booking.credited if booking.credits else None,
        credited_invoice=", ".join(one.number for one in invoices),
        left_open=asked_for(invoices, booking.amount.currency) if invoices else None,
    )


def active(bookings: Sequence[Booking]) -> list[Booking]:
    """Return the bookings that stand: neither taken back nor taking one back."""
    return [one for one in bookings if one.status != "withdrawn" and not one.reverses]


def _check_shipping(tx: Tx, books: Books, order: Order, amount: Money) -> None:
    if order.status == "cancelled":
        raise RuleViolation("order.already_cancelled", order=order.number)
    if amount > order.shipping:
        raise RuleViolation(
            "shipping.above_paid", amount=money_param(amount), shipping=money_param(order.shipping)
        )
    if is_shipping_back(tx, books, order):
        raise RuleViolation("shipping.already_refunded", order=order.number)


def is_shipping_back(tx: Tx, books: Books, order: Order) -> bool:
    """Say whether the shipping of an order went back by a booking that stands."""
    earlier = tx.get_many(Booking, books.bookings_of(order.order_id))
    return any(one.kind == "refund_shipping" for one in active(list(earlier.values())))


def _check_same(tx: Tx, booking_id: str, request: RefundRequest) -> None:
    booking = tx.get(Booking, booking_id)
    is_same = (
        booking is not None
        and booking.amount == whole_of(request)
        and booking.credited.minor_units == request.credited.minor_units
        and booking.payment_id == request.payment_id
        and booking.kind == request.kind
    )
    if not is_same:
        raise RuleViolation("refund.other_request", reference=request.reference)
