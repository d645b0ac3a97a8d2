"""Booked steps taken back while that is possible: the counter booking has a number of its own."""

from __future__ import annotations

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.records import Booking, Order, Payment, ReturnAuthorisation, Voucher, WorkOrder
from workstation.hub.backends.house_books.acts import Raced, add_act, known_act
from workstation.hub.backends.house_books.cancelling import CANCEL
from workstation.hub.backends.house_books.crediting import overpaid_again, take_back
from workstation.hub.backends.house_books.numbers import numbered
from workstation.hub.backends.house_books.order_lines import order_of, uncounted
from workstation.hub.backends.house_books.replacing import REPLACEMENT, give_stock, replaced_lines
from workstation.hub.backends.house_books.vouchers import VOUCHER, close
from workstation.hub.backends.house_books.work_orders import withdraw
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import ReversalRequest, Reversed
from workstation.hub.ports_books import BookAct, Books

REVERSAL = "reversal"
CANCELLED_CREDIT_NOTE = "credit_note_reversal"
"""Series of the numbers ``GS-S-<year>-<number>``."""
MONEY = frozenset({"refund", "refund_shipping", "price_adjustment"})
TILL = "till_order"


def reverse(tx: Tx, books: Books, request: ReversalRequest) -> Reversed:
    """Take a booked step back, once for the request's reference and once for the step.

    Raises:
        RuleViolation: ``reversal.not_possible`` for a kind that has no way back, ``reversal.no_record``,
            ``reversal.already``, ``reversal.already_paid``, ``reversal.already_shipped``,
            ``reversal.already_received``, ``reversal.goods_stopped``, ``reversal.voucher_redeemed``;
            nothing was changed.
    """
    act = known_act(books, request)
    if act is not None:
        return reversed_(tx, act, is_repeat=True)
    if books.act_undoing(request.undoes_reference) is not None:
        raise RuleViolation("reversal.already")
    kind = request.undoes
    if kind in MONEY:
        subject = _money(tx, books, request, kind)
    elif kind == CANCEL:
        subject = _cancellation(tx, books, request)
    elif kind == REPLACEMENT:
        subject = _replacement(tx, books, request)
    elif kind == "return_authorisation":
        subject = _return(tx, books, request)
    elif kind == VOUCHER:
        subject = _voucher(tx, books, request)
    elif kind == TILL:
        subject = _till(tx, books, request)
    else:
        raise RuleViolation("reversal.not_possible", kind=kind)
    add_act(tx, books, request, REVERSAL, subject, request.undoes_reference)
    tx.audit("booking.reversed", actor="rule:reversal", subject=subject, detail={"kind": kind})
    done = books.act(request.reference)
    if done is None:
        raise Raced
    return reversed_(tx, done, is_repeat=False)


def reversed_(tx: Tx, act: BookAct, *, is_repeat: bool) -> Reversed:
    """Return a reversal as the outside is told of it."""
    counter = tx.get(Booking, act.subject_id)
    return Reversed(
        ext_ref=act.subject_id,
        reversed_at=act.made_at,
        amount=counter.amount if counter else None,
        credit_note_number=counter.credit_note_number if counter else "",
        is_repeat=is_repeat,
    )


def _money(tx: Tx, books: Books, request: ReversalRequest, kind: str) -> str:
    booking = _booking(tx, books, request, kind)
    books.lock_order(booking.order_id)
    counter = _counter_booked(tx, books, request, booking)
    if booking.paid_out:
        _withdraw_work(tx, books, derived_id("work_order", booking.booking_id))
    if booking.lines:
        tx.put(uncounted(order_of(tx, booking.order_id), booking.lines, "refunded_quantity"))
    return counter.booking_id


def _cancellation(tx: Tx, books: Books, request: ReversalRequest) -> str:
    act = _act(books, request, CANCEL)
    stopped = tx.get(WorkOrder, act.subject_id)
    # The order first, then its payment, as whoever cancels takes them: nobody waits in a circle.
    books.lock_order(stopped.order_id if stopped else "")
    booking = _maybe_booking(tx, books, request)
    counter = _counter_booked(tx, books, request, booking) if booking else None
    if booking is not None and booking.paid_out:
        _withdraw_work(tx, books, derived_id("work_order", booking.booking_id))
    stop = withdraw(tx, books, act.subject_id, "reversal.goods_stopped")
    order = uncounted(order_of(tx, stop.order_id), stop.lines, "cancelled_quantity")
    tx.put(msgspec.structs.replace(order, status="placed"))
    return counter.booking_id if counter else stop.work_order_id


def _replacement(tx: Tx, books: Books, request: ReversalRequest) -> str:
    act = _act(books, request, REPLACEMENT)
    new = order_of(tx, act.subject_id)
    if new.status != "placed":
        raise RuleViolation("reversal.already_shipped", number=new.number)
    books.lock_order(new.replaces_order_id)
    withdraw(tx, books, derived_id("work_order", "ship", new.order_id), "reversal.already_shipped")
    order = order_of(tx, new.replaces_order_id)
    give_stock(tx, books, [(line, line.quantity) for line in new.lines])
    tx.put(uncounted(order, replaced_lines(order, new), "replaced_quantity"))
    tx.put(_all_cancelled(new))
    return new.order_id


