"""Replacement orders: the same goods at no charge, their pieces taken out of the stock at once."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.money import Money
from workstation.casework.records import LineQuantity, Order, OrderLine, StockLevel
from workstation.hub.backends.house_books.acts import add_act, known_act
from workstation.hub.backends.house_books.money_back import keep_work
from workstation.hub.backends.house_books.numbers import numbered
from workstation.hub.backends.house_books.order_lines import counted, gathered, line_of, order_of
from workstation.hub.backends.house_books.work_orders import goods_to_send
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import ReplacementBooked, ReplacementRequest
from workstation.hub.ports_books import BookAct, Books

REPLACEMENT = "replacement"


def replace(tx: Tx, books: Books, request: ReplacementRequest) -> ReplacementBooked:
    """Order the goods once more, once for its reference.

    Raises:
        RuleViolation: ``stock.not_enough`` with what is there, ``order.already_cancelled``,
            ``replacement.no_lines`` or a fault of the lines; nothing was stored.
    """
    act = known_act(books, request)
    if act is not None:
        return replaced(tx, act, is_repeat=True)
    if not request.lines:
        raise RuleViolation("replacement.no_lines")
    books.lock_order(request.order_id)
    order = order_of(tx, request.order_id)
    if order.status == "cancelled":
        raise RuleViolation("order.already_cancelled", order=order.number)
    changed = counted(
        order,
        request.lines,
        "replaced_quantity",
        lambda line: line.quantity - line.replaced_quantity - line.cancelled_quantity,
    )
    pieces = gathered(order, request.lines)
    take_stock(tx, books, [(line_of(order, line_id), count) for line_id, count in pieces.items()])
    new = _order(tx, books, order, pieces, request)
    add_act(tx, books, request, REPLACEMENT, new.order_id)
    tx.put(changed)
    books.keep_order(new)
    tx.put(new)
    keep_work(tx, books, goods_to_send(new, request.decision_id))
    return _told(new)


def replaced(tx: Tx, act: BookAct, *, is_repeat: bool) -> ReplacementBooked:
    """Return a replacement order as the outside is told of it."""
    return msgspec.structs.replace(_told(order_of(tx, act.subject_id)), is_repeat=is_repeat)


def take_stock(tx: Tx, books: Books, wanted: Sequence[tuple[OrderLine, int]]) -> None:
    """Take pieces of articles out of the stock; an article whose stock nobody keeps is not counted.

    Raises:
        RuleViolation: ``stock.not_enough``.
    """
    for level, line, pieces in _levels(tx, books, wanted):
        if not books.take_stock(level.stock_id, pieces):
            raise RuleViolation(
                "stock.not_enough",
                name=line.name,
                wanted=pieces,
                available=level.available,
                expected_on=level.expected_on.isoformat() if level.expected_on else "",
            )
        tx.put(msgspec.structs.replace(level, available=level.available - pieces))


def give_stock(tx: Tx, books: Books, returned: Sequence[tuple[OrderLine, int]]) -> None:
    """Put pieces of articles back into the stock."""
    for level, _, pieces in _levels(tx, books, returned):
        books.give_stock(level.stock_id, pieces)
        tx.put(msgspec.structs.replace(level, available=level.available + pieces))


def _levels(
    tx: Tx, books: Books, wanted: Sequence[tuple[OrderLine, int]]
) -> list[tuple[StockLevel, OrderLine, int]]:
    """Return each article's level once, in an order that is the same for everybody who locks them."""
    by_sku = books.stock_by_skus([line.sku for line, _ in wanted if line.sku])
    pieces: dict[str, int] = {}
    lines: dict[str, OrderLine] = {}
    for line, count in wanted:
        stock_id = by_sku.get(line.sku)
        if stock_id is not None:
            pieces[stock_id] = pieces.get(stock_id, 0) + count
            lines[stock_id] = line
    levels = tx.get_many(StockLevel, sorted(pieces))
    return [(levels[one], lines[one], pieces[one]) for one in sorted(pieces) if one in levels]


def _order(tx: Tx, books: Books, order: Order, pieces: dict[str, int], request: ReplacementRequest) -> Order:
    order_id = derived_id(tx.tenant_id, "order", REPLACEMENT, request.reference)
    number = numbered(tx, "E", REPLACEMENT)
    while books.orders_by_numbers((number,)):
        # An order that was imported may be called like one of ours.
        number = numbered(tx, "E", REPLACEMENT)
    lines = tuple(
        OrderLine(
            line_id=derived_id("order_line", order_id, line.line_id),
            name=line.name,
            quantity=pieces[line.line_id],
            unit_price=Money.zero(line.unit_price.currency),
            sku=line.sku,
            tax_rate_bp=line.tax_rate_bp,
        )
        for line in order.lines
        if line.line_id in pieces
    )
    return Order(
        order_id=order_id,
        number=number,
        customer_id=order.customer_id,
        placed_at=tx.now,
        lines=lines,
        shipping=Money.zero(order.shipping.currency),
        backend=order.backend,
        replaces_order_id=order.order_id,
        reference=request.reference,
    )


def replaced_lines(order: Order, new: Order) -> tuple[LineQuantity, ...]:
    """Return which pieces of ``order`` its replacement ``new`` stands for."""
    ids = {derived_id("order_line", new.order_id, line.line_id): line.line_id for line in order.lines}
    return tuple(LineQuantity(ids[line.line_id], line.quantity) for line in new.lines if line.line_id in ids)


def _told(order: Order) -> ReplacementBooked:
    return ReplacementBooked(ext_ref=order.order_id, number=order.number, created_at=order.placed_at)
