"""Leaves an outside system alone for a while after it has failed several times in a row."""

from __future__ import annotations

from workstation.casework.clock import Clock

_FAILURES = 5
_FIRST_PAUSE_S = 15.0
_LONGEST_PAUSE_S = 300.0


class CircuitBreaker:
    """Remembers failures by target; used by one worker."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[str, int] = {}
        self._closed_until: dict[str, float] = {}

    def failed(self, target: str) -> None:
        """Count a failure; from the fifth in a row on the target gets a pause that doubles each time."""
        count = self._failures.get(target, 0) + 1
        self._failures[target] = count
        if count >= _FAILURES:
            pause = min(_FIRST_PAUSE_S * 2 ** (count - _FAILURES), _LONGEST_PAUSE_S)
            self._closed_until[target] = self._clock.monotonic() + pause

    def worked(self, target: str) -> None:
        """Forget the failures of a target."""
        self._failures.pop(target, None)
        self._closed_until.pop(target, None)

    def open_targets(self) -> frozenset[str]:
        """Return the targets that are to be left alone now."""
        now = self._clock.monotonic()
        return frozenset(target for target, until in self._closed_until.items() if until > now)
