"""Building one proposal: its steps judged, its place among the others, and the plain line below its title."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec

from workstation.casework.calendar import add_open_time
from workstation.casework.case_facts import CaseFacts
from workstation.casework.crediting import amounts_said, open_of
from workstation.casework.decision import (
    AuthoriseReturn,
    BlockDunning,
    CancelOrder,
    Decision,
    GoodwillVoucher,
    MakePromise,
    PriceAdjustment,
    Refund,
    RefundShipping,
    Replacement,
    ResendInvoice,
    Reverse,
    TillOrder,
    UnblockDunning,
    WaiveDunningFee,
    total_cost,
)
from workstation.casework.empowerment import judge
from workstation.casework.errors import RuleViolation
from workstation.casework.limit import JudgeContext, Judgement, NeedsApproval, Refused
from workstation.casework.money import Money
from workstation.casework.proposal import Proposal
from workstation.casework.records import LineQuantity, Order
from workstation.casework.remaining import has_left

# Where a proposal stands; among equals the cheaper one goes first, and what nobody can do goes last.
CALLED_FOR = 0
"""A macro made for these words."""
ASKED = 10
"""What the words ask for."""
POSSIBLE = 30
"""What else can be done about the same matter."""
PROMISED = 50
GOODWILL = 60
TAKING_BACK = 70
SEEN = 6
"""So many are seen at once; the rest is one click away."""
_MOST_GREY = 2

_QUARTER = timedelta(minutes=15)
_NO_PAYMENT = Refused(code="decision.payment_unknown", alternative="promise_answer")
_MONEY = (Refund, RefundShipping, PriceAdjustment, CancelOrder)


class Ranked(msgspec.Struct, frozen=True):
    """A proposal and its place: lower goes first."""

    rank: int
    proposal: Proposal


def in_order(found: Iterable[Ranked]) -> tuple[Proposal, ...]:
    """Return the proposals best first, then by what they cost, grey ones last; each key once.

    What the words call for and nobody can do is still among the first :data:`SEEN`, as the last of them:
    the reason why not, and the way that is open instead, belong before the person's eyes.
    """
    ordered = sorted(
        found,
        key=lambda item: (
            _is_grey(item),
            item.rank,
            total_cost(item.proposal.steps).minor_units,
        ),
    )
    wanted = [item for item in ordered if _is_grey(item) and item.rank < ASKED][:_MOST_GREY]
    if wanted and len(ordered) > SEEN:
        others = [item for item in ordered if item not in wanted]
        room = SEEN - len(wanted)
        ordered = [*others[:room], *wanted, *others[room:]]
    once: dict[tuple[str, ...], Proposal] = {}
    for item in ordered:
        once.setdefault(_sameness(item.proposal), item.proposal)
    return tuple(once.values())


def _sameness(proposal: Proposal) -> tuple[str, ...]:
    """Return what is there once: a key; what is grey for the same reason would say nothing more."""
    judgement = proposal.judgement
    if isinstance(judgement, Refused):
        return judgement.code, *(f"{name}={value}" for name, value in sorted(judgement.params.items()))
    return (proposal.key,)


def _is_grey(item: Ranked) -> bool:
    return isinstance(item.proposal.judgement, Refused)


def context_of(facts: CaseFacts) -> JudgeContext:
    """Return what a judgement needs of ``facts``."""
    return JudgeContext(
        person=facts.person,
        now=facts.now,
        currency=facts.tenant.currency,
        time_zone=facts.tenant.time_zone,
        channel=facts.case.channel,
        customer_id=facts.case.customer_id,
        orders=facts.orders,
        payments=facts.payments,
        shipments=facts.shipments,
        returns=facts.returns,
        invoices=facts.invoices,
        bookings=facts.bookings,
        vouchers=facts.vouchers,
        work_orders=facts.work_orders,
        stock=facts.stock,
        decisions=facts.decisions,
    )


def judged(proposal: Proposal, facts: CaseFacts) -> Proposal:
    """Return ``proposal`` with its judgement and the line below its title.

    Steps are missing only where there is no payment to take them from.
    """
    judgement: Judgement = (
        judge(proposal.steps, facts.limits, facts.usage, context_of(facts)) if proposal.steps else _NO_PAYMENT
    )
    return with_sub(msgspec.structs.replace(proposal, judgement=judgement), facts)


def with_sub(proposal: Proposal, facts: CaseFacts) -> Proposal:
    """Return ``proposal`` with the plain fact under its title: where money goes, or what is in the way."""
    judgement = proposal.judgement
    if isinstance(judgement, NeedsApproval | Refused):
        key, params = f"sub.{judgement.code}", judgement.params
    elif not facts.is_online:
        key, params = "sub.offline", {}
    else:
        key, params = next(
            (words for words in (_sub_of(step, facts) for step in proposal.steps) if words), ("sub.none", {})
        )
    return msgspec.structs.replace(proposal, sub_key=key, sub_params=params)


def _sub_of(step: Decision, facts: CaseFacts) -> tuple[str, dict[str, str]] | None:
    match step:
        case Refund() | RefundShipping() | PriceAdjustment() | CancelOrder():
            return _sub_of_money(step, facts)
        case AuthoriseReturn():
            return "sub.return", {"deadline": step.deadline.isoformat()}
        case MakePromise():
            return "sub.promise", {"due_at": step.due_at.isoformat()}
        case Replacement():
            return "sub.replacement", {"items": items_text(step.order_id, step.lines, facts)}
        case GoodwillVoucher() if step.expires_on is not None:
            return "sub.voucher", {"expires_on": step.expires_on.isoformat()}
        case TillOrder():
            return "sub.till_order", {}
        case Reverse():
            return "sub.reversal", {}
        case BlockDunning() | UnblockDunning() | ResendInvoice() | WaiveDunningFee():
            return _sub_of_invoice(step, facts)
        case _:
            return None


def _sub_of_money(
    step: Refund | RefundShipping | PriceAdjustment | CancelOrder, facts: CaseFacts
) -> tuple[str, dict[str, str]]:
    payment = next((item for item in facts.payments if item.payment_id == step.payment_id), None)
    if step.credited and not step.amount:
        numbers = (one.number for one in facts.invoices if one.order_id == step.order_id and one.open)
        return "sub.credited", {"invoice": ", ".join(sorted(numbers))}
    if payment is None or not step.amount:
        return "sub.nothing_paid", {}
    if payment.account_hint:
        return f"sub.to.{payment.method}", {"account": payment.account_hint}
    return f"sub.to.{payment.method}.plain", {}


def _sub_of_invoice(
    step: BlockDunning | UnblockDunning | ResendInvoice | WaiveDunningFee, facts: CaseFacts
) -> tuple[str, dict[str, str]]:
    invoice = next((item for item in facts.invoices if item.invoice_id == step.invoice_id), None)
    number = invoice.number if invoice is not None else ""
    if isinstance(step, BlockDunning) and step.until is not None:
        return "sub.dunning_block", {"invoice": number, "until": step.until.isoformat()}
    if isinstance(step, UnblockDunning) and invoice is not None and invoice.dunning_blocked_until:
        return "sub.dunning_unblock", {"invoice": number, "until": invoice.dunning_blocked_until.isoformat()}
    if isinstance(step, ResendInvoice) and invoice is not None:
        return "sub.resend_invoice", {"invoice": number, "issued_on": invoice.issued_on.isoformat()}
    return "sub.invoice", {"invoice": number}


def amount_params(steps: Sequence[Decision], facts: CaseFacts) -> dict[str, str]:
    """Return the sum of the steps as the parameter ``amount``, and its parts where some is credited."""
    return amounts_said(steps, facts.tenant.currency)


def still_open(facts: CaseFacts, order: Order) -> Money:
    """Return what the order's invoices still ask for."""
    return open_of(order.order_id, facts.invoices, facts.decisions, order.shipping.currency, facts.bookings)


