"""Bookings and returns in the hub's own books: one transaction each, a reference is booked once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.people import Tenant
from workstation.casework.records import (
    Booking,
    LineQuantity,
    Order,
    OrderLine,
    Payment,
    ReturnAuthorisation,
    WorkOrder,
)
from workstation.hub.backends.house_books.work_orders import confirm, parcel_to_expect, transfer_to_make
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_backend import (
    BackendRefused,
    BackendTraits,
    Booked,
    RefundRequest,
    ReturnBooked,
    ReturnRequest,
)
from workstation.hub.ports_books import OpenBooks

T = TypeVar("T")
_BOOKED_MEANWHILE = 3


class _Raced(Exception):
    """Another worker booked the same reference while we prepared it."""


class HouseBooks:
    """Implements :class:`workstation.hub.ports_backend.ShopBackend` over the hub's database.

    «Booked» means: the booking, its credit note number, the payment's new state and the work order for a
    person are committed together.
    """

    name = "house_books"
    traits = BackendTraits(effect_class="A", visibility_lag_s=0.0, key_retention_s=None)

    def __init__(self, database: Database, open_books: OpenBooks) -> None:
        self._database = database
        self._open_books = open_books

    def refund(self, request: RefundRequest) -> Booked:
        """Book money back on a payment, or return what the same reference booked before.

        Raises:
            BackendRefused: ``order.unknown``, ``payment.unknown``, ``payment.other_order``,
                ``refund.nothing``, ``refund.above_refundable``, ``refund.other_request``, ``line.unknown``,
                ``line.above_ordered`` or ``money.currency_mismatch``; nothing was booked.
        """
        return self._settle(request.tenant_id, lambda tx: self._refund(tx, request))

    def find_refund(self, request: RefundRequest) -> Booked | None:
        """Return the booking with the request's reference."""

        def look(tx: Tx) -> Booked | None:
            found = self._open_books(tx).booking_by_reference(request.reference)
            return None if found is None else _booked(tx, found, is_repeat=True)

        return self._database.read(request.tenant_id, look)

    def authorise_return(self, request: ReturnRequest) -> ReturnBooked:
        """Open a return, or return what the same reference opened before.

        Raises:
            BackendRefused: ``order.unknown``, ``return.no_lines``, ``return.deadline_passed``,
                ``line.unknown`` or ``line.above_ordered``; nothing was stored.
        """
        return self._settle(request.tenant_id, lambda tx: self._authorise(tx, request))

    def find_return(self, request: ReturnRequest) -> ReturnBooked | None:
        """Return the return with the request's reference."""

        def look(tx: Tx) -> ReturnBooked | None:
            found = self._open_books(tx).return_by_reference(request.reference)
            return None if found is None else _authorised(tx, found, is_repeat=True)

        return self._database.read(request.tenant_id, look)

    def confirm(self, tx: Tx, work_order_id: str, person_id: str) -> WorkOrder:
        """Say that a person did a work order: its booking is paid, or its parcel received.

        Raises:
            RuleViolation: ``work_order.unknown`` or ``work_order.not_open``.
        """
        return confirm(tx, self._open_books(tx), work_order_id, person_id)

    def _settle(self, tenant_id: str, work: Callable[[Tx], T]) -> T:
        for _ in range(_BOOKED_MEANWHILE):
            try:
                return self._database.run(tenant_id, work)
            except _Raced:
                continue
            except RuleViolation as error:
                raise BackendRefused(error.code, **error.params) from error
        return self._database.run(tenant_id, work)

    def _refund(self, tx: Tx, request: RefundRequest) -> Booked:
        books = self._open_books(tx)
        known = books.booking_by_reference(request.reference)
        if known is not None:
            _check_same(tx, known, request)
            return _booked(tx, known, is_repeat=True)
        if request.amount.minor_units <= 0:
            raise RuleViolation("refund.nothing")
        # The payment's row is taken first: what is read from here on, no other refund changes under us.
        books.take_back(request.payment_id, request.amount)
        order = _order(tx, request.order_id)
        payment = tx.get(Payment, request.payment_id)
        if payment is None:
            raise RuleViolation("payment.unknown", payment_id=request.payment_id)
        if payment.order_id != order.order_id:
            raise RuleViolation("payment.other_order", order=order.number)
        changed = _with_refunded(order, request.lines) if request.lines else order
        tenant = tx.reference().tenant
        booking = Booking(
            booking_id=derived_id(tx.tenant_id, "booking", request.reference),
            credit_note_number=_numbered(tx, tenant, "GS", "credit_note"),
            order_id=order.order_id,
            payment_id=payment.payment_id,
            customer_id=order.customer_id,
            amount=request.amount,
            booked_at=tx.now,
            reference=request.reference,
            decision_id=request.decision_id,
            reason=request.reason,
            lines=request.lines,
        )
        if not books.add_booking(booking):
            raise _Raced
        tx.put(msgspec.structs.replace(payment, refunded=payment.refunded + request.amount))
        if changed is not order:
            tx.put(changed)
        tx.put(booking)
        work = transfer_to_make(booking, payment)
        books.keep_work_order(work)
        tx.put(work)
        return _told(booking, payment)

    def _authorise(self, tx: Tx, request: ReturnRequest) -> ReturnBooked:
        books = self._open_books(tx)
        known = books.return_by_reference(request.reference)
        if known is not None:
            return _authorised(tx, known, is_repeat=True)
        order = _order(tx, request.order_id)
        tenant = tx.reference().tenant
        if not request.lines:
            raise RuleViolation("return.no_lines")
        if request.deadline < _local(tx.now, tenant).date():
            raise RuleViolation("return.deadline_passed", deadline=request.deadline.isoformat())
        # The number is drawn first: its row makes two returns of one tenant wait for one another.
        number = _numbered(tx, tenant, "RMA", "return")
        _check_returnable(tx, order, books.returns_of(order.order_id), request.lines)
        return_id = derived_id(tx.tenant_id, "return", request.reference)
        authorised = ReturnAuthorisation(
            return_id=return_id,
            number=number,
            order_id=order.order_id,
            customer_id=order.customer_id,
            lines=request.lines,
            created_at=tx.now,
            deadline=request.deadline,
            decision_id=request.decision_id,
            label_code=f"{number}-{return_id[-6:].upper()}",
        )
        if not books.add_return(authorised, request.reference):
            raise _Raced
        tx.put(authorised)
        work = parcel_to_expect(authorised)
        books.keep_work_order(work)
        tx.put(work)
        return _return_told(authorised)


