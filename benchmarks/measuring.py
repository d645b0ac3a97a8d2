"""Rounds, medians and the lines of the report; every figure is a ratio to a limit of the same run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

LEAST_ROUNDS = 5


class NotMeasured(Exception):
    """Something is missing on this machine or went wrong; the text says what."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure: ``rounds`` of each pair; ``is_quick`` with small data, for a look only."""

    rounds: int = LEAST_ROUNDS
    is_quick: bool = False

    def size(self, full: int, quick: int) -> int:
        """Return a number of rows or repetitions."""
        return quick if self.is_quick else full


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report.

    ``value``: a ratio (unit ``x``), milliseconds (``ms``) or a count (``""``); ``ours`` and ``limit`` are the
    medians it was made of, in words. ``target`` None: for information. ``sense``: the value is to be at most
    or at least the target.
    """

    name: str
    what: str
    limit: str
    ours: str
    value: float
    unit: Literal["x", "ms", ""] = "x"
    target: float | None = None
    sense: Literal["most", "least"] = "most"
    moonshot: str = ""
    rounds: Sequence[float] = ()
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_met(self) -> bool | None:
        """Whether the target holds; None when there is none."""
        if self.target is None:
            return None
        return self.value <= self.target if self.sense == "most" else self.value >= self.target

    @property
    def verdict(self) -> str:
        """``ok``, ``MISSED``, or nothing for a line without a target."""
        return {True: "ok", False: "MISSED", None: ""}[self.is_met]


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return percentile(values, 50)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which ``percent`` of all lie, interpolated.

    Raises:
        NotMeasured: there are no values.
    """
    if not values:
        raise NotMeasured("nothing was measured")
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def interleaved(rounds: int, sides: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Run each side once a round, in an order that turns around every round; returns a value a round."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        names = list(sides) if number % 2 == 0 else list(reversed(list(sides)))
        for name in names:
            found[name].append(sides[name]())
    return found


def ratios(ours: Sequence[float], limit: Sequence[float]) -> list[float]:
    """Return the ratio of each round."""
    return [mine / theirs for mine, theirs in zip(ours, limit, strict=True)]


def ms(seconds: float) -> str:
    """Return a span in words: ``0.31 ms``."""
    value = seconds * 1000
    return f"{value:.0f} ms" if value >= 100 else f"{value:.3g} ms"


def rate(per_s: float, what: str = "/s") -> str:
    """Return a rate in words: ``64,000/s``."""
    return f"{per_s:,.0f}{what}"
