"""Carries out money and returns on any shop backend; what the backend doubts stays in doubt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from workstation.casework.decision import AuthoriseReturn, Decision, Refund
from workstation.casework.wire.codec import decode
from workstation.hub.ports_backend import (
    BackendRefused,
    BackendUnavailable,
    BackendUncertain,
    Booked,
    RefundRequest,
    ReturnBooked,
    ReturnRequest,
    ShopBackend,
)
from workstation.hub.ports_values import Done, Effect, EffectRefused, EffectRetry, EffectUnknown

T = TypeVar("T")


class ShopExecutor:
    """Implements :class:`workstation.hub.ports.Executor`; an effect's payload is its decision as JSON."""

    kinds = frozenset({"refund", "return_authorisation"})

    def __init__(self, backend: ShopBackend, timeout_s: float = 30.0) -> None:
        self._backend = backend
        self.effect_class = backend.traits.effect_class
        self.visibility_lag_s = backend.traits.visibility_lag_s
        self.timeout_s = timeout_s

    def perform(self, effect: Effect) -> Done:
        """Book once under the effect's id.

        Raises:
            EffectRefused, EffectRetry, EffectUnknown
        """
        step = _step(effect)
        if isinstance(step, Refund):
            return _money(_asked(lambda: self._backend.refund(_refund(effect, step))))
        return _goods(_asked(lambda: self._backend.authorise_return(_return(effect, step))))

    def look_up(self, effect: Effect) -> Done | None:
        """Return what was booked under the effect's id.

        Raises:
            EffectRetry: the backend could not be asked.
        """
        step = _step(effect)
        try:
            if isinstance(step, Refund):
                booked = self._backend.find_refund(_refund(effect, step))
                return None if booked is None else _money(booked)
            opened = self._backend.find_return(_return(effect, step))
            return None if opened is None else _goods(opened)
        except BackendUnavailable as error:
            raise EffectRetry(str(error), error.after_s) from error
        except (BackendUncertain, BackendRefused) as error:
            raise EffectRetry(str(error)) from error


def _asked(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except BackendRefused as error:
        raise EffectRefused(error.code, **error.params) from error
    except BackendUnavailable as error:
        raise EffectRetry(str(error), error.after_s) from error
    except BackendUncertain as error:
        raise EffectUnknown(str(error)) from error


def _step(effect: Effect) -> Refund | AuthoriseReturn:
    try:
        step: Decision = decode(effect.payload, Decision)  # type: ignore[arg-type]
    except msgspec.MsgspecError as error:
        raise EffectRefused("effect.unreadable", effect_id=effect.effect_id) from error
    if not isinstance(step, Refund | AuthoriseReturn):
        raise EffectRefused("effect.kind_not_executable", kind=effect.kind)
    return step


def _refund(effect: Effect, step: Refund) -> RefundRequest:
    return RefundRequest(
        tenant_id=effect.tenant_id,
        reference=effect.effect_id,
        order_id=step.order_id,
        payment_id=step.payment_id,
        amount=step.amount,
        decision_id=effect.decision_id,
        case_id=effect.case_id,
        lines=step.lines,
        reason=step.reason,
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


def _money(booked: Booked) -> Done:
    facts = {"booked_at": booked.booked_at.isoformat(), "credit_note_no": booked.credit_note_number}
    return Done(ext_ref=booked.ext_ref, facts={slot: value for slot, value in facts.items() if value})


def _goods(opened: ReturnBooked) -> Done:
    facts = {
        "booked_at": opened.created_at.isoformat(),
        "return_no": opened.number,
        "deadline": opened.deadline.isoformat(),
        "label_code": opened.label_code,
    }
    return Done(ext_ref=opened.ext_ref, facts={slot: value for slot, value in facts.items() if value})