def _order(tx: Tx, order_id: str) -> Order:
    order = tx.get(Order, order_id)
    if order is None:
        raise RuleViolation("order.unknown", order_id=order_id)
    return order


def _line(order: Order, line_id: str) -> OrderLine:
    found = next((line for line in order.lines if line.line_id == line_id), None)
    if found is None:
        raise RuleViolation("line.unknown", order=order.number)
    return found


def _with_refunded(order: Order, wanted: Sequence[LineQuantity]) -> Order:
    pieces: dict[str, int] = {}
    for one in wanted:
        line = _line(order, one.line_id)
        pieces[one.line_id] = pieces.get(one.line_id, 0) + one.quantity
        if one.quantity < 1 or line.refunded_quantity + pieces[one.line_id] > line.quantity:
            raise RuleViolation("line.above_ordered", name=line.name, quantity=line.quantity)
    lines = tuple(
        msgspec.structs.replace(line, refunded_quantity=line.refunded_quantity + pieces.get(line.line_id, 0))
        for line in order.lines
    )
    return msgspec.structs.replace(order, lines=lines)


def _check_returnable(tx: Tx, order: Order, known: Sequence[str], wanted: Sequence[LineQuantity]) -> None:
    authorised: dict[str, int] = {}
    for earlier in tx.get_many(ReturnAuthorisation, known).values():
        if earlier.status == "authorised":
            for one in earlier.lines:
                authorised[one.line_id] = authorised.get(one.line_id, 0) + one.quantity
    for one in wanted:
        line = _line(order, one.line_id)
        authorised[one.line_id] = authorised.get(one.line_id, 0) + one.quantity
        if one.quantity < 1 or line.returned_quantity + authorised[one.line_id] > line.quantity:
            raise RuleViolation("line.above_ordered", name=line.name, quantity=line.quantity)


def _check_same(tx: Tx, booking_id: str, request: RefundRequest) -> None:
    booking = tx.get(Booking, booking_id)
    if booking is None or booking.amount != request.amount or booking.payment_id != request.payment_id:
        raise RuleViolation("refund.other_request", reference=request.reference)


def _local(at: datetime, tenant: Tenant) -> datetime:
    return at.astimezone(ZoneInfo(tenant.time_zone))


def _numbered(tx: Tx, tenant: Tenant, letters: str, series: str) -> str:
    year = _local(tx.now, tenant).year
    return f"{letters}-{year}-{tx.next_number(f'{series}_{year}'):05d}"


def _booked(tx: Tx, booking_id: str, *, is_repeat: bool) -> Booked:
    booking = tx.get(Booking, booking_id)
    if booking is None:
        raise RuleViolation("booking.unknown", booking_id=booking_id)
    told = _told(booking, tx.get(Payment, booking.payment_id))
    return msgspec.structs.replace(told, is_repeat=is_repeat)


def _told(booking: Booking, payment: Payment | None) -> Booked:
    return Booked(
        ext_ref=booking.booking_id,
        amount=booking.amount,
        booked_at=booking.booked_at,
        credit_note_number=booking.credit_note_number,
        account_hint=payment.account_hint if payment else "",
        method=payment.method if payment else "",
    )


def _authorised(tx: Tx, return_id: str, *, is_repeat: bool) -> ReturnBooked:
    authorised = tx.get(ReturnAuthorisation, return_id)
    if authorised is None:
        raise RuleViolation("return.unknown", return_id=return_id)
    return msgspec.structs.replace(_return_told(authorised), is_repeat=is_repeat)


def _return_told(authorised: ReturnAuthorisation) -> ReturnBooked:
    return ReturnBooked(
        ext_ref=authorised.return_id,
        number=authorised.number,
        deadline=authorised.deadline,
        created_at=authorised.created_at,
        label_code=authorised.label_code,
    )
