"""Pieces of an order's lines, counted up and down: refunded, replaced, cancelled, never more than ordered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.records import LineQuantity, Order, OrderLine
from workstation.hub.ports import Tx

Count = Literal["refunded_quantity", "replaced_quantity", "cancelled_quantity"]


def order_of(tx: Tx, order_id: str) -> Order:
    """Return an order.

    Raises:
        RuleViolation: ``order.unknown``.
    """
    order = tx.get(Order, order_id)
    if order is None:
        raise RuleViolation("order.unknown", order_id=order_id)
    return order


def line_of(order: Order, line_id: str) -> OrderLine:
    """Return a line of an order.

    Raises:
        RuleViolation: ``line.unknown``.
    """
    found = next((line for line in order.lines if line.line_id == line_id), None)
    if found is None:
        raise RuleViolation("line.unknown", order=order.number)
    return found


def gathered(order: Order, wanted: Sequence[LineQuantity]) -> dict[str, int]:
    """Return line id -> pieces; a line named twice counts together.

    Raises:
        RuleViolation: ``line.unknown`` or ``line.above_ordered`` (also for less than one piece).
    """
    pieces: dict[str, int] = {}
    for one in wanted:
        line = line_of(order, one.line_id)
        if one.quantity < 1:
            raise RuleViolation("line.above_ordered", name=line.name, quantity=line.quantity)
        pieces[one.line_id] = pieces.get(one.line_id, 0) + one.quantity
    return pieces


def counted(
    order: Order, wanted: Sequence[LineQuantity], count: Count, left: Callable[[OrderLine], int]
) -> Order:
    """Return the order with the pieces added to ``count``; ``left``: how many of a line it may be.

    Raises:
        RuleViolation: ``line.unknown`` or ``line.above_ordered``.
    """
    pieces = gathered(order, wanted)
    for line_id, number in pieces.items():
        line = line_of(order, line_id)
        if number > left(line):
            raise RuleViolation("line.above_ordered", name=line.name, quantity=line.quantity)
    return _changed(order, pieces, count)


def uncounted(order: Order, wanted: Sequence[LineQuantity], count: Count) -> Order:
    """Return the order with the pieces taken off ``count``, never below nothing."""
    pieces: dict[str, int] = {}
    for one in wanted:
        pieces[one.line_id] = pieces.get(one.line_id, 0) - one.quantity
    return _changed(order, pieces, count)


def _changed(order: Order, pieces: dict[str, int], count: Count) -> Order:
    lines = tuple(
        msgspec.structs.replace(line, **{count: max(getattr(line, count) + pieces[line.line_id], 0)})
        if line.line_id in pieces
        else line
        for line in order.lines
    )
    return msgspec.structs.replace(order, lines=lines)