def items_text(order_id: str, lines: Sequence[LineQuantity], facts: CaseFacts) -> str:
    """Return ``1 × Schale, 2 × Glas``."""
    order = next((item for item in facts.orders if item.order_id == order_id), None)
    names = {line.line_id: line.name for line in order.lines} if order is not None else {}
    return ", ".join(f"{item.quantity} × {names.get(item.line_id, '')}".rstrip() for item in lines)


def is_at_customer(facts: CaseFacts, order: Order) -> bool:
    """Return whether the goods have left: only then can they come back."""
    return has_left(order, facts.shipments)


def has_arrived(facts: CaseFacts, order: Order) -> bool:
    """Return whether goods can be at the customer: a parcel was delivered, or nobody tells of any."""
    if order.status == "delivered":
        return True
    parcels = [one for one in facts.shipments if one.order_id == order.order_id and one.events]
    return any(one.delivered_at is not None for one in parcels) if parcels else is_at_customer(facts, order)


def return_deadline(facts: CaseFacts) -> date:
    """Return the last day of a return that is allowed today."""
    return today(facts) + timedelta(days=facts.tenant.return_days)


def today(facts: CaseFacts) -> date:
    """Return the day it is where the firm is."""
    return context_of(facts).today


def due_within(facts: CaseFacts, open_time: timedelta) -> datetime:
    """Return when ``open_time`` of opening hours will have passed, at the next full quarter of an hour.

    A promise that fell into the night or a holiday would be one nobody is there to keep.
    """
    try:
        at = add_open_time(facts.calendar, facts.now, open_time)
    except RuleViolation:  # opening hours that never open: the clock is all there is
        at = facts.now + open_time
    past = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at if not past else at - past + _QUARTER
