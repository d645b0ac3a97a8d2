"""Do decisions on money fit the records: what was paid, what of it is left, shipping once, voucher dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from workstation.casework.crediting import asked_now, open_of
from workstation.casework.decision import (
    Decision,
    GoodwillVoucher,
    MoneyBack,
    PriceAdjustment,
    Refund,
    RefundShipping,
    TillOrder,
    cost_of,
    credited_of,
    order_named,
    paid_out_of,
    payment_named,
    value_of,
)
from workstation.casework.doubts import is_in_doubt
from workstation.casework.limit import JudgeContext, NeedsApproval, Refused
from workstation.casework.money import Money
from workstation.casework.params import money_param
from workstation.casework.remaining import is_shipping_settled, refundable
from workstation.casework.soundness_goods import of_lines, over_price

VOUCHER_YEARS = 3


def voucher_expiry(day: date) -> date:
    """Return the last day of a voucher made on ``day``: three years on, at the end of that year.

    A claim lapses after three years (BGB § 195), counted from the end of the year in which it arose
    (BGB § 199 (1)); a voucher that ended earlier would take away what the customer can still ask for.
    """
    return date(day.year + VOUCHER_YEARS, 12, 31)


def of_amount(step: Refund | PriceAdjustment, context: JudgeContext) -> Refused | None:
    """Return why money cannot go back for the order or its pieces."""
    lines = step.lines if isinstance(step, Refund) else ()
    found = of_lines(step.order_id, lines, context)
    return found or over_price(step.order_id, lines, value_of(step), context)


def of_shipping(step: RefundShipping, context: JudgeContext) -> Refused | None:
    """Return why the shipping cost cannot go back: at most once, and at most what was paid for it."""
    found = of_lines(step.order_id, (), context)
    order = context.order(step.order_id)
    if found is not None or order is None:
        return found
    if not order.shipping:
        return Refused(code="decision.no_shipping_paid")
    if is_shipping_settled(order, context.decisions) or _has_shipping_booking(step.order_id, context):
        return Refused(code="decision.shipping_refunded")
    value = value_of(step)
    if value.currency == order.shipping.currency and value > order.shipping:
        return Refused(code="decision.over_shipping", params={"shipping": money_param(order.shipping)})
    return None


def _has_shipping_booking(order_id: str, context: JudgeContext) -> bool:
    """A booking is there when the decision behind it is older than what is at hand."""
    return any(
        booking.order_id == order_id
        and booking.kind == "refund_shipping"
        and booking.status != "withdrawn"
        and not booking.reverses
        for booking in context.bookings
        if not any(other.reverses == booking.booking_id for other in context.bookings)
    )


def of_voucher(step: GoodwillVoucher, context: JudgeContext) -> Refused | None:
    """Return why the voucher cannot be given."""
    if not step.customer_id or not context.customer_id:
        return Refused(code="voucher.no_customer")
    if step.customer_id != context.customer_id:
        return Refused(code="decision.other_customer")
    if step.expires_on is not None and step.expires_on <= context.today:
        return Refused(code="voucher.expiry_past", params={"expires_on": step.expires_on.isoformat()})
    return None


def of_till(step: TillOrder, context: JudgeContext) -> Refused | None:
    """Return why the till cannot pay: it needs no records; those it names have to fit."""
    if not step.order_id:
        return Refused(code="decision.order_unknown") if step.payment_id or step.lines else None
    return of_lines(step.order_id, step.lines, context) or over_price(
        step.order_id, step.lines, step.amount, context
    )


def of_payments(steps: Sequence[Decision], context: JudgeContext) -> Refused | None:
    """Return which payment cannot give what all ``steps`` together take from it."""
    wanted: dict[str, Money] = {}
    for step in steps:
        cost = paid_out_of(step)
        if payment_named(step) or (isinstance(step, Refund | RefundShipping | PriceAdjustment) and cost):
            known = wanted.get(payment_named(step), Money.zero(cost.currency))
            if known.currency != cost.currency:
                return _currencies(cost.currency, known.currency)
            wanted[payment_named(step)] = known + cost
    for payment_id, amount in wanted.items():
        payment = context.payment(payment_id)
        if payment is None:
            return Refused(code="decision.payment_unknown", alternative="promise_answer")
        rest = refundable(payment, context.decisions)
        if not amount:
            continue
        if rest.currency != amount.currency:
            return _currencies(amount.currency, rest.currency)
        if not rest:
            return Refused(code="decision.nothing_refundable", alternative="promise_answer")
        if amount > rest:
            return Refused(code="decision.over_refundable", params={"rest": money_param(rest)})
    for step in steps:
        payment = context.payment(payment_named(step)) if payment_named(step) else None
        if payment is not None and payment.order_id != order_named(step):
            return Refused(code="decision.payment_of_other_order")
    return None


def of_credits(steps: Sequence[Decision], context: JudgeContext) -> Refused | None:
    """Return that money would be paid out while its invoice asks for it, or more credited than is open."""
    left: dict[str, int] = {}
    # Money leaves only when the credits are booked: those on their way are not counted for that.
    unpaid: dict[str, int] = {}
    for step in steps:
        order_id = order_named(step)
        if not order_id or not isinstance(step, MoneyBack | TillOrder):
            continue
        if order_id not in left:
            asked = open_of(order_id, context.invoices, context.decisions, context.currency, context.bookings)
            left[order_id] = asked.minor_units
            unpaid[order_id] = asked_now(order_id, context.invoices, context.currency).minor_units
        credited = credited_of(step).minor_units
        rest = money_param(Money(left[order_id], context.currency))
        if credited and credited_of(step).currency != context.currency:
            return _currencies(credited_of(step).currency, context.currency)
        if not 0 <= credited <= left[order_id]:
            return Refused(code="decision.credit_over_open", params={"open": rest})
        left[order_id] -= credited
        unpaid[order_id] -= credited
        if unpaid[order_id] and paid_out_of(step):
            now = money_param(Money(unpaid[order_id], context.currency))
            return Refused(code="decision.invoice_open", params={"open": now})
    return None


def doubtful(steps: Sequence[Decision], context: JudgeContext) -> NeedsApproval | None:
    """Return that nobody knows whether money or goods of the same order are out already, or ``None``.

    Whoever has waited in vain for the first booking would book it a second time: that needs a second person.
    """
    orders = {order_named(step) for step in steps if _takes(step)}
    for record in context.decisions:
        for step in record.steps:
            if is_in_doubt(step) and _takes(step.decision) and order_named(step.decision) in orders:
                return NeedsApproval(
                    code="decision.in_doubt", params={"amount": money_param(cost_of(step.decision))}
                )
    return None


def _takes(step: Decision) -> bool:
    """Whether a decision takes money or goods out for an order."""
    return bool(order_named(step) and cost_of(step))


def _currencies(left: str, right: str) -> Refused:
    return Refused(code="money.currency_mismatch", params={"left": left, "right": right})
