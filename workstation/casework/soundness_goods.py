"""Do decisions on goods fit the records: pieces left, their price, stock, and what has not left yet"""

from __future__ import annotations

from collections.abc import Sequence

from workstation.casework.crediting import open_of
from workstation.casework.decision import (
    AuthoriseReturn,
    CancelOrder,
    Decision,
    Replacement,
    lines_named,
    order_named,
    value_of,
)
from workstation.casework.limit import JudgeContext, NeedsApproval, Refused
from workstation.casework.money import Money, sum_of
from workstation.casework.params import money_param
from workstation.casework.records import LineQuantity, Order, StockLevel
from workstation.casework.remaining import (
    cancel_price,
    compensated,
    has_left,
    living_steps,
    not_settled,
    pieces,
    refundable,
    returned,
    settles,
)


def of_lines(order_id: str, lines: tuple[LineQuantity, ...], context: JudgeContext) -> Refused | None:
    """Return why ``lines`` are not pieces of an order of this customer, or ``None``."""
    order = context.order(order_id)
    if order is None:
        return Refused(code="decision.order_unknown")
    if context.customer_id and order.customer_id != context.customer_id:
        return Refused(code="decision.other_customer")
    for item in lines:
        line = context.line(order_id, item.line_id)
        if line is None:
            return Refused(code="decision.line_unknown")
        if item.quantity < 1 or pieces(lines, item.line_id) > line.quantity:
            return Refused(
                code="decision.quantity_impossible", params={"line": line.name, "ordered": str(line.quantity)}
            )
    return None


def price_of(order_id: str, lines: tuple[LineQuantity, ...], context: JudgeContext, currency: str) -> Money:
    """Return what the named pieces were bought for."""
    return sum_of(
        (
            line.unit_price * item.quantity
            for item in lines
            if (line := context.line(order_id, item.line_id)) is not None
        ),
        currency,
    )


def over_price(
    order_id: str, lines: tuple[LineQuantity, ...], amount: Money, context: JudgeContext
) -> Refused | None:
    """Money for pieces is at most their price; money without pieces is at most the payment."""
    if not lines:
        return None
    price = price_of(order_id, lines, context, amount.currency)
    if price.currency == amount.currency and amount > price:
        return Refused(code="decision.amount_over_lines", params={"price": money_param(price)})
    return None


def of_return(step: AuthoriseReturn, context: JudgeContext) -> Refused | None:
    """Return why the pieces cannot be sent back."""
    if step.deadline < context.today:
        return Refused(code="decision.deadline_past", params={"deadline": step.deadline.isoformat()})
    if not step.lines:
        return Refused(code="decision.no_lines")
    return of_lines(step.order_id, step.lines, context)


def of_replacement(step: Replacement, context: JudgeContext) -> Refused | None:
    """Return why the pieces cannot be sent again: their value is their price, and the stock has them."""
    if not step.lines:
        return Refused(code="decision.no_lines")
    found = of_lines(step.order_id, step.lines, context)
    if found is not None:
        return found
    order = context.order(step.order_id)
    if order is not None and order.status == "cancelled":
        return Refused(code="decision.order_cancelled")
    if order is not None and not has_left(order, context.shipments):
        # What has not left yet cannot be broken or lost: the first parcel is still to come.
        return Refused(
            code="decision.not_shipped", params={"order": order.number}, alternative="cancel_order"
        )
    price = price_of(step.order_id, step.lines, context, step.value.currency)
    if step.value != price:
        return Refused(code="decision.value_not_price", params={"price": money_param(price)})
    return None


def of_stock(steps: Sequence[Decision], context: JudgeContext) -> Refused | None:
    """Return which article the stock does not hold often enough, with what is about to be sent counted in."""
    wanted = _articles(steps, context)
    under_way = _articles(
        [step for step, is_booked in living_steps(context.decisions) if not is_booked], context
    )
    for sku, (name, count) in wanted.items():
        level = next((item for item in context.stock if item.sku == sku), None)
        if level is None:
            continue
        left = max(level.available - under_way.get(sku, ("", 0))[1], 0)
        if count > left:
            return _out_of_stock(name, left, level)
    return None


def _out_of_stock(name: str, left: int, level: StockLevel) -> Refused:
    params = {"line": name, "available": str(left)}
    if level.expected_on is None:
        return Refused(code="decision.out_of_stock", params=params, alternative="refund")
    params["expected_on"] = level.expected_on.isoformat()
    return Refused(code="decision.out_of_stock_until", params=params, alternative="refund")