def _all_cancelled(order: Order) -> Order:
    lines = tuple(msgspec.structs.replace(line, cancelled_quantity=line.quantity) for line in order.lines)
    return msgspec.structs.replace(order, lines=lines, status="cancelled")


def _return(tx: Tx, books: Books, request: ReversalRequest) -> str:
    return_id = books.return_by_reference(request.undoes_reference)
    opened = tx.get(ReturnAuthorisation, return_id) if return_id else None
    if opened is None:
        raise RuleViolation("reversal.no_record")
    if opened.status != "authorised":
        raise RuleViolation("reversal.already_received", number=opened.number)
    withdraw(tx, books, derived_id("work_order", opened.return_id), "reversal.already_received")
    tx.put(msgspec.structs.replace(opened, status="cancelled"))
    return opened.return_id


def _voucher(tx: Tx, books: Books, request: ReversalRequest) -> str:
    act = _act(books, request, VOUCHER)
    voucher = tx.get(Voucher, act.subject_id)
    if voucher is None:
        raise RuleViolation("reversal.no_record")
    if voucher.status != "open":
        is_used = voucher.status == "redeemed"
        raise RuleViolation("reversal.voucher_redeemed" if is_used else "reversal.already")
    close(tx, books, msgspec.structs.replace(voucher, status="withdrawn", withdrawn_at=tx.now))
    return voucher.voucher_id


def _till(tx: Tx, books: Books, request: ReversalRequest) -> str:
    act = _act(books, request, TILL)
    booking = _maybe_booking(tx, books, request)
    ordered = tx.get(WorkOrder, act.subject_id)
    order_id = booking.order_id if booking is not None else ordered.order_id if ordered is not None else ""
    if order_id:
        books.lock_order(order_id)
    work = withdraw(tx, books, act.subject_id, "reversal.till_paid")
    overpaid_again(tx, books, work.overpaid)
    counter = _counter_booked(tx, books, request, booking) if booking else None
    if booking is not None and booking.lines:
        tx.put(uncounted(order_of(tx, booking.order_id), booking.lines, "refunded_quantity"))
    return counter.booking_id if counter else act.subject_id


def _act(books: Books, request: ReversalRequest, kind: str) -> BookAct:
    act = books.act(request.undoes_reference)
    if act is None or act.kind != kind:
        raise RuleViolation("reversal.no_record")
    return act


def _booking(tx: Tx, books: Books, request: ReversalRequest, kind: str) -> Booking:
    booking = _maybe_booking(tx, books, request)
    if booking is None or booking.kind != kind:
        raise RuleViolation("reversal.no_record")
    return booking


def _maybe_booking(tx: Tx, books: Books, request: ReversalRequest) -> Booking | None:
    booking_id = books.booking_by_reference(request.undoes_reference)
    return tx.get(Booking, booking_id) if booking_id else None


def _withdraw_work(tx: Tx, books: Books, work_order_id: str) -> None:
    withdraw(tx, books, work_order_id, "reversal.already_paid")


def _counter_booked(tx: Tx, books: Books, request: ReversalRequest, booking: Booking) -> Booking:
    """Withdraw a booking and store the one that takes it back; the payment has its money again."""
    if booking.status == "paid":
        raise RuleViolation("reversal.already_paid", number=booking.credit_note_number)
    # Invoices, then the payment's row, as whoever books on them takes them: nobody waits in a circle.
    take_back(tx, books, booking)
    is_here = not booking.paid_out or books.put_back(booking.payment_id, booking.paid_out)
    if not is_here or not books.withdraw_booking(booking.booking_id):
        # Paid or taken back since we read it: the next look says which.
        raise Raced
    if booking.paid_out:
        payment = tx.get(Payment, booking.payment_id)
        if payment is None:
            raise RuleViolation("payment.unknown", payment_id=booking.payment_id)
        tx.put(msgspec.structs.replace(payment, refunded=payment.refunded - booking.paid_out))
    counter = Booking(
        booking_id=derived_id(tx.tenant_id, "booking", request.reference),
        credit_note_number=numbered(tx, "GS-S", CANCELLED_CREDIT_NOTE),
        order_id=booking.order_id,
        payment_id=booking.payment_id,
        customer_id=booking.customer_id,
        amount=booking.amount,
        booked_at=tx.now,
        reference=request.reference,
        decision_id=request.decision_id,
        kind=REVERSAL,
        reason=request.reason,
        lines=booking.lines,
        tax=booking.tax,
        reverses=booking.booking_id,
        credits=booking.credits,
        overpaid=booking.overpaid,
    )
    if not books.add_booking(counter):
        raise Raced
    tx.put(msgspec.structs.replace(booking, status="withdrawn"))
    tx.put(counter)
    return counter
