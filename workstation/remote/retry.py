"""Retry with full jitter: a random wait below a bound that doubles from one second to five minutes."""

from __future__ import annotations

import random

FIRST_S = 1.0
LONGEST_S = 300.0


class FullJitter:
    """The port ``Backoff``."""

    def __init__(
        self, first_s: float = FIRST_S, longest_s: float = LONGEST_S, dice: random.Random | None = None
    ) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._dice = dice or random.Random()
        self._tries = 0

    def next_s(self) -> float:
        """Return the next delay in seconds; grows with each call."""
        bound = min(self._longest_s, self._first_s * 2.0 ** min(self._tries, 30))
        self._tries += 1
        return self._dice.uniform(0.0, bound)

    def reset(self) -> None:
        """Begin anew after a success."""
        self._tries = 0
