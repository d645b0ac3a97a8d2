"""What is still possible: pieces of a line, money of a payment, with decisions under way counted in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workstation.casework.decision import (
    AuthoriseReturn,
    CancelOrder,
    Decision,
    DecisionRecord,
    PriceAdjustment,
    Refund,
    RefundShipping,
    Replacement,
)
from workstation.casework.money import Money
from workstation.casework.records import LineQuantity, Order, OrderLine, Payment, ReturnAuthorisation

_DEAD = frozenset({"failed", "rejected", "cancelled"})


def living_steps(decisions: Iterable[DecisionRecord]) -> Iterator[tuple[Decision, bool]]:
    """Yield every step that has happened or may still happen, and whether it is booked."""
    for record in decisions:
        for step in record.steps:
            is_booked = step.state == "booked"
            if is_booked or (
                record.state not in _DEAD and step.state not in ("failed", "stopped", "cancelled")
            ):
                yield step.decision, is_booked


def line_of(orders: Iterable[Order], order_id: str, line_id: str) -> OrderLine | None:
    """Return the line of an order."""
    for order in orders:
        if order.order_id == order_id:
            return next((line for line in order.lines if line.line_id == line_id), None)
    return None


def pieces(lines: Iterable[LineQuantity], line_id: str) -> int:
    """Return how many pieces of one line ``lines`` name."""
    return sum(item.quantity for item in lines if item.line_id == line_id)


def compensated(order_id: str, line: OrderLine, decisions: Sequence[DecisionRecord]) -> int:
    """Return how many pieces were refunded or replaced, or are about to be.

    The order's own count may or may not hold booked decisions yet: the larger reading is taken.
    """
    booked = pending = 0
    for decision, is_booked in living_steps(decisions):
        if isinstance(decision, Refund | Replacement | CancelOrder) and decision.order_id == order_id:
            count = pieces(decision.lines, line.line_id)
            booked, pending = (booked + count, pending) if is_booked else (booked, pending + count)
    return max(line.refunded_quantity + line.replaced_quantity, booked) + pending


def returned(
    order_id: str,
    line: OrderLine,
    returns: Iterable[ReturnAuthorisation],
    decisions: Sequence[DecisionRecord],
) -> int:
    """Return how many pieces came back, may be sent back, or are about to be allowed to."""
    authorised = sum(
        pieces(item.lines, line.line_id)
        for item in returns
        if item.order_id == order_id and item.status != "cancelled"
    )
    booked = pending = 0
    for decision, is_booked in living_steps(decisions):
        if isinstance(decision, AuthoriseReturn) and decision.order_id == order_id:
            count = pieces(decision.lines, line.line_id)
            booked, pending = (booked + count, pending) if is_booked else (booked, pending + count)
    return max(line.returned_quantity, authorised, booked) + pending


def refundable(payment: Payment, decisions: Sequence[DecisionRecord]) -> Money:
    """Return what may still go back on ``payment``, never less than nothing."""
    booked = pending = 0
    for decision, is_booked in living_steps(decisions):
        if (
            isinstance(decision, Refund | RefundShipping | PriceAdjustment | CancelOrder)
            and decision.payment_id == payment.payment_id
        ):
            units = decision.amount.minor_units
            booked, pending = (booked + units, pending) if is_booked else (booked, pending + units)
    gone = max(payment.refunded.minor_units, booked) + pending
    return Money(max(payment.captured.minor_units - gone, 0), payment.captured.currency)
