"""Does a decision fit the records: the order, the payment and the pieces exist and are not used up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from workstation.casework.decision import (
    AuthoriseReturn,
    Decision,
    MakePromise,
    PriceAdjustment,
    Refund,
    RefundShipping,
    Replacement,
    cost_of,
    group_of,
    kind_of,
)
from workstation.casework.errors import RuleViolation
from workstation.casework.executable import ensure_executable
from workstation.casework.limit import JudgeContext, NeedsApproval, Refused
from workstation.casework.money import Money, sum_of
from workstation.casework.params import money_param
from workstation.casework.records import LineQuantity, Order
from workstation.casework.remaining import compensated, line_of, pieces, refundable, returned


def refusal(steps: Sequence[Decision], context: JudgeContext) -> Refused | None:
    """Return why the steps cannot be done by anybody, or ``None``."""
    try:
        ensure_executable(steps, context.executable_kinds)
    except RuleViolation as violation:
        return Refused(code=violation.code, params={name: str(v) for name, v in violation.params.items()})
    if not context.person.is_active:
        return Refused(code="person.not_active")
    for step in steps:
        found = _of_step(step, context)
        if found is not None:
            return found
    return _of_money(steps, context) or _of_pieces(steps, context)


def duplicate(steps: Sequence[Decision], context: JudgeContext) -> NeedsApproval | None:
    """Return that a piece would be paid for or replaced a second time, or ``None``."""
    for order_id, line_id in _lines_of(steps):
        line = line_of(context.orders, order_id, line_id)
        if line is None:
            continue
        wanted = sum(
            pieces(step.lines, line_id)
            for step in steps
            if isinstance(step, Refund | Replacement) and step.order_id == order_id
        )
        if wanted and wanted + compensated(order_id, line, context.decisions) > line.quantity:
            return NeedsApproval(code="decision.duplicate", params={"line": line.name})
    return None


def _of_step(step: Decision, context: JudgeContext) -> Refused | None:
    if group_of(step) != "free":
        cost = cost_of(step)
        if cost.currency != context.currency:
            return Refused(
                code="money.currency_mismatch", params={"left": cost.currency, "right": context.currency}
            )
        if cost.minor_units <= 0:
            return Refused(code="decision.amount_not_positive")
    match step:
        case MakePromise():
            if step.due_at <= context.now:
                return Refused(code="promise.in_past")
        case AuthoriseReturn():
            if step.deadline < local_day(context):
                return Refused(code="decision.deadline_past", params={"deadline": step.deadline.isoformat()})
            if not step.lines:
                return Refused(code="decision.no_lines")
            return _of_lines(step.order_id, step.lines, context)
        case Refund():
            found = _of_lines(step.order_id, step.lines, context)
            return found or _over_lines(step, context)
        case Replacement():
            return _of_lines(step.order_id, step.lines, context)
        case _:
            return None
    return None


def _order(order_id: str, context: JudgeContext) -> Order | None:
    return next((order for order in context.orders if order.order_id == order_id), None)


def _of_lines(order_id: str, lines: tuple[LineQuantity, ...], context: JudgeContext) -> Refused | None:
    order = _order(order_id, context)
    if order is None:
        return Refused(code="decision.order_unknown")
    if context.customer_id and order.customer_id != context.customer_id:
        return Refused(code="decision.other_customer")
    for item in lines:
        line = line_of(context.orders, order_id, item.line_id)
        if line is None:
            return Refused(code="decision.line_unknown")
        if item.quantity < 1 or pieces(lines, item.line_id) > line.quantity:
            return Refused(
                code="decision.quantity_impossible", params={"line": line.name, "ordered": str(line.quantity)}
            )
    return None


def _over_lines(step: Refund, context: JudgeContext) -> Refused | None:
    """A refund for pieces is at most their price; without pieces it is at most the payment."""
    if not step.lines:
        return None
    price = sum_of(
        (
            line.unit_price * item.quantity
            for item in step.lines
            if (line := line_of(context.orders, step.order_id, item.line_id)) is not None
        ),
        step.amount.currency,
    )
    if price.currency == step.amount.currency and step.amount > price:
        return Refused(code="decision.amount_over_lines", params={"price": money_param(price)})
    return None


def _of_money(steps: Sequence[Decision], context: JudgeContext) -> Refused | None:
    wanted: dict[str, Money] = {}
    for step in steps:
        if isinstance(step, Refund | RefundShipping | PriceAdjustment):
            wanted[step.payment_id] = step.amount + wanted.get(
                step.payment_id, Money.zero(step.amount.currency)
            )
    for payment_id, amount in wanted.items():
        payment = next((item for item in context.payments if item.payment_id == payment_id), None)
        if payment is None:
            return Refused(code="decision.payment_unknown", alternative="promise_answer")
        rest = refundable(payment, context.decisions)
        if rest.currency != amount.currency:
            return Refused(
                code="money.currency_mismatch", params={"left": amount.currency, "right": rest.currency}
            )
        if not rest:
            return Refused(code="decision.nothing_refundable", alternative="promise_answer")
        if amount > rest:
            return Refused(code="decision.over_refundable", params={"rest": money_param(rest)})
    for step in steps:
        if isinstance(step, Refund | RefundShipping | PriceAdjustment):
            payment = next(item for item in context.payments if item.payment_id == step.payment_id)
            if payment.order_id != step.order_id:
                return Refused(code="decision.payment_of_other_order")
    return None


def _of_pieces(steps: Sequence[Decision], context: JudgeContext) -> Refused | None:
    for order_id, line_id in _lines_of(steps):
        line = line_of(context.orders, order_id, line_id)
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


def _lines_of(steps: Sequence[Decision]) -> tuple[tuple[str, str], ...]:
    """Return the order and line of everything the steps name, each once."""
    return tuple(
        dict.fromkeys(
            (step.order_id, item.line_id)
            for step in steps
            if isinstance(step, Refund | Replacement | AuthoriseReturn)
            for item in step.lines
        )
    )


def local_day(context: JudgeContext) -> date:
    """Return the day it is where the firm is."""
    return context.now.astimezone(ZoneInfo(context.time_zone)).date()


def costs_by_group(steps: Sequence[Decision]) -> dict[str, int]:
    """Return the sum of each cost group in minor units; free kinds are left out."""
    sums: dict[str, int] = {}
    for step in steps:
        group = group_of(step)
        if group != "free":
            sums[group] = sums.get(group, 0) + cost_of(step).minor_units
    return sums


def kinds_in(steps: Sequence[Decision], group: str) -> tuple[str, ...]:
    """Return the kinds of one group among the steps, each once."""
    return tuple(dict.fromkeys(kind_of(step) for step in steps if group_of(step) == group))
