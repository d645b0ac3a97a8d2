"""Proposals about money without pieces: shipping back, part of the price, a voucher, an order cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from workstation.casework.case_facts import CaseFacts
from workstation.casework.crediting import Split, money_form, split
from workstation.casework.decision import (
    CancelOrder,
    Decision,
    GoodwillVoucher,
    PriceAdjustment,
    RefundShipping,
    value_of,
)
from workstation.casework.limit import Allowed
from workstation.casework.line_choice import best_payment, choices
from workstation.casework.money import Money, sum_of
from workstation.casework.proposal import Proposal
from workstation.casework.proposal_building import (
    ASKED,
    CALLED_FOR,
    GOODWILL,
    POSSIBLE,
    Ranked,
    amount_params,
    is_at_customer,
    judged,
    still_open,
    today,
)
from workstation.casework.proposals_goods import TROUBLE, build, offer, reason_of
from workstation.casework.proposals_promises import ANSWER_WITHIN, promise_step
from workstation.casework.reading import Reading
from workstation.casework.records import LineQuantity, Order, Shipment
from workstation.casework.remaining import cancel_price, is_shipping_settled, not_settled, refundable
from workstation.casework.soundness_money import voucher_expiry

STILL_AFTER = timedelta(days=3)
"""A parcel without a scan for so long stands still."""
LOST_AFTER = timedelta(days=7)
"""For so long, and past its promised day: it is treated as lost."""
GOODWILL_PERCENT = (5, 10, 15)
"""Shares of the order that are usual for goodwill; the middle one is proposed, each is one key away."""
_WHOLE = 100
_VOUCHER_STEP = 5 * _WHOLE


def about_delivery(facts: CaseFacts, reading: Reading, order: Order) -> list[Ranked]:
    """Return what helps with a late parcel: shipping back with an answer promised, or the goods again."""
    parcel = _open_parcel(facts, order)
    is_late = parcel is not None and _is_late(facts, parcel)
    if not (is_late or reading.has("late")):
        return []
    rank = CALLED_FOR + 2 if reading.has("late") else ASKED
    found: list[Ranked] = []
    shipping = _shipping_step(facts, order)
    if shipping is not None:
        if parcel is not None:
            found.append(Ranked(rank, _late_macro(facts, order, shipping)))
        found.append(Ranked(ASKED + 1, _money("refund_shipping", facts, order, shipping, "truck")))
    if parcel is not None and is_lost(facts, parcel):
        found.append(Ranked(rank, _lost_again(facts, order)))
    elif is_late or reading.has("late"):
        again = offer("replacement", facts, order, (), "late_delivery")
        if again is not None:
            found.append(Ranked(POSSIBLE + 4, again))
    return found


def about_cancelling(facts: CaseFacts, reading: Reading, order: Order) -> list[Ranked]:
    """Return cancelling all or lines of an order that has not left; grey with its reason once it has."""
    is_asked = reading.has("cancel")
    if is_at_customer(facts, order) and not is_asked:
        return []
    if not not_settled(order, facts.decisions):
        return []
    found = [Ranked(CALLED_FOR if is_asked else POSSIBLE + 5, cancel(facts, order, ()))]
    pieces = sum(line.quantity for line in order.lines)
    if pieces > 1 and not is_at_customer(facts, order):
        offered = choices("cancel_lines", facts, order, ())
        part = msgspec.structs.replace(
            cancel(facts, order, (LineQuantity(offered[0].line_id, 1),)),
            steps=(),
            title_key="title.cancel_lines.choose",
            title_params={"order": order.number},
            lines=offered,
            needs_line_choice=offered,
        )
        found.append(Ranked(CALLED_FOR + 1 if is_asked else POSSIBLE + 6, part))
    return found


def cancel(facts: CaseFacts, order: Order, lines: tuple[LineQuantity, ...]) -> Proposal:
    """Return cancelling ``lines``, or without lines all of it, with what was paid for it going back.

    Lines that are all that is left are the whole order: then the shipping cost goes back too.
    """
    if {(item.line_id, item.quantity) for item in lines} == {
        (item.line_id, item.quantity) for item in not_settled(order, facts.decisions)
    }:
        lines = ()
    payment = best_payment(facts, order)
    amount = Money.zero(order.shipping.currency)
    parts = split(cancel_price(order, lines, facts.decisions), still_open(facts, order))
    if payment is not None:
        rest = refundable(payment, facts.decisions)
        amount = min(parts.paid_out, rest) if parts.paid_out.currency == rest.currency else rest
    step = CancelOrder(
        order_id=order.order_id,
        payment_id=payment.payment_id if payment is not None and amount else "",
        lines=lines,
        amount=amount,
        credited=parts.credited,
        reason="changed_mind",
    )
    key = "cancel_lines" if lines else "cancel_order"
    is_free = not value_of(step)
    return judged(
        Proposal(
            key=key,
            steps=(step,),
            title_key=f"title.{key}.unpaid" if is_free else f"title.{key}{money_form((step,))}",
            title_params={} if is_free else amount_params((step,), facts),
            judgement=Allowed(),
            lines=choices(key, facts, order, lines),
            reply_card="cancel_order",
            icon="circle-x",
            reason="changed_mind",
            order_id=order.order_id,
        ),
        facts,
    )


def goodwill(facts: CaseFacts, reading: Reading, order: Order) -> list[Ranked]:
    """Return a part of the price back and a voucher: never the first idea, always at hand after trouble."""
    found: list[Ranked] = []
    is_trouble = reading.has(*TROUBLE, "late")
    payment = best_payment(facts, order)
    parts = _parts(facts, order, _share(_goods(order), GOODWILL_PERCENT[1], _WHOLE))
    if is_trouble and parts is not None:
        step = PriceAdjustment(
            order_id=order.order_id,
            payment_id=payment.payment_id if payment is not None and parts.paid_out else "",
            amount=parts.paid_out,
            credited=parts.credited,
            reason=reason_of(reading),
        )
        found.append(Ranked(GOODWILL, _money("price_adjustment", facts, order, step, "tag")))
    if facts.case.customer_id:
        found.append(Ranked(GOODWILL + 1, _voucher(facts, order)))
    return found


def usual_amounts(proposal: Proposal, orders: Sequence[Order]) -> tuple[Money, ...]:
    """Return the usual goodwill amounts for a proposal, smallest first; none where the amount is settled."""
    return tuple(usual_shares(proposal, orders))


def usual_shares(proposal: Proposal, orders: Sequence[Order]) -> dict[Money, int]:
    """Return the usual goodwill amounts, smallest first, each with its share of the order in percent."""
    order = next((item for item in orders if item.order_id == proposal.order_id), None)
    if order is None or proposal.key not in ("goodwill_voucher", "price_adjustment"):
        return {}
    of, step = order.total, _VOUCHER_STEP
    if proposal.key == "price_adjustment":
        of, step = _goods(order), _WHOLE
    found: dict[Money, int] = {}
    for percent in GOODWILL_PERCENT:
        found.setdefault(_share(of, percent, step), percent)
    return found


def _goods(order: Order) -> Money:
    return sum_of((line.total for line in order.lines), order.shipping.currency)


def _voucher(facts: CaseFacts, order: Order) -> Proposal:
    """Return the usual voucher, or the largest smaller one the person may give alone."""
    usual = _share(order.total, GOODWILL_PERCENT[1], _VOUCHER_STEP)
    smaller = _share(order.total, GOODWILL_PERCENT[0], _VOUCHER_STEP)
    amounts = dict.fromkeys((usual, smaller, Money(_VOUCHER_STEP, usual.currency)))
    offers = [_money("goodwill_voucher", facts, order, _voucher_of(facts, one), "gift") for one in amounts]
    return next((one for one in offers if isinstance(one.judgement, Allowed)), offers[0])


def _voucher_of(facts: CaseFacts, amount: Money) -> GoodwillVoucher:
    return GoodwillVoucher(
        customer_id=facts.case.customer_id,
        amount=amount,
        expires_on=voucher_expiry(today(facts)),
        reason="goodwill",
    )


def _share(of: Money, percent: int, step: int) -> Money:
    """Return that share, rounded to full steps (minor units), at least one step."""
    units = of.minor_units * percent // 100
    return Money(max(round(units / step), 1) * step, of.currency)


def _money(key: str, facts: CaseFacts, order: Order, step: Decision, icon: str) -> Proposal:
    return judged(
        Proposal(
            key=key,
            steps=(step,),
            title_key=f"title.{key}{money_form((step,))}",
            title_params=amount_params((step,), facts),
            judgement=Allowed(),
            reply_card=key,
            icon=icon,
            reason=step.reason,
            order_id=order.order_id,
        ),
        facts,
    )


def _shipping_step(facts: CaseFacts, order: Order) -> RefundShipping | None:
    if not order.shipping or is_shipping_settled(order, facts.decisions):
        return None
    payment, parts = best_payment(facts, order), _parts(facts, order, order.shipping)
    if parts is None:
        return None
    return RefundShipping(
        order_id=order.order_id,
        payment_id=payment.payment_id if payment is not None and parts.paid_out else "",
        amount=parts.paid_out,
        credited=parts.credited,
        reason="late_delivery",
    )


def _parts(facts: CaseFacts, order: Order, value: Money) -> Split | None:
    """Return how ``value`` goes back: credited as far as it is open, paid out as far as it was paid."""
    parts = split(value, still_open(facts, order))
    payment = best_payment(facts, order)
    rest = refundable(payment, facts.decisions) if payment is not None else Money.zero(value.currency)
    if rest.currency != value.currency:
        rest = Money.zero(value.currency)
    found = Split(parts.credited, min(parts.paid_out, rest))
    return found if found.credited or found.paid_out else None


def _late_macro(facts: CaseFacts, order: Order, shipping: RefundShipping) -> Proposal:
    """Return «late parcel»: a trace is nobody's yet, so a person asks the carrier and says until when."""
    steps = (shipping, promise_step(facts, "answer", ANSWER_WITHIN))
    return judged(
        Proposal(
            key="late_parcel",
            macro="late_parcel",
            steps=steps,
            title_key=f"title.late_parcel{money_form(steps)}",
            title_params=amount_params(steps, facts),
            judgement=Allowed(),
            reply_card="late_parcel",
            icon="truck",
            reason="late_delivery",
            order_id=order.order_id,
        ),
        facts,
    )


