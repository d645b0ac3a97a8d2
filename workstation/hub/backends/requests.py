"""From a decision's step to what a backend is asked for: the effect's id is the reference, for ever."""

from __future__ import annotations

import msgspec

from workstation.casework.decision import (
    AuthoriseReturn,
    CancelOrder,
    Decision,
    GoodwillVoucher,
    PriceAdjustment,
    Refund,
    RefundShipping,
    Replacement,
    Reverse,
    TillOrder,
)
from workstation.casework.ids import effect_id
from workstation.casework.wire.codec import decode
from workstation.hub.ports_backend import (
    CancelRequest,
    MoneyBackKind,
    RefundRequest,
    ReplacementRequest,
    ReturnRequest,
    ReversalRequest,
    TillRequest,
    VoucherRequest,
)
from workstation.hub.ports_values import Effect, EffectRefused

ShopRequest = (
    RefundRequest | ReturnRequest | CancelRequest | ReplacementRequest | VoucherRequest | ReversalRequest
)


def step_of(effect: Effect) -> Decision:
    """Return the decision an effect carries out.

    Raises:
        EffectRefused: ``effect.unreadable``.
    """
    try:
        step: Decision = decode(effect.payload, Decision)  # type: ignore[arg-type]
    except msgspec.MsgspecError as error:
        raise EffectRefused("effect.unreadable", effect_id=effect.effect_id) from error
    return step


def shop_request(effect: Effect) -> ShopRequest:
    """Return what a shop backend is asked for.

    Raises:
        EffectRefused: ``effect.unreadable`` or ``effect.kind_not_executable``.
    """
    step = step_of(effect)
    match step:
        case Refund():
            return _money_back(effect, step, "refund")
        case RefundShipping():
            return _money_back(effect, step, "refund_shipping")
        case PriceAdjustment():
            return _money_back(effect, step, "price_adjustment")
        case AuthoriseReturn():
            return _return(effect, step)
        case CancelOrder():
            return _cancel(effect, step)
        case Replacement():
            return _replacement(effect, step)
        case GoodwillVoucher():
            return _voucher(effect, step)
        case Reverse():
            return _reversal(effect, step)
        case _:
            raise EffectRefused("effect.kind_not_executable", kind=effect.kind)


def till_request(effect: Effect) -> TillRequest:
    """Return what the till is asked for.

    Raises:
        EffectRefused: ``effect.unreadable`` or ``effect.kind_not_executable``.
    """
    step = step_of(effect)
    if not isinstance(step, TillOrder):
        raise EffectRefused("effect.kind_not_executable", kind=effect.kind)
    return TillRequest(
        tenant_id=effect.tenant_id,
        reference=effect.effect_id,
        amount=step.amount,
        order_id=step.order_id,
        payment_id=step.payment_id,
        lines=step.lines,
        decision_id=effect.decision_id,
        case_id=effect.case_id,
        reason=step.reason,
    )


def _money_back(
    effect: Effect, step: Refund | RefundShipping | PriceAdjustment, kind: MoneyBackKind
) -> RefundRequest:
    return RefundRequest(
        tenant_id=effect.tenant_id,
        reference=effect.effect_id,
        order_id=step.order_id,
        payment_id=step.payment_id,
        amount=step.amount,
        credited=step.credited,
        decision_id=effect.decision_id,
        case_id=effect.case_id,
        lines=step.lines if isinstance(step, Refund) else (),
        reason=step.reason,
        kind=kind,
        first_sent_at=effect.first_sent_at,
    )


def _return(effect: Effect, step: AuthoriseReturn) -> ReturnRequest:
    return ReturnRequest(
        tenant_id=effect.tenant_id,
        reference=effect.effect_id,
        order_id=step.order_id,
        lines=step.lines,
        deadline=step.deadline,
        decision_id=effect.decision_id,
        case_id=effect.case_id,
        reason=step.reason,
        first_sent_at=effect.first_sent_at,
    )


def _cancel(effect: Effect, step: CancelOrder) -> CancelRequest:
    return CancelRequest(
        tenant_id=effect.tenant_id,
        reference=effect.effect_id,
        order_id=step.order_id,
        payment_id=step.payment_id,
        amount=step.amount,
        credited=step.credited,
        lines=step.lines,
        decision_id=effect.decision_id,
        case_id=effect.case_id,
        reason=step.reason,
        first_sent_at=effect.first_sent_at,
    )


def _replacement(effect: Effect, step: Replacement) -> ReplacementRequest:
    return ReplacementRequest(
        tenant_id=effect.tenant_id,
        reference=effect.effect_id,
        order_id=step.order_id,
        lines=step.lines,
        decision_id=effect.decision_id,
        case_id=effect.case_id,
        reason=step.reason,
        first_sent_at=effect.first_sent_at,
    )


def _voucher(effect: Effect, step: GoodwillVoucher) -> VoucherRequest:
    return VoucherRequest(
        tenant_id=effect.tenant_id,
        reference=effect.effect_id,
        customer_id=step.customer_id,
        amount=step.amount,
        expires_on=step.expires_on,
        decision_id=effect.decision_id,
        case_id=effect.case_id,
        reason=step.reason,
        first_sent_at=effect.first_sent_at,
    )


def _reversal(effect: Effect, step: Reverse) -> ReversalRequest:
    return ReversalRequest(
        tenant_id=effect.tenant_id,
        reference=effect.effect_id,
        undoes_reference=effect_id(step.decision_id, step.step),
        undoes=step.undoes,
        decision_id=effect.decision_id,
        case_id=effect.case_id,
        reason=step.reason,
        first_sent_at=effect.first_sent_at,
    )
