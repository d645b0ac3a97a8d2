"""The simulation holds on some seeds, is the same each time, sees planted bugs, and survives real kills."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.core_suites import LEAST_PLACES, places
from tests.faults.sim.bugs import BUGS

ROOT = Path(__file__).parents[2]


def faults(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "tests.faults", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_seeds_hold_and_are_the_same_each_time() -> None:
    said = [faults("--seed", "3") for _ in range(2)]
    assert [one.returncode for one in said] == [0, 0], said[0].stdout + said[0].stderr
    first, second = (one.stdout.splitlines()[0].rpartition("ok")[0] for one in said)
    assert first == second and "seed 3, 200 steps" in first
    assert said[0].stdout.splitlines()[-1].startswith("invariants: ")


@pytest.mark.parametrize(
    "bug", ["the_ledger_is_one_sided", "undo_is_only_shown", "commands_are_not_deduplicated"]
)
def test_a_planted_bug_is_found(bug: str) -> None:
    code = f"from tests.faults.sim.finding import find; found = find({bug!r}); print(found.line)"
    code += "; raise SystemExit(found.seed is None)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_enough_bugs_and_places() -> None:
    assert len(BUGS) >= 30 and all(plant.__doc__ for plant in BUGS.values())
    assert len(places()) >= LEAST_PLACES
