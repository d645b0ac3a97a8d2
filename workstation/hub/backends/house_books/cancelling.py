"""Orders cancelled whole or by lines before they are sent: money back, and word to whoever packs."""

from __future__ import annotations

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.money import Money, sum_of
from workstation.casework.params import money_param
from workstation.casework.records import Booking, LineQuantity, Order, OrderLine, Payment, Shipment, WorkOrder
from workstation.hub.backends.house_books.acts import add_act, known_act
from workstation.hub.backends.house_books.crediting import asked_for, credit, locked_invoices
from workstation.hub.backends.house_books.money_back import (
    BackRequest,
    book,
    is_shipping_back,
    keep_work,
    taken,
    told,
)
from workstation.hub.backends.house_books.order_lines import counted, order_of
from workstation.hub.backends.house_books.work_orders import goods_to_stop, transfer_to_make
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import Booked, CancelRequest
from workstation.hub.ports_books import BookAct, Books

CANCEL = "cancel_order"


def cancel(tx: Tx, books: Books, request: CancelRequest) -> Booked:
    """Cancel an order or lines of it, once for its reference.

    Raises:
        RuleViolation: ``order.already_shipped``, ``order.already_cancelled``, ``order.is_replacement``,
            ``order.nothing_left``, ``refund.invoice_changed``, ``refund.paid_meanwhile`` or a fault of lines
            or payment; nothing was booked.
    """
    act = known_act(books, request)
    if act is not None:
        return cancelled(tx, request, act, is_repeat=True)
    books.lock_order(request.order_id)
    order = order_of(tx, request.order_id)
    invoices = locked_invoices(tx, books, order)
    payment = taken(tx, books, request.payment_id, request.amount) if request.amount else None
    if payment is not None and payment.order_id != order.order_id:
        raise RuleViolation("payment.other_order", order=order.number)
    check_cancellable(tx, order)
    lines = request.lines or _left_over(order)
    if not lines:
        raise RuleViolation("order.nothing_left", order=order.number)
    changed = counted(order, lines, "cancelled_quantity", not_yet_gone)
    if not _left_over(changed):
        changed = msgspec.structs.replace(changed, status="cancelled")
    if invoices:
        _check_whole(tx, books, request, order, lines, asked_for(invoices, order.shipping.currency))
    tx.put(changed)
    taken_off = credit(tx, books, invoices, request.credited, pays_out=False)
    stop = goods_to_stop(request.reference, order, lines, request.decision_id, tx.now)
    add_act(tx, books, request, CANCEL, stop.work_order_id)
    keep_work(tx, books, stop)
    if payment is None and not taken_off:
        return _without_money(stop, request)
    back = BackRequest(
        reference=request.reference,
        kind=CANCEL,
        amount=request.amount,
        credited=request.credited,
        lines=lines,
        decision_id=request.decision_id,
        reason=request.reason,
    )
    booking = book(tx, books, back, order, payment, invoices, taken_off)
    if payment is not None:
        keep_work(tx, books, transfer_to_make(booking, payment))
    return told(tx, booking, payment)


def _check_whole(
    tx: Tx,
    books: Books,
    request: CancelRequest,
    order: Order,
    lines: tuple[LineQuantity, ...],
    asked: Money,
) -> None:
    """Refuse to keep money for goods that do not come, or to go on asking for it: it may just have come in.

    Raises:
        RuleViolation: ``refund.invoice_changed``, ``refund.paid_meanwhile``.
    """
    prices = {line.line_id: line.unit_price for line in order.lines}
    price = sum_of((prices[one.line_id] * one.quantity for one in lines), order.shipping.currency)
    if not request.lines and not is_shipping_back(tx, books, order):
        price = price + order.shipping
    if request.credited.minor_units != min(asked, price).minor_units:
        raise RuleViolation("refund.invoice_changed", open=money_param(asked))
    payments = tx.get_many(Payment, books.payments_of(order.order_id)).values()
    rest = [one.refundable.minor_units for one in payments if one.captured.currency == price.currency]
    # What this request takes is in the row of its payment already, not yet in the document.
    due = min(price.minor_units - request.credited.minor_units, sum(rest))
    if request.amount.minor_units < due:
        raise RuleViolation("refund.paid_meanwhile", amount=money_param(Money(due, price.currency)))


def cancelled(tx: Tx, request: CancelRequest, act: BookAct, *, is_repeat: bool) -> Booked:
    """Return a cancellation as the outside is told of it."""
    booking = tx.get(Booking, derived_id(tx.tenant_id, "booking", request.reference))
    if booking is not None:
        found = told(tx, booking, tx.get(Payment, booking.payment_id) if booking.payment_id else None)
    else:
        stop = tx.get(WorkOrder, act.subject_id)
        if stop is None:
            raise RuleViolation("work_order.unknown", work_order_id=act.subject_id)
        found = _without_money(stop, request)
    return msgspec.structs.replace(found, is_repeat=is_repeat)


def check_cancellable(tx: Tx, order: Order) -> None:
    """Refuse what was sent, cancelled or is a replacement.

    Raises:
        RuleViolation: ``order.already_shipped``, ``order.already_cancelled``, ``order.is_replacement``.
    """
    if order.status == "cancelled":
        raise RuleViolation("order.already_cancelled", order=order.number)
    if order.replaces_order_id:
        raise RuleViolation("order.is_replacement", order=order.number)
    parcels = tx.records_of(order.customer_id, Shipment)
    is_on_its_way = any(
        event.code != "announced"
        for parcel in parcels
        if parcel.order_id == order.order_id
        for event in parcel.events
    )
    if order.status != "placed" or is_on_its_way:
        raise RuleViolation("order.already_shipped", order=order.number)


def not_yet_gone(line: OrderLine) -> int:
    """Return how many pieces of a line are neither cancelled nor paid back."""
    return line.quantity - line.cancelled_quantity - line.refunded_quantity


def _left_over(order: Order) -> tuple[LineQuantity, ...]:
    return tuple(
        LineQuantity(line.line_id, not_yet_gone(line)) for line in order.lines if not_yet_gone(line) > 0
    )


def _without_money(stop: WorkOrder, request: CancelRequest) -> Booked:
    return Booked(ext_ref=stop.work_order_id, amount=request.amount, booked_at=stop.created_at)