def _lost_again(facts: CaseFacts, order: Order) -> Proposal:
    lines = not_settled(order, facts.decisions)
    return build("replacement", facts, order, lines, "lost_in_transit")


def _open_parcel(facts: CaseFacts, order: Order) -> Shipment | None:
    """Return the newest parcel of the order that has left and is not there."""
    open_ones = [
        item
        for item in facts.shipments
        if item.order_id == order.order_id and item.delivered_at is None and item.events
    ]
    return max(open_ones, key=lambda item: (item.events[-1].at, item.shipment_id), default=None)


def _is_late(facts: CaseFacts, parcel: Shipment) -> bool:
    """Promised for a day that is over, without a move for days, or not handed over twice."""
    is_past = parcel.promised_by is not None and parcel.promised_by < today(facts)
    is_still = facts.now - parcel.events[-1].at > STILL_AFTER
    failed = sum(event.code == "failed_attempt" for event in parcel.events)
    return is_past or is_still or failed >= 2


def is_lost(facts: CaseFacts, parcel: Shipment) -> bool:
    """Return whether a parcel past its day has not been seen for so long that it will not come."""
    is_past = parcel.promised_by is None or parcel.promised_by < today(facts)
    return is_past and facts.now - parcel.events[-1].at > LOST_AFTER
