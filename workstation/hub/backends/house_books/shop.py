"""The hub's own shop: orders, money back, returns, replacements, vouchers; a reference is booked once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from workstation.casework.records import WorkOrder
from workstation.hub.backends.house_books import (
    cancelling,
    money_back,
    replacing,
    returns,
    reversing,
    vouchers,
)
from workstation.hub.backends.house_books.settling import settle
from workstation.hub.backends.house_books.work_orders import confirm
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_backend import (
    BackendTraits,
    Booked,
    CancelRequest,
    RefundRequest,
    ReplacementBooked,
    ReplacementRequest,
    ReturnBooked,
    ReturnRequest,
    ReversalRequest,
    Reversed,
    VoucherIssued,
    VoucherRequest,
)
from workstation.hub.ports_books import BookAct, Books, OpenBooks
from workstation.system.crashpoint import crashpoint

T = TypeVar("T")


class HouseBooks:
    """Implements :class:`workstation.hub.ports_backend.ShopBackend` over the hub's database.

    «Booked» means: the booking, its credit note number, the payment's new state and the work order for a
    person are committed together. Whatever is asked for a second time under the same reference is answered
    with what was done the first time; every refusal is a ``BackendRefused``, and nothing was stored.
    """

    name = "house_books"
    traits = BackendTraits(effect_class="A", visibility_lag_s=0.0, key_retention_s=None)

    def __init__(self, database: Database, open_books: OpenBooks) -> None:
        self._database = database
        self._open_books = open_books

    def refund(self, request: RefundRequest) -> Booked:
        """Book money back on a payment: for goods, for the shipping, or as a part of the price.

        Raises:
            BackendRefused: ``order.unknown``, ``payment.unknown``, ``payment.other_order``,
                ``refund.nothing``, ``refund.above_refundable``, ``refund.other_request``, ``line.unknown``,
                ``line.above_ordered``, ``money.currency_mismatch``; for the shipping also
                ``shipping.above_paid``, ``shipping.already_refunded`` or ``order.already_cancelled``.
        """
        return self._settle(request.tenant_id, lambda tx, books: money_back.give_back(tx, books, request))

    def find_refund(self, request: RefundRequest) -> Booked | None:
        """Return the booking with the request's reference."""

        def look(tx: Tx) -> Booked | None:
            found = self._open_books(tx).booking_by_reference(request.reference)
            return None if found is None else money_back.booked(tx, found, is_repeat=True)

        return self._database.read(request.tenant_id, look)

    def authorise_return(self, request: ReturnRequest) -> ReturnBooked:
        """Open a return.

        Raises:
            BackendRefused: ``order.unknown``, ``return.no_lines``, ``return.deadline_passed``,
                ``line.unknown`` or ``line.above_ordered``.
        """
        return self._settle(request.tenant_id, lambda tx, books: returns.authorise(tx, books, request))

    def find_return(self, request: ReturnRequest) -> ReturnBooked | None:
        """Return the return with the request's reference."""

        def look(tx: Tx) -> ReturnBooked | None:
            found = self._open_books(tx).return_by_reference(request.reference)
            return None if found is None else returns.authorised(tx, found, is_repeat=True)

        return self._database.read(request.tenant_id, look)

    def cancel(self, request: CancelRequest) -> Booked:
        """Cancel an order or lines of it; money goes back, and whoever packs is told to stop.

        Raises:
            BackendRefused: ``order.already_shipped``, ``order.already_cancelled``, ``order.is_replacement``,
                ``order.nothing_left``, ``reference.other_request`` or a fault of lines or payment.
        """
        return self._settle(request.tenant_id, lambda tx, books: cancelling.cancel(tx, books, request))

    def find_cancellation(self, request: CancelRequest) -> Booked | None:
        """Return the cancellation with the request's reference."""
        return self._find(
            request.tenant_id,
            request.reference,
            lambda tx, act: cancelling.cancelled(tx, request, act, is_repeat=True),
        )

    def replace(self, request: ReplacementRequest) -> ReplacementBooked:
        """Order the same goods once more; their pieces are taken out of the stock.

        Raises:
            BackendRefused: ``stock.not_enough``, ``replacement.no_lines``, ``order.already_cancelled``,
                ``reference.other_request`` or a fault of the lines.
        """
        return self._settle(request.tenant_id, lambda tx, books: replacing.replace(tx, books, request))

    def find_replacement(self, request: ReplacementRequest) -> ReplacementBooked | None:
        """Return the replacement order with the request's reference."""
        return self._find(
            request.tenant_id,
            request.reference,
            lambda tx, act: replacing.replaced(tx, act, is_repeat=True),
        )

    def issue_voucher(self, request: VoucherRequest) -> VoucherIssued:
        """Issue a voucher for one use.

        Raises:
            BackendRefused: ``voucher.nothing``, ``voucher.expiry_past``, ``customer.unknown`` or
                ``reference.other_request``.
        """
        return self._settle(request.tenant_id, lambda tx, books: vouchers.issue(tx, books, request))

    def find_voucher(self, request: VoucherRequest) -> VoucherIssued | None:
        """Return the voucher with the request's reference."""
        return self._find(
            request.tenant_id, request.reference, lambda tx, act: vouchers.issued(tx, act, is_repeat=True)
        )

    def reverse(self, request: ReversalRequest) -> Reversed:
        """Take a booked step back while nobody has carried it out.

        Raises:
            BackendRefused: ``reversal.not_possible``, ``reversal.no_record``, ``reversal.already`` or what
                has happened to the step since, such as ``reversal.already_paid``.
        """
        return self._settle(request.tenant_id, lambda tx, books: reversing.reverse(tx, books, request))

    def find_reversal(self, request: ReversalRequest) -> Reversed | None:
        """Return the reversal with the request's reference."""
        return self._find(
            request.tenant_id,
            request.reference,
            lambda tx, act: reversing.reversed_(tx, act, is_repeat=True),
        )

    def confirm(self, tx: Tx, work_order_id: str, person_id: str) -> WorkOrder:
        """Say that a person did a work order: its booking is paid, its parcel received, its goods sent.

        Raises:
            RuleViolation: ``work_order.unknown`` or ``work_order.not_open``.
        """
        return confirm(tx, self._open_books(tx), work_order_id, person_id)

    def _settle(self, tenant_id: str, work: Callable[[Tx, Books], T]) -> T:
        crashpoint("books.before_booking")
        booked = settle(self._database, tenant_id, lambda tx: work(tx, self._open_books(tx)))
        crashpoint("books.booked")
        return booked

    def _find(self, tenant_id: str, reference: str, told: Callable[[Tx, BookAct], T]) -> T | None:
        def look(tx: Tx) -> T | None:
            act = self._open_books(tx).act(reference)
            return None if act is None else told(tx, act)

        return self._database.read(tenant_id, look)
