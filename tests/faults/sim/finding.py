"""Plants each bug in turn and plays seeds until it is found: the proof that the simulation sees."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from tests.faults.sim.bugs import BUGS, planted
from tests.faults.sim.running import until_found

MOST_SEEDS = 60
"""The same on every machine, however slow: what a seed finds, it finds everywhere."""


@dataclass(frozen=True)
class Found:
    """How a planted bug was found."""

    bug: str
    seed: int | None
    seconds: float
    rules: tuple[str, ...]
    said: str

    @property
    def line(self) -> str:
        """One line of the report."""
        if self.seed is None:
            return f"  {self.bug:45} NOT FOUND in {MOST_SEEDS} seeds"
        return f"  {self.bug:45} {self.seconds:5.1f} s  seed {self.seed:<6} {', '.join(self.rules)}"


def find(bug: str, first: int = 0, most: int = MOST_SEEDS) -> Found:
    """Play seeds from ``first`` on with the bug in the program."""
    with planted(bug):
        run, seconds = until_found(range(first, first + most))
    if run is None:
        return Found(bug, None, seconds, (), "")
    return Found(bug, run.seed, seconds, tuple(sorted(run.rules)), run.broken[0][:300])


def find_all(processes: int = os.cpu_count() or 1, every: int = 1) -> list[Found]:
    """Find all planted bugs, or every so many of them; several at a time."""
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(find, tuple(BUGS)[::every]))
