"""Orders to the till: people pay out cash against a numbered slip, which lies as PDF among the blobs."""

from __future__ import annotations

import msgspec

from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money
from workstation.casework.records import Booking, Invoice, Order, Payment, WorkOrder
from workstation.hub.backends.house_books.acts import add_act, known_act
from workstation.hub.backends.house_books.crediting import credit, locked_invoices, pay_overpaid
from workstation.hub.backends.house_books.money_back import BackRequest, book, keep_work, taken
from workstation.hub.backends.house_books.numbers import numbered
from workstation.hub.backends.house_books.order_lines import counted, order_of
from workstation.hub.backends.house_books.reversing import TILL
from workstation.hub.backends.house_books.settling import settle
from workstation.hub.backends.house_books.work_orders import cash_to_pay
from workstation.hub.documents.slip import TillSlip, render_slip
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_backend import BackendTraits, TillOrdered, TillRequest
from workstation.hub.ports_books import OpenBooks


class HouseTill:
    """Implements :class:`workstation.hub.ports_backend.Till` over the hub's database."""

    traits = BackendTraits(effect_class="A", visibility_lag_s=0.0, key_retention_s=None)

    def __init__(self, database: Database, open_books: OpenBooks) -> None:
        self._database = database
        self._open_books = open_books

    def order(self, request: TillRequest) -> TillOrdered:
        """Order the till to pay out, once for the request's reference, and make the slip.

        Raises:
            BackendRefused: a fault of amount, order, lines or payment; nothing was ordered.
        """
        is_repeat, work_order_id = settle(
            self._database, request.tenant_id, lambda tx: self._ordered(tx, request)
        )
        return self._with_slip(request, work_order_id, is_repeat=is_repeat)

    def find(self, request: TillRequest) -> TillOrdered | None:
        """Return the order with the request's reference; a slip that is missing yet is made."""

        def look(tx: Tx) -> str:
            act = self._open_books(tx).act(request.reference)
            return act.subject_id if act else ""

        work_order_id = self._database.read(request.tenant_id, look)
        return self._with_slip(request, work_order_id, is_repeat=True) if work_order_id else None

    def _ordered(self, tx: Tx, request: TillRequest) -> tuple[bool, str]:
        books = self._open_books(tx)
        act = known_act(books, request)
        if act is not None:
            return True, act.subject_id
        if request.amount.minor_units <= 0:
            raise RuleViolation("refund.nothing")
        order_id = request.order_id
        if not order_id and request.payment_id:
            named = tx.get(Payment, request.payment_id)
            order_id = named.order_id if named else ""
        order, invoices = None, list[Invoice]()
        if order_id:
            # As with every other way back: the order, its invoices, then the payment.
            books.lock_order(order_id)
            order = order_of(tx, order_id)
            invoices = locked_invoices(tx, books, order)
            credit(tx, books, invoices, Money.zero(request.amount.currency), pays_out=True)
        payment = taken(tx, books, request.payment_id, request.amount) if request.payment_id else None
        if payment is not None and order is not None and payment.order_id != order.order_id:
            raise RuleViolation("payment.other_order", order=order.number)
        booking = None
        if payment is not None and order is not None:
            if request.lines:
                order = _with_lines(tx, order, request)
            booking = book(tx, books, _back(request), order, payment, invoices)
        # Without a payment there is no booking: what went back of the customer's credit stands on the work.
        overpaid = pay_overpaid(tx, books, invoices, request.amount) if booking is None else ()
        work = cash_to_pay(
            request.reference,
            numbered(tx, "K", TILL),
            request.amount,
            tx.now,
            customer_id=_customer_of(tx, request, order),
            order_id=order_id,
            booking_id=booking.booking_id if booking else "",
            decision_id=request.decision_id,
            lines=request.lines,
            overpaid=overpaid,
        )
        add_act(tx, books, request, TILL, work.work_order_id)
        keep_work(tx, books, work)
        return False, work.work_order_id

    def _with_slip(self, request: TillRequest, work_order_id: str, *, is_repeat: bool) -> TillOrdered:
        """Make the slip unless it is there: a crash in between leaves an order without one."""
        tenant_id = request.tenant_id
        work, slip, credit_note = self._database.read(tenant_id, lambda tx: _slip(tx, work_order_id))
        if not work.slip_sha256:
            content = render_slip(slip)
            sha256 = self._database.blobs.put(tenant_id, content)
            self._database.run(tenant_id, lambda tx: _keep_slip(tx, work_order_id, sha256, len(content)))
        else:
            sha256 = work.slip_sha256
        return TillOrdered(
            ext_ref=work_order_id,
            number=work.number,
            amount=slip.amount,
            ordered_at=work.created_at,
            slip_sha256=sha256,
            credit_note_number=credit_note,
            is_repeat=is_repeat,
        )


def _with_lines(tx: Tx, order: Order, request: TillRequest) -> Order:
    changed = counted(
        order,
        request.lines,
        "refunded_quantity",
        lambda line: line.quantity - line.refunded_quantity - line.cancelled_quantity,
    )
    tx.put(changed)
    return changed


def _back(request: TillRequest) -> BackRequest:
    return BackRequest(
        reference=request.reference,
        kind=TILL,
        amount=request.amount,
        lines=request.lines,
        decision_id=request.decision_id,
        reason=request.reason,
    )


def _customer_of(tx: Tx, request: TillRequest, order: Order | None) -> str:
    if order is not None:
        return order.customer_id
    case = tx.get(Case, request.case_id) if request.case_id else None
    return case.customer_id if case else ""


def _slip(tx: Tx, work_order_id: str) -> tuple[WorkOrder, TillSlip, str]:
    work = tx.get(WorkOrder, work_order_id)
    if work is None or work.amount is None:
        raise RuleViolation("work_order.unknown", work_order_id=work_order_id)
    tenant = tx.reference().tenant
    customer = tx.get(Customer, work.customer_id) if work.customer_id else None
    order = tx.get(Order, work.order_id) if work.order_id else None
    booking = tx.get(Booking, work.booking_id) if work.booking_id else None
    payment = tx.get(Payment, booking.payment_id) if booking else None
    slip = TillSlip(
        firm=tenant.name,
        number=work.number,
        amount=work.amount,
        ordered_at=work.created_at,
        time_zone=tenant.time_zone,
        language=customer.language if customer else "de",
        customer=customer.name if customer else "",
        order_number=order.number if order else "",
        credit_note_number=booking.credit_note_number if booking else "",
        paid_by=payment.method if payment else "",
    )
    return work, slip, slip.credit_note_number


def _keep_slip(tx: Tx, work_order_id: str, sha256: str, size: int) -> None:
    work = tx.get(WorkOrder, work_order_id)
    if work is not None and not work.slip_sha256:
        tx.put(msgspec.structs.replace(work, slip_sha256=sha256, slip_size=size))
