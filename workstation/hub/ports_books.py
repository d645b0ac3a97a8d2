"""The hub's own books: what a transaction can ask and write besides the documents of the feed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from workstation.casework.customer import Customer
from workstation.casework.money import Money
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


def folded_number(number: str) -> str:
    """Return a number as numbers of customers, orders and the like are compared: no blanks, no case."""
    return "".join(number.split()).casefold()


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

    def keep_shipment(self, shipment: Shipment) -> None:
        """Remember carrier and tracking number of a parcel."""
        ...

    def keep_invoice(self, invoice: Invoice) -> None:
        """Remember number and order of an invoice."""
        ...

    def booking_by_reference(self, reference: str) -> str | None:
        """Return the id of the booking with that reference."""
        ...

    def add_booking(self, booking: Booking) -> bool:
        """Store a booking; False (and nothing stored) when its reference is booked already."""
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


OpenBooks = Callable[[Tx], Books]
"""Gives the books of the tenant a transaction belongs to."""
