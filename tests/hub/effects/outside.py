"""An outside system for the effect worker: it remembers what it did and fails on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable

from workstation.hub.ports_backend import EffectClass
from workstation.hub.ports_values import Done, Effect, EffectRetry

Behaviour = Callable[[Effect], None]


class Outside:
    """Implements `Executor`; `before` and `after` may raise around the booking of an effect."""

    def __init__(
        self,
        kinds: frozenset[str],
        effect_class: EffectClass = "A",
        visibility_lag_s: float = 0.0,
        timeout_s: float = 10.0,
    ) -> None:
        self.kinds = kinds
        self.effect_class = effect_class
        self.visibility_lag_s = visibility_lag_s
        self.timeout_s = timeout_s
        self.done: list[str] = []
        self.calls: list[str] = []
        self.looks: list[str] = []
        self.before: list[BaseException | None] = []
        self.after: list[BaseException | None] = []
        self.is_blind = False
        self.cannot_look = False
        self._lock = threading.Lock()

    def perform(self, effect: Effect) -> Done:
        with self._lock:
            self.calls.append(effect.effect_id)
            _raise(self.before)
            if self.effect_class != "A" or effect.effect_id not in self.done:
                self.done.append(effect.effect_id)
            _raise(self.after)
        return _done(effect)

    def look_up(self, effect: Effect) -> Done | None:
        with self._lock:
            self.looks.append(effect.effect_id)
            if self.cannot_look:
                raise EffectRetry("no answer", 5)
            return _done(effect) if effect.effect_id in self.done and not self.is_blind else None


def _raise(planned: list[BaseException | None]) -> None:
    error = planned.pop(0) if planned else None
    if error is not None:
        raise error


def _done(effect: Effect) -> Done:
    facts = {"credit_note_no": "GS-1"} if effect.kind == "refund" else {}
    return Done(ext_ref=f"ext-{effect.effect_id}", facts=facts)
