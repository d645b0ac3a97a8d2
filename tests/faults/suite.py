"""What a suite of faults is: a name, work with a short and a long form, and what it tells in one line."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """What came of one suite; ``broken`` says what did not hold, each with the number of its rule."""

    counts: str
    broken: list[str] = field(default_factory=list)
    asked: frozenset[str] = frozenset()
    """Numbers of the rules that were asked about."""
    lines: list[str] = field(default_factory=list)
    """Further lines, for the report."""
    left_out: str = ""
    """Why it could not run here, if it could not."""


@dataclass(frozen=True)
class Suite:
    """One suite; ``run`` is given whether the long form is wanted."""

    name: str
    run: Callable[[bool], Outcome]


@dataclass
class Report:
    """A suite's outcome with its time."""

    suite: str
    outcome: Outcome
    seconds: float

    @property
    def word(self) -> str:
        """``ok``, ``FAILED`` or ``left out``."""
        if self.outcome.left_out:
            return "left out"
        return "FAILED" if self.outcome.broken else "ok"

    @property
    def line(self) -> str:
        """One line for people."""
        told = self.outcome.left_out or self.outcome.counts
        return f"{self.suite:16} {told:58} {self.word:8} {self.seconds:5.0f} s"


def timed(suite: Suite, is_long: bool) -> Report:
    """Run a suite; an error of the harness itself is a failure, too."""
    began = time.monotonic()
    try:
        outcome = suite.run(is_long)
    except Exception as error:
        import traceback

        outcome = Outcome(
            "the harness failed", [f"harness: {error!r}", *traceback.format_exception(error)[-3:]]
        )
    return Report(suite.name, outcome, time.monotonic() - began)
