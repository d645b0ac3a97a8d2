"""Carries out promises that are steps of a macro: nothing outside happens, the ledger gets its row."""

from __future__ import annotations

from workstation.casework.decision import MakePromise
from workstation.casework.wire.codec import decode
from workstation.hub.ports_backend import EffectClass
from workstation.hub.ports_values import Done, Effect


class PromiseExecutor:
    """Implements :class:`workstation.hub.ports.Executor` for the kind ``promise``."""

    kinds = frozenset({"promise"})
    effect_class: EffectClass = "A"
    visibility_lag_s = 0.0
    timeout_s = 5.0

    def perform(self, effect: Effect) -> Done:
        """Confirm it; the projection writes the promise in the same transaction."""
        promise = decode(effect.payload, MakePromise)
        return Done(ext_ref=promise.promise_id, facts={"promise_due_at": promise.due_at.isoformat()})

    def look_up(self, effect: Effect) -> Done | None:
        """Return what :meth:`perform` would: doing it twice does nothing more."""
        return self.perform(effect)
