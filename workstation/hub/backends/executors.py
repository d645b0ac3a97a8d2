"""Carries out decisions on any shop backend and at the till; what a backend doubts stays in doubt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, assert_never

from workstation.hub.backends.facts import Outcome, done
from workstation.hub.backends.requests import ShopRequest, shop_request, till_request
from workstation.hub.ports_backend import (
    BackendRefused,
    BackendUnavailable,
    BackendUncertain,
    CancelRequest,
    RefundRequest,
    ReplacementRequest,
    ReturnRequest,
    ReversalRequest,
    ShopBackend,
    Till,
    VoucherRequest,
)
from workstation.hub.ports_values import Done, Effect, EffectRefused, EffectRetry, EffectUnknown

T = TypeVar("T")


class ShopExecutor:
    """Implements :class:`workstation.hub.ports.Executor`; an effect's payload is its decision as JSON."""

    kinds = frozenset(
        {
            "refund",
            "refund_shipping",
            "price_adjustment",
            "return_authorisation",
            "cancel_order",
            "replacement",
            "goodwill_voucher",
            "reversal",
        }
    )

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
        request = shop_request(effect)
        return done(asked(lambda: _carried_out(self._backend, request)))

    def look_up(self, effect: Effect) -> Done | None:
        """Return what was booked under the effect's id.

        Raises:
            EffectRetry: the backend could not be asked.
        """
        request = shop_request(effect)
        found = looked(lambda: _found(self._backend, request))
        return None if found is None else done(found)


class TillExecutor:
    """Implements :class:`workstation.hub.ports.Executor` for cash that people pay out."""

    kinds = frozenset({"till_order"})

    def __init__(self, till: Till, timeout_s: float = 30.0) -> None:
        self._till = till
        self.effect_class = till.traits.effect_class
        self.visibility_lag_s = till.traits.visibility_lag_s
        self.timeout_s = timeout_s

    def perform(self, effect: Effect) -> Done:
        """Order the till once under the effect's id.

        Raises:
            EffectRefused, EffectRetry, EffectUnknown
        """
        request = till_request(effect)
        return done(asked(lambda: self._till.order(request)))

    def look_up(self, effect: Effect) -> Done | None:
        """Return the order under the effect's id.

        Raises:
            EffectRetry: the till's books could not be asked.
        """
        request = till_request(effect)
        found = looked(lambda: self._till.find(request))
        return None if found is None else done(found)


def asked(ask: Callable[[], T]) -> T:
    """Ask a backend to do something and tell its failures as those of an effect.

    Raises:
        EffectRefused, EffectRetry, EffectUnknown
    """
    try:
        return ask()
    except BackendRefused as error:
        raise EffectRefused(error.code, **error.params) from error
    except BackendUnavailable as error:
        raise EffectRetry(str(error), error.after_s) from error
    except BackendUncertain as error:
        raise EffectUnknown(str(error)) from error


def looked(ask: Callable[[], T]) -> T:
    """Ask a backend what it knows; a look that failed says nothing about what was done.

    Raises:
        EffectRetry
    """
    try:
        return ask()
    except BackendUnavailable as error:
        raise EffectRetry(str(error), error.after_s) from error
    except (BackendUncertain, BackendRefused) as error:
        raise EffectRetry(str(error)) from error


def _carried_out(backend: ShopBackend, request: ShopRequest) -> Outcome:
    match request:
        case RefundRequest():
            return backend.refund(request)
        case ReturnRequest():
            return backend.authorise_return(request)
        case CancelRequest():
            return backend.cancel(request)
        case ReplacementRequest():
            return backend.replace(request)
        case VoucherRequest():
            return backend.issue_voucher(request)
        case ReversalRequest():
            return backend.reverse(request)
        case _:
            assert_never(request)


def _found(backend: ShopBackend, request: ShopRequest) -> Outcome | None:
    match request:
        case RefundRequest():
            return backend.find_refund(request)
        case ReturnRequest():
            return backend.find_return(request)
        case CancelRequest():
            return backend.find_cancellation(request)
        case ReplacementRequest():
            return backend.find_replacement(request)
        case VoucherRequest():
            return backend.find_voucher(request)
        case ReversalRequest():
            return backend.find_reversal(request)
        case _:
            assert_never(request)
