"""Which pieces of an order can still be chosen, and which payment pays them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from workstation.casework.case_facts import CaseFacts
from workstation.casework.proposal import LineChoice
from workstation.casework.records import LineQuantity, Order, OrderLine, Payment
from workstation.casework.remaining import compensated, refundable, returned


def choices(
    kind: str, facts: CaseFacts, order: Order, chosen: Sequence[LineQuantity]
) -> tuple[LineChoice, ...]:
    """Return the lines that may still be paid back, with what is ``chosen``.

    ``return``: that may be sent back; ``wrong_item``: both, since the piece goes again and comes back.
    """
    quantities = {item.line_id: item.quantity for item in chosen}
    found = (
        LineChoice(
            line_id=line.line_id,
            name=line.name,
            most=_most(kind, facts, order, line),
            unit_price=line.unit_price,
            quantity=quantities.get(line.line_id, 0),
        )
        for line in order.lines
    )
    return tuple(choice for choice in found if choice.most > 0)


def _most(kind: str, facts: CaseFacts, order: Order, line: OrderLine) -> int:
    if kind == "return":
        return left_back(facts, order, line)
    if kind == "wrong_item":
        return free(facts, order, line, {})
    return left(facts, order, line)


def left(facts: CaseFacts, order: Order, line: OrderLine) -> int:
    """Return how many pieces are neither paid back nor replaced."""
    return line.quantity - compensated(order.order_id, line, facts.decisions)


def left_back(facts: CaseFacts, order: Order, line: OrderLine) -> int:
    """Return how many pieces may still be sent back."""
    return line.quantity - returned(order.order_id, line, facts.returns, facts.decisions)


def one_each(facts: CaseFacts, order: Order, lines: Iterable[OrderLine]) -> tuple[LineQuantity, ...]:
    """Return one piece of each line that may still be paid back."""
    return tuple(LineQuantity(line.line_id, 1) for line in lines if left(facts, order, line) > 0)


def one_each_back(facts: CaseFacts, order: Order, lines: Iterable[OrderLine]) -> tuple[LineQuantity, ...]:
    """Return one piece of each line that may still be sent back."""
    return tuple(LineQuantity(line.line_id, 1) for line in lines if left_back(facts, order, line) > 0)


def left_of_same(facts: CaseFacts, order: Order, broken: Sequence[LineQuantity]) -> tuple[LineQuantity, ...]:
    """Return one piece of each broken line of which another piece is still with the customer."""
    gone = {item.line_id: item.quantity for item in broken}
    return tuple(
        LineQuantity(line.line_id, 1)
        for line in order.lines
        if line.line_id in gone and free(facts, order, line, gone) > 0
    )


def free(facts: CaseFacts, order: Order, line: OrderLine, gone: Mapping[str, int]) -> int:
    """Return pieces neither paid back nor sent back, the ``gone`` ones left out."""
    used = compensated(order.order_id, line, facts.decisions) + gone.get(line.line_id, 0)
    return min(line.quantity - used, left_back(facts, order, line))


def best_payment(facts: CaseFacts, order: Order) -> Payment | None:
    """Return the payment with the most left to give back."""
    paid = [payment for payment in facts.payments if payment.order_id == order.order_id]
    return max(
        paid,
        key=lambda payment: (refundable(payment, facts.decisions).minor_units, payment.payment_id),
        default=None,
    )
