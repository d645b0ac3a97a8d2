"""What is still possible: pieces of a line, money of a payment, with decisions under way counted in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workstation.casework.decision import (
    AuthoriseReturn,
    CancelOrder,
    Decision,
    DecisionRecord,
    Refund,
    RefundShipping,
    Replacement,
    Step,
    TillOrder,
    WaiveDunningFee,
    order_named,
    paid_out_of,
    payment_named,
)
from workstation.casework.money import Money, sum_of
from workstation.casework.records import (
    Booking,
    LineQuantity,
    Order,
    OrderLine,
    Payment,
    ReturnAuthorisation,
    Shipment,
)

_DEAD = frozenset({"failed", "rejected", "cancelled"})
_UNDONE = frozenset({"failed", "stopped", "cancelled", "reversed"})


def living_steps(decisions: Iterable[DecisionRecord]) -> Iterator[tuple[Decision, bool]]:
    """Yield every step that has happened or may still happen, and whether it is booked.

    Held and scheduled ones are among them, and what is in doubt, whatever became of the steps beside it; a
    reversed one is not: what it took is free again.
    """
    for record in decisions:
        for step in record.steps:
            is_booked = step.state == "booked"
            if is_booked or _may_happen(record, step):
                yield step.decision, is_booked


def steps_to_come(decisions: Iterable[DecisionRecord], bookings: Iterable[Booking]) -> Iterator[Decision]:
    """Yield every step that is decided and on its way to be booked.

    What still waits for an approval may never come. What the books hold already is in their records, though
    the decision may not say so yet.
    """
    held = {one.reference for one in bookings}
    for record in decisions:
        if record.state == "needs_approval":
            continue
        for step in record.steps:
            is_settled = step.state == "booked" or (step.effect_id and step.effect_id in held)
            if not is_settled and _may_happen(record, step):
                yield step.decision


def _may_happen(record: DecisionRecord, step: Step) -> bool:
    is_alive = record.state not in _DEAD or step.state == "unknown"
    return is_alive and step.state not in _UNDONE


def line_of(orders: Iterable[Order], order_id: str, line_id: str) -> OrderLine | None:
    """Return the line of an order."""
    for order in orders:
        if order.order_id == order_id:
            return next((line for line in order.lines if line.line_id == line_id), None)
    return None


def pieces(lines: Iterable[LineQuantity], line_id: str) -> int:
    """Return how many pieces of one line ``lines`` name."""
    return sum(item.quantity for item in lines if item.line_id == line_id)


def settles(decision: Decision, line: OrderLine) -> int:
    """Return how many pieces of ``line`` a decision on its order pays back, replaces or cancels."""
    match decision:
        case CancelOrder() if not decision.lines:
            return line.quantity
        case Refund() | Replacement() | CancelOrder() | TillOrder():
            return pieces(decision.lines, line.line_id)
        case _:
            return 0


def compensated(order_id: str, line: OrderLine, decisions: Sequence[DecisionRecord]) -> int:
    """Return how many pieces were paid back, replaced or cancelled, or are about to be.

    The order's own count may or may not hold booked decisions yet: the larger reading is taken.
    """
    booked = pending = 0
    for decision, is_booked in living_steps(decisions):
        if order_named(decision) == order_id:
            count = settles(decision, line)
            booked, pending = (booked + count, pending) if is_booked else (booked, pending + count)
    counted = line.refunded_quantity + line.replaced_quantity + line.cancelled_quantity
    return max(counted, booked) + pending


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
    """Return what may still go back on ``payment``, never less than nothing: every kind that takes counts."""
    booked = pending = 0
    for decision, is_booked in living_steps(decisions):
        if payment_named(decision) == payment.payment_id:
            units = paid_out_of(decision).minor_units
            booked, pending = (booked + units, pending) if is_booked else (booked, pending + units)
    gone = max(payment.refunded.minor_units, booked) + pending
    return Money(max(payment.captured.minor_units - gone, 0), payment.captured.currency)


def is_shipping_settled(order: Order, decisions: Sequence[DecisionRecord]) -> bool:
    """Return whether the shipping cost of ``order`` went back or is about to, alone or with all of it."""
    return any(
        order_named(decision) == order.order_id
        and (
            isinstance(decision, RefundShipping) or (isinstance(decision, CancelOrder) and not decision.lines)
        )
        for decision, _ in living_steps(decisions)
    )


def not_settled(order: Order, decisions: Sequence[DecisionRecord]) -> tuple[LineQuantity, ...]:
    """Return the pieces of ``order`` that were neither paid back nor replaced nor cancelled."""
    left = (
        LineQuantity(line.line_id, line.quantity - compensated(order.order_id, line, decisions))
        for line in order.lines
    )
    return tuple(item for item in left if item.quantity > 0)


def cancel_price(order: Order, lines: Sequence[LineQuantity], decisions: Sequence[DecisionRecord]) -> Money:
    """Return what cancelling ``lines`` is worth; without lines all that is left, and the shipping with it."""
    prices = {line.line_id: line.unit_price for line in order.lines}
    chosen = lines or not_settled(order, decisions)
    price = sum_of(
        (prices[item.line_id] * item.quantity for item in chosen if item.line_id in prices),
        order.shipping.currency,
    )
    return price if lines or is_shipping_settled(order, decisions) else price + order.shipping


def fees_waived(invoice_id: str, decisions: Sequence[DecisionRecord]) -> int:
    """Return dunning fees about to be dropped, minor units; booked ones are off the invoice already."""
    return sum(
        decision.amount.minor_units
        for decision, is_booked in living_steps(decisions)
        if isinstance(decision, WaiveDunningFee) and decision.invoice_id == invoice_id and not is_booked
    )


def has_left(order: Order, shipments: Iterable[Shipment]) -> bool:
    """Return whether goods of ``order`` are on their way or there: more than a label has been made."""
    if order.status in ("shipped", "delivered"):
        return True
    return any(
        event.code != "announced"
        for shipment in shipments
        if shipment.order_id == order.order_id
        for event in shipment.events
    )
