"""Work orders for people: transfers, cash at the till, parcels to expect, goods to send or to stop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.money import Money
from workstation.casework.records import (
    Booking,
    InvoiceCredit,
    LineQuantity,
    Order,
    Payment,
    ReturnAuthorisation,
    WorkOrder,
)
from workstation.hub.ports import Tx
from workstation.hub.ports_books import Books
from workstation.hub.services.overdue_work import finished

_ACCOUNTS = {
    "card": "card",
    "paypal": "PayPal",
    "sepa": "bank account",
    "invoice": "invoice",
    "cash": "cash",
    "prepaid": "prepayment",
}


def transfer_to_make(booking: Booking, payment: Payment) -> WorkOrder:
    """Return the work order that pays a booking out; cash is paid by the till, never by this program."""
    account = f"{_ACCOUNTS[payment.method]} {payment.account_hint}".strip()
    return WorkOrder(
        work_order_id=derived_id("work_order", booking.booking_id),
        kind="till" if payment.method == "cash" else "transfer",
        created_at=booking.booked_at,
        customer_id=booking.customer_id,
        order_id=booking.order_id,
        booking_id=booking.booking_id,
        amount=booking.paid_out,
        to_account=account,
        decision_id=booking.decision_id,
    )


def cash_to_pay(
    reference: str,
    number: str,
    amount: Money,
    at: datetime,
    *,
    customer_id: str,
    order_id: str,
    booking_id: str,
    decision_id: str,
    lines: Sequence[LineQuantity],
    overpaid: tuple[InvoiceCredit, ...] = (),
) -> WorkOrder:
    """Return the work order of the till; ``number`` stands on the slip the customer brings."""
    return WorkOrder(
        work_order_id=derived_id("work_order", "till", reference),
        kind="till",
        created_at=at,
        customer_id=customer_id,
        order_id=order_id,
        booking_id=booking_id,
        amount=amount,
        to_account=_ACCOUNTS["cash"],
        lines=tuple(lines),
        number=number,
        decision_id=decision_id,
        overpaid=overpaid,
    )


def goods_to_send(order: Order, decision_id: str) -> WorkOrder:
    """Return the work order of whoever packs a replacement order."""
    return WorkOrder(
        work_order_id=derived_id("work_order", "ship", order.order_id),
        kind="ship_goods",
        created_at=order.placed_at,
        customer_id=order.customer_id,
        order_id=order.order_id,
        lines=tuple(LineQuantity(line.line_id, line.quantity) for line in order.lines),
        decision_id=decision_id,
    )


def goods_to_stop(
    reference: str, order: Order, lines: Sequence[LineQuantity], decision_id: str, at: datetime
) -> WorkOrder:
    """Return the work order of whoever would have packed what is cancelled."""
    return WorkOrder(
        work_order_id=derived_id("work_order", "stop", reference),
        kind="stop_goods",
        created_at=at,
        customer_id=order.customer_id,
        order_id=order.order_id,
        lines=tuple(lines),
        decision_id=decision_id,
    )


def parcel_to_expect(authorised: ReturnAuthorisation) -> WorkOrder:
    """Return the work order of whoever unpacks the parcel that comes back."""
    return WorkOrder(
        work_order_id=derived_id("work_order", authorised.return_id),
        kind="expect_parcel",
        created_at=authorised.created_at,
        customer_id=authorised.customer_id,
        order_id=authorised.order_id,
        return_id=authorised.return_id,
        decision_id=authorised.decision_id,
    )


def withdraw(tx: Tx, books: Books, work_order_id: str, otherwise: str) -> WorkOrder:
    """Take back work that nobody has done yet; a case that asked for it is solved.

    Raises:
        RuleViolation: ``otherwise`` when it was done or taken back before.
    """
    work = tx.get(WorkOrder, work_order_id)
    if work is None or work.status != "open":
        raise RuleViolation(otherwise)
    finished(tx, work, "work_order.withdrawn")
    gone = msgspec.structs.replace(work, status="withdrawn")
    books.keep_work_order(gone)
    stored = tx.put(gone)
    tx.audit("work_order.withdrawn", actor="rule:reversal", subject=work_order_id, detail={"kind": work.kind})
    return stored


def confirm(tx: Tx, books: Books, work_order_id: str, person_id: str) -> WorkOrder:
    """Say that a person did the work: the booking is paid, the parcel received, the goods on their way.

    Raises:
        RuleViolation: ``work_order.unknown`` or ``work_order.not_open``.
    """
    work = tx.get(WorkOrder, work_order_id)
    if work is None:
        raise RuleViolation("work_order.unknown", work_order_id=work_order_id)
    if work.status != "open":
        raise RuleViolation("work_order.not_open", status=work.status)
    finished(tx, work)
    done = msgspec.structs.replace(work, status="done", done_at=tx.now, done_by=person_id)
    books.keep_work_order(done)
    stored = tx.put(done)
    if work.booking_id:
        _pay(tx, books, work.booking_id)
    if work.return_id:
        _receive(tx, work.return_id)
    if work.kind == "ship_goods":
        _ship(tx, work.order_id)
    tx.audit("work_order.done", actor=person_id, subject=work_order_id, detail={"kind": work.kind})
    return stored


def _pay(tx: Tx, books: Books, booking_id: str) -> None:
    booking = tx.get(Booking, booking_id)
    if booking is None or booking.status == "paid":
        return
    books.pay_booking(booking_id, tx.now)
    tx.put(msgspec.structs.replace(booking, status="paid", paid_at=tx.now))


def _receive(tx: Tx, return_id: str) -> None:
    authorised = tx.get(ReturnAuthorisation, return_id)
    if authorised is None or authorised.status != "authorised":
        return
    tx.put(msgspec.structs.replace(authorised, status="received"))
    order = tx.get(Order, authorised.order_id)
    if order is None:
        return
    pieces: dict[str, int] = {}
    for one in authorised.lines:
        pieces[one.line_id] = pieces.get(one.line_id, 0) + one.quantity
    lines = tuple(
        msgspec.structs.replace(line, returned_quantity=line.returned_quantity + pieces.get(line.line_id, 0))
        for line in order.lines
    )
    tx.put(msgspec.structs.replace(order, lines=lines))


def _ship(tx: Tx, order_id: str) -> None:
    order = tx.get(Order, order_id)
    if order is not None and order.status == "placed":
        tx.put(msgspec.structs.replace(order, status="shipped"))