def _articles(steps: Sequence[Decision], context: JudgeContext) -> dict[str, tuple[str, int]]:
    """Return name and pieces by article number of all that ``steps`` send again."""
    found: dict[str, tuple[str, int]] = {}
    for step in steps:
        if not isinstance(step, Replacement):
            continue
        for item in step.lines:
            line = context.line(step.order_id, item.line_id)
            if line is not None and line.sku:
                found[line.sku] = (line.name, found.get(line.sku, ("", 0))[1] + item.quantity)
    return found


def of_cancel(step: CancelOrder, context: JudgeContext) -> Refused | None:
    """Return why the order, or lines of it, cannot be cancelled: only before they have left, each once."""
    found = of_lines(step.order_id, step.lines, context)
    if found is not None:
        return found
    order = context.order(step.order_id)
    if order is None:
        return Refused(code="decision.order_unknown")
    if order.status == "cancelled":
        return Refused(code="decision.order_cancelled")
    if has_left(order, context.shipments):
        return Refused(code="decision.already_shipped", params={"order": order.number}, alternative="return")
    open_lines = {item.line_id: item.quantity for item in not_settled(order, context.decisions)}
    for line in order.lines:
        if pieces(step.lines, line.line_id) > open_lines.get(line.line_id, 0):
            return Refused(code="decision.line_settled", params={"line": line.name})
    if not open_lines:
        return Refused(code="decision.order_cancelled")
    if step.amount and not step.payment_id:
        return Refused(code="decision.payment_unknown", alternative="promise_answer")
    most = cancel_price(order, step.lines, context.decisions)
    value = value_of(step)
    if value and value.currency == most.currency and value > most:
        return Refused(code="decision.amount_over_lines", params={"price": money_param(most)})
    return _of_kept(step, order, most, context)


def _of_kept(step: CancelOrder, order: Order, most: Money, context: JudgeContext) -> Refused | None:
    """Return that something of the price would be kept or asked for, though the goods do not come."""
    asked = open_of(order.order_id, context.invoices, context.decisions, most.currency, context.bookings)
    if step.credited.minor_units < min(asked.minor_units, most.minor_units):
        return Refused(code="decision.cancel_leaves_open", params={"open": money_param(asked)})
    paid = [
        refundable(payment, context.decisions).minor_units
        for payment in context.payments
        if payment.order_id == order.order_id and payment.captured.currency == most.currency
    ]
    due = min(most.minor_units - step.credited.minor_units, sum(paid))
    if step.amount.minor_units >= due:
        return None
    owed = {"amount": money_param(Money(due, most.currency))}
    if due <= max(paid):
        return Refused(code="decision.cancel_keeps_money", params=owed)
    # One cancellation pays back on one payment: what came in with the others goes back before it.
    first = money_param(Money(max(paid), most.currency))
    return Refused(code="decision.cancel_more_payments", params={**owed, "first": first})


def of_pieces_sent_back(steps: Sequence[Decision], context: JudgeContext) -> Refused | None:
    """Return which line would be sent back more often than it was bought."""
    for order_id, line_id in _lines_of(steps):
        line = context.line(order_id, line_id)
        back = sum(
            pieces(step.lines, line_id)
            for step in steps
            if isinstance(step, AuthoriseReturn) and step.order_id == order_id
        )
        if line is None or not back:
            continue
        if back + returned(order_id, line, context.returns, context.decisions) > line.quantity:
            return Refused(code="decision.already_returned", params={"line": line.name}, alternative="refund")
    return None


def duplicate(steps: Sequence[Decision], context: JudgeContext) -> NeedsApproval | None:
    """Return that a piece would be paid for or replaced a second time, or ``None``."""
    for order_id, line_id in _lines_of(steps):
        line = context.line(order_id, line_id)
        if line is None:
            continue
        wanted = sum(settles(step, line) for step in steps if order_named(step) == order_id)
        if wanted and wanted + compensated(order_id, line, context.decisions) > line.quantity:
            return NeedsApproval(code="decision.duplicate", params={"line": line.name})
    return None


def _lines_of(steps: Sequence[Decision]) -> tuple[tuple[str, str], ...]:
    """Return the order and line of everything the steps name, each once."""
    return tuple(
        dict.fromkeys((order_named(step), item.line_id) for step in steps for item in lines_named(step))
    )
