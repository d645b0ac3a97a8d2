"""Does a decision fit the records: the order, the payment and the pieces exist and are not used up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from workstation.casework.decision import (
    AuthoriseReturn,
    BlockDunning,
    CancelOrder,
    Decision,
    GoodwillVoucher,
    MakePromise,
    MoneyBack,
    PriceAdjustment,
    Refund,
    RefundShipping,
    Replacement,
    ResendInvoice,
    Reverse,
    TillOrder,
    UnblockDunning,
    WaiveDunningFee,
    cost_of,
    group_of,
    kind_of,
)
from workstation.casework.errors import RuleViolation
from workstation.casework.executable import ensure_executable
from workstation.casework.limit import JudgeContext, Refused
from workstation.casework.reversal import of_reversal, of_same_reversed
from workstation.casework.soundness_dunning import of_fees, of_invoice
from workstation.casework.soundness_goods import (
    duplicate,
    of_cancel,
    of_pieces_sent_back,
    of_replacement,
    of_return,
    of_stock,
)
from workstation.casework.soundness_money import (
    doubtful,
    of_amount,
    of_credits,
    of_payments,
    of_shipping,
    of_till,
    of_voucher,
)

__all__ = ["costs_by_group", "doubtful", "duplicate", "kinds_in", "local_day", "refusal"]


def refusal(steps: Sequence[Decision], context: JudgeContext) -> Refused | None:
    """Return why the steps cannot be done by anybody, or ``None``."""
    try:
        ensure_executable(steps, context.executable_kinds)
    except RuleViolation as violation:
        return Refused(code=violation.code, params={name: str(v) for name, v in violation.params.items()})
    if not context.person.is_active:
        return Refused(code="person.not_active")
    for step in steps:
        found = _of_cost(step, context) or _of_step(step, context)
        if found is not None:
            return found
    return (
        _of_twice(steps)
        or of_credits(steps, context)
        or of_payments(steps, context)
        or of_fees(steps, context)
        or of_pieces_sent_back(steps, context)
        or of_stock(steps, context)
        or of_same_reversed(steps)
    )


def _of_cost(step: Decision, context: JudgeContext) -> Refused | None:
    cost = cost_of(step)
    if group_of(step) == "free":
        return None
    if isinstance(step, MoneyBack) and min(step.amount.minor_units, step.credited.minor_units) < 0:
        return Refused(code="decision.amount_not_positive")
    if isinstance(step, CancelOrder) and not cost:
        return None  # nothing was paid yet: nothing goes back
    if cost.currency != context.currency:
        return Refused(
            code="money.currency_mismatch", params={"left": cost.currency, "right": context.currency}
        )
    if cost.minor_units <= 0:
        return Refused(code="decision.amount_not_positive")
    return None


def _of_step(step: Decision, context: JudgeContext) -> Refused | None:
    match step:
        case MakePromise():
            return Refused(code="promise.in_past") if step.due_at <= context.now else None
        case AuthoriseReturn():
            return of_return(step, context)
        case Refund() | PriceAdjustment():
            return of_amount(step, context)
        case RefundShipping():
            return of_shipping(step, context)
        case Replacement():
            return of_replacement(step, context)
        case CancelOrder():
            return of_cancel(step, context)
        case GoodwillVoucher():
            return of_voucher(step, context)
        case TillOrder():
            return of_till(step, context)
        case ResendInvoice() | BlockDunning() | UnblockDunning() | WaiveDunningFee():
            return of_invoice(step, context)
        case Reverse():
            return of_reversal(step, context)
        case _:
            return None


def _of_twice(steps: Sequence[Decision]) -> Refused | None:
    """Shipping goes back once and an order is cancelled whole once, also within one click."""
    shipping = [step.order_id for step in steps if isinstance(step, RefundShipping)]
    whole = [step.order_id for step in steps if isinstance(step, CancelOrder) and not step.lines]
    if len(set(shipping)) < len(shipping) or set(shipping) & set(whole):
        return Refused(code="decision.shipping_refunded")
    if len(set(whole)) < len(whole):
        return Refused(code="decision.order_cancelled")
    return None


def local_day(context: JudgeContext) -> date:
    """Return the day it is where the firm is."""
    return context.today


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
