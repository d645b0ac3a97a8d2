"""The hub's own books: what a transaction can ask and write besides the documents of the feed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from workstation.casework.customer import Customer
from workstation.casework.money import Money
from workstation.casework.records import (
    Booking,
    Invoice,
    Order,
    Payment,
    ReturnAuthorisation,
    Shipment,
    StockLevel,
    Voucher,
    WorkOrder,
)
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import Billing


def folded_number(number: str) -> str:
    """Return a number as numbers of customers, orders and the like are compared: no blanks, no case."""
    return "".join(number.split()).casefold()


class BookAct(msgspec.Struct, frozen=True, kw_only=True):
    """What was done under ``reference``: its kind, what came of it, and what was asked for (a hash)."""

    reference: str
    kind: str
    subject_id: str
    fingerprint: str
    made_at: datetime
    undoes: str = ""
    """The reference of the act or booking that this one takes back."""


class Books(Protocol):
    """Rows with constraints beside the documents, written in the same transaction.

    The database itself holds: a reference is booked once, numbers are unique, never more goes back than
    was captured. Every ``keep_*`` makes or changes the row of a record, whose document is put separately.
    """

    def customer_by_number(self, number: str) -> str | None:
        """Return the id of the customer with that number."""
        ...

    def keep_customer(self, customer: Customer) -> None:
        """Remember the customer's number."""
        ...

    def orders_by_numbers(self, numbers: Sequence[str]) -> dict[str, str]:
        """Return order ids by number, for those that exist (compared without case)."""
        ...

    def keep_order(self, order: Order) -> None:
        """Remember number, customer and date of an order."""
        ...

    def lock_order(self, order_id: str) -> None:
        """Let nobody else book on an order until this transaction ends."""
        ...

    def orders_of(self, customer_id: str, since: datetime) -> tuple[str, ...]:
        """Return ids of the customer's orders placed since then, newest first."""
        ...

    def keep_payment(self, payment: Payment, number: str) -> None:
        """Remember a payment under the number its source gives it.

        Raises:
            RuleViolation: ``payment.over_refunded`` when more went back than was captured.
        """
        ...

    def shipments_by_tracking(self, tracking_numbers: Sequence[str]) -> dict[str, str]:
        """Return shipment ids by tracking number, for those that exist (compared without case)."""
        ...

    def payments_of(self, order_id: str) -> tuple[str, ...]:
        """Return the ids of an order's payments."""
        ...

    def take_back(self, payment_id: str, amount: Money) -> None:
        """Add ``amount`` to what went back of a payment.

        Raises:
            RuleViolation: ``refund.above_refundable`` when the payment has not so much left;
            ``payment.unknown``; ``money.currency_mismatch``.
        """
        ...

    def put_back(self, payment_id: str, amount: Money) -> bool:
        """Take ``amount`` off what went back of a payment; False when not so much of it went back."""
        ...

    def keep_shipment(self, shipment: Shipment) -> None:
        """Remember carrier and tracking number of a parcel."""
        ...

    @property
    def billing(self) -> Billing:
        """Invoices as they are dunned."""
        ...

    def keep_invoice(self, invoice: Invoice) -> None:
        """Remember number and order of an invoice."""
        ...

    def booking_by_reference(self, reference: str) -> str | None:
        """Return the id of the booking with that reference."""
        ...

    def add_booking(self, booking: Booking) -> bool:
        """Store a booking with its tax; False (and nothing stored) when its reference is booked already."""
        ...

    def bookings_of(self, order_id: str) -> tuple[str, ...]:
        """Return the ids of an order's bookings."""
        ...

    def withdraw_booking(self, booking_id: str) -> bool:
        """Say that a booking was taken back; False when it was paid or taken back before."""
        ...

    def pay_booking(self, booking_id: str, at: datetime) -> None:
        """Say that the money of a booking was paid out."""
        ...

    def return_by_reference(self, reference: str) -> str | None:
        """Return the id of the return with that reference."""
        ...

    def add_return(self, authorised: ReturnAuthorisation, reference: str) -> bool:
        """Store a return; False (and nothing stored) when its reference is used already."""
        ...

    def returns_of(self, order_id: str) -> tuple[str, ...]:
        """Return the ids of an order's returns."""
        ...

    def keep_work_order(self, work: WorkOrder) -> None:
        """Remember a work order and its state."""
        ...

    def open_work_orders(
        self, created_before: datetime, limit: int = 500, kinds: Sequence[str] = (), offset: int = 0
    ) -> tuple[str, ...]:
        """Return ids of work orders nobody has done yet, oldest first; of some kinds, or of all."""
        ...

    def act(self, reference: str) -> BookAct | None:
        """Return what was done under a reference."""
        ...

    def act_undoing(self, reference: str) -> BookAct | None:
        """Return what took back the act or booking with that reference."""
        ...

    def add_act(self, act: BookAct) -> bool:
        """Store an act; False (and nothing stored) when its reference is used already."""
        ...

    def add_voucher(self, voucher: Voucher, folded_code: str) -> bool:
        """Store a voucher; False (and nothing stored) when its code is taken."""
        ...

    def voucher_by_code(self, folded_code: str, *, lock: bool = False) -> str | None:
        """Return the id of the voucher with that code; with ``lock`` nobody else closes it meanwhile."""
        ...

    def close_voucher(self, voucher: Voucher) -> bool:
        """Say that an open voucher is redeemed or withdrawn; False when it was not open any more."""
        ...

    def stock_by_skus(self, skus: Sequence[str]) -> dict[str, str]:
        """Return ids of stock levels by article number, for those that exist (compared without case)."""
        ...

    def keep_stock(self, level: StockLevel, folded_sku: str) -> None:
        """Remember how many pieces of an article there are."""
        ...

    def take_stock(self, stock_id: str, pieces: int) -> bool:
        """Take pieces out of the stock; False (and nothing taken) when there are not so many."""
        ...

    def give_stock(self, stock_id: str, pieces: int) -> None:
        """Put pieces back into the stock."""
        ...


OpenBooks = Callable[[Tx], Books]
"""Gives the books of the tenant a transaction belongs to."""
